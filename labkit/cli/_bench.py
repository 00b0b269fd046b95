"""`labkit bench`: find the instruments of a bench, and test that they are fit to measure."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labkit.app import Found, InstrumentChecks
    from labkit.core import Check

_COLOURS = {"right": "green", "wrong": "red", "not checked": "yellow"}


@click.group("bench")
def command() -> None:
    """Find the instruments of a bench and propose its file; test a bench without energizing the sample."""


@command.command("discover")
@click.argument("addresses", nargs=-1)
@click.option("--visa", default="", help='VISA library, e.g. "@py"; default: the one that drivers use.')
@click.option("--serial", is_flag=True, help="Also ask on serial ports: what hangs on them gets *IDN? and N?.")
@click.option("--timeout", type=float, default=1.0, show_default=True, help="Seconds to wait for an answer.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write a bench file to start from.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def discover_command(
    addresses: tuple[str, ...], visa: str, serial: bool, timeout: float, output: Path | None, as_json: bool
) -> None:
    """Ask who answers at ADDRESSES (VISA resource names), or at every address that VISA lists.

    Only questions are sent. With -o a bench file is proposed, in which everything that only you know is marked.
    """
    from labkit.app import discover, propose_bench
    from labkit.core import LabkitError

    if output is not None and output.exists():
        raise LabkitError(f"{output} exists", "choose another name with -o; nothing is overwritten")
    found = discover(addresses, visa, serial, timeout, lambda address: click.echo(f"asking {address}", err=True))
    if as_json:
        told = [{"address": f.address, "answer": f.answer, "drivers": f.drivers, "problem": f.problem} for f in found]
        click.echo(json.dumps(told, indent=1))
    else:
        _print_found(found)
    if output is not None:
        output.write_text(propose_bench(found, str(output)), encoding="utf-8")
        click.echo(f"wrote {output}: fill in what is marked, then  labkit check {output}", err=as_json)


def _print_found(found: "Sequence[Found]") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    if not found:
        click.echo("no address found; give addresses, or another library with --visa")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("address", "driver"):
        table.add_column(heading, no_wrap=True)
    table.add_column("says it is", overflow="fold")
    for one in found:
        says = [escape(one.answer)] if one.answer else []
        says += [f"[yellow]{escape(one.problem)}[/yellow]"] if one.problem else []
        table.add_row(escape(one.address), "\n".join(one.drivers) or "-", "\n".join(says))
    Console().print(table, highlight=False)


@command.command("test")
@click.argument("bench", default="bench.yaml")
@click.option("--virtual", is_flag=True, help="Test the simulated copies of the instruments.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def test_command(bench: str, virtual: bool, as_json: bool) -> None:
    """Test BENCH (a file, or a name of `labkit list benches`) with all outputs off; exit code 1 for a fault.

    For each instrument: reachable, identity, language, error queue, limits written and read back, interlock, trigger
    lines, matrix open. What a driver cannot look at is told as "not checked".
    """
    from labkit.app import bench_checks, load_bench, opened_session

    found = []
    with opened_session(load_bench(bench), virtual) as session:
        for checks in bench_checks(session):
            found.append(checks)
            if not as_json:
                _print_checks(checks)
    if as_json:
        click.echo(json.dumps([_data(checks) for checks in found], indent=1))
    else:
        wrong = sum(not checks.right for checks in found)
        click.echo(f"{wrong} of {len(found)} instruments have a fault" if wrong else f"{len(found)} instruments: right")
    if not all(checks.right for checks in found):
        raise click.exceptions.Exit(1)


def _print_checks(checks: "InstrumentChecks") -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table

    console = Console()
    console.print(f"[bold]{checks.instrument}[/bold] ({checks.driver})", highlight=False)
    table = Table(box=None, pad_edge=False, show_header=False)
    for width in (21, 11):
        table.add_column(min_width=width)
    table.add_column(overflow="fold")
    for check in checks.checks:
        colour = _COLOURS[check.finding]
        table.add_row(check.what, f"[{colour}]{check.finding}[/{colour}]", _words(check))
    console.print(Padding(table, (0, 0, 0, 2)), highlight=False)


def _words(check: "Check") -> str:
    from rich.markup import escape

    remedy = f"\n[green]remedy:[/green] {escape(check.remedy)}" if check.remedy else ""
    return escape(check.detail) + remedy


def _data(checks: "InstrumentChecks") -> dict[str, Any]:
    return {
        "instrument": checks.instrument,
        "driver": checks.driver,
        "checks": [
            {"what": c.what, "finding": str(c.finding), "detail": c.detail, "remedy": c.remedy} for c in checks.checks
        ],
    }
