"""`labkit export`."""

from pathlib import Path

import click


@click.command("export")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--to", "simulator", required=True, type=click.Choice(["neurosim", "aihwkit", "crosssim"]), help="The simulator."
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    required=True,
    help="A .json file, or .cpp for NeuroSim, .py for aihwkit and CrossSim.",
)
@click.option("--device", default="", help="Which device, where the run is of a chip.")
@click.option(
    "--population",
    "populations",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A chip's run file with device-to-device variation (labkit population).",
)
def command(run: Path, simulator: str, output: Path, device: str, populations: tuple[Path, ...]) -> None:
    r"""Write a measured LTP/LTD RUN as the device parameters of a network simulator.

    The curve is simulated again from what was written, by the simulator's own update formula, fitted again and laid
    over the measured one (a .svg beside the output); the misfit is told, and whether it is within 2u.

    \b
    Examples:
      labkit export runs/ltp.h5 --to neurosim -o device.cpp
      labkit export runs/ltp.h5 --to aihwkit -o device.py
      labkit export runs/ltp.h5 --to crosssim -o device.py      (writes its two lookup tables too)
      labkit export runs/chip.h5 --device r0c3 --population runs/chip.h5 --to neurosim -o device.json
    """
    from labkit.app import export_run

    done = export_run(run, simulator, output, device, populations)
    trip = done.export.trip
    click.secho(trip.words[0], fg=None if trip.accepted else "red", bold=not trip.accepted)
    for line in trip.words[1:]:
        click.echo(line)
    for remark in done.export.remarks:
        click.secho(f"note: {remark}", dim=True)
    for file in done.files:
        click.echo(f"written   {file}")
    if done.without_figure:
        click.echo(f"no figure: {done.without_figure}")
