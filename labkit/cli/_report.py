"""`labkit report`."""

from pathlib import Path

import click


@click.command("report")
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    required=True,
    help="A .html, .pdf, .xlsx, .csv, .md or .tex file.",
)
@click.option(
    "--rows",
    is_flag=True,
    help="A row for each device in the layout of published tables instead: .csv, .xlsx, .md or .tex.",
)
def command(runs: tuple[Path, ...], output: Path, rows: bool) -> None:
    r"""Make a report of one or several RUNS, in the format that the output's name says.

    The page is a single file with interactive figures (raw traces, fits, residuals), the metrics with intervals and
    flags, a methods paragraph and the provenance; the PDF has the same to print.

    \b
    Examples:
      labkit report runs/*.h5 -o report.html
      labkit report runs/*.h5 -o report.pdf
      labkit report runs/*.h5 -o table.tex --rows       (all runs of a device make its row)
    """
    from labkit.app import write_device_rows, write_report

    (write_device_rows if rows else write_report)(runs, output)
    click.echo(f"report    {output}")
