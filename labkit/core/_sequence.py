"""What one source-measure channel does on its own: levels, how long, and when it reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from labkit.core._time import NO_TIME, Nanoseconds


@dataclass(frozen=True, slots=True)
class Step:
    """One level held for a time, with evenly spaced readings.

    `level` in V or A. The aperture of reading k begins `first + k * period` after the edge; a reading's time is
    the beginning of its aperture. With `trigger` the channel puts a pulse on its trigger output at the edge.
    """

    level: float
    duration: Nanoseconds
    samples: int = 0
    first: Nanoseconds = NO_TIME
    period: Nanoseconds = NO_TIME
    trigger: bool = False


@dataclass(frozen=True, slots=True)
class Cycle:
    """A part of a sequence that is gone through `count` times."""

    count: int
    body: "tuple[Step | Cycle, ...]"


Sequence = tuple[Step | Cycle, ...]


def sequence_samples(sequence: Sequence) -> int:
    """Count the readings that a sequence makes."""
    return sum(
        part.samples if isinstance(part, Step) else part.count * sequence_samples(part.body) for part in sequence
    )


def sequence_duration(sequence: Sequence) -> Nanoseconds:
    """Add up the time that a sequence takes as requested."""
    return Nanoseconds(
        sum(part.duration if isinstance(part, Step) else part.count * sequence_duration(part.body) for part in sequence)
    )


def sequence_steps(sequence: Sequence) -> Iterator[Step]:
    """Go through the steps in the order in which they happen, cycles written out."""
    for part in sequence:
        if isinstance(part, Step):
            yield part
        else:
            for _ in range(part.count):
                yield from sequence_steps(part.body)


def written_steps(sequence: Sequence) -> int:
    """Count the steps as written, each once however often it is gone through."""
    return sum(1 if isinstance(part, Step) else written_steps(part.body) for part in sequence)
