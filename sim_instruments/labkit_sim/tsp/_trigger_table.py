"""The trigger system that TSP instruments share: `trigger.*` and `digio.*` of one instrument."""

from labkit_sim._station import Station
from labkit_sim.tsp._arguments import number
from labkit_sim.tsp._digital_io import DigitalLine, digital_io
from labkit_sim.tsp._events import LONGEST_WAIT, Detector, EventBoard
from labkit_sim.tsp._interpreter import Interpreter
from labkit_sim.tsp._nodes import Node
from labkit_sim.tsp._timers import Blender, Timer

_GENERATORS = 2


class TriggerSystem:
    """Timers, blenders, generators, digital lines and the trigger of the command interface (`*TRG`)."""

    def __init__(
        self, station: Station, interpreter: Interpreter, timers: int = 8, blenders: int = 6, lines: int = 14
    ) -> None:
        self.board = EventBoard()
        world = station.world
        self.command_event = self.board.new()
        self._detector = Detector(world)
        self.board.listen(self.command_event, self._detector.detect)
        self.timers = [Timer(world, self.board, interpreter) for _ in range(timers)]
        self.blenders = [Blender(world, self.board) for _ in range(blenders)]
        self.lines = [DigitalLine(station, str(number), self.board) for number in range(1, lines + 1)]

    def reset(self) -> None:
        """Go back to the settings of `reset()`."""
        self._detector.clear()
        for timer in self.timers:
            timer.reset()
        for blender in self.blenders:
            blender.reset()
        for line in self.lines:
            line.reset()

    def command_trigger(self) -> None:
        """Act on `*TRG` or a trigger from the bus."""
        self.board.fire(self.command_event)

    def trigger_node(self) -> Node:
        """Give the table `trigger`."""
        node = Node()
        node.constant("EVENT_ID", self.command_event)
        node.function("wait", lambda timeout=None, *_: self._detector.within(number(timeout, 0.0, LONGEST_WAIT)))
        node.function("clear", lambda *_: self._detector.clear())
        timers = node.child("timer")
        for index, timer in enumerate(self.timers, 1):
            timers.child(index, timer.node())
        blenders = node.child("blender")
        for index, blender in enumerate(self.blenders, 1):
            blenders.child(index, blender.node())
        generators = node.child("generator")
        for index in range(1, _GENERATORS + 1):
            generators.child(index, self._generator())
        return node

    def _generator(self) -> Node:
        event = self.board.new()
        node = Node()
        node.constant("EVENT_ID", event)
        node.function("assert", lambda *_: self.board.fire(event))
        return node

    def digital_node(self) -> Node:
        """Give the table `digio`."""
        return digital_io(self.lines)
