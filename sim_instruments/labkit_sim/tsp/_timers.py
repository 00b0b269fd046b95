"""Timers and blenders of trigger events (`trigger.timer[n]`, `trigger.blender[n]`)."""

from functools import partial
from itertools import count as numbers

from labkit.core import Nanoseconds, nanoseconds
from labkit_sim._process import Task, Until
from labkit_sim._world import World
from labkit_sim.tsp._arguments import flag, integer, number
from labkit_sim.tsp._errors import MISSING, TspError
from labkit_sim.tsp._events import Detector, EventBoard, Stimulus
from labkit_sim.tsp._interpreter import Interpreter
from labkit_sim.tsp._nodes import Node, Process, Value

_SHORTEST_DELAY, _LONGEST_DELAY = 8e-6, 100_000.0
_MOST = 1_048_575
_INPUTS = 4


class Timer:
    """An event `delay` (s) after its stimulus, `count` times (0: for ever); `passthrough` adds one at the stimulus.

    A list of delays is gone through in turn, on from one stimulus to the next, and begins anew when it is set. A
    stimulus while it runs is an overrun and changes nothing.
    """

    def __init__(self, world: World, board: EventBoard, interpreter: Interpreter) -> None:
        self._world, self._board, self._interpreter = world, board, interpreter
        self.event = board.new()
        self._detector = Detector(world)
        board.listen(self.event, self._detector.detect)
        self._stimulus = Stimulus(board, self.start)
        self._running: Task | None = None
        self._delays = [10e-6]
        self._next = 0
        self._count = 1
        self._passthrough = False

    def reset(self) -> None:
        """Go back to the settings of `reset()`."""
        self.stop()
        self._stimulus.reset()
        self._detector.clear()
        self._delays, self._next, self._count, self._passthrough = [10e-6], 0, 1, False

    def stop(self) -> None:
        """Let no more events come of what has begun."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()

    def start(self) -> None:
        """Begin as a stimulus does."""
        if self._running is not None and not self._running.done:
            self._detector.overrun = True
            return
        if self._passthrough:
            self._board.fire(self.event)
        self._running = self._world.spawn(self._run(self._count))

    def _run(self, count: int) -> Process:
        at = int(self._world.now)
        for _ in range(count) if count else numbers():
            at += nanoseconds(self._delays[self._next])
            self._next = (self._next + 1) % len(self._delays)
            yield Until(Nanoseconds(at))
            self._board.fire(self.event)

    def node(self) -> Node:
        """Give the table of this timer."""
        node = Node()
        node.attribute("delay", lambda: self._delays[0], self._set_delay)
        node.attribute("delaylist", lambda: list(self._delays), self._set_delays)
        node.attribute("count", lambda: self._count, self._set_count)
        node.attribute("passthrough", lambda: self._passthrough, self._set_passthrough)
        node.attribute("stimulus", lambda: self._stimulus.event, self._stimulus.choose)
        node.constant("EVENT_ID", self.event)
        self._detector.publish(node)
        node.function("clear", lambda *_: self._clear())
        node.function("reset", lambda *_: self.reset())
        return node

    def _clear(self) -> None:
        self._detector.clear()
        self.stop()

    def _set_delay(self, value: Value) -> None:
        self._delays, self._next = [number(value, _SHORTEST_DELAY, _LONGEST_DELAY)], 0

    def _set_delays(self, value: Value) -> None:
        found = self._interpreter.list_of(value)
        if not found:
            raise TspError(MISSING)
        self._delays, self._next = [number(item, _SHORTEST_DELAY, _LONGEST_DELAY) for item in found], 0

    def _set_count(self, value: Value) -> None:
        self._count = integer(value, 0, _MOST)

    def _set_passthrough(self, value: Value) -> None:
        self._passthrough = flag(value)


class Blender:
    """An event when all its stimuli have happened, or with `orenable` at each of them."""

    def __init__(self, world: World, board: EventBoard) -> None:
        self._board = board
        self.event = board.new()
        self._detector = Detector(world)
        board.listen(self.event, self._detector.detect)
        self._inputs = [Stimulus(board, partial(self.react, k)) for k in range(_INPUTS)]
        self._happened: set[int] = set()
        self._or = False

    def react(self, index: int) -> None:
        """Note the event of one input."""
        if self._or:
            self._board.fire(self.event)
            return
        self._happened.add(index)
        if self._happened >= {k for k, found in enumerate(self._inputs) if found.event}:
            self._happened.clear()
            self._board.fire(self.event)

    def reset(self) -> None:
        """Go back to the settings of `reset()`."""
        for found in self._inputs:
            found.reset()
        self.clear()
        self._or = False

    def clear(self) -> None:
        """Forget what has happened."""
        self._happened.clear()
        self._detector.clear()

    def node(self) -> Node:
        """Give the table of this blender."""
        node = Node()
        node.attribute("orenable", lambda: self._or, self._set_or)
        node.constant("EVENT_ID", self.event)
        stimuli = node.child("stimulus", Node("synchronous_table"))
        stimuli.items(lambda index: self._input(index).event, lambda index, value: self._input(index).choose(value))
        self._detector.publish(node)
        node.function("clear", lambda *_: self.clear())
        node.function("reset", lambda *_: self.reset())
        return node

    def _input(self, index: Value) -> Stimulus:
        return self._inputs[integer(index, 1, _INPUTS) - 1]

    def _set_or(self, value: Value) -> None:
        self._or = flag(value)
