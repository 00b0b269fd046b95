"""The segments of a train: a cycle of constant stimuli, gone through over and over."""

from collections.abc import Iterator, Sequence

from labkit.core import FloatArray
from labkit_sim.devices._device import Stimulus

_PART = 1 << 14

Segment = tuple[Stimulus, float]
"""A stimulus and how long it lasts (s)."""


def common_temperature(segments: Sequence[Segment]) -> float:
    """Give the temperature (K) of all segments; raises ValueError where they differ."""
    found = {stimulus.temperature for stimulus, _ in segments}
    if len(found) != 1:
        raise ValueError("a train has one temperature; go through each temperature apart")
    return found.pop()


def parts_of(edges: FloatArray, segments: int) -> Iterator[FloatArray]:
    """Cut edges (the last axis) into views of whole cycles, whose random draws stay in the processor's cache."""
    size = max(_PART // segments, 1) * segments
    for first in range(0, edges.shape[-1], size):
        yield edges[..., first : first + size]


def events_of(active: Sequence[int] | Sequence[bool], before: int | bool, cycles: int) -> int:
    """Count the events that begin: where something becomes active, or changes its polarity."""
    return len(begun(active, before)) + (cycles - 1) * len(begun(active, active[-1]))


def begun(active: Sequence[int] | Sequence[bool], before: int | bool) -> list[int]:
    """Give the polarities of the events that begin within one cycle."""
    return [int(now) for last, now in zip([before, *active], active, strict=False) if now != last and now]
