"""Time, and what is to happen when."""

from collections.abc import Callable
from heapq import heappop, heappush
from threading import RLock

from labkit.core import Nanoseconds


class Agenda:
    """The time of a world (integer ns, from 0) and the actions that wait for their instant."""

    def __init__(self) -> None:
        self._now = 0
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._event_count = 0
        self._advancing = False
        self.lock = RLock()
        """Held by whoever lets time pass or lets an instrument act, one thread at a time."""

    @property
    def now(self) -> Nanoseconds:
        """The present instant."""
        return Nanoseconds(self._now)

    def at(self, time: int, action: Callable[[], None]) -> None:
        """Have something done at an instant (ns), or as soon as time goes on when it has passed."""
        self._event_count += 1
        heappush(self._events, (max(time, self._now), self._event_count, action))

    @property
    def next_event(self) -> Nanoseconds | None:
        """When something will happen by itself, or None."""
        return Nanoseconds(self._events[0][0]) if self._events else None

    def advance_to(self, time: int) -> None:
        """Let time pass up to an instant; an instant that has passed changes nothing."""
        self.advance_until(_never, time)

    def advance_until(self, condition: Callable[[], bool], deadline: int) -> bool:
        """Let time pass until an event makes `condition` true, or up to `deadline`; give the condition."""
        with self.lock:
            if self._advancing:
                raise RuntimeError("a process of the world cannot make time pass; it yields what it waits for")
            self._advancing = True
            try:
                return self._run(condition, deadline)
            finally:
                self._advancing = False

    def _run(self, condition: Callable[[], bool], deadline: int) -> bool:
        events = self._events
        while not condition():
            if not events or events[0][0] > deadline:
                self._now = max(self._now, deadline)
                return False
            self._now, _, action = heappop(events)
            action()
        return True


def _never() -> bool:
    return False
