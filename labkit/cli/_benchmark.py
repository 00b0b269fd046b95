"""`labkit benchmark`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labkit.app import LiteratureBenchmark, LiteratureStep


@click.group("benchmark")
def command() -> None:
    """Check the whole chain against devices whose truth is known."""


@command.command("literature")
@click.option("--only", multiple=True, type=int, help="A number of reference in the review, e.g. 76. Repeatable.")
@click.option("--again", is_flag=True, help="Measure also what was measured before.")
@click.option("--processes", type=click.IntRange(1), help="How many; default: one a core.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where results are kept; default: runs/literature.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Also write the table as a .md page.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, nothing else.")
def literature(
    only: tuple[int, ...], again: bool, processes: int | None, folder: Path | None, output: Path | None, as_json: bool
) -> None:
    r"""Run the matching protocol on the presets of the 72 published devices, and compare every published number.

    Each preset is sized so that the truth computed from its parameters is the published number. The run goes through
    simulated instruments, drivers, planner, run file and metrics; a number passes when the metric's 95 % interval holds
    its truth or the value is within 2 % of it. It is a check of labkit, never of a device. A benchmark that was stopped
    goes on where it was. Ends with exit code 1 when fewer than 95 % of the numbers of high and medium confidence pass.

    \b
    Examples:
      labkit benchmark literature
      labkit benchmark literature --only 76 --only 59 --again
    """
    from labkit.app import LITERATURE_FOLDER, benchmark_literature, chosen_devices, device_data, write_literature_page

    devices = chosen_devices(only)
    with _Display(len(devices), quiet=as_json) as display:
        found = benchmark_literature(devices, display, folder or LITERATURE_FOLDER, again, processes)
    if as_json:
        click.echo(json.dumps([device_data(device) for device in found.devices], ensure_ascii=False, indent=1))
    else:
        _print(found)
    if output is not None:
        write_literature_page(found, output)
        click.echo(f"page      {output}", err=as_json)
    sys.exit(0 if found.holds else 1)


class _Display:
    """Shows the progress, with the time that is left, on standard error."""

    def __init__(self, devices: int, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.fields[done]} of {task.fields[devices]} devices"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self._console,
            disable=quiet,
        )
        self._task = self._progress.add_task("", total=None, done=0, devices=devices)
        self._done = 0

    def __call__(self, step: "LiteratureStep") -> None:
        self._done += 1
        self._progress.update(self._task, completed=step.effort, total=step.total, done=self._done)
        counted = [value for value in step.device.values if value.confidence != "low"]
        passed = sum(value.passed for value in counted)
        words = "kept from before" if step.kept else f"{step.device.seconds:.0f} s"
        style = "dim" if passed == len(counted) else "yellow"
        self._progress.print(f"{step.device.name}: {passed} of {len(counted)} values, {words}", style=style)

    def __enter__(self) -> "_Display":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


_WIDTHS = (19, 10, 10, 10, 22, 11)


def _print(found: "LiteratureBenchmark") -> None:
    from labkit.app import literature_cells

    headings = ("quantity", "published", "truth", "measured", "95 % interval", "")
    click.secho(_line(headings), bold=True)
    for device in found.devices:
        ran = ", ".join(device.ran) or "nothing: there is no preset"
        click.secho(f"{device.name}  {ran}", bold=True)
        for value in device.values:
            *cells, reason = literature_cells(value)
            click.secho(_line(cells), fg=None if value.passed or value.confidence == "low" else "red")
            if reason and (value.is_weak or not value.passed):
                click.secho(f"    {reason}", dim=True)
        if not device.values:
            click.secho("  no published value", dim=True)
    click.echo(summary(found))


def _line(cells: "Sequence[str]") -> str:
    return "  " + " ".join(f"{cell:<{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def summary(found: "LiteratureBenchmark") -> str:
    """Say in a line what it came to."""
    counted, low = found.counted, sum(value.confidence == "low" for each in found.devices for value in each.values)
    share = f" ({found.passed / len(counted):.1%})" if counted else ""
    weak = f"{found.weak} by an interval wider than 20 % to either side"
    return (
        f"{found.passed} of {len(counted)} values of high and medium confidence pass{share}: {weak}, "
        f"{found.by_construction} by construction of the presets; "
        f"{low} of low confidence are not counted; {len(found.devices)} devices"
    )
