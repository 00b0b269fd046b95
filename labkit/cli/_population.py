"""`labkit population`."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from labkit.app import Population

_STEPS = "▁▂▃▄▅▆▇█"


@click.command("population")
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--criteria", "-c", help="What a good device is (YAML); default: what the runs kept from before they began."
)
@click.option("--metric", "-m", multiple=True, help="Only these set metrics; default: all.")
@click.option("--map", "symbol", help="The value that the map shows, e.g. G_max; default: the first.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="A .html, .xlsx, .csv, .md or .json file.")
@click.option("--dry", is_flag=True, help="Do not write the results into the run file of a chip.")
def command(
    runs: tuple[Path, ...],
    criteria: str | None,
    metric: tuple[str, ...],
    symbol: str | None,
    output: Path | None,
    dry: bool,
) -> None:
    r"""Tell what the devices of RUNS come to: yield, device-to-device variation, uniformity, area scaling, survival.

    RUNS are one run over the devices of a chip, or many run files; each device counts once, however many runs there are
    of it. Yield needs criteria, written down before the measurement:

    \b
      schema_version: 1
      name: usable synapse
      criteria:
        - {symbol: DR, min: 5}
        - {symbol: NL_P, max: 3}
      failure_modes:                       # tried in this order
        short: [{symbol: G_check, flags: [CMP, SAT]}]
        open: [{symbol: G_check, flags: [SNR]}]   # no current beyond noise and offset

    \b
    Give them to the run, which keeps them in its file from before the first pulse:
      labkit run population --bench bench.yaml --sample chip.yaml --criteria criteria.yaml
      labkit population runs/20261122-101500_population_chip.h5 -o population.html

    Criteria that come later (--criteria here) are flagged SELECT. Areas, rows, columns and batches of the cells stand
    in sample.yaml (`cells`). The results of one chip run go into its file; -o set.json keeps those of many.
    """
    from labkit.app import population, write_population
    from labkit.cli._tables import print_results

    found = population(runs, criteria, metric, write=not dry)
    click.echo(f"{len(found.devices)} devices of {found.devices.name}")
    for remark in found.devices.remarks:
        click.echo(f"note: {remark}")
    print_results([result for result in found.results if result.definition and (result.at or result.counts)])
    for result in found.results:
        if result.method == "not computed":
            click.secho(f"{result.metric}: {result.reason}", dim=True)
    _print_map(found, symbol)
    if output is not None:
        write_population(found, output)
        click.echo(f"population {output}")


def _print_map(found: "Population", symbol: str | None) -> None:
    """Print the chip: a bar a cell, higher for larger values; x for a device that is not good, . without a value."""
    from labkit.core import LabkitError
    from labkit.metrics import GOOD
    from labkit.report import format_number, pictured_values, placed_devices

    values = [value for value in pictured_values(found.devices) if len(value.values)]
    chosen = [value for value in values if symbol in (None, value.symbol)]
    if not chosen:
        known = ", ".join(dict.fromkeys(value.symbol for value in values))
        raise LabkitError(f"no device has a value {symbol!r}", f"the values are: {known}")
    fate = {one.device.identity: one.mode for one in found.verdicts if one.mode != GOOD}
    placed = [one for one in placed_devices(found.devices, chosen[0], fate) if one.row >= 0]
    if not placed:
        return
    levels = sorted(one.value for one in placed if math.isfinite(one.value))
    low, high = (format_number(end, chosen[0].unit) for end in (levels[0], levels[-1]))
    click.echo(f"map of {chosen[0].symbol}, {_STEPS[0]} {low} to {_STEPS[-1]} {high}; x not good, . no value")
    marks = {(one.row, one.column): _mark(one.value, bool(one.fate), levels) for one in placed}
    columns = range(min(c for _, c in marks), max(c for _, c in marks) + 1)
    for row in range(min(r for r, _ in marks), max(r for r, _ in marks) + 1):
        click.echo(f"{row:>5}  " + "".join(f"{marks.get((row, column), ' ')} " for column in columns))


def _mark(value: float, failed: bool, levels: list[float]) -> str:
    if failed:
        return "x"
    if not math.isfinite(value):
        return "."
    rank = sum(level < value for level in levels) / max(len(levels) - 1, 1)
    return _STEPS[min(int(rank * len(_STEPS)), len(_STEPS) - 1)]
