"""How far what an instrument delivered lies behind what it was asked for, from its own word or its readings' stamps."""

from collections.abc import Sequence

import numpy as np

from labkit.core import FloatArray, IntArray, Samples
from labkit.engine._tracks import Group, Placed

RESOLUTION = 1e-6
"""Standard uncertainty of an edge that a time stamp or the instrument itself tells (s)."""


def drifts(placed: Sequence[Placed], samples: Samples, edges: IntArray | None) -> tuple[FloatArray, FloatArray]:
    """Give by how much (s) each group began, and the last one ended, later than asked; and the standard uncertainties.

    `edges` (ns) are those of all steps and of the end, where the instrument tells them. Where it does not, the first
    reading of a group tells when the group began. The begin of a group without readings lies between the last reading
    before and the first one after it: its drift is between theirs, with their difference as the limits (rectangular).
    """
    drift, doubt = _of_edges(placed, edges) if edges is not None else _of_readings(placed, samples)
    return drift, np.maximum(doubt, RESOLUTION)


def _of_edges(placed: Sequence[Placed], edges: IntArray) -> tuple[FloatArray, FloatArray]:
    firsts = np.cumsum([0, *(len(one.group.steps) for one in placed)])
    asked = np.array([*(one.begin for one in placed), placed[-1].begin + placed[-1].group.duration])
    return (edges[firsts] - asked) / 1e9, np.zeros(len(asked))


def _of_readings(placed: Sequence[Placed], samples: Samples) -> tuple[FloatArray, FloatArray]:
    """Give drift and doubt of the begin of each group, and of the end of the last one."""
    count = len(placed)
    read = np.array([k for k, one in enumerate(placed) if one.group.samples], dtype=np.int64)
    late = np.array([_late(placed[k], samples) for k in read]).reshape(len(read), 2)
    # At the start nothing is late. What readings cost goes on up to the end of the last one, which no stamp tells.
    before = np.concatenate(([0.0], late[:, 1]))
    further = _cost_of_reading(placed[read[-1]].group, late[-1]) if len(read) else 0.0
    after = np.concatenate((late[:, 0], before[-1:] + further))
    following = np.searchsorted(read, np.arange(count + 1), side="left")
    earlier = np.where(np.isin(np.arange(count + 1), read), after[following], before[following])
    return (earlier + after[following]) / 2, np.abs(after[following] - earlier) / np.sqrt(12)


def _late(placed: Placed, samples: Samples) -> tuple[float, float]:
    """Give by how much (s) the first and the last reading of a group came later than asked."""
    first, last = _asked(placed.group)
    stamps, own = samples.time, placed.first_sample
    began, ended = float(stamps[own]), float(stamps[own + placed.group.samples - 1])
    return began - (placed.begin + first) / 1e9, ended - (placed.begin + last) / 1e9


def _asked(group: Group) -> tuple[int, int]:
    """Give when (ns from its first edge) the first and the last reading of a group are due."""
    edge, times = 0, []
    for step in group.steps:
        if step.samples:
            times += [edge + step.first, edge + step.first + (step.samples - 1) * step.period]
        edge += step.duration
    return times[0], times[-1]


def _cost_of_reading(group: Group, late: FloatArray) -> float:
    """Give by how much (s) one reading takes longer than asked, as far as a group of several tells."""
    return float(late[1] - late[0]) / (group.samples - 1) if group.samples > 1 else 0.0
