"""What is uncertain about when things began that were started apart: pulses of light, and acquisitions.

An error moves the currents that were read by their slope. All pulses of light share one, since an instrument acts at
its own place within a command; they differ as far as their commands differ in length.
"""

import numpy as np
import pandas as pd

from labkit.core import FloatArray, Kind, Run, StimulusHistory
from labkit.twin._readings import Readings

FELT = 0.1
"""Of the noise: a start that moves no current by more is left out."""


def pulses_of(run: Run, kind: str) -> pd.DataFrame:
    """Give the pulses on electrical or on optical terminals, in the order of time."""
    pulses = run.rows(Kind.PULSE)
    chosen = [name for name, known in run.description.terminals.items() if known == kind]
    own = pulses[pulses["terminal"].isin(chosen)]
    return own.sort_values("begin")


def jitter_of(run: Run, readings: tuple[Readings, ...], history: StimulusHistory) -> FloatArray:
    """Give by how much (A) each current moves for each start that comes later by its standard uncertainty."""
    light = pulses_of(run, "optical")
    begins, doubts = light["begin"].to_numpy(np.float64), np.nan_to_num(light["time_uncertainty"].to_numpy(np.float64))
    slopes = [_slopes(each, history) for each in readings]
    unlike = _unlike(doubts)
    pulses = [_by_pulse(each, slope, begins, doubts, unlike) for each, slope in zip(readings, slopes, strict=True)]
    acquired = [_by_acquisition(run, each, slope) for each, slope in zip(readings, slopes, strict=True)]
    total = sum(len(each.times) for each in readings)
    found = np.zeros((total, 1 + len(begins) + sum(block.shape[1] for block in acquired)))
    row, column = 0, 1 + len(begins)
    for by_pulse, by_acquisition in zip(pulses, acquired, strict=True):
        rows, count = slice(row, row + len(by_pulse)), by_acquisition.shape[1]
        found[rows, : 1 + len(begins)] = by_pulse
        found[rows, column : column + count] = by_acquisition
        row, column = rows.stop, column + count
    sigmas = np.concatenate([each.sigmas for each in readings]) if readings else np.empty(0)
    felt = np.max(np.abs(found) / sigmas[:, None], axis=0, initial=0.0) > FELT
    return found[:, felt]


def _slopes(readings: Readings, history: StimulusHistory) -> FloatArray:
    """Give how fast the currents change (A/s), between one change of the stimulus and the next."""
    found = np.zeros(len(readings.times))
    stretch = np.searchsorted(history.times, readings.times, side="right")
    for each in np.unique(stretch):
        own = np.flatnonzero(stretch == each)
        if len(own) > 1:
            found[own] = np.gradient(readings.currents[own], readings.times[own])
    return found


def _unlike(doubts: FloatArray) -> float:
    """Give the standard uncertainty (s) of starts against each other; fewer than three do not tell."""
    starts = np.unique(doubts)
    return float(np.std(starts, ddof=1) if len(starts) > 2 else np.max(starts, initial=0.0))


def _by_pulse(
    readings: Readings, slopes: FloatArray, begins: FloatArray, doubts: FloatArray, unlike: float
) -> FloatArray:
    """Let all pulses of light move what is read after them together, and each what is read up to the next one."""
    found = np.zeros((len(readings.times), 1 + len(begins)))
    pulse = np.searchsorted(begins, readings.times, side="right") - 1
    after = np.flatnonzero(pulse >= 0)
    found[after, 0] = -slopes[after] * doubts[pulse[after]]
    found[after, 1 + pulse[after]] = -slopes[after] * unlike
    return found


def _by_acquisition(run: Run, readings: Readings, slopes: FloatArray) -> FloatArray:
    """Let each acquisition of a relaxation move its own readings: only records keep the time of the pulses in them."""
    table = run.acquisitions
    table = table[table["terminal"] == readings.terminal].sort_values("first_sample")
    firsts, counts = table["first_sample"].to_numpy(np.int64), table["sample_count"].to_numpy(np.int64)
    sizes = np.bincount(readings.members[readings.members >= 0], minlength=len(readings.times))
    columns = [np.zeros((len(readings.times), 0))]
    for _, row in run.rows(Kind.RELAX, terminal=readings.terminal).iterrows():
        begin = int(row["first_sample"])
        inside = (firsts >= begin) & (firsts < begin + int(row["sample_count"]))
        for first, count in zip(firsts[inside], counts[inside], strict=True):
            own = readings.members[first : first + count]
            share = np.bincount(own[own >= 0], minlength=len(readings.times)) / sizes
            columns.append((slopes * share * float(row["time_uncertainty"]))[:, None])
    return np.hstack(columns)
