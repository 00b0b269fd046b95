"""Converters at the edges of a crossbar: voltages in steps, currents in steps."""

from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray


@dataclass(frozen=True, slots=True)
class Converter:
    """A uniform converter, DAC or ADC: 2^`bits` levels from `lowest` to `highest`, both among them; beyond it clips.

    Volts for a DAC, amperes for an ADC.
    """

    bits: int
    lowest: float
    highest: float

    def __post_init__(self) -> None:
        if self.bits < 1 or self.highest <= self.lowest:
            raise ValueError("a converter has at least one bit, and a range")

    @property
    def step(self) -> float:
        """The distance of two levels."""
        return (self.highest - self.lowest) / float(2**self.bits - 1)

    def quantised(self, values: FloatArray) -> FloatArray:
        """Give the level that is nearest to each value."""
        codes = np.clip(np.rint((values - self.lowest) / self.step), 0, 2**self.bits - 1)
        return np.asarray(self.lowest + self.step * codes, float)
