"""From the world's means over apertures to rows of a reading buffer: quantities, status bits, filter."""

from collections.abc import Callable, Mapping

import numpy as np

from labkit.core import FloatArray, IntArray
from labkit_sim.keithley_2600._buffer import COMPLIANCE, FILTERED, FOUR_WIRE, MEASURE_AUTORANGED, READING, Readings
from labkit_sim.keithley_2600._meter import Digitizer
from labkit_sim.keithley_2600._models import OVERFLOW
from labkit_sim.keithley_2600._settings import DC_VOLTS, FILTER_MOVING, FILTER_REPEAT, Measure, Source

CURRENT, VOLTAGE, RESISTANCE, POWER = "i", "v", "r", "p"
FUNCTION_NUMBERS = {CURRENT: 0, VOLTAGE: 1, RESISTANCE: 2, POWER: 3}

Sink = Callable[[dict[str, Readings]], None]
"""Takes finished readings by quantity, in batches, in order."""

_AT_LIMIT = 1 - 1e-6


def measured(quantities: str) -> tuple[str, ...]:
    """Give which of current and voltage are measured for some quantities (letters)."""
    if set(quantities) & {RESISTANCE, POWER}:
        return CURRENT, VOLTAGE
    return tuple(dict.fromkeys(quantities))


def at_limit(complement: FloatArray | float, limit: float) -> "np.ndarray":
    """Tell where the quantity that is not sourced is at its limit."""
    found: np.ndarray = np.abs(complement) >= limit * _AT_LIMIT
    return found


class Acquisition:
    """Readings of one request, on the ranges of its begin.

    `digitizers` make readings of what is measured, `on_wire` gives level and limit of the source as the wire has them.
    """

    def __init__(
        self,
        source: Source,
        measure: Measure,
        digitizers: Mapping[str, Digitizer],
        on_wire: Callable[[], tuple[float, float]],
        quantities: str,
        sink: Sink,
    ) -> None:
        self._source = source
        self._measure = measure
        self._digitizers = digitizers
        self._on_wire = on_wire
        self._quantities = quantities
        self._sink = sink
        self._waiting: dict[str, Readings] = {}

    def take(self, times: IntArray, voltages: FloatArray, currents: FloatArray) -> None:
        """Take means over apertures from the world."""
        source = self._source
        read = {VOLTAGE: voltages, CURRENT: currents}
        raw = {quantity: digitizer.read(read[quantity]) for quantity, digitizer in self._digitizers.items()}
        complement = currents if source.function == DC_VOLTS else voltages
        level, limit = self._on_wire()
        limited = at_limit(complement, limit) & source.output
        done = {}
        for quantity in self._quantities:
            rows = np.zeros(len(times), READING)
            rows["time"] = times
            rows["reading"] = self._values(quantity, raw)
            rows["source"] = level
            rows["status"] = self._status(quantity)
            rows["status"][limited] |= COMPLIANCE
            rows["measure_range"] = self._digitizers[self._range_of(quantity)].range.full_scale
            rows["source_range"] = source.active.full_scale
            rows["measure_function"] = FUNCTION_NUMBERS[quantity]
            rows["source_function"] = source.function
            rows["output"] = source.output
            done[quantity] = self._filtered(quantity, rows)
        self._sink(done)

    def _range_of(self, quantity: str) -> str:
        return VOLTAGE if quantity == VOLTAGE else CURRENT

    def _values(self, quantity: str, raw: dict[str, FloatArray]) -> FloatArray:
        if quantity in raw:
            values = raw[quantity]
        else:
            over = (np.abs(raw[VOLTAGE]) > 1e37) | (np.abs(raw[CURRENT]) > 1e37)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                values = raw[VOLTAGE] / raw[CURRENT] if quantity == RESISTANCE else raw[VOLTAGE] * raw[CURRENT]
            values[over | ~np.isfinite(values)] = OVERFLOW
        on, relative = self._measure.relatives.get(quantity, (False, 0.0))
        return np.where(np.abs(values) < 1e37, values - relative, values) if on else values

    def _status(self, quantity: str) -> int:
        measure = self._measure
        meter = measure.voltage if quantity == VOLTAGE else measure.current
        status = MEASURE_AUTORANGED if meter.auto_range else 0
        status |= FOUR_WIRE if measure.remote_sense else 0
        return status | (FILTERED if measure.filter_on else 0)

    def _filtered(self, quantity: str, rows: Readings) -> Readings:
        """Average, or take the median of, groups of conversions; a moving filter looks back over what there is."""
        measure = self._measure
        if not measure.filter_on or measure.filter_count < 2:
            return rows
        length = measure.filter_count
        before = self._waiting.get(quantity, rows[:0])
        together: Readings = np.concatenate((before, rows))
        if measure.filter_type == FILTER_MOVING:
            self._waiting[quantity] = together[-(length - 1) :]
            return _moving_mean(together, len(before), length)
        groups = len(together) // length
        self._waiting[quantity] = together[groups * length :]
        grouped = together[: groups * length].reshape(groups, length)
        result: Readings = grouped[:, 0].copy()
        values = grouped["reading"]
        result["reading"] = values.mean(axis=1) if measure.filter_type == FILTER_REPEAT else np.median(values, axis=1)
        result["reading"][(np.abs(values) > 1e37).any(axis=1)] = OVERFLOW
        result["status"] = np.bitwise_or.reduce(grouped["status"], axis=1)
        return result


def _moving_mean(rows: Readings, first: int, length: int) -> Readings:
    """Average each row from `first` on with the `length` - 1 rows before it, as far as there are any."""
    result: Readings = rows[first:].copy()
    sums = np.concatenate(((0.0,), np.cumsum(rows["reading"])))
    ends = np.arange(first, len(rows)) + 1
    begins = np.maximum(ends - length, 0)
    result["reading"] = (sums[ends] - sums[begins]) / (ends - begins)
    return result
