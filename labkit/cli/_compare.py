"""`labkit compare`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labkit.report import Agreement

_COLOURS = {"agree": "green", "differ": "red", "cannot tell": "yellow"}


@click.command("compare")
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--with",
    "others",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    help="A run of the other set; repeatable.",
)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Also write a .csv file, numbers in SI units.")
def command(runs: tuple[Path, ...], others: tuple[Path, ...], output: Path | None) -> None:
    r"""Compare RUNS with another set of runs, number by number: E_n and the overlap of the intervals.

    E_n is the difference over its expanded uncertainty: two 95 % intervals agree where it is at most 1; one pair of
    twenty is beyond by chance. A set of several devices stands for them by its mean over devices.

    \b
    Example:
      labkit compare lab_a/*.h5 --with lab_b/ppf_1.h5 --with lab_b/ppf_2.h5
    """
    from labkit.app import compare_sets
    from labkit.report import write_agreements_csv

    found = compare_sets(runs, others)
    _print(found)
    if output is not None:
        write_agreements_csv(found, output)
        click.echo(f"table     {output}")


def _print(found: "Sequence[Agreement]") -> None:
    from rich.console import Console
    from rich.table import Table

    from labkit.report import agreement_lines

    headings, *lines = agreement_lines(found, ("runs", "with"))
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading != "at", min_width=16 if heading == "at" else None)
    for line in lines:
        table.add_row(*line, style=None if line[-1] == "agree" else _COLOURS[line[-1]])
    Console().print(table)
    counts = Counter(each.verdict for each in found)
    click.echo(", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()))
