"""Requested against delivered: what became of the stimuli."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from labkit.core import FloatArray, Kind, Run
from labkit.report._notation import format_number

_EXACT = 1e-6
_TOLD = (Kind.PULSE, Kind.READ, Kind.RAMP)


@dataclass(frozen=True, slots=True)
class TimingRow:
    """One family of timeline rows (kind, terminal, mark) as text; deviations are median and worst."""

    what: str
    count: int
    width: str
    width_deviation: str
    start_deviation: str
    uncertainty: str
    level: str


def timing_table(run: Run) -> list[TimingRow]:
    """Summarize, for each family of pulses, reads and ramps, delivered times and levels against requested ones."""
    return list(_rows(run))


def _rows(run: Run) -> Iterator[TimingRow]:
    for kind in _TOLD:
        rows = run.rows(kind)
        marks = rows["mark"].astype("str").where(rows["mark"].notna(), "")
        for (terminal, mark), family in rows.groupby([rows["terminal"].astype("str"), marks]):
            optical = run.description.terminals.get(str(terminal)) == "optical"
            name = f"{kind} on {terminal}" + (f", {mark}" if mark else "")
            yield _row(name, family, "W/m^2" if optical else "V")


def _row(name: str, family: pd.DataFrame, unit: str) -> TimingRow:
    columns = {
        column: family[column].to_numpy(np.float64) for column in family.columns if family[column].dtype == float
    }
    requested = columns["end_requested"] - columns["begin_requested"]
    delivered = columns["end"] - columns["begin"]
    return TimingRow(
        what=name,
        count=len(family),
        width=_range(requested, "s"),
        width_deviation=_deviation(delivered - requested),
        start_deviation=_deviation(columns["begin"] - columns["begin_requested"]),
        uncertainty=_largest(columns["time_uncertainty"]),
        level=_level(columns["level_requested"], columns["level"], unit),
    )


def _range(values: FloatArray, unit: str) -> str:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if np.isclose(low, high, rtol=1e-6, atol=0):
        return format_number(low, unit)
    return f"{format_number(low, unit)} to {format_number(high, unit)}"


def _deviation(differences: FloatArray) -> str:
    known = differences[np.isfinite(differences)]
    if not len(known):
        return "not known"
    worst = float(known[np.abs(known).argmax()])
    if abs(worst) < 1e-9:
        return "none"
    return f"{format_number(float(np.median(known)), 's')} (worst {format_number(worst, 's')})"


def _largest(values: FloatArray) -> str:
    known = values[np.isfinite(values)]
    return format_number(float(known.max()), "s") if len(known) else "not known"


def _level(requested: FloatArray, delivered: FloatArray, unit: str) -> str:
    known = np.isfinite(requested) & np.isfinite(delivered)
    if not known.any():
        return "not known"
    wanted = _range(requested[known], unit)
    differences = delivered[known] - requested[known]
    largest = float(np.abs(requested[known]).max())
    worst = float(differences[np.abs(differences).argmax()])
    if abs(worst) <= _EXACT * largest:
        return wanted
    off = format_number(worst / largest, "%") if largest else format_number(worst, unit)
    return f"{wanted} (delivered off by up to {off})"
