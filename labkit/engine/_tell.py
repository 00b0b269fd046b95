"""Blocks as people read them."""

from labkit.core import NO_TIME, BlockStarted, Nanoseconds, seconds
from labkit.engine._plan import (
    Executor,
    ExposeBlock,
    LogRecordBlock,
    LoopBlock,
    Node,
    PointsBlock,
    RelaxBlock,
    TemperatureBlock,
    TimedBlock,
    UntilBlock,
    WaitBlock,
)


def executor_of(node: Node) -> Executor:
    """Give who keeps the time of a node."""
    if isinstance(node, TimedBlock):
        return node.executor
    return Executor.TRIGGERED if isinstance(node, RelaxBlock) else Executor.STEPPED


def block_started(node: Node) -> BlockStarted:
    """Make the event that announces a block."""
    if isinstance(node, LoopBlock | UntilBlock):
        return BlockStarted(node.line, node.name, Executor.STEPPED, 0.0)
    return BlockStarted(node.line, node.label, executor_of(node), seconds(_expected(node)))


def _expected(node: Node) -> Nanoseconds:
    if isinstance(node, TimedBlock | WaitBlock | LogRecordBlock):
        return node.duration
    if isinstance(node, ExposeBlock):
        return node.width
    if isinstance(node, TemperatureBlock):
        return node.expected
    if isinstance(node, RelaxBlock):
        return max(node.at_least, node.window)
    return Nanoseconds(node.dwell * len(node.levels)) if isinstance(node, PointsBlock) else NO_TIME
