"""Time as integer nanoseconds, and the clock that a bench keeps it with."""

import time
from typing import NewType, Protocol

Nanoseconds = NewType("Nanoseconds", int)
"""A duration or an instant in whole nanoseconds: sums of pulses and waits never drift."""

NO_TIME = Nanoseconds(0)
SECOND = Nanoseconds(1_000_000_000)


def nanoseconds(duration: float) -> Nanoseconds:
    """Round a duration in seconds to whole nanoseconds."""
    return Nanoseconds(round(duration * 1e9))


def seconds(duration: Nanoseconds) -> float:
    """Give a duration in seconds."""
    return duration / 1e9


class Clock(Protocol):
    """What tells the time of a bench: the machine's clock, or the clock of a virtual world."""

    def now(self) -> Nanoseconds:
        """Give the present instant; it never runs backwards."""
        ...

    def sleep_until(self, deadline: Nanoseconds) -> None:
        """Return at `deadline`, or at once when it has passed."""
        ...


class MonotonicClock:
    """The machine's monotonic clock, for real instruments."""

    def now(self) -> Nanoseconds:
        """Give the present instant of `time.monotonic_ns`."""
        return Nanoseconds(time.monotonic_ns())

    def sleep_until(self, deadline: Nanoseconds) -> None:
        """Sleep until `deadline`; a signal such as Ctrl-C interrupts the sleep."""
        while (left := deadline - time.monotonic_ns()) > 0:
            time.sleep(left / 1e9)
