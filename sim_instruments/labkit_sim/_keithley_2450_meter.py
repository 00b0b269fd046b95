"""The measuring side of a 2450: from true means over apertures to readings with its errors, noise and digits."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from labkit.core import FloatArray, IntArray, Nanoseconds, Range
from labkit_sim import _keithley_2450_specs as specs
from labkit_sim._keithley_2450_buffer import READING, Readings
from labkit_sim._keithley_2450_settings import MEASURE_RANGES, Quantity, SenseSetting, Source
from labkit_sim._station import AccuracyDraw

QUESTIONABLE, FRONT_TERMINALS = 1, 8
"""Bits of a reading's status."""
PROTECTED, READ_BACK, LIMITED, FOUR_WIRE, OUTPUT_ON = 4, 8, 32, 64, 128
"""Bits of a reading's source status."""

UNIT_CODES: Final = {Quantity.VOLTAGE: 0, Quantity.CURRENT: 1, Quantity.RESISTANCE: 2}

_AT_LIMIT = 1 - 1e-6
"""A mean that is this close to the limit has been at it."""


@dataclass(frozen=True, slots=True)
class Errors:
    """What one range of one unit does wrong: gain (part of the value) and offset (V or A)."""

    gain: float
    offset: float

    def applied(self, value: float) -> float:
        """Give what comes of a true value."""
        return value * (1 + self.gain) + self.offset


class Calibration:
    """The errors of one unit, drawn within the one-year specification of every range."""

    def __init__(self, draw: AccuracyDraw) -> None:
        tables = (specs.SOURCE_VOLTAGE, specs.SOURCE_CURRENT, specs.MEASURE_VOLTAGE, specs.MEASURE_CURRENT)
        drawn = [
            {found.full_scale: Errors(draw.within(found.gain), draw.within(found.offset)) for found in table}
            for table in tables
        ]
        self._source = {Quantity.VOLTAGE: drawn[0], Quantity.CURRENT: drawn[1]}
        self._measure = {Quantity.VOLTAGE: drawn[2], Quantity.CURRENT: drawn[3]}

    def source(self, quantity: Quantity, full_scale: float) -> Errors:
        """Give the errors of a source range."""
        return self._source[quantity][full_scale]

    def measure(self, quantity: Quantity, full_scale: float) -> Errors:
        """Give the errors of a measure range."""
        return self._measure[quantity][full_scale]


