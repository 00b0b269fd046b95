"""A Program as polylines for a picture: loops show their first rounds, the rest is counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from labkit.core import FloatArray, seconds
from labkit.protocol._measure import protocol_time, walk
from labkit.protocol._program import (
    DEVICE,
    Expose,
    ForEach,
    ForEachDevice,
    Hold,
    Instruction,
    Program,
    Pulse,
    Ramp,
    Read,
    Record,
    Relax,
    Repeat,
    Temperature,
    Together,
    Until,
    Wait,
)

READ_SECONDS = 0.02
"""How long one reading is drawn: one line cycle. What it takes is the instrument's matter."""

_UNITS = {"electrical": "V", "optical": "W/m^2", "thermal": "K"}

RELAX_SHARE = 0.05
"""A relaxation is drawn as this part of its timeout, or as its least time."""


@dataclass(frozen=True, slots=True)
class Line:
    """The level of one terminal: corner times (s) and levels (V, W/m^2 or K), arrays of one length."""

    terminal: str
    unit: str
    time: FloatArray
    level: FloatArray


@dataclass(frozen=True, slots=True)
class Span:
    """Something to write beside the lines: a pulse or read with its mark, a relaxation, a shortened loop."""

    kind: str
    """`pulse`, `read`, `ramp`, `record`, `relax`, `temperature` or `omitted`."""
    label: str
    terminal: str
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Preview:
    """What a program looks like in time. `omitted` (s) is the time of the rounds that are not drawn."""

    lines: tuple[Line, ...]
    spans: tuple[Span, ...]
    duration: float
    omitted: float


def preview(program: Program, rounds: int = 2, outer_rounds: int | None = None) -> Preview:
    """Draw a program with at most `rounds` rounds of each loop, `outer_rounds` of a loop around other loops.

    Times that instruments and device decide (readings, relaxation) are drawn at a nominal length.
    """
    outer = rounds if outer_rounds is None else outer_rounds
    pen = _Pen({name: [(0.0, 0.0)] for name in program.terminals}, max(1, rounds), max(1, outer))
    pen.draw(program.instructions)
    lines = tuple(
        Line(
            name,
            _UNITS[terminal.kind],
            np.array([*(time for time, _ in pen.points[name]), pen.now]),
            np.array([*(level for _, level in pen.points[name]), pen.held.get(name, 0.0)]),
        )
        for name, terminal in program.terminals.items()
    )
    return Preview(lines, tuple(pen.spans), pen.now, pen.omitted)


