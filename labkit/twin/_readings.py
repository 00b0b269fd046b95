"""Readings of a run, thinned so that a fit is quick and loses nothing: means between one change and the next."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from labkit.core import FloatArray, IntArray, Run, SampleStatus, StimulusHistory

STEP = 1.125
"""How much longer after a change of stimulus the next mean begins: so short that the mean of an exponential over it is
its value in the middle, to 0.06 %."""
CELLS = 200
_LEAST = 1e-18


@dataclass(frozen=True, slots=True)
class Readings:
    """Currents of one terminal to be fitted: arrays of one length.

    `times` (s) are the middle of the apertures, `currents` (A) means, `sigmas` (A) their standard uncertainty by the
    noise of the readings alone. `gain` (a fraction) and `offset` (A) are the ammeter's limits.
    """

    terminal: str
    times: FloatArray
    currents: FloatArray
    sigmas: FloatArray
    gain: float
    offset: float


def readings_of(run: Run, terminal: str, history: StimulusHistory) -> Readings:
    """Thin the readings of a terminal; those that an instrument marked as not good are left out."""
    samples = run.traces[terminal]
    table = run.acquisitions[run.acquisitions["terminal"] == terminal]
    apertures = _per_sample(table, "aperture", len(samples.time))
    good = np.isfinite(samples.current) & (samples.status & int(SampleStatus.OVERLOAD | SampleStatus.INVALID) == 0)
    times = samples.time[good] + apertures[good] / 2
    currents = samples.current[good]
    stretch = np.searchsorted(history.times, times, side="right") - 1
    noise = _noise(currents, stretch)
    group = _groups(times - history.times[np.maximum(stretch, 0)], stretch)
    counts = np.bincount(group)
    return Readings(
        terminal,
        np.bincount(group, times) / counts,
        np.bincount(group, currents) / counts,
        np.bincount(group, noise) / counts / np.sqrt(counts),
        float(table["gain"].max()),
        float(table["offset"].max()),
    )


def _per_sample(table: pd.DataFrame, column: str, count: int) -> FloatArray:
    found = np.zeros(count)
    for first, length, value in zip(table["first_sample"], table["sample_count"], table[column], strict=True):
        found[int(first) : int(first) + int(length)] = value
    return np.nan_to_num(found)


def _groups(since: FloatArray, stretch: IntArray) -> IntArray:
    """Give each reading the number of its mean: those of one stretch that came about as long after its begin."""
    cell = np.clip(np.floor(np.log(np.maximum(since, 1e-9) / 1e-3) / np.log(STEP)), -1, CELLS).astype(np.int64)
    key = stretch * (CELLS + 2) + cell
    return np.asarray(np.unique(key, return_inverse=True)[1], dtype=np.int64)


def _noise(currents: FloatArray, stretch: IntArray) -> FloatArray:
    """Give the noise (A) of a reading in each stretch, by second differences: no decay inflates them."""
    if len(currents) < 3:
        return np.full(len(currents), np.nan)
    inside = stretch[2:] == stretch[:-2]
    second = (currents[2:] - 2 * currents[1:-1] + currents[:-2]) / np.sqrt(6.0)
    overall = float(np.sqrt(np.mean(second[inside] ** 2))) if inside.any() else float(np.std(np.diff(currents)))
    labels = stretch - stretch.min()
    count = np.bincount(labels[1:-1][inside], minlength=labels.max() + 1)
    total = np.bincount(labels[1:-1][inside], second[inside] ** 2, minlength=labels.max() + 1)
    # A stretch of few readings tells its noise badly: it borrows from the whole run, as much as five readings would.
    pooled = np.sqrt((total + 5 * overall**2) / (count + 5))
    noise: FloatArray = np.maximum(pooled[labels], _LEAST)
    return noise
