"""What one trigger layer of a B2900 can time: bursts of evenly spaced events, themselves evenly spaced."""

from dataclasses import dataclass

import numpy as np

from labkit.core import IntArray
from labkit_drivers._keysight_b2900_data import BUFFER, TIMER_STEP


@dataclass(frozen=True, slots=True)
class Bursts:
    """`arms` bursts of `count` events: event j of burst a comes at delay + a * arm_period + j * period (ns)."""

    delay: int
    period: int
    count: int
    arms: int = 1
    arm_period: int = 0

    @property
    def events(self) -> int:
        """How many events there are in all."""
        return self.arms * self.count

    @property
    def end(self) -> int:
        """When the last interval of the last burst ends."""
        return self.delay + (self.arms - 1) * self.arm_period + self.count * self.period

    def times(self) -> IntArray:
        """Give all events (ns)."""
        within = self.delay + self.period * np.arange(self.count, dtype=np.int64)
        starts = self.arm_period * np.arange(self.arms, dtype=np.int64)
        return (starts[:, None] + within[None, :]).ravel()

    def as_arms(self, last_interval: int) -> "Bursts | None":
        """Give the same events as arms of one event each, over soon after the last; None for several arms."""
        return Bursts(self.delay, last_interval, 1, self.count, self.period) if self.arms == 1 else None

    def fits(self, shortest: int) -> bool:
        """Tell whether timers and counts reach so far; `shortest` (ns) is the smallest interval between events."""
        intervals = [self.period] if self.count > 1 else []
        intervals += [self.arm_period] if self.arms > 1 else []
        timed = (*intervals, self.delay)
        apart = self.arms == 1 or self.delay + self.count * self.period <= self.arm_period
        whole = all(time % TIMER_STEP == 0 for time in timed)
        return whole and apart and all(time >= shortest for time in intervals) and self.events <= BUFFER


def bursts_at(times: IntArray, last_interval: int) -> Bursts | None:
    """Find the bursts that make events at just these times (ns), or None.

    `last_interval` is the period of a single event.
    """
    gaps = np.diff(times)
    first = int(times[0])
    if not len(gaps):
        return Bursts(first, last_interval, 1)
    period = int(gaps[0])
    unlike = np.flatnonzero(gaps != period)
    if not len(unlike):
        return Bursts(first, period, len(times))
    count = int(unlike[0]) + 1
    if len(times) % count:
        return None
    rows = times.reshape(-1, count)
    arm_period = int(rows[1, 0] - rows[0, 0])
    found = Bursts(first, period if count > 1 else last_interval, count, len(rows), arm_period)
    return found if np.array_equal(found.times(), times) else None
