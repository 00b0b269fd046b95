"""Pulses of several terminals that take turns are pulses one after another, and any of them may follow a trigger."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from labkit.core import Nanoseconds
from labkit.protocol import ForEach, Instruction, Repeat, Together, Wait


def one_after_another(instructions: Sequence[Instruction]) -> tuple[Instruction, ...]:
    """Give the same instructions, every `together` of terminals that take turns written as pulses and waits."""
    return tuple(found for instruction in instructions for found in _unfolded(instruction))


def _unfolded(instruction: Instruction) -> Iterator[Instruction]:
    if isinstance(instruction, Repeat):
        yield replace(instruction, body=one_after_another(instruction.body))
    elif isinstance(instruction, ForEach):
        yield replace(instruction, bodies=tuple(one_after_another(body) for body in instruction.bodies))
    elif isinstance(instruction, Together) and _take_turns(instruction):
        now = 0
        for start, pulse in instruction.pulses:
            if start > now:
                yield Wait(Nanoseconds(start - now), instruction.line)
            yield pulse
            now = start + pulse.width
    else:
        yield instruction


def _take_turns(together: Together) -> bool:
    ends = [start + pulse.width for start, pulse in together.pulses]
    follow = all(start >= end for (start, _), end in zip(together.pulses[1:], ends, strict=False))
    return follow and len({pulse.terminal for _, pulse in together.pulses}) > 1
