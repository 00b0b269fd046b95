"""Fewer points that look the same: the extremes of each bucket stay, and so do the gaps."""

import numpy as np

from labkit.core import FloatArray, IntArray

_GAP = 20.0
"""A pause longer than this many sampling periods is a gap in a trace."""
_FEWEST = 100
"""Below this many points a trace has no sampling period to speak of, and no gaps."""


def decimate(x: FloatArray, y: FloatArray, largest: int) -> IntArray:
    """Choose at most `largest` rows of a curve of n points, in order, such that its outline stays.

    Rows are taken in n / (largest / 2) buckets, the smallest and the largest ordinate of each; the first and the last
    row are always among them. Ordinates that are NaN are gaps: a bucket with one keeps one.
    """
    count = len(x)
    if count <= largest:
        return np.arange(count, dtype=np.int64)
    buckets = max((largest - 2) // 3, 1)
    size = -(-count // buckets)
    padded = np.pad(y, (0, size * buckets - count), mode="edge").reshape(buckets, size)
    missing = np.isnan(padded)
    rows = [
        np.where(missing, np.inf, padded).argmin(axis=1),
        np.where(missing, -np.inf, padded).argmax(axis=1),
    ]
    start = np.arange(buckets, dtype=np.int64) * size
    gaps = (start + missing.argmax(axis=1))[missing.any(axis=1)]
    chosen = np.concatenate([*(start + row for row in rows), gaps, [0, count - 1]])
    return np.unique(np.minimum(chosen, count - 1))


def with_gaps(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Put a NaN into every pause of a sampled trace, so that no line is drawn where nothing was measured."""
    if len(x) < _FEWEST:
        return x, y
    steps = np.diff(x)
    pauses = np.flatnonzero(steps > _GAP * np.median(steps))
    if len(pauses) > len(x) // 4:
        return x, y
    return np.insert(x, pauses + 1, x[pauses]), np.insert(y, pauses + 1, np.nan)
