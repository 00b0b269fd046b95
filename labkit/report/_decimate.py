"""Fewer points that look the same: the extremes of each stretch stay, most where most happens, and so do the gaps."""

import numpy as np

from labkit.core import FloatArray, IntArray

_FIRST_PASS = 25
"""How many times more rows than asked for the first, evenly spaced pass leaves to the second."""
_GAP = 20.0
"""A pause this many times longer than the shorter of the steps before and after it is a gap in a trace."""
_FEWEST = 100
"""Below this many points a trace has no sampling period to speak of, and no gaps."""


def decimate(x: FloatArray, y: FloatArray, largest: int) -> IntArray:
    """Choose at most `largest` (at least 8) rows of a curve of n points, in order, such that its outline stays.

    The curve is cut into stretches, shorter where the ordinate changes much, so that a reader can look closer there. Of
    each stretch the rows of the smallest and of the largest ordinate are taken, and one without a number where there
    is one; the first and the last row are always among them.
    """
    count = len(x)
    if count <= largest:
        return np.arange(count, dtype=np.int64)
    rows = np.arange(count, dtype=np.int64)
    if count > 2 * _FIRST_PASS * largest:
        rows = _even_extremes(y, _FIRST_PASS * largest // 3)
    stretches = (largest - 2) // (3 if np.isnan(y[rows]).any() else 2)
    chosen = rows[_extremes(y[rows], _busy_stretches(y[rows], stretches))]
    return np.unique(np.concatenate([[0], chosen, [count - 1]]))


def _even_extremes(y: FloatArray, stretches: int) -> IntArray:
    """Do what `_extremes` does for stretches of one length, in linear time."""
    size = -(-len(y) // stretches)
    table = np.pad(y, (0, -len(y) % size), mode="edge").reshape(-1, size)
    missing = np.isnan(table)
    lowest = np.where(missing, np.inf, table).argmin(axis=1)
    highest = np.where(missing, -np.inf, table).argmax(axis=1)
    begins = np.arange(len(table)) * size
    gaps = (begins + missing.argmax(axis=1))[missing.any(axis=1)]
    return np.unique(np.minimum(np.concatenate([begins + lowest, begins + highest, gaps]), len(y) - 1))


def _busy_stretches(y: FloatArray, stretches: int) -> IntArray:
    """Give each row the number of its stretch: half of them go evenly, half to where block means differ most."""
    block = max(1, len(y) // (4 * stretches))
    starts = np.arange(0, len(y), block)
    means = np.add.reduceat(np.nan_to_num(y), starts) / np.diff(np.append(starts, len(y)))
    change = np.sqrt(np.abs(np.gradient(means))) if len(means) > 1 else np.zeros(len(means))
    share = change / change.sum() if change.sum() > 0 else np.full(len(means), 1 / len(means))
    weight = np.repeat(share / block, block)[: len(y)] + 1 / len(y)
    along = np.cumsum(weight)
    numbers: IntArray = np.minimum((along / along[-1] * stretches).astype(np.int64), stretches - 1)
    return numbers


def _extremes(y: FloatArray, stretch: IntArray) -> IntArray:
    """Give the rows with the smallest and largest ordinate of each stretch, and one that is NaN where there is one."""
    missing = np.isnan(y)
    order = np.lexsort((y, missing, stretch))
    kind = stretch[order] * 2 + missing[order]
    begins = np.flatnonzero(np.diff(kind, prepend=-1))
    ends = np.append(begins[1:], len(y)) - 1
    ends = ends[~missing[order[ends]]]
    return np.unique(np.concatenate([order[begins], order[ends]]))


def with_gaps(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Put a NaN into every pause of a sampled trace, so that no line is drawn where nothing was measured."""
    if len(x) < _FEWEST:
        return x, y
    steps = np.diff(x)
    around = np.minimum(np.append(steps[1:], np.inf), np.append(np.inf, steps[:-1]))
    pauses = np.flatnonzero(steps > _GAP * around)
    return np.insert(x, pauses + 1, x[pauses]), np.insert(y, pauses + 1, np.nan)
