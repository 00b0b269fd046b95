"""One ordinate of a figure as pyqtgraph draws it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from labkit.app import Panel, Trace
from labkit.core import FloatArray
from labkit.gui._theme import Colours
from labkit.gui.plots._axes import label_axis
from labkit.gui.plots._thinned import DrawnCurve

_POINT = 7
"""Size of a point (px)."""
_MOST_POINTS = 3000
"""Points beyond which they are drawn as a line."""
_FEW = 120
"""Points up to which a line shows where it was measured."""


@dataclass(slots=True)
class _Drawn:
    trace: Trace
    curve: DrawnCurve
    item: Any
    beside: tuple[Any, ...] = ()
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Nearest:
    """The point of a trace that is nearest to the cursor, in SI units, and how far it is (px)."""

    trace: Trace
    x: float
    y: float
    distance: float


@dataclass(slots=True)
class DrawnPanel:
    """A panel in a plot of pyqtgraph; `refresh` thins its traces to what is seen."""

    panel: Panel
    plot: Any
    log_x: bool
    log_y: bool
    drawn: list[_Drawn] = field(default_factory=list)

    def draw(self, colour_of: Mapping[int, str], colours: Colours) -> None:
        """Draw every trace, the first of each group in front."""
        absolute = self.log_y and any(np.nanmin(trace.y, initial=0.0) < 0 for trace in self.panel.traces)
        label = f"|{self.panel.label}|" if absolute else self.panel.label
        label_axis(self.plot.getAxis("left"), label, self.panel.unit, colours)
        self.plot.getAxis("left").setLogMode(x=False, y=self.log_y)
        self.plot.getAxis("bottom").setLogMode(x=self.log_x, y=False)
        if self.panel.zero and not self.log_y:
            line = pg.InfiniteLine(0.0, angle=0, pen=pg.mkPen(colours.faint, width=1, style=Qt.PenStyle.DashLine))
            self.plot.addItem(line, ignoreBounds=True)
        for trace in self.panel.traces:
            self.drawn.append(self._draw(trace, colour_of.get(trace.group, colours.curves[0])))

    def _draw(self, trace: Trace, colour: str) -> _Drawn:
        x, y = self._shown(trace.x, trace.y)
        curve = DrawnCurve.of(x, y)
        beside: list[Any] = []
        if trace.style == "points" and len(x) <= _MOST_POINTS:
            if trace.uncertainty is not None:
                beside.append(self._bars(trace, colour))
            item = _points(x, y, colour, _POINT)
        else:
            width = 2.0 if trace.style == "fit" else 1.0 if len(x) > _MOST_POINTS else 1.4
            smooth = len(x) <= _MOST_POINTS
            item = pg.PlotCurveItem(x, y, pen=pg.mkPen(colour, width=width), connect="finite", antialias=smooth)
            if trace.style == "line" and len(x) <= _FEW:
                beside.append(_points(x, y, colour, _POINT - 3))
        for each in (*beside, item):
            self.plot.addItem(each)
        return _Drawn(trace, curve, item, tuple(beside))

    def _bars(self, trace: Trace, colour: str) -> Any:
        uncertainty = np.zeros_like(trace.y) if trace.uncertainty is None else trace.uncertainty
        gap = np.full(len(trace.x), np.nan)
        x = np.column_stack((trace.x, trace.x, gap)).ravel()
        low = trace.y - uncertainty
        if self.log_y:
            low = np.where(low > 0, low, np.abs(trace.y) / 10)
        y = np.column_stack((low, trace.y + uncertainty, gap)).ravel()
        return pg.PlotCurveItem(*self._shown(x, y), pen=pg.mkPen(_faded(colour, 150), width=1.2), connect="finite")

    def _shown(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        return _logarithm(x) if self.log_x else x, _logarithm(np.abs(y)) if self.log_y else y

    def refresh(self, pixels: int) -> None:
        """Thin every trace to what is seen of it now."""
        (low, high), _ = self.plot.viewRange()
        for drawn in self.drawn:
            if drawn.visible and isinstance(drawn.item, pg.PlotCurveItem):
                drawn.item.setData(*drawn.curve.between(low, high, pixels), connect="finite")

    def show_group(self, group: int, visible: bool) -> None:
        """Show or hide the traces of a group."""
        for drawn in self.drawn:
            if drawn.trace.group == group:
                drawn.visible = visible
                for item in (drawn.item, *drawn.beside):
                    item.setVisible(visible)

    @property
    def width(self) -> tuple[float, ...]:
        """The smallest and the largest abscissa that is drawn, in the plot's coordinates; none without points."""
        return tuple(_ends(drawn.curve.x for drawn in self.drawn if drawn.visible))

    def view_all(self, width: Sequence[float]) -> None:
        """Show all that is drawn, with a margin; `width` are abscissas that are to be in view."""
        ys = list(_ends(drawn.curve.y for drawn in self.drawn if drawn.visible))
        if width:
            self.plot.setXRange(min(width), max(width), padding=0.02)
        if ys:
            low, high = min(ys), max(ys)
            if self.panel.zero and not self.log_y:
                high = max(abs(low), abs(high)) or 1.0
                low = -high
            self.plot.setYRange(low, high, padding=0.06)

    def nearest(self, x: float, y: float, size: Sequence[float]) -> Nearest | None:
        """Find the point nearest to a place in the plot's coordinates; `size` is the size of a pixel in them."""
        found: Nearest | None = None
        for drawn in self.drawn:
            if not drawn.visible or not len(drawn.curve.x):
                continue
            index = drawn.curve.nearest(x, y, size)
            across = (drawn.curve.x[index] - x) / size[0]
            up = (drawn.curve.y[index] - y) / size[1]
            distance = math.hypot(across, up)
            if math.isfinite(distance) and (found is None or distance < found.distance):
                found = Nearest(drawn.trace, float(drawn.trace.x[index]), float(drawn.trace.y[index]), distance)
        return found


def _points(x: FloatArray, y: FloatArray, colour: str, size: int) -> Any:
    pen, brush = pg.mkPen(colour, width=1.2), pg.mkBrush(_faded(colour, 110))
    return pg.ScatterPlotItem(x=x, y=y, size=size, pen=pen, brush=brush)


def _logarithm(values: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = np.where(values > 0, np.log10(values), np.nan)
    return found


def _ends(arrays: Iterator[FloatArray]) -> Iterator[float]:
    for values in arrays:
        finite = values[np.isfinite(values)]
        if len(finite):
            yield float(finite.min())
            yield float(finite.max())


def _faded(colour: str, opacity: int) -> QColor:
    faded = QColor(colour)
    faded.setAlpha(opacity)
    return faded
