"""The course of a Program: what a protocol asks for, before any instrument is known."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from labkit.core import Kind, format_quantity, nanoseconds
from labkit.protocol._course import Course, Happening, Lane, Part, Piece, Readings, Rounds, loop, row, spaced
from labkit.protocol._preview import READ_SECONDS, RELAX_SHARE
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
    Route,
    Temperature,
    Together,
    Until,
    Wait,
)

LEVEL_UNITS: Mapping[str, str] = {"electrical": "V", "optical": "W/m^2", "thermal": "K"}
"""The unit of the level of each kind of terminal."""
_READING = nanoseconds(READ_SECONDS)


def asked_course(program: Program) -> Course:
    """Give what a program asks for in time.

    What instruments and device decide (readings, relaxation, settling of a temperature) has a nominal length.
    """
    lanes = tuple(
        Lane(name, LEVEL_UNITS[terminal.kind], row(_LaneOf(name).parts(program.instructions)))
        for name, terminal in program.terminals.items()
    )
    return Course(lanes, row(_steps(program.instructions)), planned=False)


def rounds_of(name: str, parts: Sequence[Part], values: Sequence[float], unit: str = "", line: int = 0) -> Part:
    """Give the rounds of a loop over values, each of which has a part of its own."""
    count = len(parts)
    return row(
        [
            Rounds(name, part, 1, k, count, (format_quantity(value, unit) if unit else f"{value:g}",))
            for k, (part, value) in enumerate(zip(parts, values, strict=True))
        ],
        line,
    )


class _LaneOf:
    """Goes through instructions for one terminal."""

    def __init__(self, terminal: str) -> None:
        self._terminal = terminal
        self._held = 0.0
        self._warm = False

    def parts(self, instructions: Sequence[Instruction]) -> list[Part]:
        """Give the parts of instructions."""
        return [self._part(instruction) for instruction in instructions]

    def _part(self, step: Instruction) -> Part:
        match step:
            case Hold(levels=levels):
                self._held = dict(levels).get(self._terminal, self._held)
            case Route():
                self._held = 0.0
            case Record(body=body):
                return row(self.parts(body))
            case Repeat(body=body) | Until(body=body) | ForEachDevice(body=body):
                name, count, labels = _loop_words(step)
                return loop(name, lambda: row(self.parts(body)), count, labels=labels)
            case ForEach(name=name, bodies=bodies, values=values, unit=unit):
                return rounds_of(name, [row(self.parts(body)) for body in bodies], values, unit)
            case Together(pulses=pulses, duration=duration):
                own = sorted(
                    ((start, pulse) for start, pulse in pulses if pulse.terminal == self._terminal), key=_start
                )
                return spaced(duration, [(start, self._pulse(pulse)) for start, pulse in own], self._held)
            case Pulse() | Read() | Ramp() | Relax() | Expose() | Temperature() if step.terminal == self._terminal:
                return self._own(step)
        return Piece(_length(step), self._held)

    def _own(self, step: Pulse | Read | Ramp | Relax | Expose | Temperature) -> Piece:
        match step:
            case Pulse():
                return self._pulse(step)
            case Read(level=level, delay=delay, count=count):
                length, at = _length(step), self._held if level is None else level
                happening = Happening(Kind.READ, step.mark, delay, length, delay, length, at, at, step.line)
                return Piece(length, at, happening=happening, readings=Readings(delay, _READING, count, _READING))
            case Ramp():
                return self._ramp(step)
            case Relax():
                length = _length(step)
                return Piece(length, self._held, happening=_all(Kind.RELAX, "", length, self._held, step.line))
            case Expose(level=level, width=width, mark=mark):
                happening = _all(Kind.PULSE, mark, width, level, step.line, f"mask {step.mask}")
                return Piece(width, level, happening=happening)
            case Temperature():
                return self._temperature(step)

    def _pulse(self, pulse: Pulse) -> Piece:
        return Piece(
            pulse.width, pulse.level, happening=_all(Kind.PULSE, pulse.mark, pulse.width, pulse.level, pulse.line)
        )

    def _ramp(self, ramp: Ramp) -> Piece:
        corners = [(0, ramp.corners[0])]
        for before, after in pairwise(ramp.corners):
            corners.append((corners[-1][0] + nanoseconds(abs(after - before) / ramp.rate), after))
        length = _length(ramp)
        happening = _all(Kind.RAMP, ramp.mark, length, ramp.corners[0], ramp.line)
        return Piece(length, ramp.corners[0], tuple(corners), happening=happening)

    def _temperature(self, step: Temperature) -> Piece:
        before = self._held if self._warm else step.setpoint
        self._held, self._warm = step.setpoint, True
        way = nanoseconds(abs(step.setpoint - before) / step.rate) if step.rate else 0
        length = _length(step)
        corners = ((0, before), (min(way, length), step.setpoint), (length, step.setpoint))
        happening = _all(Kind.TEMPERATURE, step.mark, length, step.setpoint, step.line)
        return Piece(length, step.setpoint, corners, happening=happening)


def _start(pair: tuple[int, Pulse]) -> int:
    return pair[0]


def _all(kind: str, mark: str, length: int, level: float, line: int, note: str = "") -> Happening:
    """Say that something goes on through a whole piece, as asked for."""
    return Happening(kind, mark, 0, length, 0, length, level, level, line, note)


def _loop_words(step: Repeat | Until | ForEachDevice) -> tuple[str, int, tuple[str, ...]]:
    if isinstance(step, ForEachDevice):
        return DEVICE, max(1, len(step.devices)), step.devices
    return step.name, step.count if isinstance(step, Repeat) else 1, ()


def _length(step: Instruction) -> int:
    """Give how long a step by itself takes (ns), about where instrument or device decide."""
    match step:
        case Pulse(width=length) | Wait(duration=length) | Together(duration=length) | Expose(width=length):
            return length
        case Read(delay=delay, count=count):
            return delay + count * _READING
        case Ramp(corners=corners, rate=rate):
            return sum(nanoseconds(abs(after - before) / rate) for before, after in pairwise(corners))
        case Relax(at_least=least, timeout=timeout):
            return max(least, round(RELAX_SHARE * timeout))
        case Temperature(dwell=dwell):
            return dwell
        case _:
            return 0


def _steps(instructions: Sequence[Instruction]) -> Iterator[Part]:
    """Give the steps themselves, each with its line."""
    for step in instructions:
        match step:
            case Record(body=body):
                yield row(_steps(body), step.line)
            case Repeat(body=body) | Until(body=body) | ForEachDevice(body=body):
                name, count, labels = _loop_words(step)
                yield Rounds(name, row(_steps(body)), count, labels=labels, line=step.line)
            case ForEach(name=name, bodies=bodies, values=values, unit=unit):
                yield rounds_of(name, [row(_steps(body)) for body in bodies], values, unit, step.line)
            case _:
                length = _length(step)
                word = type(step).__name__.lower()
                happening = Happening("", word, 0, length, 0, length, line=step.line)
                yield Piece(length, 0.0, happening=happening, line=step.line)
