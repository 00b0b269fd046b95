"""Trigger events of a 2450: what happens by name, what has happened, timers, and the six digital lines."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Final

from labkit.core import Nanoseconds, nanoseconds
from labkit_sim._errors import ScpiError
from labkit_sim._process import Line, Signal
from labkit_sim._scpi_data import matches, short_form
from labkit_sim._world import World

LINES: Final = 6
TIMERS: Final = 4
HIGH: Final = 5.0
_THRESHOLD: Final = 1.4

_NUMBERED: Final = {"DIGio": LINES, "TIMer": TIMERS, "NOTify": 8, "BLENder": 2, "LAN": 8, "TSPLink": 3}
_SINGLE: Final = ("COMMand", "DISPlay", "SLIMit", "NONE")
_EVENT: Final = re.compile(r"([A-Za-z]+)(\d*)")


def event_name(text: str) -> str:
    """Bring an event's name to one form, such as `DIG2` or `COMM`; raises ScpiError -224 for no event."""
    found = _EVENT.fullmatch(text)
    if found is not None:
        word, number = found.groups()
        for keyword, count in _NUMBERED.items():
            if matches(keyword, word) and number and 1 <= int(number) <= count:
                return f"{short_form(keyword)}{int(number)}"
        for keyword in _SINGLE:
            if matches(keyword, word) and not number:
                return short_form(keyword)
    raise ScpiError(-224)


class EventBoard:
    """Where events are posted; the trigger model finds there what has happened since it last looked."""

    def __init__(self) -> None:
        self.happened: set[str] = set()
        self.posted = Signal()
        self._listeners: list[Callable[[str], None]] = []

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with the name of each event."""
        self._listeners.append(listener)

    def post(self, name: str) -> None:
        """Note an event and tell all who listen."""
        self.happened.add(name)
        for listener in tuple(self._listeners):
            listener(name)
        self.posted.fire()

    def take(self, name: str) -> bool:
        """Tell whether an event has happened, and forget it."""
        if name not in self.happened:
            return False
        self.happened.discard(name)
        return True


@dataclass(slots=True)
class Timer:
    """A trigger timer: `delay` (s) after its start event its own event, `count` times."""

    name: str
    world: World
    board: EventBoard
    delay: float = 10e-6
    count: int = 1
    start: str = "NONE"
    enabled: bool = False
    _generation: int = field(default=0, init=False)

    def react(self, event: str) -> None:
        """Start on the start event."""
        if self.enabled and event == self.start:
            self.stop()
            self._count_down(self._generation, self.count or inf)

    def reset(self) -> None:
        """Go back to the settings of `*RST`."""
        self.stop()
        self.delay, self.count, self.start, self.enabled = 10e-6, 1, "NONE", False

    def stop(self) -> None:
        """Let no event of a run under way come any more."""
        self._generation += 1

    def _count_down(self, generation: int, left: float) -> None:
        def expire() -> None:
            if generation == self._generation:
                self.board.post(self.name)
                if left > 1:
                    self._count_down(generation, left - 1)

        self.world.at(self.world.now + max(nanoseconds(self.delay), 1), expire)


@dataclass(slots=True)
class DigitalLine:
    """One line of the digital port, on a wire of the bench.

    `mode` is how it is used (`DIG` or `TRIG`) and `direction` `IN`, `OUT` or `OPEN`. As a trigger output it makes a
    pulse at its `stimulus`, as a trigger input it posts its event at the chosen edge.
    """

    name: str
    world: World
    board: EventBoard
    wire: Line
    mode: str = "DIG"
    direction: str = "IN"
    edge: str = "FALL"
    positive: bool = False
    stimulus: str = "NONE"
    pulse_width: float = 10e-6
    _was_high: bool = field(default=False, init=False)
    _pulses: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._was_high = self.is_high
        self.wire.changed.listeners.append(self._wire_changed)

    @property
    def is_high(self) -> bool:
        """Whether the wire is at a logic high."""
        return self.wire.level > _THRESHOLD

    def reset(self) -> None:
        """Go back to the settings of `*RST`."""
        self.mode, self.direction, self.edge = "DIG", "IN", "FALL"
        self.positive, self.stimulus, self.pulse_width = False, "NONE", 10e-6

    def set_mode(self, mode: str, direction: str) -> None:
        """Choose what the line is for; a trigger output goes to its resting level."""
        self.mode, self.direction = mode, direction
        if mode == "TRIG" and direction == "OUT":
            self.wire.set_level(0.0 if self.positive else HIGH)

    def write(self, high: bool) -> None:
        """Put a level on a digital output."""
        if (self.mode, self.direction) not in (("DIG", "OUT"), ("DIG", "OPEN")):
            raise ScpiError(-221, f"Settings conflict: {self.name} is no digital output")
        self.wire.set_level(HIGH if high else 0.0)

    def react(self, event: str) -> None:
        """Make a pulse at the stimulus."""
        if event == self.stimulus and self.mode == "TRIG" and self.direction != "IN":
            self._pulses += 1
            pulse = self._pulses
            self.wire.set_level(HIGH if self.positive else 0.0)
            end = self.world.now + max(nanoseconds(self.pulse_width), Nanoseconds(1))

            def rest() -> None:
                if pulse == self._pulses:
                    self.wire.set_level(0.0 if self.positive else HIGH)

            self.world.at(end, rest)

    def _wire_changed(self) -> None:
        was_high, self._was_high = self._was_high, self.is_high
        if was_high == self._was_high or self.mode != "TRIG" or self.direction == "OUT":
            return
        if self.edge == "EITH" or self.edge == ("RIS" if self._was_high else "FALL"):
            self.board.post(self.name)
