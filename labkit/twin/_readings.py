"""Readings of a run, thinned so that a fit is quick and loses nothing: means between one change and the next."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from labkit.core import FloatArray, IntArray, Run, SampleStatus, StimulusHistory

STEP = 1.125
"""How much longer after a change of stimulus the next mean begins."""
CELLS = 200
ALIKE = 100
"""How many readings with a smaller current, and how many with a larger one, tell the noise of one."""
_MEDIAN_OF_SQUARES = 0.4549
"""Median of the square of a standard normal deviate."""
_SHORTEST = 1e-3
_LEAST = 1e-18


@dataclass(frozen=True, slots=True)
class Readings:
    """Currents of one terminal to be fitted: arrays of one length.

    `currents` (A) are means of readings, `sigmas` (A) their standard uncertainty by the noise of the readings alone.
    `times` (s) is where the readings of a mean lie in the mean, `spreads` (s) the standard deviation of where they
    lie, each over its aperture: half of the current at `times - spreads` and half of that at `times + spreads` is the
    mean of any cubic. `gain` (a fraction) and `offset` (A) are the ammeter's limits. `members` tells for every sample
    of the trace which mean it went into, -1 for none.
    """

    terminal: str
    times: FloatArray
    spreads: FloatArray
    currents: FloatArray
    sigmas: FloatArray
    gain: float
    offset: float
    members: IntArray

    @property
    def points(self) -> FloatArray:
        """Where (s) a model is to be looked at: two points a mean, one after another."""
        return np.column_stack([self.times - self.spreads, self.times + self.spreads]).reshape(-1)


def readings_of(run: Run, terminal: str, history: StimulusHistory, doubt: float = 0.0) -> Readings:
    """Thin the readings of a terminal.

    Those are left out that an instrument marked as not good, and those in whose aperture the stimulus changed, or may
    have changed, changes being known to `doubt` (s).
    """
    samples = run.traces[terminal]
    table = run.acquisitions[run.acquisitions["terminal"] == terminal]
    apertures = _per_sample(table, "aperture", len(samples.time))
    good = np.isfinite(samples.current) & (samples.status & int(SampleStatus.OVERLOAD | SampleStatus.INVALID) == 0)
    early = np.maximum(samples.time - doubt, history.times[0])
    good &= _stretch(early, history) == _stretch(samples.time + apertures + doubt, history)
    apertures = apertures[good]
    times, currents = samples.time[good] + apertures / 2, samples.current[good]
    stretch = _stretch(times, history)
    group = _groups(times - history.times[np.maximum(stretch, 0)], stretch)
    members = np.full(len(good), -1, dtype=np.int64)
    members[good] = group
    counts = np.bincount(group)
    middles = np.bincount(group, times) / counts
    scatter = np.bincount(group, (times - middles[group]) ** 2 + apertures**2 / 12) / counts
    return Readings(
        terminal,
        middles,
        np.sqrt(scatter),
        np.bincount(group, currents) / counts,
        _noise(currents, stretch, group) / np.sqrt(counts),
        float(table["gain"].max()),
        float(table["offset"].max()),
        members,
    )


def _stretch(times: FloatArray, history: StimulusHistory) -> IntArray:
    return np.searchsorted(history.times, times, side="right") - 1


def _per_sample(table: pd.DataFrame, column: str, count: int) -> FloatArray:
    found = np.zeros(count)
    for first, length, value in zip(table["first_sample"], table["sample_count"], table[column], strict=True):
        found[int(first) : int(first) + int(length)] = value
    return np.nan_to_num(found)


def _groups(since: FloatArray, stretch: IntArray) -> IntArray:
    """Give each reading the number of its mean: those of one stretch that came about as long after its begin."""
    cell = np.clip(np.floor(np.log(np.maximum(since, 1e-9) / _SHORTEST) / np.log(STEP)), -1, CELLS).astype(np.int64)
    key = stretch * (CELLS + 2) + cell
    return np.asarray(np.unique(key, return_inverse=True)[1], dtype=np.int64)


def _noise(currents: FloatArray, stretch: IntArray, group: IntArray) -> FloatArray:
    """Give the noise (A) of a reading in each mean, by third differences: no slow decay inflates them.

    A mean has the noise of all readings of the run whose currents are as large as its own, near enough: its own few
    would tell it badly, and a mean that lies far off by chance would count for less.
    """
    groups = int(group.max(initial=-1)) + 1
    if len(currents) < 4:
        return np.full(groups, max(float(np.std(currents)), _LEAST) if groups else np.nan)
    third = (currents[3:] - 3 * currents[2:-1] + 3 * currents[1:-2] - currents[:-3]) ** 2 / 20
    inside = stretch[3:] == stretch[:-3]
    if not inside.any():
        return np.full(groups, max(float(np.sqrt(np.var(np.diff(currents)) / 2)), _LEAST))
    levels = np.abs(currents[3:] + currents[2:-1] + currents[1:-2] + currents[:-3])[inside] / 4
    order = np.argsort(levels, kind="stable")
    squares = _squares_around(third[inside][order])
    own = np.bincount(group, np.abs(currents), groups) / np.bincount(group, minlength=groups)
    noise: FloatArray = np.maximum(np.sqrt(np.interp(own, levels[order], squares)), _LEAST)
    return noise


def _squares_around(values: FloatArray) -> FloatArray:
    """Give the mean square of each place and those around it, by their median: bent stretches are no noise."""
    around = pd.Series(values).rolling(2 * ALIKE + 1, center=True, min_periods=1).median()
    smooth = around.rolling(ALIKE, center=True, min_periods=1).mean()
    return smooth.to_numpy(np.float64) / _MEDIAN_OF_SQUARES
