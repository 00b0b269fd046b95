"""`labkit demonstrate`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from labkit.core import Demonstrated


@click.command("demonstrate")
@click.argument("name", required=False)
@click.option("--seed", type=int, help="In place of the document's.")
@click.option(
    "--write", type=click.Path(path_type=Path), help="Write the document of NAME to a new file, to change it."
)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="A .json file, or a picture: .svg, .pdf, .png.")
def command(name: str | None, seed: int | None, write: Path | None, output: Path | None) -> None:
    r"""Run a demonstration of the field on simulated crossbars and synapses, from a YAML document.

    Without NAME: what there is. NAME is one of them, or a .yaml of your own, begun with --write. What was published
    stands beside the result, with the data set, the seeds and the caution; nothing is fitted to it. Demonstrations on
    arrays of devices are protocols: labkit run array_weights, array_image_colours, array_image_signs.

    \b
    Examples:
      labkit demonstrate
      labkit demonstrate crossbar_read -o read.svg
      labkit demonstrate denoising --write mine.yaml
      labkit demonstrate mine.yaml --seed 7
    """
    from labkit.app import copy_demonstration, demonstrate, demonstrations, write_demonstrated

    if name is None:
        for each in demonstrations():
            click.echo(f"{each.name:<18}{each.description}")
        return
    if write is not None:
        copy_demonstration(name, write)
        click.echo(f"written   {write}; then: labkit demonstrate {write}")
        return
    found = demonstrate(name, seed)
    _print(found)
    if output is not None:
        write_demonstrated(found, output)
        click.echo(f"written   {output}")


def _print(found: "Demonstrated") -> None:
    from rich.console import Console
    from rich.table import Table

    click.secho(found.title, bold=True)
    table = Table(*found.headings, box=None, pad_edge=False, header_style="bold")
    for row in found.rows:
        table.add_row(*row)
    Console().print(table)
    for name, text in found.notes.items():
        click.secho(f"{name}: {text}", fg="yellow" if name == "caution" else None)
