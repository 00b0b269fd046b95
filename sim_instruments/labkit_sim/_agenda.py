"""Time, what is to happen when, and the processes that go on by themselves."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from heapq import heappop, heappush
from threading import RLock

from labkit.core import Nanoseconds
from labkit_sim._process import Process, Sampling, Signal, Task, Until, Wish


class Agenda(ABC):
    """The time of a world (integer ns, from 0) and the actions and processes that wait for their instant."""

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

    # Processes

    def spawn(self, process: Process) -> Task:
        """Start a process; it runs at once up to its first wait."""
        task = Task(process)
        self._resume(task)
        return task

    def _resume(self, task: Task) -> None:
        """Let a process go on until it has to wait."""
        try:
            wish = next(task.process)
            while self._granted(wish):
                wish = next(task.process)
        except StopIteration as stop:
            task.end(stop.value)
        except BaseException:
            task.end(None)
            raise
        else:
            self._wait(task, wish)

    def _granted(self, wish: Wish) -> bool:
        if isinstance(wish, Until):
            return wish.time <= self._now
        if isinstance(wish, Sampling):
            return wish.count < 1
        return isinstance(wish, Task) and wish.done

    def _wait(self, task: Task, wish: Wish) -> None:
        def go_on() -> None:
            if not task.done:
                self._resume(task)

        task.on_cancel = None
        if isinstance(wish, Until):
            self.at(wish.time, go_on)
        elif isinstance(wish, Sampling):
            task.on_cancel = self._begin(wish, go_on)
        elif isinstance(wish, Signal):
            wish.resume_on_fire(go_on)
        else:
            wish.finished.resume_on_fire(go_on)

    @abstractmethod
    def _begin(self, sampling: Sampling, then: Callable[[], None]) -> Callable[[], None]:
        """Begin readings and have something done when they are over; give what stops them before."""

    # The passing of time

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
