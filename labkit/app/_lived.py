"""What the devices of a folder have lived through, to be looked at: sums, runs, a course, and what the ledger lacks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from labkit.app._catalogue import read_catalogue
from labkit.app._ledger import Entry, Life, ledger_of, lives, not_in_ledger, read_ledger
from labkit.app._wear import Wear
from labkit.core import FloatArray
from labkit.report import Figure, Panel, Trace

_HOUR, _DAY = 3600.0, 86400.0
_DAYS = 3
"""Days from which on a life is told in days."""


@dataclass(frozen=True, slots=True)
class LedgerLook:
    """A ledger as it stands: its file, its entries, their sums by device."""

    path: Path
    entries: tuple[Entry, ...]
    lives: tuple[Life, ...]

    def entries_of(self, life: Life) -> tuple[Entry, ...]:
        """Give the runs of one device, the earliest first."""
        own = (entry for entry in self.entries if (entry.sample, entry.device) == (life.sample, life.device))
        return tuple(sorted(own, key=lambda entry: entry.started_at))


def look_into_ledger(folder: Path) -> LedgerLook:
    """Read the ledger of a folder of runs.

    Raises LabkitError when it cannot be read.
    """
    entries = read_ledger(ledger_of(folder))
    return LedgerLook(ledger_of(folder), entries, lives(entries))


def missing_from_ledger(folder: Path) -> tuple[str, ...]:
    """Name the run files of real instruments that the ledger of their folder does not know, as of runs killed.

    Raises LabkitError when the ledger cannot be read.
    """
    real = {entry.path.name for entry in read_catalogue(folder) if not entry.virtual and not entry.problem}
    return tuple(sorted(real.intersection(not_in_ledger(folder))))


def total_pulses(wear: Wear) -> int:
    """Count the pulses on all terminals."""
    return sum(wear.pulses.values())


def total_charge(wear: Wear) -> float:
    """Give the charge through all terminals (C), each counted by itself."""
    return sum(wear.charge.values())


def total_dose(wear: Wear) -> float:
    """Give the light of all colours together (J/m^2)."""
    return sum(wear.dose.values())


def longest_bias(wear: Wear) -> float:
    """Give how long the terminal that was biased longest was so (s)."""
    return max(wear.bias_time.values(), default=0.0)


_COURSES: Sequence[tuple[str, str, Callable[[Wear], float]]] = (
    ("Pulses", "1", total_pulses),
    ("Cycles", "1", lambda wear: wear.cycles),
    ("Charge", "C", total_charge),
    ("Dose", "J/m^2", total_dose),
    ("Under bias", "s", longest_bias),
)


def life_figures(entries: Iterable[Entry]) -> tuple[Figure, ...]:
    """Draw what adds up over the life of a device, a figure each: a step at the end of each run, from its first use."""
    ordered = sorted((entry for entry in entries if _moment(entry) is not None), key=lambda entry: entry.started_at)
    times = np.array([_moment(entry) or 0.0 for entry in ordered], np.float64)
    since = times - times[:1]
    label, unit = ("Days", _DAY) if since.max(initial=0.0) > _DAYS * _DAY else ("Hours", _HOUR)
    found = []
    for name, si_unit, part in _COURSES:
        added = np.array([part(entry.wear) for entry in ordered], np.float64)
        if added.any():
            panel = Panel(name, si_unit, (_steps(name, since / unit, np.cumsum(added)),))
            found.append(Figure(f"{name} so far", "", f"{label} since the end of the first run", "1", (panel,)))
    return tuple(found)


def _moment(entry: Entry) -> float | None:
    try:
        return datetime.fromisoformat(entry.finished_at or entry.started_at).timestamp()
    except ValueError:
        return None


def _steps(name: str, times: FloatArray, sums: FloatArray) -> Trace:
    before = np.concatenate(([0.0], sums[:-1]))
    return Trace(name, np.repeat(times, 2), np.column_stack((before, sums)).ravel())
