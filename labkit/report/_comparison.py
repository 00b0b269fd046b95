"""Several runs side by side: one row for each result that any of them has, one column for each run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from labkit.core import Curve, Result, Run
from labkit.report._entry import ReportEntry
from labkit.report._provenance import readable_time
from labkit.report._table import MetricRow, metrics_table

_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One result across the runs; a run without it has None."""

    symbol: str
    conditions: str
    definition: str
    cells: tuple[MetricRow | None, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The runs' labels and the rows."""

    labels: tuple[str, ...]
    rows: tuple[ComparisonRow, ...]


def compare(entries: Sequence[ReportEntry]) -> Comparison:
    """Lay the results of several runs side by side, matched by symbol, conditions and definition."""
    tables = [{_key(row): row for row in metrics_table(entry.results)} for entry in entries]
    keys = dict.fromkeys(key for table in tables for key in table)
    rows = tuple(ComparisonRow(*key, tuple(table.get(key) for table in tables)) for key in keys)
    return Comparison(tuple(run_labels([entry.run for entry in entries])), rows)


def run_labels(runs: Sequence[Run]) -> list[str]:
    """Name runs by sample and cell where that tells them apart, else also by when they began, else by their run id."""
    cells = [f"{run.sample.name}, cell {run.sample.device}" for run in runs]
    begun = [f"{cell}, {readable_time(run.started_at)}" for cell, run in zip(cells, runs, strict=True)]
    told_apart = (names for names in (cells, begun) if len(set(names)) == len(names))
    return next(told_apart, [run.description.run_id for run in runs])


def results_together(entries: Sequence[ReportEntry], labels: Sequence[str] = ()) -> list[Result]:
    """Give the results of several runs whose curves can be drawn together, each curve named after its run.

    `labels` name the runs; without them, `run_labels` does.
    """
    names = labels or run_labels([entry.run for entry in entries])
    return [
        replace(result, curves=tuple(_named(curve, label) for curve in result.curves))
        for entry, label in zip(entries, names, strict=True)
        for result in entry.results
        if result.curves
    ]


def _named(curve: Curve, label: str) -> Curve:
    return replace(curve, name=f"{label}: {curve.name}")


def _key(row: MetricRow) -> _Key:
    return row.symbol, row.conditions, row.definition
