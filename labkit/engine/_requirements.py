"""What a Program asks of each terminal as a whole: every level it is brought to."""

from collections.abc import Iterator, Sequence

from labkit.protocol import Expose, Hold, Instruction, Pulse, Ramp, Read, walk


def levels_of(instruction: Instruction) -> Iterator[tuple[str, float]]:
    """Give the (terminal, level) pairs that an instruction sets by itself."""
    if isinstance(instruction, Hold):
        yield from instruction.levels
    elif isinstance(instruction, Pulse | Expose):
        yield instruction.terminal, instruction.level
    elif isinstance(instruction, Ramp):
        yield from ((instruction.terminal, corner) for corner in instruction.corners)
    elif isinstance(instruction, Read) and instruction.level is not None:
        yield instruction.terminal, instruction.level


def largest_level(instructions: Sequence[Instruction], terminal: str) -> float:
    """Give the largest magnitude that a terminal is ever brought to."""
    levels = [
        abs(level) for instruction in walk(instructions) for name, level in levels_of(instruction) if name == terminal
    ]
    return max(levels, default=0.0)
