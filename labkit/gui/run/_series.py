"""A growing curve over time, and what of it a screen can show."""

from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray
from labkit.gui.run._pyramid import GrowingArray, Indices, MinMaxPyramid

RECENT = 1 << 18
"""Readings of a series that are kept as they are, the latest ones; of those before no more than as many extremes."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A curve as a screen shows it: in each column of pixels its least and its greatest value.

    `x`, `y` are the corners of the line to draw, at most four a column; `exact` tells that they are the readings
    themselves.
    """

    x: FloatArray
    y: FloatArray
    exact: bool


class Series:
    """Values over a time (s) that never goes back; `magnitude` makes it keep the absolute value instead.

    Its memory is bounded: the latest `recent` readings and at most once as many more are kept as they are. Of stretches
    of those before, equal in the number of readings, the least and the greatest are kept, at most `recent` in all.
    """

    def __init__(self, magnitude: bool = False, recent: int = RECENT) -> None:
        self._times = GrowingArray()
        self._pyramid = MinMaxPyramid()
        self._magnitude = magnitude
        self._recent = recent
        self._thinned = 0
        self._stretch = 2

    def __len__(self) -> int:
        return len(self._times)

    @property
    def times(self) -> FloatArray:
        """Time of each value (s)."""
        return self._times.values

    @property
    def values(self) -> FloatArray:
        """The values."""
        return self._pyramid.values

    @property
    def end(self) -> float:
        """Time of the last value (s); 0 where there is none."""
        return float(self.times[-1]) if len(self) else 0.0

    def append(self, times: FloatArray, values: FloatArray) -> None:
        """Add readings in O(their number). A time before the one that went before is drawn at that one."""
        if len(times):
            self._times.append(np.maximum.accumulate(np.maximum(times, self.end if len(self) else times[0])))
            self._pyramid.append(np.abs(values) if self._magnitude else values)
        if len(self) - self._thinned >= 2 * self._recent:
            self._thin()

    def _thin(self) -> None:
        """Keep the extremes alone of all but the latest readings; a stretch is longer the more there are."""
        whole = (len(self) - self._recent - self._thinned) // self._stretch * self._stretch
        cut = self._thinned + whole
        moved = _extremes(self.values[self._thinned : cut], self._stretch) + self._thinned
        rows = np.concatenate([np.arange(self._thinned), moved])
        while len(rows) > self._recent:
            rows = rows[_extremes(self.values[rows], 4)]
            self._stretch *= 2
        self._thinned = len(rows)
        times, values = (np.concatenate([all_[rows], all_[cut:]]) for all_ in (self.times, self.values))
        self._times, self._pyramid = GrowingArray(), MinMaxPyramid()
        self._times.append(times)
        self._pyramid.append(values)

    def nearest(self, time: float) -> tuple[float, float] | None:
        """Give time and value of the last reading at or before a time; None where there is none."""
        at = int(np.searchsorted(self.times, time, side="right")) - 1
        return None if at < 0 else (float(self.times[at]), float(self.values[at]))

    def outline(self, begin: float, end: float, columns: int) -> Outline:
        """Give what a screen of so many columns of pixels shows between two times, one reading beyond each side.

        Every extreme of the readings is an extreme of the outline. The cost goes with the columns, not the readings.
        """
        first = max(int(np.searchsorted(self.times, begin, side="left")) - 1, 0)
        last = min(int(np.searchsorted(self.times, end, side="right")) + 1, len(self))
        if last - first <= 2 * columns:
            return Outline(self.times[first:last], self.values[first:last], exact=True)
        width = (end - begin) / columns
        starts, lows, highs = self._pieces(first, last, columns, width)
        times = self.times[starts]
        column = np.floor((times - begin) / width).astype(np.int64) if width > 0 else np.zeros(len(times), np.int64)
        edges = np.flatnonzero(np.concatenate([[True], column[1:] != column[:-1]]))
        outline = np.empty(2 * len(edges))
        outline[0::2], outline[1::2] = np.fmin.reduceat(lows, edges), np.fmax.reduceat(highs, edges)
        return Outline(np.repeat(times[edges], 2), outline, exact=False)

    def _pieces(self, first: int, last: int, columns: int, width: float) -> tuple[Indices, FloatArray, FloatArray]:
        """Cover readings with blocks no wider than a column, or single readings: first reading, low, high of each.

        It starts with blocks of which one or two fall on a column if readings come evenly. Where they do not, a block
        may span many columns: it is opened into shorter ones. Fewer than one block a column can be too wide, so that a
        level adds at most twice as many pieces as there are columns.
        """
        pyramid = self._pyramid
        level = 0
        while level + 1 < pyramid.levels and pyramid.length(level + 1) * columns <= last - first:
            level += 1
        begin, end, covered = _inside(first, last, pyramid.length(level), pyramid.blocks(level))
        found = [self._single(np.arange(first, covered[0])), self._single(np.arange(covered[1], last))]
        blocks = np.arange(begin, end)
        while len(blocks):
            length = pyramid.length(level)
            starts = blocks * length
            wide = (
                self.times[starts + length - 1] - self.times[starts] > width if level else np.zeros(len(blocks), bool)
            )
            kept = blocks[~wide]
            found.append((kept * length, *pyramid.extremes(level, kept)))
            blocks, level = _opened(blocks[wide], pyramid, level)
        starts, lows, highs = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(starts, kind="stable")
        return starts[order], lows[order], highs[order]

    def _single(self, readings: Indices) -> tuple[Indices, FloatArray, FloatArray]:
        values = self.values[readings]
        return readings, values, values


def _extremes(values: FloatArray, stretch: int) -> Indices:
    """Give the least and the greatest of each stretch, in order, NaN looked past; a rest stays as it is."""
    whole = len(values) // stretch
    if stretch == 2:
        return np.arange(len(values))
    table = values[: whole * stretch].reshape(-1, stretch)
    missing = np.isnan(table)
    low, high = np.where(missing, np.inf, table).argmin(axis=1), np.where(missing, -np.inf, table).argmax(axis=1)
    pairs = np.sort(np.column_stack((low, high)), axis=1) + stretch * np.arange(whole)[:, None]
    return np.concatenate([pairs.ravel(), np.arange(whole * stretch, len(values))])


def _inside(first: int, last: int, length: int, full: int) -> tuple[int, int, tuple[int, int]]:
    """Give the blocks that lie within a range of readings, and the readings that they cover."""
    begin, end = -(-first // length), min(last // length, full)
    end = max(begin, end)
    return begin, end, (min(begin * length, last), max(min(end * length, last), min(begin * length, last)))


def _opened(blocks: Indices, pyramid: MinMaxPyramid, level: int) -> tuple[Indices, int]:
    """Give the blocks of the level below that blocks consist of."""
    shorter = pyramid.length(level) // pyramid.length(level - 1) if level else 1
    return (blocks[:, None] * shorter + np.arange(shorter)).ravel(), level - 1
