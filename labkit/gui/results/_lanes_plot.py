"""Published and measured values in lanes, one a mechanism; what a dot is, is told when the cursor rests on it."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget

from labkit.app import PublishedPlace
from labkit.gui._theme import Colours, Theme
from labkit.gui.plots import label_axis

_MARKS = {"high": "o", "medium": "o", "low": "x", "measured": "d", "simulated": "d"}
_SIZES = {"measured": 12, "simulated": 12}
_FILLED = frozenset({"high", "measured"})


class LanesPlot(QWidget):
    """Draws one quantity of published devices with the measured ones among them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.place: PublishedPlace | None = None
        self.canvas: Any = pg.PlotWidget()
        self.canvas.setMenuEnabled(False)
        self.canvas.hideButtons()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        theme.changed.connect(lambda _: self.show_place(self.place))
        self.show_place(None)

    def picture(self) -> QPixmap:
        """Give the plot as it is shown."""
        picture: QPixmap = self.canvas.grab()
        return picture

    def show_place(self, place: PublishedPlace | None) -> None:
        """Show a quantity, or nothing."""
        self.place = place
        colours, plot = self._theme.colours, self.canvas.getPlotItem()
        self.canvas.setBackground(colours.base)
        plot.clear()
        if place is None:
            return
        plot.setLogMode(x=False, y=place.wide)
        label_axis(plot.getAxis("left"), place.title, place.unit, colours)
        label_axis(plot.getAxis("bottom"), "", "", colours)
        names = [(k, f"{lane.label}\nn = {len(lane.dots)}") for k, lane in enumerate(place.lanes)]
        plot.getAxis("bottom").setTicks([names])
        plot.getAxis("bottom").setHeight(44)
        plot.showGrid(x=False, y=True, alpha=0.12)
        for item in _items(place, colours):
            plot.addItem(item)
        plot.setXRange(-0.5, len(place.lanes) - 0.5, padding=0)
        plot.enableAutoRange(axis="y")


def _items(place: PublishedPlace, colours: Colours) -> Iterator[Any]:
    """Give a scatter for each kind of dot, and a line for each interval."""
    for number, lane in enumerate(place.lanes):
        for kind in dict.fromkeys(str(dot.kind) for dot in lane.dots):
            dots = [dot for dot in lane.dots if str(dot.kind) == kind and _on_axis(dot.value, place.wide)]
            own = kind in _SIZES
            colour = colours.curves[1] if own else colours.faint
            yield pg.ScatterPlotItem(
                x=np.array([number + dot.across for dot in dots]),
                y=np.array([_at(dot.value or 0.0, place.wide) for dot in dots]),
                symbol=_MARKS[kind],
                size=_SIZES.get(kind, 8),
                pen=pg.mkPen(colour, width=1.5),
                brush=pg.mkBrush(colour) if kind in _FILLED else pg.mkBrush(None),
                data=[dot.words for dot in dots],
                hoverable=True,
                tip=_tip,
            )
            for dot in lane.dots if own else ():
                ends = [end for end in (dot.reach.low, dot.reach.high) if _on_axis(end, place.wide)]
                y = np.array([_at(end, place.wide) for end in ends])
                yield pg.PlotCurveItem(np.full(len(y), number + dot.across), y, pen=pg.mkPen(colour, width=1.5))


def _tip(x: float, y: float, data: str) -> str:
    return data


def _on_axis(value: float | None, wide: bool) -> bool:
    return value is not None and math.isfinite(value) and (value > 0 or not wide)


def _at(value: float, wide: bool) -> float:
    return math.log10(value) if wide else value
