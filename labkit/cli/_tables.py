"""Results as a table on a terminal, and as plain data."""

import math
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from labkit.core import Estimate, Result
from labkit.report import metrics_table


def print_results(results: Sequence[Result]) -> None:
    """Print a table: metric, value with uncertainty, 95 % interval, n, flags; reasons where there is no value."""
    if not results:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("metric", "at", "value", "95 % interval", "n", "flags"):
        table.add_column(heading, overflow="fold")
    rows = metrics_table(results)
    for row in rows:
        table.add_row(row.symbol, row.conditions, row.value, row.interval, row.counts, " ".join(row.flags))
    console = Console()
    console.print(table)
    for symbol, reason in dict.fromkeys((row.symbol, row.reason) for row in rows if row.reason):
        console.print(f"[dim]{escape(symbol)}: {escape(reason)}[/dim]")


def results_data(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Give results as plain data in SI units; an unlimited bound is null."""
    return [_data(result) for result in results]


def _data(result: Result) -> dict[str, Any]:
    return {
        "metric": result.metric,
        "definition": result.definition,
        "symbol": result.symbol,
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
