"""Lines of a grid behind a plot, at the ticks with numbers.

pyqtgraph's own grid strokes hundreds of lines of three strengths one by one: more than all curves of a live plot cost.
"""

from typing import Any

import numpy as np
import pyqtgraph as pg

from labkit.core import FloatArray


class GridLines:
    """Draws the lines of a plot of pyqtgraph; `refresh` after its range has changed."""

    def __init__(self, plot: Any, upright_only: bool = False) -> None:
        self._plot = plot
        self._upright_only = upright_only
        self._item: Any = pg.PlotCurveItem(connect="pairs", antialias=False)
        self._item.setSegmentedLineMode("on")
        self._item.setZValue(-100)
        plot.addItem(self._item, ignoreBounds=True)

    def paint(self, colour: str) -> None:
        """Take another colour."""
        self._item.setPen(pg.mkPen(colour, width=1))

    def refresh(self) -> None:
        """Draw the lines of the range that is in view."""
        (left, right), (bottom, top) = self._plot.viewRange()
        upright = self._ticks("bottom", left, right, self._plot.vb.width())
        level = np.empty(0) if self._upright_only else self._ticks("left", bottom, top, self._plot.vb.height())
        x = np.concatenate([np.repeat(upright, 2), np.tile([left, right], len(level))])
        y = np.concatenate([np.tile([bottom, top], len(upright)), np.repeat(level, 2)])
        self._item.setData(x, y, connect="pairs", skipFiniteCheck=True)

    def _ticks(self, side: str, low: float, high: float, pixels: float) -> FloatArray:
        if pixels < 1 or not high > low:
            return np.empty(0)
        _, ticks = self._plot.getAxis(side).tickValues(low, high, pixels)[0]
        return np.asarray(ticks, np.float64)
