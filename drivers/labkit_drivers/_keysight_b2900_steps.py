"""A sequence written out: when the source changes, and when readings are due. Times in ns from the first edge."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import gcd

import numpy as np

from labkit.core import Cycle, FloatArray, IntArray, PlanRefused, Sequence, Step, sequence_steps
from labkit_drivers._keysight_b2900_data import BUFFER, TIMER_STEP

_MOST_STEPS = 2 * BUFFER
_TOLERANCE = 0.02
"""Part of an interval by which it may be longer or shorter than asked; what was delivered is read back."""
_UNNOTICED = 1e-3


@dataclass(frozen=True, slots=True)
class Written:
    """All steps of a sequence: begin, duration, level, readings (count, first, period), trigger."""

    begin: IntArray
    duration: IntArray
    level: FloatArray
    samples: IntArray
    first: IntArray
    period: IntArray
    trigger: "np.ndarray"

    @property
    def end(self) -> int:
        """When the last step ends."""
        return int(self.begin[-1] + self.duration[-1])

    @property
    def edges(self) -> IntArray:
        """When each step begins, and when the last one ends."""
        return np.append(self.begin, self.end)

    def changes(self, present: float) -> IntArray:
        """Give the steps at which the source has to act; `present` is the level before the first."""
        before = np.concatenate(([present], self.level[:-1]))
        return np.flatnonzero((self.level != before) | self.trigger)

    def reading_times(self) -> IntArray:
        """Give the begin of every reading."""
        owner = np.repeat(np.arange(len(self.begin)), self.samples)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(self.samples) - self.samples, self.samples)
        return np.asarray(self.begin[owner] + self.first[owner] + within * self.period[owner], dtype=np.int64)

    def reading_ends(self) -> IntArray:
        """Give for every reading when its step ends."""
        return np.repeat(self.begin + self.duration, self.samples)

    def readings_over(self, reading_time: int) -> IntArray:
        """Give for every step how long after its begin its last reading is over, 0 without readings."""
        last = self.first + (self.samples - 1) * self.period + reading_time
        return np.where(self.samples > 0, last, 0)

    def on_grid(self, grid: int, present: float, reading_time: int) -> tuple["Written", float]:
        """Bring all changes to multiples of a period; gives the steps and the largest relative change of an interval.

        Intervals are rounded one by one, so that equal ones stay equal; one with readings is never cut short.
        """
        heads = self.changes(present)
        starts = np.concatenate((self.begin[heads], [self.end]))
        intervals = np.diff(starts)
        owner = np.clip(np.searchsorted(heads, np.arange(len(self.begin)), side="right") - 1, 0, None)
        over = self.begin + self.readings_over(reading_time) - starts[owner]
        needed = np.zeros(len(heads), dtype=np.int64)
        np.maximum.at(needed, owner, over)
        rounded = np.maximum(np.maximum(np.round(intervals / grid), np.ceil(needed / grid)), 1).astype(np.int64) * grid
        error = float(np.max(np.abs(rounded[:-1] - intervals[:-1]) / intervals[:-1])) if len(heads) > 1 else 0.0
        lead = int(starts[0])
        moved = np.concatenate(([lead], lead + np.cumsum(rounded)))
        shift = moved[owner] - starts[owner]
        shift[: heads[0]] = 0
        begin = self.begin + shift
        duration = np.diff(np.concatenate((begin, [moved[-1]])))
        return replace(self, begin=begin, duration=duration), error


def write_out(sequence: Sequence) -> Written:
    """Write a sequence out, each step as often as it is gone through, times in the steps of the timers.

    Raises PlanRefused beyond all memories.
    """
    count = _count(sequence)
    if count > _MOST_STEPS:
        raise PlanRefused(
            f"{count} steps exceed the {BUFFER} triggers that a B2900 counts in one run",
            "put the loop outside: fewer cycles in a block",
        )
    steps = list(sequence_steps(sequence))
    table = np.array([(step.duration, step.samples, step.first, step.period) for step in steps], dtype=np.int64)
    table[:, 0] = np.maximum(np.round(table[:, 0] / TIMER_STEP), 1) * TIMER_STEP
    table[:, 2:] = -(-table[:, 2:] // TIMER_STEP) * TIMER_STEP
    begin = np.concatenate(([0], np.cumsum(table[:-1, 0])))
    level = np.array([step.level for step in steps])
    trigger = np.array([step.trigger for step in steps])
    return Written(begin, table[:, 0], level, table[:, 1], table[:, 2], table[:, 3], trigger)


def _count(sequence: Sequence) -> int:
    return sum(1 if isinstance(part, Step) else part.count * _count(part.body) for part in sequence)


def outer_cycles(sequence: Sequence) -> int:
    """Give how often the sequence goes through its one outer loop, 1 when there is more than that loop."""
    if len(sequence) == 1 and isinstance(sequence[0], Cycle):
        return sequence[0].count
    return 1


def grids(written: Written, present: float, shortest: int) -> Iterator[int]:
    """Give common periods to try: the exact one of all changes, then round ones, the longest first."""
    heads = written.changes(present)
    times = written.begin[heads]
    last = written.end - int(times[-1])
    exact = int(np.gcd.reduce(times - times[0])) if len(times) > 1 else shortest
    if exact > last:
        # The source stays in its last point for a whole period: a longer one would outlast the sequence.
        exact = gcd(exact, last)
    if exact >= shortest:
        yield exact
    longest = min(last, int(np.min(np.diff(times)))) if len(times) > 1 else shortest
    decade = 10 ** len(str(longest))
    while decade >= 1000:
        for factor in (5.0, 2.5, 2.0, 1.0):
            grid = int(decade * factor)
            if shortest <= grid <= longest and grid != exact and grid % 1000 == 0:
                yield grid
        decade //= 10


def common_period(
    written: Written, present: float, shortest: int, reading_time: int, points: int
) -> tuple[Written, int]:
    """Bring the changes of a sequence to one common period of at most `points` points; gives the steps and the period.

    An exact period is taken, else the longest whose rounding nobody notices, else the one that rounds least. Raises
    PlanRefused when none rounds by less than 2 %.
    """
    best: tuple[float, Written, int] | None = None
    heads = written.changes(present)
    for grid in grids(written, present, shortest):
        moved, error = written.on_grid(grid, present, reading_time)
        if (int(moved.begin[heads[-1]]) - int(moved.begin[heads[0]])) // grid + 1 > points:
            continue
        if error < _UNNOTICED:
            return moved, grid
        if best is None or error < best[0]:
            best = error, moved, grid
    if best is None or best[0] > _TOLERANCE:
        raise PlanRefused(
            f"the times of this block have no common period of {shortest / 1000:g} us or more within {points} list "
            "points of a B2900",
            "use rounder times, or put a `wait` of a second or a loop where the block may be cut",
        )
    return best[1], best[2]
