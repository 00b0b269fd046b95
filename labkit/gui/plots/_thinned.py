"""Fewer points that look the same on the screen: the extremes of each pixel's stretch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray

_REACH = 12
"""How far from the cursor a point is looked for (px)."""


@dataclass(frozen=True, slots=True)
class DrawnCurve:
    """A curve of n points as a plot draws it; `rising` tells whether its abscissa never falls."""

    x: FloatArray
    y: FloatArray
    rising: bool

    @staticmethod
    def of(x: FloatArray, y: FloatArray) -> "DrawnCurve":
        """Take the points of a curve."""
        return DrawnCurve(x, y, bool(np.all(x[1:] >= x[:-1])))

    def between(self, low: float, high: float, pixels: int) -> tuple[FloatArray, FloatArray]:
        """Give what is seen of the curve between two abscissas on so many pixels: at most four points a pixel.

        Where the abscissa goes back and forth, as in a loop of current against voltage, all points are given.
        """
        if not self.rising:
            return self.x, self.y
        first = max(int(np.searchsorted(self.x, low, side="left")) - 1, 0)
        last = min(int(np.searchsorted(self.x, high, side="right")) + 1, len(self.x))
        return extremes(self.x[first:last], self.y[first:last], max(pixels, 50))

    def nearest(self, x: float, y: float, pixel: Sequence[float]) -> int:
        """Give the number of the point nearest to a place, where a pixel has the size `pixel` in x and y."""
        first, last = 0, len(self.x)
        if self.rising:
            first = int(np.searchsorted(self.x, x - _REACH * pixel[0]))
            last = int(np.searchsorted(self.x, x + _REACH * pixel[0], side="right"))
            if first >= last:
                return min(first, len(self.x) - 1)
        across = (self.x[first:last] - x) / pixel[0]
        up = (self.y[first:last] - y) / pixel[1]
        return first + int(np.argmin(np.nan_to_num(across**2 + up**2, nan=np.inf)))


def extremes(x: FloatArray, y: FloatArray, stretches: int) -> tuple[FloatArray, FloatArray]:
    """Cut a curve of n points into stretches and keep the smallest and the largest of each, in their order.

    A point without a number in a stretch stays, so that gaps stay. A curve of no more than four points a stretch is
    given as it is.
    """
    count = len(x)
    if count <= 4 * stretches:
        return x, y
    size = -(-count // stretches)
    whole = count // size * size
    table = y[:whole].reshape(-1, size)
    missing = np.isnan(table)
    some = missing.any(axis=1)
    lowest = (np.where(missing, np.inf, table) if some.any() else table).argmin(axis=1)
    highest = (np.where(missing, -np.inf, table) if some.any() else table).argmax(axis=1)
    begins = np.arange(len(table)) * size
    gaps = (begins + missing.argmax(axis=1))[some]
    kept = np.unique(
        np.concatenate([[0], begins + lowest, begins + highest, gaps, np.arange(whole, count), [count - 1]])
    )
    return x[kept], y[kept]