@dataclass(frozen=True, slots=True)
class Digitizer:
    """One range at one aperture: true values in, readings out."""

    range: Range
    errors: Errors
    noise: float
    random: np.random.Generator

    def read(self, true: FloatArray) -> FloatArray:
        """Add errors and noise, round to the last digit, and tell an overflow."""
        values = true * (1 + self.errors.gain) + (
            self.errors.offset + self.noise * self.random.standard_normal(len(true))
        )
        over = np.abs(values) > self.range.full_scale * specs.OVERRANGE
        values = np.round(values / self.range.resolution) * self.range.resolution
        values[over] = specs.OVERFLOW
        return values


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a reading takes, which may consist of several conversions.

    A conversion is the reading of the source (with read-back), the reading itself, and the references (with
    autozero), an aperture each, and the overhead.
    """

    aperture: Nanoseconds
    before: int
    conversion: int

    @classmethod
    def of(cls, sense: SenseSetting, read_back: bool, line_frequency: float) -> "Timing":
        """Give the timing of a setting."""
        aperture = round(sense.power_line_cycles / line_frequency * 1e9)
        apertures = 1 + (1 if read_back else 0) + (2 if sense.auto_zero else 0)
        before = aperture if read_back else 0
        return cls(Nanoseconds(aperture), before, apertures * aperture + specs.READING_OVERHEAD)


class Acquisition:
    """Readings of one request, from the world's means to rows of a buffer.

    Range and filter are those of its begin; `on_wire` gives what the source puts out while a reading is taken.
    """

    def __init__(
        self,
        on_wire: Callable[[], Source],
        sense: SenseSetting,
        reads: "Callable[[FloatArray, FloatArray], FloatArray]",
        read_back: Digitizer | None,
        source_status: int,
        status: int,
        store: Callable[[Readings], None],
    ) -> None:
        self._on_wire = on_wire
        self._sense = sense
        self._reads = reads
        self._read_back = read_back
        self._source_status = source_status
        self._status = status
        self._store = store
        self._waiting: Readings = np.empty(0, READING)
        self.limited = False

    @property
    def conversions(self) -> int:
        """How many conversions a reading has."""
        return self._sense.filter_count if self._sense.filter_on and not self._sense.filter_moving else 1

    def sink(self, times: IntArray, voltages: FloatArray, currents: FloatArray) -> None:
        """Take means over apertures from the world."""
        source = self._on_wire()
        rows = np.empty(len(times), READING)
        rows["time"] = times
        rows["reading"] = self._reads(voltages, currents)
        rows["source"] = self._sourced(source, voltages, currents)
        rows["source_status"] = self._source_status
        limited = _limited(source, voltages, currents) & bool(self._source_status & OUTPUT_ON)
        if limited.any():
            rows["source_status"][limited] |= LIMITED
            self.limited = True
        rows["unit"] = UNIT_CODES[self._sense.quantity]
        rows["source_unit"] = UNIT_CODES[source.active]
        rows["status"] = self._status
        if self._sense.filter_on:
            rows = self._filtered(rows)
        rows["status"][np.abs(rows["reading"]) > 1e37] |= QUESTIONABLE
        self._store(rows)

    def _sourced(self, source: Source, voltages: FloatArray, currents: FloatArray) -> FloatArray | float:
        if self._read_back is None:
            return source.setting.level
        return self._read_back.read(voltages if source.active is Quantity.VOLTAGE else currents)

    def _filtered(self, rows: Readings) -> Readings:
        """Average: a moving filter over what there is up to its length, a repeating one over whole groups."""
        length = self._sense.filter_count
        before = self._waiting
        together: Readings = np.concatenate((before, rows))
        if self._sense.filter_moving:
            self._waiting = together[-(length - 1) :] if length > 1 else together[:0]
            return _moving_mean(together, len(before), length)
        groups = len(together) // length
        self._waiting = together[groups * length :]
        grouped = together[: groups * length].reshape(groups, length)
        result: Readings = grouped[:, 0].copy()
        result["reading"] = _mean(grouped["reading"])
        result["source"] = _mean(grouped["source"])
        result["source_status"] = np.bitwise_or.reduce(grouped["source_status"], axis=1)
        return result


def _limited(source: Source, voltages: FloatArray, currents: FloatArray) -> "np.ndarray":
    """Tell which means are at the limit of the source."""
    complement = currents if source.active is Quantity.VOLTAGE else voltages
    limited: np.ndarray = np.abs(complement) >= source.setting.limit * _AT_LIMIT
    return limited


def _mean(values: FloatArray) -> FloatArray:
    """Average along rows; an overflow among them makes an overflow."""
    means: FloatArray = values.mean(axis=1)
    means[(np.abs(values) > 1e37).any(axis=1)] = specs.OVERFLOW
    return means


def _moving_mean(rows: Readings, first: int, length: int) -> Readings:
    """Average each row from `first` on with the `length` - 1 rows before it, as far as there are any."""
    result: Readings = rows[first:].copy()
    padded = np.concatenate((np.full(length - 1, np.nan), rows["reading"]))
    windows = np.lib.stride_tricks.sliding_window_view(padded, length)[first:]
    means = np.nanmean(windows, axis=1)
    means[(np.abs(windows) > 1e37).any(axis=1)] = specs.OVERFLOW
    result["reading"] = means
    return result


def noise_at(found: Range, aperture: Nanoseconds, line_frequency: float) -> float:
    """Give the rms noise of a range at an aperture: white, so with one over the root of the time."""
    return found.noise * sqrt(1e9 / line_frequency / aperture)


def ratio(voltages: FloatArray, currents: FloatArray, full_scale: float) -> FloatArray:
    """Divide readings to a resistance; what exceeds the range or has no current is an overflow."""
    with np.errstate(divide="ignore", invalid="ignore"):
        values: FloatArray = voltages / currents
    values[~(np.abs(values) <= full_scale * specs.OVERRANGE) | (np.abs(voltages) > 1e37)] = specs.OVERFLOW
    return values


def measure_range(quantity: Quantity, full_scale: float) -> Range:
    """Give the measure range of a full scale."""
    return next(found for found in MEASURE_RANGES[quantity] if found.full_scale == full_scale)
