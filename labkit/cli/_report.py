"""`labkit report`."""

from collections.abc import Sequence
from pathlib import Path

import click


@click.command("report")
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), required=True, help="A .html, .xlsx, .csv or .md file."
)
def command(runs: tuple[Path, ...], output: Path) -> None:
    r"""Make a report of one or several RUNS, in the format that the output's name says.

    The page is a single file with interactive figures (raw traces, fits, residuals), the metrics with intervals and
    flags, a methods paragraph and the provenance.

    \b
    Example:
      labkit report runs/*.h5 -o report.html
    """
    write_report(runs, output)
    click.echo(f"report    {output}")


def write_report(runs: Sequence[Path], output: Path) -> None:
    """Write a report; raises LabkitError for a format that there is not."""
    from labkit.core import LabkitError
    from labkit.report import html_report, markdown_table, metrics_table, report_entry, write_csv, write_xlsx
    from labkit.storage import read_results, read_run

    entries = [report_entry(read_run(path), read_results(path), path.name) for path in runs]
    suffix = output.suffix.lower()
    output.parent.mkdir(parents=True, exist_ok=True)
    if suffix == ".html":
        html_report(entries, output)
    elif suffix == ".xlsx":
        write_xlsx(entries, output)
    elif suffix == ".csv":
        write_csv(entries, output)
    elif suffix == ".md":
        results = [result for entry in entries for result in entry.results]
        output.write_text(markdown_table(metrics_table(results)), encoding="utf-8")
    else:
        raise LabkitError(f"no report format {suffix or output.name!r}", "end the name in .html, .xlsx, .csv or .md")