@dataclass(slots=True)
class _Pen:
    points: Mapping[str, list[tuple[float, float]]]
    rounds: int
    outer_rounds: int
    held: dict[str, float] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    now: float = 0.0
    omitted: float = 0.0

    def draw(self, instructions: Sequence[Instruction]) -> None:
        """Draw instructions from now on."""
        for instruction in instructions:
            self._draw_one(instruction)

    def _draw_one(self, instruction: Instruction) -> None:
        match instruction:
            case Hold(levels=levels):
                for terminal, level in levels:
                    self._step(terminal, self.now, level)
                    self.held[terminal] = level
            case Wait(duration=duration):
                self.now += seconds(duration)
            case Pulse():
                self._pulse(instruction, self.now)
                self.now += seconds(instruction.width)
            case Together(pulses=pulses, duration=duration):
                for start, pulse in pulses:
                    self._pulse(pulse, self.now + seconds(start))
                self.now += seconds(duration)
            case Read():
                self._read(instruction)
            case Ramp():
                self._ramp(instruction)
            case Relax(terminal=terminal, timeout=timeout, at_least=at_least):
                length = max(seconds(at_least), RELAX_SHARE * seconds(timeout))
                self._span("relax", "relax", terminal, length)
                self.now += length
            case Expose(terminal=terminal, level=level, width=width):
                self._step(terminal, self.now, level)
                self.now += seconds(width)
                self._step(terminal, self.now, 0.0)
            case Temperature():
                self._temperature(instruction)
            case Record(terminals=terminals, body=body, mark=mark):
                begin = self.now
                self.draw(body)
                self.spans += [Span("record", mark, terminal, begin, self.now) for terminal in terminals]
            case Repeat(name=name, count=count, body=body) | Until(name=name, at_most=count, body=body):
                self._loop(name, [body] * min(count, self._rounds_of(body)), count, protocol_time(body) * count)
            case ForEachDevice(devices=devices, body=body):
                count = max(1, len(devices))
                self._loop(DEVICE, [body] * min(count, self._rounds_of(body)), count, protocol_time(body) * count)
            case ForEach(name=name, bodies=bodies):
                length = sum(protocol_time(body) for body in bodies)
                self._loop(name, self._shown(bodies), len(bodies), length)

    def _shown(self, bodies: Sequence[Sequence[Instruction]]) -> Sequence[Sequence[Instruction]]:
        """Choose bodies to draw: the first ones, or, where one stands for all, the first with the most in it."""
        rounds = max((self._rounds_of(body) for body in bodies), default=0)
        return [max(bodies, key=lambda body: len(list(walk(body))))] if rounds == 1 else bodies[:rounds]

    def _rounds_of(self, body: Sequence[Instruction]) -> int:
        loops = Repeat, Until, ForEach, ForEachDevice
        around = any(isinstance(each, loops) for each in walk(body))
        return self.outer_rounds if around else self.rounds

    def _loop(self, name: str, bodies: Sequence[Sequence[Instruction]], count: int, length: float) -> None:
        for body in bodies:
            self.draw(body)
        left = count - len(bodies)
        if left:
            drawn = sum(protocol_time(body) for body in bodies)
            self.omitted += (length - drawn) / 1e9
            self._span("omitted", f"{left} more of {name}", "", 0.0)

    def _span(self, kind: str, label: str, terminal: str, length: float) -> None:
        self.spans.append(Span(kind, label, terminal, self.now, self.now + length))

    def _step(self, terminal: str, time: float, level: float) -> None:
        points = self.points[terminal]
        before = points[-1][1]
        if level != before:
            points += [(time, before), (time, level)]

    def _pulse(self, pulse: Pulse, begin: float) -> None:
        end = begin + seconds(pulse.width)
        self._step(pulse.terminal, begin, pulse.level)
        self._step(pulse.terminal, end, self.held.get(pulse.terminal, 0.0))
        self.spans.append(Span("pulse", pulse.mark, pulse.terminal, begin, end))

    def _read(self, read: Read) -> None:
        held = self.held.get(read.terminal, 0.0)
        self._step(read.terminal, self.now, held if read.level is None else read.level)
        self.now += seconds(read.delay)
        length = read.count * READ_SECONDS
        self._span("read", read.mark, read.terminal, length)
        self.now += length
        self._step(read.terminal, self.now, held)

    def _temperature(self, step: Temperature) -> None:
        points = self.points[step.terminal]
        before = self.held.get(step.terminal, step.setpoint)
        way = abs(step.setpoint - before) / step.rate if step.rate else 0.0
        begin, arrival = self.now, self.now + way
        if before == step.setpoint:
            points[:] = [(time, step.setpoint) for time, _ in points]
        points += [(begin, before), (arrival, step.setpoint)]
        self.held[step.terminal] = step.setpoint
        self.now = arrival + seconds(step.dwell)
        self.spans.append(Span("temperature", step.mark, step.terminal, begin, self.now))

    def _ramp(self, ramp: Ramp) -> None:
        begin = self.now
        self._step(ramp.terminal, begin, ramp.corners[0])
        for before, after in pairwise(ramp.corners):
            self.now += abs(after - before) / ramp.rate
            self.points[ramp.terminal].append((self.now, after))
        self.spans.append(Span("ramp", ramp.mark, ramp.terminal, begin, self.now))
        self._step(ramp.terminal, self.now, self.held.get(ramp.terminal, 0.0))
