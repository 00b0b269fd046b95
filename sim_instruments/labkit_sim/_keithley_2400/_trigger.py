"""The trigger model of the 2400's dialect: idle, arm layer, trigger layer, and the source-delay-measure cycle."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from math import inf
from typing import Protocol

from labkit.core import Nanoseconds, nanoseconds
from labkit_sim._keithley_2400 import _models as specs
from labkit_sim._keithley_2400._channel import Channel, Reading
from labkit_sim._keithley_2400._settings import Setup, Sweep
from labkit_sim._process import Line, Signal, Until, Wish
from labkit_sim._station import Station

_HIGH, _THRESHOLD = 5.0, 1.5


@dataclass(slots=True)
class Layer:
    """Arm or trigger layer: its event source, count, lines, and after which events it puts out a pulse."""

    source: str = "IMM"
    count: float = 1
    input_line: int = 1
    output_line: int = 2
    outputs: set[str] = field(default_factory=set)
    bypass: bool = False


class Instrument(Protocol):
    """What the trigger model drives."""

    channel: Channel
    sweep: Sweep
    memory: dict[int, Setup]
    triggered: Signal

    def note_reading(self, reading: Reading) -> None:
        """Note a reading that was taken."""
        ...

    def points(self) -> "list[float] | list[Setup]":
        """Give what the source goes through: levels, or setups of the source memory."""
        ...


class TriggerLink:
    """The four lines of the trigger link: pulses are low, and a falling edge is a trigger."""

    def __init__(self, station: Station) -> None:
        self._world = station.world
        self._lines = {number: station.line(str(number)) for number in range(1, specs.TRIGGER_LINES + 1)}
        self.fell = {number: Signal() for number in self._lines}
        self._was_high = dict.fromkeys(self._lines, False)
        for number, line in self._lines.items():
            line.changed.listeners.append(partial(self._changed, number, line))

    def _changed(self, number: int, line: Line) -> None:
        high, was_high = line.level > _THRESHOLD, self._was_high[number]
        self._was_high[number] = high
        if was_high and not high:
            self.fell[number].fire()

    def rest(self, number: int) -> None:
        """Let an output line rest, high."""
        self._lines[number].set_level(_HIGH)

    def pulse(self, number: int) -> None:
        """Put a low pulse on a line."""
        line = self._lines[number]
        line.set_level(_HIGH)
        line.set_level(0.0)
        self._world.at(self._world.now + specs.TRIGGER_PULSE, lambda: line.set_level(_HIGH))


class TriggerModel:
    """Both layers and what they wait for; `run` is one way from idle to idle."""

    def __init__(self, station: Station) -> None:
        self._world = station.world
        self.link = TriggerLink(station)
        self.cleared = Signal()
        self.reset()

    def reset(self) -> None:
        """Go back to the settings of `*RST`."""
        self.arm, self.trigger = Layer(), Layer()
        self.inputs = {"SOUR"}
        self.delay = 0.0
        self.timer = 0.1

    def run(self, unit: Instrument) -> Generator[Wish, None, None]:
        """Go through both layers; each passage of the trigger layer makes one reading."""
        points = unit.points()
        if self._at_one_pace(unit, points):
            yield from self._run_at_pace(unit)
            return
        position = count()
        began = int(self._world.now)
        for passage in _up_to(self.arm.count):
            yield from self._arm_event(unit, began, passage)
            self._emit(self.arm, "TENT")
            for _ in _up_to(self.trigger.count):
                point = points[next(position) % len(points)]
                yield from self._cycle(unit, point, len(points) > 1)
            self._emit(self.arm, "TEX")

    def _at_one_pace(self, unit: Instrument, points: "list[float] | list[Setup]") -> bool:
        """Tell whether one way is nothing but readings at equal times, which the world can take together."""
        plain = self.arm.source in ("IMM", "TIM") and self.trigger.source == "IMM"
        silent = not (self.arm.outputs or self.trigger.outputs)
        counted = 1 < self.arm.count * self.trigger.count < inf and (
            self.trigger.count == 1 or self.arm.source == "IMM"
        )
        steady = points == [unit.channel.setup.source.level]
        return plain and silent and counted and steady and unit.channel.may_pace()

    def _run_at_pace(self, unit: Instrument) -> Generator[Wish, None, None]:
        channel = unit.channel
        yield from channel.find_ranges()
        lead = nanoseconds(self.delay) + channel.delay()
        period = lead + channel.reading_time()
        if self.arm.source == "TIM":
            period = max(period, nanoseconds(self.timer))
        number = int(self.arm.count * self.trigger.count)
        yield from channel.measure_at_pace(self._world.now + lead, period, number, unit.note_reading)

    def _emit(self, layer: Layer, event: str) -> None:
        if event in layer.outputs:
            self.link.pulse(layer.output_line)

    def _arm_event(self, unit: Instrument, began: int, passage: int) -> Generator[Wish, None, None]:
        source = self.arm.source
        if source == "TIM":
            yield Until(Nanoseconds(began + passage * nanoseconds(self.timer)))
        elif source == "BUS" or source == "MAN":
            yield unit.triggered
        elif source in ("TLIN", "NST", "PST", "BST") and not (self.arm.bypass and passage == 0):
            yield self.link.fell[self.arm.input_line]

    def _link_event(self, event: str) -> Generator[Wish, None, None]:
        if self.trigger.source == "TLIN" and event in self.inputs and not (self.trigger.bypass and event == "SOUR"):
            yield self.link.fell[self.trigger.input_line]

    def _cycle(self, unit: Instrument, point: "float | Setup", sweeping: bool) -> Generator[Wish, None, None]:
        """Source, delay, measure."""
        yield from self._link_event("SOUR")
        channel = unit.channel
        if self.delay:
            yield Until(Nanoseconds(self._world.now + nanoseconds(self.delay)))
        if isinstance(point, Setup):
            channel.setup = point.copy()
            yield Until(Nanoseconds(self._world.now + specs.MEMORY_RECALL))
            channel.put_on_wire()
        else:
            self._source(channel, unit.sweep, point)
        edge = int(self._world.now)
        self._emit(self.trigger, "SOUR")
        yield from self._link_event("DEL")
        yield Until(Nanoseconds(edge + channel.delay()))
        self._emit(self.trigger, "DEL")
        yield from self._link_event("SENS")
        unit.note_reading((yield from channel.measure()))
        self._emit(self.trigger, "SENS")
        if sweeping:
            yield Until(Nanoseconds(self._world.now + specs.SWEEP_OVERHEAD))

    def _source(self, channel: Channel, sweep: Sweep, level: float) -> None:
        source = channel.setup.source
        if level == source.level:
            return
        source.level = level
        if sweep.ranging == "AUTO":
            ranges = (
                channel.model.source_voltage if channel.setup.active.value == "VOLT" else channel.model.source_current
            )
            found = specs.holding(ranges, level)
            source.full_scale = found.full_scale if found else source.full_scale
        self._world.at(self._world.now + specs.SOURCE_TIME_CONSTANT, channel.put_on_wire)


def _up_to(number: float) -> Iterator[int]:
    return count() if number == inf else iter(range(int(number)))
