"""The segments of a train: a cycle of constant stimuli, gone through over and over."""

from collections.abc import Iterator, Sequence

import numpy as np

from labkit.core import FloatArray, IntArray
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


def events_of(active: Sequence[int] | Sequence[bool], before: int | bool, cycles: int) -> IntArray:
    """Give the polarities of the events that begin: where something becomes active, or changes its polarity."""
    later = _begun(active, active[-1])
    return np.concatenate([_begun(active, before), np.tile(later, max(cycles - 1, 0))])[: cycles * len(active)]


def _begun(active: Sequence[int] | Sequence[bool], before: int | bool) -> IntArray:
    found = [int(now) for last, now in zip([before, *active], active, strict=False) if now != last and now]
    return np.array(found, np.int64)
