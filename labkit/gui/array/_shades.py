"""From a value to a colour of the map, and back to the marks on its bar."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from PySide6.QtGui import QColor

from labkit.gui.plots import scale_colours

_STEPS = 256


@dataclass(frozen=True, slots=True)
class Shades:
    """A scale of colours from the smallest to the largest value, in equal steps or in equal ratios."""

    low: float
    high: float
    logarithmic: bool

    @staticmethod
    def over(values: Iterable[float], logarithmic: bool) -> "Shades | None":
        """Make the scale of some values; by ratios only where all have one sign. None without a finite value."""
        finite = [value for value in values if math.isfinite(value)]
        if not finite:
            return None
        low, high = min(finite), max(finite)
        if low == high:
            margin = abs(low) * 0.1 or 1.0
            low, high = low - margin, high + margin
        return Shades(low, high, logarithmic and low * high > 0)

    def share(self, value: float) -> float:
        """Tell how far along the scale a value is, from 0 to 1."""
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def value(self, share: float) -> float:
        """Give the value at a part of the scale."""
        if self.logarithmic:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)

    def colour(self, value: float) -> QColor:
        """Give the colour of a value."""
        place = round(self.share(value) * (_STEPS - 1))
        return _palette()[min(max(place, 0), _STEPS - 1)]


@cache
def _palette() -> tuple[QColor, ...]:
    colours = scale_colours(np.linspace(0.0, 1.0, _STEPS))
    return tuple(QColor(int(red), int(green), int(blue)) for red, green, blue in colours)
