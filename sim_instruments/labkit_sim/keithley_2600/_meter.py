"""What one unit does to a true value: its errors, drawn within the specification, noise, digits, overflow."""

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np

from labkit.core import FloatArray, Range
from labkit_sim._station import AccuracyDraw
from labkit_sim.keithley_2600._models import OVERFLOW, OVERRANGE_MEASURE, Model, excess_noise


@dataclass(frozen=True, slots=True)
class Errors:
    """What one range of one unit does wrong: gain (part of the value) and offset (V or A)."""

    gain: float
    offset: float

    def applied(self, value: float) -> float:
        """Give what comes of a true value."""
        return value * (1 + self.gain) + self.offset


Table = dict[float, Errors]


class Calibration:
    """The errors of one channel of one unit, by full scale."""

    def __init__(self, model: Model, draw: AccuracyDraw) -> None:
        self.source_voltage = _drawn(model.source_voltage, draw)
        self.source_current = _drawn(model.source_current, draw)
        self.measure_voltage = _drawn(model.measure_voltage, draw)
        self.measure_current = _drawn(model.measure_current, draw)


def _drawn(ranges: tuple[Range, ...], draw: AccuracyDraw) -> Table:
    return {found.full_scale: Errors(draw.within(found.gain), draw.within(found.offset)) for found in ranges}


@dataclass(frozen=True, slots=True)
class Digitizer:
    """One range at one aperture (PLC): true values in, readings out."""

    range: Range
    errors: Errors
    power_line_cycles: float
    random: np.random.Generator

    @property
    def noise(self) -> float:
        """The rms noise (V or A): white, and what a short aperture adds."""
        white = self.range.noise / sqrt(self.power_line_cycles)
        return hypot(white, excess_noise(self.power_line_cycles) * self.range.full_scale)

    def read(self, true: FloatArray) -> FloatArray:
        """Add errors and noise, round to the last digit, and tell an overflow."""
        values: FloatArray = true * (1 + self.errors.gain) + (
            self.errors.offset + self.noise * self.random.standard_normal(len(true))
        )
        over = np.abs(values) > self.range.full_scale * OVERRANGE_MEASURE
        values = np.round(values / self.range.resolution) * self.range.resolution
        values[over] = OVERFLOW
        return values
