"""Readings in order of time with the rows that say what they are: what every kind of data becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from labkit.core import FloatArray, LabkitError, Samples
from labkit.importing._columns import Readings
from labkit.importing._timeline import Row


@dataclass(frozen=True, slots=True)
class Arranged:
    """The trace of the response's terminal, the rows of the timeline, and what had to be left open, in sentences.

    `metrics` are those that these data have beyond the ones of their kind, `others` the traces of further terminals.
    """

    samples: Samples
    rows: tuple[Row, ...]
    open_questions: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    others: Mapping[str, Samples] = field(default_factory=dict)


def parts_of(readings: Readings) -> list[tuple[int, int]]:
    """Cut where the table or the number of the cycle changes; give first reading and end of each part."""
    cuts = set(np.flatnonzero(np.diff(readings.block)) + 1)
    if readings.cycle is not None:
        cuts |= set(np.flatnonzero(np.diff(readings.cycle)) + 1)
    edges = [0, *sorted(int(cut) for cut in cuts), len(readings)]
    return list(pairwise(edges))


def samples_of(readings: Readings, time: FloatArray) -> Samples:
    """Make a trace; the voltage is NaN where the file does not tell it."""
    voltage = readings.voltage if readings.voltage is not None else np.full(len(readings), np.nan)
    return Samples(time, voltage, readings.current, readings.status)


def continued_time(readings: Readings) -> FloatArray | None:
    """Give the file's times, from 0, each repeat of the table after the one before; None without a time column.

    Raises LabkitError where time runs back within a table.
    """
    if readings.time is None:
        return None
    time = readings.time - readings.time[0]
    for begin in _restarts(readings, time):
        step = float(np.median(np.diff(time[:begin]))) if begin > 1 else 1.0
        time[begin:] += time[begin - 1] + step - time[begin]
    back = np.flatnonzero(np.diff(time) < 0)
    if len(back):
        raise LabkitError(
            f"the time runs back at reading {int(back[0]) + 2} of the table",
            "sort the rows by time, or name a `cycle` column where every sweep begins at 0 s",
        )
    return np.asarray(time, float)


def _restarts(readings: Readings, time: FloatArray) -> list[int]:
    back = set(np.flatnonzero(np.diff(time) < 0) + 1)
    parts = set(np.flatnonzero(np.diff(readings.block)) + 1)
    if readings.cycle is not None:
        parts |= set(np.flatnonzero(np.diff(readings.cycle)) + 1)
    return sorted(int(place) for place in back & parts)
