"""`labkit figures`."""

from pathlib import Path

import click


@click.command("figures")
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), default=Path("figures"), help="Folder; default: figures."
)
@click.option("--format", "suffix", type=click.Choice(["svg", "pdf", "png"]), default="svg", show_default=True)
@click.option("--width", default="89 mm", show_default=True, help="Width of a figure; two columns are about 183 mm.")
def command(runs: tuple[Path, ...], output: Path, suffix: str, width: str) -> None:
    r"""Draw the figures of RUNS as files that are fit for a paper, one for each figure of the report.

    \b
    Example:
      labkit figures runs/ppf.h5 -o paper --format pdf --width "183 mm"
    """
    from labkit.app import export_figures

    for file in export_figures(runs, output, f".{suffix}", _meters(width)):
        click.echo(f"figure    {file}")


def _meters(width: str) -> float:
    from labkit.core import parse_quantity

    try:
        meters, dimension = parse_quantity(width)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--width") from error
    if dimension != "length":
        raise click.BadParameter(f"{width!r} is a {dimension}, not a length", param_hint="--width")
    return meters
