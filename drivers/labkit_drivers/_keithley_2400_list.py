"""Turn a sequence into a source list of the 2400's dialect: one level and one reading at each tick of the arm timer."""

from dataclasses import dataclass

import numpy as np

from labkit.core import IntArray, Nanoseconds, PlanRefused, Sequence, sequence_pace, sequence_steps
from labkit_drivers._keithley_2400_data import POINTS, READING_OVERHEAD, SHORTEST_STEP


@dataclass(frozen=True, slots=True)
class SourceList:
    """A level (V) for each tick; the readings at the ticks in `read` are those of the sequence, others are dropped.

    `tick` is the arm timer's period, `delay` the source delay between the edge and the reading.
    """

    levels: tuple[float, ...]
    tick: Nanoseconds
    delay: Nanoseconds
    read: IntArray


def compile_list(sequence: Sequence, aperture: Nanoseconds) -> SourceList:
    """Write a sequence as a list.

    Raises PlanRefused when it does not fit one pace or the instrument's memory.
    """
    pace = sequence_pace(sequence)
    needed = max(pace.offset + aperture + READING_OVERHEAD, SHORTEST_STEP)
    if pace.period < needed or pace.points > POINTS:
        raise PlanRefused(
            f"the sequence fits a grid of {pace.period / 1e6:g} ms with {pace.points} points, but a 2400 needs "
            f"{needed / 1e6:g} ms a point and has memory for {POINTS}",
            "make widths, waits and sampling multiples of one longer time",
        )
    levels: list[float] = []
    read: list[int] = []
    for step in sequence_steps(sequence):
        first = (step.first - pace.offset) // pace.period
        read += [len(levels) + first + k * (step.period // pace.period) for k in range(step.samples)]
        levels += [step.level] * max(1, step.duration // pace.period)
    levels = levels[: pace.points]
    return SourceList(tuple(levels), pace.period, pace.offset, np.array(read, dtype=np.int64))
