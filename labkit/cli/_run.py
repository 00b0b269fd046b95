"""`labkit run`."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labkit.cli._options import make_request, request_options

if TYPE_CHECKING:
    from labkit.app import Outcome
    from labkit.engine import Operator


@click.command("run")
@request_options
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Run file; default: a dated name in runs/.")
@click.option("--report", "-r", type=click.Path(path_type=Path), help="Also make a report: .html, .xlsx, .csv or .md.")
@click.option("--mask-in-place", help="The mask that is before the array already, for runs that nobody attends.")
@click.option("--no-watchdog", is_flag=True, help="Start no process that makes the bench safe if this one is killed.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON, nothing else.")
def command(
    output: Path | None,
    report: Path | None,
    mask_in_place: str | None,
    no_watchdog: bool,
    as_json: bool,
    **options: Any,
) -> None:
    r"""Run PROTOCOL (a file, or a name of `labkit list protocols`) on a bench.

    The plan is made first; what would break a limit is refused before any output is on. Ctrl-C ends the run through
    the safe state (light off, sources ramped to zero, outputs off), and what was measured stays in the file.

    \b
    Examples:
      labkit run ppf_optical --bench demo_optical --virtual --set demo --report ppf.html
      labkit run ltp_ltd --set slow -p cycles=20 --bench bench.yaml --sample sample.yaml
    """
    from labkit.app import plan_request, run_request
    from labkit.cli._progress import RunDisplay
    from labkit.cli._tables import print_results

    request = make_request(**options)
    operator = _operator(mask_in_place)
    if as_json:
        _print_json(run_request(request, output, watchdog=not no_watchdog, operator=operator))
        return
    estimate = plan_request(request).estimates
    with RunDisplay(estimate.duration) as display:
        outcome = run_request(request, output, [display], not no_watchdog, operator)
    print_results(outcome.results)
    _print_summary(outcome)
    if report is not None:
        from labkit.app import write_report

        write_report([outcome.path], report)
        click.echo(f"report    {report}")


def _operator(mask_in_place: str | None) -> "Operator | None":
    """Give who puts masks before an array: whoever sits at the terminal, or did so beforehand; None if nobody can."""
    if mask_in_place is not None:
        return partial(_placed_beforehand, mask_in_place)
    return _ask if sys.stdin.isatty() and sys.stderr.isatty() else None


def _placed_beforehand(placed: str, mask: str, request: str) -> None:
    from labkit.core import LabkitError

    if mask != placed:
        raise LabkitError(
            f"the run needs the mask {mask}, and {placed} is in place", "run in a terminal to change masks"
        )


def _ask(mask: str, request: str) -> None:
    click.secho(f"\n{request}", bold=True, err=True)
    click.prompt("Press Enter when it is there", default="", show_default=False, prompt_suffix=" ", err=True)


def _print_summary(outcome: "Outcome") -> None:
    from labkit.core import format_quantity

    finished = outcome.finished
    click.echo(f"run file  {outcome.path}")
    click.echo(
        f"bench     occupied {format_quantity(finished.occupied, 's')}, of which the protocol asks for "
        f"{format_quantity(finished.demanded, 's')}: efficiency {finished.efficiency:.4f}"
    )
    for item in finished.unconfirmed:
        click.secho(f"NOT CONFIRMED SAFE: {item}", fg="red", bold=True)


def _print_json(outcome: "Outcome") -> None:
    from labkit.cli._tables import results_data

    finished = outcome.finished
    told = {
        "run_file": str(outcome.path),
        "outcome": finished.outcome,
        "occupied": finished.occupied,
        "demanded": finished.demanded,
        "efficiency": finished.efficiency,
        "unconfirmed": list(finished.unconfirmed),
        "results": results_data(outcome.results),
    }
    click.echo(json.dumps(told, indent=1))
