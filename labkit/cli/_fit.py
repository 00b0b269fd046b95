"""`labkit fit`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from labkit.app import Twin


@click.command("fit")
@click.argument("runs", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--family", "-F", required=True, help="Preset to start from: its model, its values; `labkit list presets`."
)
@click.option("--free", multiple=True, help='Parameter to fit, e.g. "traps.*.lifetime"; may be repeated.')
@click.option(
    "--check", multiple=True, type=click.Path(exists=True, path_type=Path), help="Run that the fit does not see."
)
@click.option("--output", "-o", default="twin.yaml", type=click.Path(path_type=Path), help="Preset file to write.")
def command(runs: tuple[Path, ...], family: str, free: tuple[str, ...], check: tuple[Path, ...], output: Path) -> None:
    r"""Fit a family of devices to run files: a digital twin to rehearse on.

    The twin is a preset: `labkit run ... --twin twin.yaml` and `labkit plan ... --twin twin.yaml` take it as the device
    of a virtual bench. Each run is taken to begin with a rested device.

    \b
    Example:
      labkit fit runs/*.h5 --family heterojunction_phototransistor --check runs/new.h5 -o twin.yaml
    """
    from labkit.app import make_twin
    from labkit.cli._fit_progress import FitDisplay

    with FitDisplay() as display:
        twin = make_twin(runs, family, output, free, check, display)
    _print(twin)


def _print(twin: "Twin") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("parameter", "value", "95 %", "start", "unit")
    for each in twin.fit.parameters:
        low, high = each.interval
        span = f"{low:.6g} to {high:.6g}" if each.told else "not told by the runs"
        table.add_row(
            each.parameter.name, f"{each.value:.5g}", span, f"{each.parameter.start:.4g}", each.parameter.unit
        )
    Console().print(table)
    fit = twin.fit
    click.echo(f"misfit    {fit.misfit:.3%} of the range; {fit.excess:.2f} times the noise of the readings")
    click.echo(f"events    scatter by {fit.variation:.1%}")
    for trial in twin.checks:
        found = trial.prediction
        click.echo(f"predicts  {trial.path.name} to {found.misfit:.3%} of its range; expected {found.expected:.3%}")
    click.echo(f"twin      {twin.path}")
