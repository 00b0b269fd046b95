"""The state of a source meter's output from the four numbers that every one of them tells."""

from collections.abc import Iterable

from labkit.core import OutputState


def state_of(numbers: Iterable[float]) -> OutputState:
    """Put on (1 or 0), level (V), current limit (A) and at the limit (1 or 0) together."""
    on, level, limit, limited = numbers
    return OutputState(on == 1, level, limit, on == 1 and limited == 1)
