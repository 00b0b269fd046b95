"""What the timeline says of a run's stimuli, as plain objects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from labkit.core import Flag, Kind, Run
from labkit.metrics._metric import NotMeasured
from labkit.metrics._remembered import remembered

DOSE_LIMIT = 0.05
"""Relative deviation of a stimulus from its command beyond which DOSE is flagged."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the timeline: a pulse, read, ramp, record or relaxation.

    Times in s from the run's start, as delivered; `level` in V or W/m^2. `loops` are the iterations of the loops
    around it (absent outside), `values` the values (SI) of its `for_each` loops.
    """

    kind: str
    mark: str
    terminal: str
    begin: float
    end: float
    level: float
    level_requested: float
    width_requested: float
    time_uncertainty: float
    first_sample: int
    sample_count: int
    loops: Mapping[str, int]
    values: Mapping[str, float]

    @property
    def width(self) -> float:
        """How long it lasted (s)."""
        return self.end - self.begin

    @property
    def dose_deviates(self) -> bool:
        """Whether level times width differs from the command by more than 5 % (DOSE)."""
        commanded = self.level_requested * self.width_requested
        return abs(self.level * self.width - commanded) > DOSE_LIMIT * abs(commanded)


def events(run: Run, kind: Kind, marks: Iterable[str] = (), terminal: str | None = None) -> tuple[Event, ...]:
    """Give the rows of a kind in order of time, all marks or some, all terminals or one."""
    wanted = frozenset(marks)
    return tuple(
        event
        for event in _all_events(run).get(str(kind), ())
        if (not wanted or event.mark in wanted) and (terminal is None or event.terminal == terminal)
    )


@remembered
def _all_events(run: Run) -> Mapping[str, tuple[Event, ...]]:
    """Give all rows of the timeline by their kind, in order of time."""
    table, vocabulary = run.timeline, run.description.vocabulary
    words = [[_word(each) for each in table[name].tolist()] for name in ("kind", "mark", "terminal")]
    columns = ("begin", "end", "level", "level_requested", "begin_requested", "end_requested", "time_uncertainty")
    *delivered, begin_requested, end_requested, uncertainty = (table[name].to_numpy(float) for name in columns)
    widths = [round(each, 12) for each in (end_requested - begin_requested).tolist()]
    samples = [table[name].to_numpy(np.int64).tolist() for name in ("first_sample", "sample_count")]
    places = _loops(table, vocabulary.loops), _values(table, vocabulary.valued_loops)
    numbers = [each.tolist() for each in delivered]
    rows = zip(*words, *numbers, widths, uncertainty.tolist(), *samples, *places, strict=True)
    found: dict[str, list[Event]] = {}
    for event in sorted((Event(*row) for row in rows), key=lambda event: event.begin):
        found.setdefault(event.kind, []).append(event)
    return {kind: tuple(each) for kind, each in found.items()}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _loops(table: pd.DataFrame, loops: Sequence[str]) -> list[dict[str, int]]:
    columns = {loop: table[loop].to_numpy(np.int64).tolist() for loop in loops}
    return [
        {loop: column[index] for loop, column in columns.items() if column[index] >= 0} for index in range(len(table))
    ]


def _values(table: pd.DataFrame, loops: Sequence[str]) -> list[dict[str, float]]:
    """Give the value of each `for_each` loop that a row lies in."""
    if not loops:
        return [{}] * len(table)
    columns = {
        loop: (table[loop].to_numpy(np.int64).tolist(), table[f"{loop}_value"].to_numpy(float).tolist())
        for loop in loops
    }
    return [
        {loop: value[index] for loop, (place, value) in columns.items() if place[index] >= 0}
        for index in range(len(table))
    ]


def require_events(found: tuple[Event, ...], what: str, remedy: str) -> tuple[Event, ...]:
    """Give the events back, or raise NotMeasured when there are none."""
    if not found:
        raise NotMeasured(f"the run holds no {what}", remedy)
    return found


def response_terminal(run: Run) -> str:
    """Give the electrical terminal whose current is the device's response: drain, top, or the one with a trace.

    Raises NotMeasured when no terminal has readings.
    """
    measured = [name for name, samples in run.traces.items() if len(samples)]
    for name in ("drain", "top", *measured):
        if name in measured:
            return name
    raise NotMeasured("the run holds no readings", "record an electrical terminal")


def dose_flags(stimuli: Iterable[Event]) -> set[Flag]:
    """Give DOSE when a stimulus deviates from its command."""
    return {Flag.DOSE} if any(stimulus.dose_deviates for stimulus in stimuli) else set()
