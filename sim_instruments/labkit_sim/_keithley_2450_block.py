"""What a block of a 2450's trigger model is.

A block gives the number of the block after it: the next one, or where it branches to. Blocks that only move the
counters are instant and move the run's own time; those that touch the world are processes.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2450_run import TriggerRun
from labkit_sim._process import Wish

Effect = Generator[Wish, None, int]


@dataclass(frozen=True, slots=True)
class InstantBlock:
    """A block without effect outside the trigger model."""

    NAME: ClassVar[str] = "NOP"

    def act(self, run: TriggerRun) -> int:
        """Act at once; gives the next block."""
        return run.place + 1

    def settings(self) -> str:
        """Tell the block's parameters for a listing."""
        return ""

    def targets(self) -> tuple[int, ...]:
        """Give the blocks that it refers to."""
        return ()


@dataclass(frozen=True, slots=True)
class ActingBlock:
    """A block that touches the world or waits for it."""

    NAME: ClassVar[str] = ""

    def act(self, run: TriggerRun) -> Effect:
        """Act; gives the next block."""
        raise NotImplementedError

    def settings(self) -> str:
        """Tell the block's parameters for a listing."""
        return ""

    def targets(self) -> tuple[int, ...]:
        """Give the blocks that it refers to."""
        return ()


Block = InstantBlock | ActingBlock


NOTHING = InstantBlock()


def check_targets(block: Block, last: int) -> None:
    """Raise ScpiError 2730 where a block refers to one that does not exist."""
    if any(not 1 <= target <= last + 1 for target in block.targets()):
        raise ScpiError(2730, "Trigger model failed: a branch goes to a block that does not exist")
