"""What one source-measure channel does on its own: levels, how long, and when it reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd

from labkit.core._time import NO_TIME, Nanoseconds


@dataclass(frozen=True, slots=True)
class Step:
    """One level held for a time, with evenly spaced readings.

    `level` (V or A). The aperture of reading k begins `first + k * period` after the edge; a reading's time is
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


@dataclass(frozen=True, slots=True)
class Pace:
    """The grid of time that a sequence keeps to: levels change at its points, readings begin `offset` after them.

    `points` is how many the sequence needs; one that is not to be read counts as well.
    """

    period: Nanoseconds
    offset: Nanoseconds
    points: int


def sequence_pace(sequence: Sequence) -> Pace:
    """Give the coarsest grid that a sequence fits, for instruments that source and read at one pace.

    The last step may be of any length: nothing comes after it.
    """
    steps = list(_written(sequence))
    last = sequence[-1]
    final = last if isinstance(last, Step) else None
    sampled = [step for step in steps if step.samples]
    reference = sampled[0].first if sampled else NO_TIME
    times = [step.duration for step in (steps[:-1] if final is not None else steps)]
    times += [step.period for step in sampled if step.samples > 1]
    times += [Nanoseconds(abs(step.first - reference)) for step in sampled]
    period = Nanoseconds(gcd(*times) or steps[-1].duration)
    offset = Nanoseconds(reference % period)
    before = sequence_duration(sequence) - (final.duration if final is not None else 0)
    points = before // period
    if final is not None:
        reach = final.first - offset + (final.samples - 1) * final.period if final.samples else 0
        points += reach // period + 1
    return Pace(period, offset, points)


def _written(sequence: Sequence) -> Iterator[Step]:
    for part in sequence:
        if isinstance(part, Step):
            yield part
        else:
            yield from _written(part.body)
