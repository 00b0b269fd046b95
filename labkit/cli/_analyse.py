"""`labkit analyse`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from labkit.app import Analysis, Change


@click.command("analyse")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--metric", "-m", multiple=True, help="Only these metrics; default: those of the protocol.")
@click.option("--dry", is_flag=True, help="Do not write the results into the run file.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def command(run: Path, metric: tuple[str, ...], dry: bool, as_json: bool) -> None:
    r"""Compute the metrics of RUN again from its raw traces, which are never altered; tells what changed.

    \b
    Example:
      labkit analyse runs/20261122-101500_ppf_optical_A1.h5 -m ppf_index
    """
    from labkit.app import analyse
    from labkit.cli._tables import print_results, results_data

    analysis = analyse(run, metric, write=not dry)
    if as_json:
        click.echo(json.dumps({"run_file": str(run), "results": results_data(analysis.results)}, indent=1))
        return
    print_results(analysis.results)
    _print_changes(analysis)


def _print_changes(analysis: "Analysis") -> None:
    if not analysis.changes:
        click.echo("nothing changed against the results in the file")
    for change in analysis.changes:
        click.echo(f"changed: {_words(change)}")


def _words(change: "Change") -> str:
    from labkit.report import format_estimate

    result = change.now or change.before
    symbol = result.symbol if result is not None else ""
    before, now = (
        "none" if one is None or one.estimate is None else format_estimate(one.estimate)
        for one in (change.before, change.now)
    )
    return f"{symbol}: {before} -> {now}"
