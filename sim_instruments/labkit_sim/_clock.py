"""The clocks of a world: a virtual one that jumps, and a real one that the world follows."""

import time
from collections.abc import Callable

from labkit.core import Nanoseconds
from labkit_sim._world import World

_LONGEST_SLEEP = 2e-3
"""Of a wait for a condition, in seconds of the wall."""


class VirtualClock:
    """Time that passes only when somebody waits or a command takes its time: a wait is a jump."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> Nanoseconds:
        """Give the present instant of the world."""
        return self._world.now

    def sleep_until(self, deadline: Nanoseconds) -> None:
        """Jump to `deadline`; all that happens in between happens."""
        self._world.advance_to(deadline)

    def wait_until(self, condition: Callable[[], bool], deadline: Nanoseconds) -> bool:
        """Jump to where `condition` becomes true, at most to `deadline`; give the condition."""
        return self._world.advance_until(condition, deadline)


class RealClock:
    """Time of the wall, scaled by `factor` (seconds of the world per second of the wall)."""

    def __init__(self, world: World, factor: float = 1.0) -> None:
        self._world = world
        self._factor = factor
        self._wall_start = time.monotonic_ns()
        self._world_start = int(world.now)

    def now(self) -> Nanoseconds:
        """Bring the world up to the wall's time, and give the instant."""
        passed = (time.monotonic_ns() - self._wall_start) * self._factor
        self._world.advance_to(self._world_start + int(passed))
        return self._world.now

    def sleep_until(self, deadline: Nanoseconds) -> None:
        """Sleep until `deadline`; a signal such as Ctrl-C interrupts the sleep."""
        while (left := deadline - self.now()) > 0:
            time.sleep(left / 1e9 / self._factor)

    def wait_until(self, condition: Callable[[], bool], deadline: Nanoseconds) -> bool:
        """Sleep from event to event of the world until `condition` is true, at most to `deadline`.

        Another thread's client may bring an event forward at any time, so a sleep is short.
        """
        while self.now() < deadline and not condition():
            event = self._world.next_event
            until = deadline if event is None else min(event, deadline)
            time.sleep(min(_LONGEST_SLEEP, max(0, until - self._world.now) / 1e9 / self._factor))
        return condition()


WorldClock = VirtualClock | RealClock
