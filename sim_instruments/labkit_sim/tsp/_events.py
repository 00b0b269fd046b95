"""Trigger events by number, and the detectors that hold one until somebody has acted on it."""

from collections.abc import Callable, Generator

from labkit.core import Nanoseconds
from labkit_sim._process import Signal, Wish
from labkit_sim._world import World
from labkit_sim.tsp._arguments import integer, number
from labkit_sim.tsp._nodes import Node, Process, Value

NO_EVENT = 0
LONGEST_WAIT = 1e6


class EventBoard:
    """All events of an instrument; each has a number, its EVENT_ID."""

    def __init__(self) -> None:
        self._listeners: list[list[Callable[[], None]]] = [[]]

    def new(self) -> int:
        """Give the number of a new event."""
        self._listeners.append([])
        return len(self._listeners) - 1

    def fire(self, event: int) -> None:
        """Tell all that listen to an event."""
        for listener in tuple(self._listeners[event]):
            listener()

    def listen(self, event: int, listener: Callable[[], None]) -> None:
        """Call `listener` at each event of this number."""
        self._listeners[event].append(listener)

    def ignore(self, event: int, listener: Callable[[], None]) -> None:
        """Call `listener` no more."""
        if listener in self._listeners[event]:
            self._listeners[event].remove(listener)

    def checked(self, value: Value) -> int:
        """Take the number of an event, or 0; raises TspError 1101 or 1102 for what is none."""
        return integer(value, 0, len(self._listeners) - 1)


class Stimulus:
    """A chosen event that makes something happen; `react` is called at each one."""

    def __init__(self, board: EventBoard, react: Callable[[], None]) -> None:
        self._board = board
        self._react = react
        self.event = NO_EVENT

    def choose(self, value: Value) -> None:
        """Take an event's number, 0 for none."""
        event = self._board.checked(value)
        self._board.ignore(self.event, self._react)
        self.event = event
        if event != NO_EVENT:
            self._board.listen(event, self._react)

    def reset(self) -> None:
        """Choose no event."""
        self.choose(NO_EVENT)


class Detector:
    """Holds one event until it is taken; a second one before that is an overrun."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._arrived = Signal()
        self.held = False
        self.overrun = False

    def detect(self) -> None:
        """Note an event."""
        self.overrun |= self.held
        self.held = True
        self._arrived.fire()

    def clear(self) -> None:
        """Forget what was held."""
        self.held = self.overrun = False

    def taken(self) -> Generator[Wish, None, None]:
        """Wait for an event and take it."""
        while not self.held:
            yield self._arrived
        self.held = False

    def within(self, timeout: float) -> Process:
        """Wait for an event for at most `timeout` (s) and take it; gives whether there was one."""
        over = [False]

        def time_out() -> None:
            over[0] = True
            self._arrived.fire()

        if not self.held and timeout > 0:
            self._world.at(Nanoseconds(self._world.now + round(timeout * 1e9)), time_out)
            while not self.held and not over[0]:
                yield self._arrived
        found, self.held = self.held, False
        return found

    def publish(self, node: Node) -> None:
        """Declare `wait`, `clear` and `overrun`."""
        node.function("wait", lambda timeout=None, *_: self.within(number(timeout, 0.0, LONGEST_WAIT)))
        node.function("clear", lambda *_: self.clear())
        node.attribute("overrun", lambda: self.overrun)
