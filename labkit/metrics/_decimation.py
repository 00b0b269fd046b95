"""Log-decimation: means of readings over stretches that grow with time, so that a long record stays quick to fit."""

from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray

PER_DECADE = 50
UNTOUCHED = 400
"""Shorter records are fitted reading by reading."""


@dataclass(frozen=True, slots=True)
class Decimated:
    """Means of readings (n each): instant, standard deviation of the instants averaged, mean value, how many."""

    time: FloatArray
    spread: FloatArray
    values: FloatArray
    counts: FloatArray


def decimate(time: FloatArray, values: FloatArray) -> Decimated:
    """Average readings over at most 50 stretches a decade of time since the first; short records stay as they are.

    `time` (s) rises from 0 or later; a reading at 0, as of a file that tells no aperture, stays alone.
    """
    if len(time) <= UNTOUCHED:
        return Decimated(time, np.zeros(len(time)), values, np.ones(len(time)))
    origin = time[0] if time[0] > 0 else time[1]
    bins = np.floor(PER_DECADE * np.log10(np.maximum(time, origin) / origin) + 1e-9).astype(np.int64)
    bins[time <= 0] = -1
    first = np.flatnonzero(np.diff(bins, prepend=bins[0] - 1))
    counts = np.diff(first, append=len(time)).astype(float)
    middle = np.add.reduceat(time, first) / counts
    square = np.add.reduceat((time - np.repeat(middle, counts.astype(int))) ** 2, first) / counts
    return Decimated(middle, np.sqrt(square), np.add.reduceat(values, first) / counts, counts)
