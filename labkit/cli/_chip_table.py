"""Results of a chip as a table on a terminal: each value over its devices, not each device by itself."""

from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

from labkit.core import Result, format_quantity
from labkit.report import format_conditions


def print_chip(results: Sequence[Result]) -> None:
    """Print a row a value: how many devices have it, median, lowest and highest with the devices they are of."""
    devices = list(dict.fromkeys(result.device for result in results))
    table = Table(box=None, pad_edge=False, header_style="bold", title=f"{len(devices)} devices", title_justify="left")
    table.add_column("metric", no_wrap=True)
    table.add_column("at", overflow="fold")
    for heading in ("devices", "median", "lowest", "highest"):
        table.add_column(heading, no_wrap=True)
    groups = _groups(results)
    for group in groups:
        first = group[0]
        values = {each.device: each.estimate.value for each in group if each.estimate is not None}
        told = {name: value for name, value in first.at.items() if _tells_apart(name, first, groups)}
        table.add_row(first.symbol, format_conditions(told), *_spread(values, len(devices), first.unit))
    console = Console()
    console.print(table)
    console.print("[dim]`labkit report` shows each device; `--json` gives every value with its interval[/dim]")


def _tells_apart(name: str, of: Result, groups: Sequence[Sequence[Result]]) -> bool:
    """Tell whether a condition differs between the rows of one symbol."""
    found = {float(f"{group[0].at.get(name, 0.0):.2g}") for group in groups if group[0].symbol == of.symbol}
    return len(found) > 1


def _groups(results: Sequence[Result]) -> list[list[Result]]:
    found: dict[tuple[str, str, tuple[tuple[str, float], ...]], list[Result]] = {}
    for result in results:
        # Conditions that belong to the device itself, not to the protocol, differ in their last digits.
        at = tuple((name, float(f"{value:.2g}")) for name, value in sorted(result.at.items()))
        found.setdefault((result.metric, result.symbol, at), []).append(result)
    return list(found.values())


def _spread(values: dict[str, float], devices: int, unit: str) -> tuple[str, str, str, str]:
    share = f"{len(values)} of {devices}"
    if not values:
        return share, "—", "", ""
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    median = format_quantity(float(np.median(list(values.values()))), unit, 4)
    lowest, highest = (f"{format_quantity(values[name], unit, 4)} ({name})" for name in (low, high))
    return share, median, lowest, highest
