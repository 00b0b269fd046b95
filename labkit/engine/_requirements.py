"""What a Program asks of each terminal as a whole: every level it is brought to."""

from collections.abc import Iterable, Iterator

from labkit.protocol import ForEach, Hold, Instruction, Pulse, Ramp, Read, Record, Repeat, Together, Until


def walk(instructions: Iterable[Instruction]) -> Iterator[Instruction]:
    """Go through all instructions, inner ones after their outer."""
    for instruction in instructions:
        yield instruction
        if isinstance(instruction, Record | Repeat | Until):
            yield from walk(instruction.body)
        elif isinstance(instruction, ForEach):
            for body in instruction.bodies:
                yield from walk(body)
        elif isinstance(instruction, Together):
            yield from (pulse for _, pulse in instruction.pulses)


def levels_of(instruction: Instruction) -> Iterator[tuple[str, float]]:
    """Give the (terminal, level) pairs that an instruction sets by itself."""
    if isinstance(instruction, Hold):
        yield from instruction.levels
    elif isinstance(instruction, Pulse):
        yield instruction.terminal, instruction.level
    elif isinstance(instruction, Ramp):
        yield from ((instruction.terminal, corner) for corner in instruction.corners)
    elif isinstance(instruction, Read) and instruction.level is not None:
        yield instruction.terminal, instruction.level


def largest_level(instructions: Iterable[Instruction], terminal: str) -> float:
    """Give the largest magnitude that a terminal is ever brought to."""
    levels = [
        abs(level) for instruction in walk(instructions) for name, level in levels_of(instruction) if name == terminal
    ]
    return max(levels, default=0.0)
