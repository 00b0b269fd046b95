"""`labkit accuracy`."""

from pathlib import Path

import click


@click.command("accuracy")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--device", default="", help="Which device, where the run is of a chip.")
@click.option("--seeds", default=5, show_default=True, help="How often the training is repeated, 5 or more.")
@click.option("--seed", default=0, show_default=True, help="The first seed.")
@click.option("--epochs", default=15, show_default=True)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="A .json file, or a figure: .svg, .pdf, .png.")
def command(run: Path, device: str, seeds: int, seed: int, epochs: int, output: Path | None) -> None:
    r"""Train networks on digits whose weights change only as pulses changed the device of a measured LTP/LTD RUN.

    A perceptron and a network with one hidden layer, with one device and with six devices a weight, the measured
    scatter from cycle to cycle included; ideal devices and floating point beside them. The accuracy is simulated from
    the curve of one device: no hardware evidence, and no ground to rank devices by.

    \b
    Examples:
      labkit accuracy runs/ltp.h5
      labkit accuracy runs/ltp.h5 --seeds 10 -o training.svg
    """
    from rich.console import Console
    from rich.table import Table

    from labkit.app import run_accuracy, write_accuracy
    from labkit.network import accuracy_lines

    found = run_accuracy(run, device, seeds, epochs, seed)
    headings, *rows = accuracy_lines(found.results)
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)
    notes = found.results[0].notes
    click.echo(f"dataset   {notes['dataset']}")
    click.echo(f"seeds     {seed} to {seed + seeds - 1}, {epochs} epochs; curve of {notes['curve']}")
    click.secho(f"caution   {notes['caution']}", fg="yellow")
    for remark in found.remarks:
        click.secho(f"note: {remark}", dim=True)
    if output is not None:
        write_accuracy(found, output)
        click.echo(f"written   {output}")
