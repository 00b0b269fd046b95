"""What the timeline says of a run's stimuli, as plain objects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labkit.core import Flag, Kind, Run
from labkit.metrics._metric import NotMeasured

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
    table = run.rows(kind, terminal=terminal)
    wanted = tuple(marks)
    if wanted:
        table = table[table["mark"].isin(wanted)]
    vocabulary = run.description.vocabulary
    columns = {name: table[name].tolist() for name in vocabulary.columns()}
    order = sorted(range(len(table)), key=lambda index: columns["begin"][index])
    rows = ({name: column[index] for name, column in columns.items()} for index in order)
    return tuple(_event(row, vocabulary.loops, vocabulary.valued_loops) for row in rows)


def _event(row: Mapping[str, Any], loops: tuple[str, ...], valued_loops: tuple[str, ...]) -> Event:
    inside = {loop: int(row[loop]) for loop in loops if int(row[loop]) >= 0}
    return Event(
        kind=str(row["kind"]),
        mark=str(row["mark"]) if isinstance(row["mark"], str) else "",
        terminal=str(row["terminal"]) if isinstance(row["terminal"], str) else "",
        begin=float(row["begin"]),
        end=float(row["end"]),
        level=float(row["level"]),
        level_requested=float(row["level_requested"]),
        width_requested=round(float(row["end_requested"]) - float(row["begin_requested"]), 12),
        time_uncertainty=float(row["time_uncertainty"]),
        first_sample=int(row["first_sample"]),
        sample_count=int(row["sample_count"]),
        loops=inside,
        values={loop: float(row[f"{loop}_value"]) for loop in valued_loops if loop in inside},
    )


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
