"""Results as records of a tidy table: one row for each value under each definition, numbers in SI units."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from labkit.core import Estimate, Result, Run
from labkit.report._entry import ReportEntry
from labkit.report._table import format_counts


@dataclass(frozen=True, slots=True)
class Record:
    """One row; numbers in SI units (ratios and percentages as plain ratios), None where there is no value."""

    run: str
    sample: str
    device: str
    virtual: bool
    metric: str
    symbol: str
    definition: str
    variant: str
    conditions: str
    value: float | None
    standard_uncertainty: float | None
    low_95: float | None
    high_95: float | None
    degrees_of_freedom: float | None
    unit: str
    n: str
    flags: str
    reason: str
    method: str


RECORD_COLUMNS = tuple(field.name for field in fields(Record))


def records(entries: Sequence[ReportEntry]) -> Iterator[Record]:
    """Give the records of all runs: each result under its default definition, then its variants."""
    for entry in entries:
        for result in entry.results:
            yield _record(entry.run, result, "", result.estimate)
            for name, estimate in result.variants.items():
                yield _record(entry.run, result, name, estimate)


def write_csv(entries: Sequence[ReportEntry], path: Path) -> None:
    """Write the records as CSV in UTF-8, one header line, empty where there is no value."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, RECORD_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(record) for record in records(entries))


def _record(run: Run, result: Result, variant: str, estimate: Estimate | None) -> Record:
    bound = result.bound if not variant else None
    interval = estimate.interval if estimate else bound
    return Record(
        run=run.description.run_id,
        sample=run.sample.name,
        device=result.device or run.sample.device,
        virtual=run.description.virtual,
        metric=result.metric,
        symbol=result.symbol,
        definition=result.definition,
        variant=variant,
        conditions="; ".join(f"{name}={value:.10g}" for name, value in result.at.items()),
        value=float(estimate.value) if estimate else None,
        standard_uncertainty=float(estimate.uncertainty) if estimate else None,
        low_95=float(interval.low) if interval else None,
        high_95=float(interval.high) if interval else None,
        degrees_of_freedom=float(estimate.degrees_of_freedom) if estimate else None,
        unit=_si(estimate.unit if estimate else result.unit),
        n=format_counts(result.counts),
        flags=" ".join(flag.value for flag in result.flags),
        reason=result.reason,
        method=result.method,
    )


def _si(unit: str) -> str:
    return "1" if unit == "%" else unit
