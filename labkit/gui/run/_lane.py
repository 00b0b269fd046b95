"""One ordinate of the live plot: a quantity over time, with a curve for each terminal."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyqtgraph as pg

from labkit.core import FloatArray, format_quantity
from labkit.gui._theme import Colours
from labkit.gui.plots import label_axis
from labkit.gui.run._grid import GridLines
from labkit.gui.run._series import Series

_FEWEST = 50
"""Columns of pixels that are reckoned with before the window has a size."""
_MARGIN = 0.06
_LOOSE = 0.45
"""Share of its height that a lane's curves fill at least, before its range is made smaller."""

Sources = Callable[[], Mapping[str, Series]]


class Lane:
    """Draws the series that `sources` gives, by name, in a plot of pyqtgraph; `logarithmic` ones are magnitudes."""

    def __init__(self, plot: Any, label: str, unit: str, sources: Sources) -> None:
        self.plot = plot
        self.label = label
        self.unit = unit
        self.sources = sources
        self.logarithmic = False
        self.automatic = True
        self.curves: dict[str, Any] = {}
        self._grid = GridLines(plot)
        self._low, self._high = np.inf, -np.inf
        self.cursor: Any = pg.InfiniteLine(angle=90, movable=False)
        self.cursor.hide()
        plot.addItem(self.cursor, ignoreBounds=True)

    def paint(self, colours: Colours, colour_of: Callable[[str], str]) -> None:
        """Take the colours of a theme."""
        label_axis(self.plot.getAxis("left"), self.label, self.unit, colours)
        self.cursor.setPen(pg.mkPen(colours.faint, width=1))
        self._grid.paint(colours.line)
        for name, curve in self.curves.items():
            curve.setPen(pg.mkPen(colour_of(name), width=1))

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Choose the scale of the ordinate; `sources` must give magnitudes for a logarithmic one."""
        self.logarithmic = logarithmic
        self.plot.getAxis("left").setLogMode(x=False, y=logarithmic)
        self._low, self._high = np.inf, -np.inf

    def refresh(self, begin: float, end: float, density: float, colour_of: Callable[[str], str]) -> None:
        """Draw what the pixels show between two times (s); `density` is how many there are to a unit of the layout."""
        columns = max(int(density * self.plot.vb.width()), _FEWEST)
        low, high = np.inf, -np.inf
        for name, series in self.sources().items():
            outline = series.outline(begin, end, columns)
            y = _logarithm(outline.y) if self.logarithmic else outline.y
            gaps = bool(np.isnan(y).any())
            self._curve(name, colour_of).setData(
                outline.x, y, connect="finite" if gaps else "all", skipFiniteCheck=True
            )
            if len(y):
                low, high = min(low, float(np.fmin.reduce(y))), max(high, float(np.fmax.reduce(y)))
        if self.automatic and low <= high:
            self._fit(low, high)
        self._grid.refresh()

    def values(self, time: float) -> dict[str, str]:
        """Say what each curve is at a time."""
        found = {name: series.nearest(time) for name, series in self.sources().items()}
        return {name: format_quantity(each[1], self.unit) for name, each in found.items() if each is not None}

    def _curve(self, name: str, colour_of: Callable[[str], str]) -> Any:
        curve = self.curves.get(name)
        if curve is None:
            curve = pg.PlotCurveItem(pen=pg.mkPen(colour_of(name), width=1), antialias=False)
            curve.setSegmentedLineMode("on")
            self.plot.addItem(curve, ignoreBounds=True)
            self.curves[name] = curve
        return curve

    def _fit(self, low: float, high: float) -> None:
        """Follow the curves in height, but not every twitch: axes that move all the time cannot be read."""
        height = self._high - self._low
        if low >= self._low and high <= self._high and high - low >= _LOOSE * height:
            return
        margin = _MARGIN * (high - low) or _MARGIN * abs(high) or 1e-12
        self._low, self._high = low - margin, high + margin
        self.plot.setYRange(self._low, self._high, padding=0)


class MarkLane:
    """A tick where something with a mark began, a row for each mark."""

    def __init__(self, plot: Any, marks: tuple[str, ...]) -> None:
        self.plot = plot
        self.marks = marks
        self._grid = GridLines(plot, upright_only=True)
        self.items = [pg.PlotCurveItem(connect="pairs", antialias=False) for _ in marks]
        for item in self.items:
            plot.addItem(item, ignoreBounds=True)
        plot.setYRange(0, len(marks), padding=0)
        plot.setMouseEnabled(x=True, y=False)
        plot.getAxis("left").setTicks([[(len(marks) - k - 0.5, mark) for k, mark in enumerate(marks)]])

    def paint(self, colours: Colours) -> None:
        """Take the colours of a theme."""
        axis = self.plot.getAxis("left")
        axis.setPen(colours.line)
        axis.setTextPen(colours.faint)
        self._grid.paint(colours.line)
        for k, item in enumerate(self.items):
            item.setPen(pg.mkPen(colours.curves[-1 - k % len(colours.curves)], width=1))

    def refresh(self, begin: float, end: float, times_of: Mapping[str, FloatArray]) -> None:
        """Draw at most one tick a column of pixels."""
        columns = max(int(self.plot.vb.width()), _FEWEST)
        for k, (mark, item) in enumerate(zip(self.marks, self.items, strict=True)):
            shown = ticks(times_of.get(mark, np.empty(0)), begin, end, columns)
            low = len(self.marks) - k - 0.85
            heights = np.tile([low, low + 0.7], len(shown))
            item.setData(np.repeat(shown, 2), heights, connect="pairs", skipFiniteCheck=True)
        self._grid.refresh()


def ticks(times: FloatArray, begin: float, end: float, columns: int) -> FloatArray:
    """Give the first of the rising times in each column of pixels between two times."""
    places = np.searchsorted(times, np.linspace(begin, end, columns + 1))
    return times[places[:-1][np.diff(places) > 0]]


def _logarithm(values: FloatArray) -> FloatArray:
    found = np.full(len(values), np.nan)
    np.log10(values, out=found, where=values > 0)
    return found
