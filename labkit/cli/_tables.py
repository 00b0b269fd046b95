"""Results as a table on a terminal, and as plain data."""

import math
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from labkit.cli._chip_table import print_chip
from labkit.core import VISIT, Estimate, Result
from labkit.report import format_conditions, format_counts, format_place, metrics_table


def print_results(results: Sequence[Result]) -> None:
    """Print a table: metric, value with uncertainty, 95 % interval, n, flags; reasons where there is no value.

    Conditions that are the same for all values that have them stand above the table, once.
    """
    if not results:
        return
    if len({result.device for result in results} - {""}) > 1:
        # Later visits to the sentinel repeat a device that is in the table.
        print_chip([result for result in results if result.device and VISIT not in result.at])
        results = [result for result in results if not result.device]
    if not results:
        return
    console, shared = Console(), _shared_conditions(results)
    if shared:
        console.print(f"[dim]at {escape(format_conditions(shared))}[/dim]", highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("metric", no_wrap=True)
    table.add_column("at", overflow="fold")
    for heading in ("value", "95 % interval"):
        table.add_column(heading, no_wrap=True)
    table.add_column("n", overflow="fold", min_width=11)
    table.add_column("flags", overflow="fold")
    rows = metrics_table(results)
    for row, result in zip(rows, results, strict=True):
        conditions = format_place(result, shared)
        counts = {level: count for level, count in result.counts.items() if level != "sample"}
        table.add_row(row.symbol, conditions, row.value, row.interval, format_counts(counts), " ".join(row.flags))
    console.print(table)
    for symbol, reason in dict.fromkeys((row.symbol, row.reason) for row in rows if row.reason):
        console.print(f"[dim]{escape(symbol)}: {escape(reason)}[/dim]", highlight=False)


def _shared_conditions(results: Sequence[Result]) -> dict[str, float]:
    values: dict[str, set[float]] = {}
    for result in results:
        for name, value in result.at.items():
            values.setdefault(name, set()).add(value)
    return {name: next(iter(found)) for name, found in values.items() if len(found) == 1}


def results_data(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Give results as plain data in SI units; an unlimited bound is null."""
    return [_data(result) for result in results]


def _data(result: Result) -> dict[str, Any]:
    return {
        "metric": result.metric,
        "definition": result.definition,
        "symbol": result.symbol,
        **({"device": result.device} if result.device else {}),
        "at": dict(result.at),
        "unit": result.unit,
        **_estimate(result.estimate),
        "variants": {name: _estimate(variant) for name, variant in result.variants.items()},
        "counts": dict(result.counts),
        "flags": [str(flag) for flag in result.flags],
        "reason": result.reason,
    }


def _estimate(estimate: Estimate | None) -> dict[str, Any]:
    if estimate is None:
        return {"value": None}
    return {
        "value": _finite(estimate.value),
        "uncertainty": _finite(estimate.uncertainty),
        "interval": [_finite(estimate.interval.low), _finite(estimate.interval.high)],
        "unit": estimate.unit,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
