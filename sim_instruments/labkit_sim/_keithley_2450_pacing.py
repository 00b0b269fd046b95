"""Loops of a trigger model that only measure and wait: one paced sampling instead of a step for each reading."""

from collections.abc import Sequence

from labkit_sim import _keithley_2450_specs as specs
from labkit_sim._keithley_2450_actions import Delay, Measure
from labkit_sim._keithley_2450_block import Block
from labkit_sim._keithley_2450_branches import BranchCount
from labkit_sim._keithley_2450_run import Pace


def paced_loop(blocks: Sequence[Block], place: int) -> Pace | None:
    """Recognize a measure block at `place`, delays behind it, and a counting branch back to it; None otherwise.

    What happens is the same to the nanosecond as when the blocks are gone through one by one.
    """
    measure = blocks[place - 1]
    if not isinstance(measure, Measure) or measure.count != 1:
        return None
    pause: int = specs.BLOCK_TIME
    for position in range(place, len(blocks)):
        block = blocks[position]
        if isinstance(block, Delay):
            pause += specs.BLOCK_TIME + block.duration
        elif isinstance(block, BranchCount) and block.target == place and block.count > 1:
            return Pace(measure.buffer, block.count, pause + specs.BLOCK_TIME, position + 1)
        else:
            return None
    return None
