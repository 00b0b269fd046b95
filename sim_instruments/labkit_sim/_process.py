"""What instruments do by themselves while the world's time goes on: processes and what they wait for."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from labkit.core import NO_TIME, FloatArray, IntArray, Nanoseconds

Sink = Callable[[IntArray, FloatArray, FloatArray], None]
"""Takes finished readings: begin of each aperture (ns of the world), mean voltage (V), mean current (A)."""


@dataclass(frozen=True, slots=True)
class Until:
    """Wait until an instant of the world; one that has passed is no wait."""

    time: Nanoseconds


@dataclass(frozen=True, slots=True)
class Sampling:
    """Read a terminal `count` times; a process that yields this waits until the last aperture has closed.

    The aperture of reading k is [start + k * period, start + k * period + aperture] and each reading is the mean over
    its aperture; `aperture` 0 reads the instant itself. `sink` gets the readings in batches, in order.
    """

    terminal: str
    start: Nanoseconds
    period: Nanoseconds
    count: int
    aperture: Nanoseconds
    sink: Sink

    def __post_init__(self) -> None:
        if self.count > 1 and not self.period > 0:
            raise ValueError("readings need a period above 0")
        if self.count > 1 and self.aperture > self.period:
            raise ValueError(f"aperture {self.aperture} ns is longer than the period {self.period} ns")

    @property
    def end(self) -> Nanoseconds:
        """When the last aperture closes."""
        last = self.start + (self.count - 1) * self.period + self.aperture if self.count else NO_TIME
        return Nanoseconds(last)


class Signal:
    """Something that happens now and then: a trigger, an edge, the end of a task.

    A process that yields a signal goes on when it is next fired; `listeners` are called each time, in order.
    """

    __slots__ = ("_waiting", "listeners")

    def __init__(self) -> None:
        self.listeners: list[Callable[[], None]] = []
        self._waiting: list[Callable[[], None]] = []

    def fire(self) -> None:
        """Tell all that listen, and let go on whoever waits."""
        waiting, self._waiting = self._waiting, []
        for listener in tuple(self.listeners):
            listener()
        for resume in waiting:
            resume()

    def resume_on_fire(self, resume: Callable[[], None]) -> None:
        """Call `resume` once, at the next fire."""
        self._waiting.append(resume)


class Line:
    """A wire that carries a logic or analogue level (V) from one instrument to another; `changed` fires at edges."""

    __slots__ = ("_level", "changed")

    def __init__(self) -> None:
        self._level = 0.0
        self.changed = Signal()

    @property
    def level(self) -> float:
        """The present level (V)."""
        return self._level

    def set_level(self, level: float) -> None:
        """Put a level (V) on the wire."""
        if level != self._level:
            self._level = level
            self.changed.fire()


class Task:
    """A process under way; `World.spawn` makes it. `result` is what the process returned."""

    __slots__ = ("cancelled", "done", "finished", "on_cancel", "process", "result")

    def __init__(self, process: "Process") -> None:
        self.process = process
        self.done = False
        self.cancelled = False
        self.result: Any = None
        self.finished = Signal()
        self.on_cancel: Callable[[], None] | None = None

    def cancel(self) -> None:
        """Stop the process where it waits; its `finally` clauses run, and `finished` fires."""
        if self.done:
            return
        self.cancelled = True
        if self.on_cancel is not None:
            self.on_cancel()
        self.process.close()
        self.end(None)

    def end(self, result: Any) -> None:
        """Mark as done and tell those who wait."""
        self.done, self.result = True, result
        self.on_cancel = None
        self.finished.fire()


Wish = Until | Sampling | Signal | Task
"""What a process may yield."""

Process = Generator[Wish, None, Any]
"""Background activity of an instrument: a generator that yields what it waits for."""
