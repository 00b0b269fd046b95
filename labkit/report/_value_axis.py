"""An upright axis of values for pictures in SVG: where a value lies, and which are written beside it."""

import math
from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray

_TICKS = 5
_MOST_DECADES = 7
"""Powers of ten that are written beside a logarithmic axis; beyond, every second one, and so on."""


@dataclass(frozen=True, slots=True)
class ValueAxis:
    """An axis from `low` to `high` (logarithms where it is logarithmic) between ordinates `bottom` and `top` (px)."""

    low: float
    high: float
    logarithmic: bool
    top: float
    bottom: float

    def at(self, value: float) -> float:
        """Give the ordinate (px) of a value, kept within the picture."""
        place = math.log(max(value, 1e-300)) if self.logarithmic else value
        share = (place - self.low) / (self.high - self.low)
        return self.bottom - min(max(share, -0.02), 1.02) * (self.bottom - self.top)

    def ticks(self) -> list[float]:
        """Give the values that are written: powers of ten where there are two of them, else steps of 1, 2 or 5."""
        if not self.logarithmic:
            return _round_steps(self.low, self.high)
        first, last = math.ceil(self.low / math.log(10)), math.floor(self.high / math.log(10))
        if last > first:
            return [10.0**power for power in range(first, last + 1, (last - first) // _MOST_DECADES + 1)]
        return [float(f"{math.exp(place):.2g}") for place in np.linspace(self.low, self.high, _TICKS)]


def _round_steps(low: float, high: float) -> list[float]:
    coarse = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(coarse))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= coarse)
    return [float(f"{k * step:.12g}") for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def value_axis(values: FloatArray, logarithmic: bool, top: float, bottom: float) -> ValueAxis:
    """Make an axis that holds values with some room; logarithmic only where all are positive."""
    logarithmic = logarithmic and len(values) > 0 and bool(np.all(values > 0))
    places = np.log(values) if logarithmic else values
    low, high = (float(np.min(places)), float(np.max(places))) if len(places) else (0.0, 1.0)
    room = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
    return ValueAxis(low - room, high + room, logarithmic, top, bottom)
