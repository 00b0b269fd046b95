"""A time-line that is not to scale: a pulse of 100 us can be seen beside a wait of ten seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from labkit.core import FloatArray
from labkit.protocol import Preview, Span

_PER_DECADE = 0.6
"""How much wider a stretch is drawn for each factor of ten in its length; the shortest has width 1."""
_SAME = 1e-9
"""Edges that are closer (s) are one."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time between two edges: where it is drawn (1 is the shortest stretch's width), and how long it lasts (s)."""

    begin: float
    end: float
    duration: float


def schematic(preview: Preview) -> tuple[Preview, tuple[Stretch, ...]]:
    """Give the preview with its times replaced by places in a drawing, and the stretches between its edges.

    The width of a stretch goes with the logarithm of its length.
    """
    edges = _edges(preview)
    lengths = np.diff(edges)
    widths = 1.0 + _PER_DECADE * np.log10(lengths / np.min(lengths))
    places = np.concatenate([[0.0], np.cumsum(widths)])

    def place(time: FloatArray | float) -> FloatArray:
        return np.asarray(np.interp(time, edges, places), float)

    lines = tuple(replace(line, time=place(line.time)) for line in preview.lines)
    spans = tuple(replace(span, begin=float(place(span.begin)), end=float(place(span.end))) for span in preview.spans)
    stretches = zip(pairwise(places), lengths, strict=True)
    return (
        replace(preview, lines=lines, spans=spans, duration=float(places[-1])),
        tuple(Stretch(float(begin), float(end), float(length)) for (begin, end), length in stretches),
    )


def _edges(preview: Preview) -> FloatArray:
    times = [0.0, preview.duration, *(time for line in preview.lines for time in line.time)]
    times += [time for span in _lasting(preview.spans) for time in (span.begin, span.end)]
    ordered = np.unique(np.array(times))
    return np.asarray(ordered[np.concatenate([[True], np.diff(ordered) > _SAME])], float)


def _lasting(spans: Sequence[Span]) -> list[Span]:
    return [span for span in spans if span.kind in {"pulse", "read", "ramp", "relax"} and span.end > span.begin]
