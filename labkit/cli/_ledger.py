"""`labkit ledger`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from labkit.app import Life


@click.command("ledger")
@click.argument("device", required=False)
@click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    show_default=True,
    help="Folder of the run files; the ledger is beside it.",
)
@click.option(
    "--rebuild",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Go through the run files of this folder first, and add what the ledger lacks.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, in SI units.")
def command(device: str | None, runs: Path, rebuild: Path | None, as_json: bool) -> None:
    """Tell what each device has gone through for life, or only DEVICE: pulses, cycles, charge, photons, time.

    Runs on real instruments are counted when they end, however they end. Those that were killed come in with --rebuild.
    """
    from labkit.app import ledger_of, lives, not_in_ledger, read_ledger, rebuild_ledger

    folder = runs if rebuild is None else rebuild
    if rebuild is not None:
        written, problems = rebuild_ledger(rebuild)
        click.echo(f"{len(written)} entries written into {ledger_of(rebuild)}", err=True)
        for problem in problems:
            click.secho(f"left out: {problem}", fg="yellow", err=True)
    found = [life for life in lives(read_ledger(ledger_of(folder))) if device in (None, life.device)]
    if as_json:
        _print_json(found)
        return
    if not found:
        click.echo(f"{ledger_of(folder)} tells of no device{f' {device}' if device else ''}")
    for life in found:
        _print_life(life)
    if rebuild is None and (unknown := not_in_ledger(folder)):
        click.echo(f"{len(unknown)} run files are not in it: virtual runs, or killed ones that --rebuild {runs} adds")


def _print_json(found: "Sequence[Life]") -> None:
    from dataclasses import asdict

    click.echo(json.dumps([asdict(life) for life in found], indent=1))


def _print_life(life: "Life") -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table

    wear = life.wear
    click.secho(f"{life.sample}, device {life.device}", bold=True, nl=False)
    click.echo(f": {life.runs} runs, {life.first_use[:10]} to {life.last_use[:10]}, {wear.cycles} cycles")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("terminal", "pulses", "charge", "under bias", "of it not read", "photons"):
        table.add_column(heading, no_wrap=True)
    for name in dict.fromkeys((*wear.bias_time, *wear.pulses, *wear.photons)):
        table.add_row(
            name,
            str(wear.pulses.get(name, 0)),
            _quantity(wear.charge, name, "C"),
            _quantity(wear.bias_time, name, "s"),
            _quantity(wear.unread_time, name, "s"),
            f"{wear.photons[name] / 1e4:.3g} /cm^2" if name in wear.photons else "",
        )
    Console().print(Padding(table, (0, 0, 0, 2)), highlight=False)


def _quantity(values: Mapping[str, float], name: str, unit: str) -> str:
    from labkit.core import format_quantity

    return format_quantity(values[name], unit, 3) if name in values else ""
