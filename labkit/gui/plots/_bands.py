"""Stretches of the abscissa that are shaded: stimuli behind the response to them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg

from labkit.app import Band

_MOST = 600
"""Bands in view beyond which they would be one grey area."""


class ShadedBands:
    """Bands behind a plot of pyqtgraph; only those in view are drawn."""

    def __init__(self, plot: Any, bands: Sequence[Band], colour: Any) -> None:
        self._plot = plot
        self._bands = bands
        self._begin = np.array([band.begin for band in bands])
        self._end = np.array([band.end for band in bands])
        self._item = pg.BarGraphItem(x0=[], x1=[], y0=[], y1=[], brush=pg.mkBrush(colour), pen=pg.mkPen(colour))
        self._item.setZValue(-10)
        plot.addItem(self._item, ignoreBounds=True)

    def refresh(self) -> None:
        """Shade what is in view, from below to above it."""
        (left, right), (bottom, top) = self._plot.viewRange()
        seen = np.flatnonzero((self._end >= left) & (self._begin <= right))
        if len(seen) > _MOST:
            seen = seen[:0]
        margin = top - bottom
        self._item.setOpts(
            x0=self._begin[seen],
            x1=self._end[seen],
            y0=np.full(len(seen), bottom - margin),
            y1=np.full(len(seen), top + margin),
        )

    def at(self, x: float) -> Band | None:
        """Give the band at an abscissa."""
        inside = np.flatnonzero((self._begin <= x) & (x <= self._end))
        return self._bands[int(inside[0])] if len(inside) else None
