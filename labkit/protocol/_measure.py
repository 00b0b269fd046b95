"""What can be said of a Program before any instrument is known: its words, its time, its pulses."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from labkit.core import VISIT, Nanoseconds, Vocabulary, nanoseconds
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


def walk(instructions: Sequence[Instruction]) -> Iterator[Instruction]:
    """Go through all instructions as written, loops once, outer before inner; of a `for_each`, every body."""
    for instruction in instructions:
        yield instruction
        match instruction:
            case Record(body=body) | Repeat(body=body) | Until(body=body) | ForEachDevice(body=body):
                yield from walk(body)
            case ForEach(bodies=bodies):
                for body in bodies:
                    yield from walk(body)
            case Together(pulses=pulses):
                yield from (pulse for _, pulse in pulses)


def terminals_of(instruction: Instruction) -> tuple[str, ...]:
    """Give the terminals that an instruction itself names."""
    match instruction:
        case Hold(levels=levels):
            return tuple(name for name, _ in levels)
        case Record(terminals=terminals):
            return terminals
        case Ramp(terminal=name, sampled=sampled) | Pulse(terminal=name, sampled=sampled):
            return (name, *sampled)
        case Read(terminal=name) | Relax(terminal=name) | Temperature(terminal=name) | Expose(terminal=name):
            return (name,)
        case _:
            return ()


def vocabulary(program: Program) -> Vocabulary:
    """Collect the marks and loops of a program in the order in which they first stand in it, and its terminals."""
    marks: dict[str, None] = {}
    loops: dict[str, None] = {}
    valued: dict[str, None] = {}
    for instruction in walk(program.instructions):
        match instruction:
            case Ramp(mark=mark) | Pulse(mark=mark) | Read(mark=mark) | Record(mark=mark) | Temperature(mark=mark):
                if mark:
                    marks.setdefault(mark)
            case Expose(mark=mark):
                if mark:
                    marks.setdefault(mark)
                loops.setdefault(DEVICE)
            case Repeat(name=name) | Until(name=name):
                loops.setdefault(name)
            case Route() | ForEachDevice():
                loops.setdefault(DEVICE)
                if isinstance(instruction, ForEachDevice) and instruction.sentinel:
                    loops.setdefault(VISIT)
            case ForEach(name=name):
                loops.setdefault(name)
                valued.setdefault(name)
    return Vocabulary(tuple(marks), tuple(program.terminals), tuple(loops), tuple(valued))


def protocol_time(instructions: Sequence[Instruction]) -> Nanoseconds:
    """Add up the time that the protocol itself asks for.

    Pulses, waits, delays of reads, ramps at their rate, the least time of relaxations and the dwell at temperatures; a
    closed loop counts once, as does a loop over all devices of a bench that is not known. What the instruments and the
    device decide (apertures, relaxation beyond the least, settling of a temperature, more tries) is not in it.
    """
    return Nanoseconds(sum(_time(instruction) for instruction in instructions))


def _time(instruction: Instruction) -> int:
    match instruction:
        case Hold() | Route():
            return 0
        case Pulse(width=duration) | Wait(duration=duration) | Together(duration=duration) | Expose(width=duration):
            return duration
        case Read(delay=duration) | Relax(at_least=duration) | Temperature(dwell=duration):
            return duration
        case Ramp(corners=corners, rate=rate):
            return nanoseconds(sum(abs(after - before) for before, after in pairwise(corners)) / rate)
        case Record(body=body) | Until(body=body):
            return protocol_time(body)
        case ForEachDevice(devices=devices, body=body):
            return max(1, len(devices)) * protocol_time(body)
        case Repeat(count=count, body=body):
            return count * protocol_time(body)
        case ForEach(bodies=bodies):
            return sum(protocol_time(body) for body in bodies)


def pulse_counts(instructions: Sequence[Instruction]) -> dict[str, int]:
    """Count the pulses that each terminal gets; a closed loop counts with all its tries."""
    counts: dict[str, int] = {}
    _count_pulses(instructions, 1, counts)
    return counts


def _count_pulses(instructions: Sequence[Instruction], times: int, counts: dict[str, int]) -> None:
    for instruction in instructions:
        match instruction:
            case Pulse(terminal=terminal) | Expose(terminal=terminal):
                counts[terminal] = counts.get(terminal, 0) + times
            case Together(pulses=pulses):
                _count_pulses([pulse for _, pulse in pulses], times, counts)
            case Repeat(count=count, body=body) | Until(at_most=count, body=body):
                _count_pulses(body, times * count, counts)
            case Record(body=body):
                _count_pulses(body, times, counts)
            case ForEachDevice(devices=devices, body=body):
                _count_pulses(body, times * max(1, len(devices)), counts)
            case ForEach(bodies=bodies):
                for body in bodies:
                    _count_pulses(body, times, counts)
