"""The digital lines of a TSP instrument: bits, and trigger pulses in and out (`digio.*`)."""

from typing import Final

from labkit.core import Nanoseconds, nanoseconds
from labkit_sim._station import Station
from labkit_sim.tsp._arguments import choice, integer, number
from labkit_sim.tsp._events import Detector, EventBoard, Stimulus
from labkit_sim.tsp._nodes import Node, Value

HIGH: Final = 5.0
_THRESHOLD: Final = 1.4
_LONGEST_PULSE = 100_000.0

BYPASS, FALLING, RISING, EITHER, SYNCHRONOUS_ACCEPTOR, SYNCHRONOUS, SYNCHRONOUS_MASTER, RISING_IN, RISING_OUT = range(9)
MODES: Final = {
    "TRIG_BYPASS": BYPASS,
    "TRIG_FALLING": FALLING,
    "TRIG_RISING": RISING,
    "TRIG_EITHER": EITHER,
    "TRIG_SYNCHRONOUSA": SYNCHRONOUS_ACCEPTOR,
    "TRIG_SYNCHRONOUS": SYNCHRONOUS,
    "TRIG_SYNCHRONOUSM": SYNCHRONOUS_MASTER,
    "TRIG_RISINGA": RISING_IN,
    "TRIG_RISINGM": RISING_OUT,
}


class DigitalLine:
    """A line on a wire of the bench, pulled up until somebody drives it.

    As in the instrument, one mode serves both directions: `stimulus` or `assert()` make a pulse, the edge of the mode
    makes the event. An edge that the line makes itself is no event.
    """

    def __init__(self, station: Station, port: str, board: EventBoard) -> None:
        self._world, self._board = station.world, board
        self._wire = station.line(port)
        if not self._wire.level:
            self._wire.set_level(HIGH)
        self.event = board.new()
        self._detector = Detector(self._world)
        board.listen(self.event, self._detector.detect)
        self._stimulus = Stimulus(board, self.pulse)
        self._mode = BYPASS
        self._pulse_width = 10e-6
        self._pulses = 0
        self._driving = False
        self._was_high = self.is_high
        self.protected = False
        self._wire.changed.listeners.append(self._wire_changed)

    @property
    def is_high(self) -> bool:
        """Whether the wire is at a logic high."""
        return self._wire.level > _THRESHOLD

    def reset(self) -> None:
        """Go back to the settings of `reset()`."""
        self._pulses += 1
        self._stimulus.reset()
        self._detector.clear()
        self._mode, self._pulse_width = BYPASS, 10e-6

    def write(self, high: bool) -> None:
        """Set the bit of the line."""
        if not self.protected:
            self._drive(high)

    def _drive(self, high: bool) -> None:
        self._driving = True
        self._wire.set_level(HIGH if high else 0.0)
        self._driving = False

    def pulse(self) -> None:
        """Make a trigger pulse; of width 0 it lasts until `release()`."""
        if self._mode == BYPASS:
            return
        self._pulses += 1
        pulse = self._pulses
        self._drive(self._pulses_high)

        def rest() -> None:
            if pulse == self._pulses:
                self._drive(not self._pulses_high)

        if self._pulse_width:
            self._world.at(Nanoseconds(self._world.now + max(nanoseconds(self._pulse_width), 1)), rest)

    @property
    def _pulses_high(self) -> bool:
        return self._mode in (RISING, RISING_OUT)

    def release(self) -> None:
        """End a pulse."""
        self._pulses += 1
        self._drive(not self._pulses_high)

    def _wire_changed(self) -> None:
        was_high, self._was_high = self._was_high, self.is_high
        if was_high == self._was_high or self._driving or self._mode in (BYPASS, RISING_OUT):
            return
        rising = self._mode in (RISING, RISING_IN)
        if self._mode == EITHER or self._was_high == rising:
            self._board.fire(self.event)

    def node(self) -> Node:
        """Give the table `digio.trigger[n]`."""
        node = Node()
        node.attribute("mode", lambda: self._mode, self._set_mode)
        node.attribute("pulsewidth", lambda: self._pulse_width, self._set_pulse_width)
        node.attribute("stimulus", lambda: self._stimulus.event, self._stimulus.choose)
        node.constant("EVENT_ID", self.event)
        self._detector.publish(node)
        node.function("assert", lambda *_: self.pulse())
        node.function("release", lambda *_: self.release())
        node.function("reset", lambda *_: self.reset())
        return node

    def _set_mode(self, value: Value) -> None:
        self._mode = choice(value, range(9))
        if self._mode in (RISING_OUT, SYNCHRONOUS_MASTER, SYNCHRONOUS):
            self._drive(not self._pulses_high)

    def _set_pulse_width(self, value: Value) -> None:
        self._pulse_width = number(value, 0.0, _LONGEST_PULSE)


def digital_io(lines: list[DigitalLine]) -> Node:
    """Give the table `digio` of some lines, the first of which is number 1."""
    node = Node()
    node.constants_from(MODES)
    triggers = node.child("trigger")
    for index, line in enumerate(lines, 1):
        triggers.child(index, line.node())

    def line_of(value: Value) -> DigitalLine:
        return lines[integer(value, 1, len(lines)) - 1]

    def write_port(value: Value = None) -> None:
        bits = integer(value, 0, 2 ** len(lines) - 1)
        for index, line in enumerate(lines):
            line.write(bool(bits >> index & 1))

    def protect(value: Value) -> None:
        bits = integer(value, 0, 2 ** len(lines) - 1)
        for index, line in enumerate(lines):
            line.protected = bool(bits >> index & 1)

    def protection() -> int:
        return sum(1 << index for index, line in enumerate(lines) if line.protected)

    node.function("readbit", lambda line=None: int(line_of(line).is_high))
    node.function("writebit", lambda line=None, value=None: line_of(line).write(bool(choice(value, (0, 1)))))
    node.function("readport", lambda: sum(1 << index for index, line in enumerate(lines) if line.is_high))
    node.function("writeport", write_port)
    node.attribute("writeprotect", protection, protect)
    return node
