"""Two states read cycle after cycle, as a table of endurance (P16)."""

import numpy as np

from labkit.core import FloatArray, IntArray, Kind, LabkitError, Samples
from labkit.importing._arranged import Arranged, continued_time
from labkit.importing._columns import Readings
from labkit.importing._map import ImportMap
from labkit.importing._timeline import Row

_STATES = ("lrs", "hrs")


def arrange_endurance(readings: Readings, mapped: ImportMap) -> Arranged:
    """Make two reads of every row: the low-resistance state, then the high one.

    Cycles that a `cycle` column leaves out stay out: nobody read them. Raises LabkitError where a state or the read
    voltage is missing, or the numbers of the cycles do not rise.
    """
    high, status = readings.high_resistance_state, readings.high_status
    if high is None or status is None:
        raise LabkitError(
            "endurance needs both states of every cycle",
            "name `low_resistance_state` and `high_resistance_state` under `columns`: currents, or resistances with "
            "`read_voltage`",
        )
    if readings.voltage is None:
        raise LabkitError("the voltage of the reads is not known", 'give `read_voltage: "0.1 V"` in the map')
    numbers, told = _numbers(readings)
    time = continued_time(readings)
    if time is None:
        time = (numbers - 1).astype(float)
        told.append("no time column: the time axis only counts the cycles")
    spacing = float(np.min(np.diff(time))) / 2 if len(time) > 1 else 0.5
    rows = [
        Row(
            Kind.READ,
            state,
            mapped.response,
            float(begin) + place * spacing,
            float(begin) + place * spacing,
            level=float(voltage),
            first_sample=2 * index + place,
            sample_count=1,
            loops={"cycle": int(number) - 1},
        )
        for index, (begin, voltage, number) in enumerate(zip(time, readings.voltage, numbers, strict=True))
        for place, state in enumerate(_STATES)
    ]
    samples = Samples(
        _interleaved(time, time + spacing),
        np.repeat(readings.voltage, 2),
        _interleaved(readings.current, high),
        _interleaved(readings.status, status).astype(np.uint8),
    )
    return Arranged(samples, tuple(rows), tuple(told))


def _numbers(readings: Readings) -> tuple[IntArray, list[str]]:
    """Give the number of every cycle, from 1, and what had to be taken for granted."""
    if readings.cycle is None:
        return np.arange(1, len(readings) + 1), ["no `cycle` column: every row was taken for the cycle after the last"]
    numbers = np.rint(readings.cycle).astype(np.int64)
    numbers = numbers + (1 - numbers[0] if numbers[0] < 1 else 0)
    back = np.flatnonzero(np.diff(numbers) <= 0)
    if len(back):
        raise LabkitError(
            f"the number of the cycle does not rise at row {int(back[0]) + 2} of the table",
            "sort the rows by cycle, and import each device from a file of its own",
        )
    return numbers, []


def _interleaved(first: np.ndarray, second: np.ndarray) -> FloatArray:
    return np.column_stack([first, second]).reshape(-1)
