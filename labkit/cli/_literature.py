"""`labkit literature`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from labkit.literature import Distribution, PublishedDevice, PublishedValue, Quantity

_CONFIDENCES = ("low", "medium", "high")
_STRIP = 36
"""Characters over which the values of a mechanism are spread."""
_SIGNS = {"low": "×", "medium": "○", "high": "●"}


@click.command("literature")
@click.argument("words", nargs=-1)
@click.option("--metric", "-m", "metrics", multiple=True, help="E.g. ppf, energy, dynamic_range. Repeatable.")
@click.option("--mechanism", "mechanisms", multiple=True, help="VCM, ECM, FG, DE, FE or HJ, or in words. Repeatable.")
@click.option("--terminals", type=click.Choice(["2", "3"]), help="Two or three.")
@click.option("--min-confidence", type=click.Choice(_CONFIDENCES), default="low", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, in SI units.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write a .csv (SI units) or .md file instead.")
def command(
    words: tuple[str, ...],
    metrics: tuple[str, ...],
    mechanisms: tuple[str, ...],
    terminals: str | None,
    min_confidence: str,
    as_json: bool,
    output: Path | None,
) -> None:
    r"""List the 72 devices of the review that the standard grew from, or those that hold all of WORDS.

    WORDS are looked for in materials, layers, papers (as [111] too) and wavelengths (as "450 nm"). Each number tells
    how sure it is that it stands in the column that it is read in; with --metric, how it is spread over the mechanisms.

    \b
    Examples:
      labkit literature CsPbBr3 pentacene
      labkit literature --mechanism VCM --metric ppf --min-confidence high
      labkit literature --metric dynamic_range -o range.csv
    """
    from labkit.app import literature, named_mechanism, named_quantities, write_literature
    from labkit.literature import Confidence, Search

    sought = Search(
        words=words,
        mechanisms=tuple(named_mechanism(name) for name in mechanisms),
        quantities=tuple(quantity for name in metrics for quantity in named_quantities(name)),
        terminals=int(terminals) if terminals else None,
        least=Confidence(min_confidence),
    )
    found = literature(sought)
    if output is not None:
        write_literature(found, output)
        click.echo(f"table     {output}")
    elif as_json:
        _print_json(found)
    elif not found:
        click.echo("no published device is like that: ask for fewer words, or for a lower --min-confidence")
    elif sought.quantities:
        for quantity in dict.fromkeys(sought.quantities):
            _print_values(found, quantity)
    else:
        _print_devices(found)


def _print_json(found: "Sequence[PublishedDevice]") -> None:
    from labkit.report import published_data

    click.echo(json.dumps(published_data(found), indent=1, ensure_ascii=False))


def _print_devices(found: "Sequence[PublishedDevice]") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from labkit.report import format_published, format_unplaced

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 1, 0))
    for heading, whole in (
        ("device", True),
        ("material, layers", False),
        ("", True),
        ("published; what is doubtful", False),
    ):
        table.add_column(heading, no_wrap=whole, overflow="fold")
    for device in found:
        told = [f"{value.quantity} {format_published(value)}" for value in device.values.values()]
        told += [format_unplaced(each) for each in device.unplaced]
        doubt = f"\n[dim]{escape(device.ambiguity)}[/dim]" if device.ambiguity else ""
        table.add_row(
            escape(device.name),
            f"{escape(device.perovskite)}\n[dim]{escape(device.structure)}[/dim]",
            str(device.mechanism),
            escape("; ".join(told) or "no number in the tables") + doubt,
        )
    Console().print(table, highlight=False)
    values = sum(len(device.values) for device in found)
    click.echo(f"{len(found)} device{'' if len(found) == 1 else 's'}, {values} value{'' if values == 1 else 's'}")


def _print_values(found: "Sequence[PublishedDevice]", quantity: "Quantity") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from labkit.literature import distributions
    from labkit.report import beside_published, format_number

    console, about = Console(), quantity.about
    having = sorted(
        (device for device in found if quantity in device.values), key=lambda device: device.values[quantity].value
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, whole in (("device", True), ("", True), ("material", False), ("value", True), ("sure", True)):
        table.add_column(heading, no_wrap=whole, overflow="fold", min_width=9 if heading == "material" else None)
    table.add_column("why; what is doubtful", overflow="fold", style="dim")
    for device in having:
        value = device.values[quantity]
        cells = (device.name, device.mechanism, device.perovskite, format_number(value.value, value.unit))
        table.add_row(*(escape(cell) for cell in cells), str(value.confidence), escape(_doubts(device, value)))
    click.secho(f"{about.title}: {len(having)} published values", bold=True)
    console.print(table, highlight=False)
    _print_distribution(distributions(having, quantity), quantity)
    console.print(f"[dim]published as: {escape(about.definition)}[/dim]", highlight=False)
    console.print(f"[dim]in a report: {escape(beside_published(quantity))}[/dim]\n", highlight=False)


def _doubts(device: "PublishedDevice", value: "PublishedValue") -> str:
    return "; ".join(filter(None, (f"printed {value.printed}", value.reason, device.ambiguity)))


def _print_distribution(found: "Sequence[Distribution]", quantity: "Quantity") -> None:
    from rich.console import Console
    from rich.table import Table

    from labkit.report import format_number

    if not found:
        return
    low, high = min(each.lowest for each in found), max(each.highest for each in found)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("mechanism", "n", "lowest", "median", "highest", "● high ○ medium × low confidence"):
        table.add_column(heading, no_wrap=True)
    for each in found:
        numbers = (format_number(number, quantity.about.unit) for number in (each.lowest, each.middle, each.highest))
        table.add_row(each.mechanism, str(len(each.values)), *numbers, _strip(each, low, high, quantity.about.wide))
    click.echo()
    Console().print(table, highlight=False)


def _strip(found: "Distribution", low: float, high: float, wide: bool) -> str:
    """Set a sign for each value between the lowest and the highest of all, the surest in front."""
    from math import log

    strip = ["·"] * _STRIP
    scale = log if wide else float
    room = scale(high) - scale(low)
    for value in sorted(found.values, key=lambda each: _CONFIDENCES.index(each.confidence)):
        place = (scale(value.value) - scale(low)) / room if room else 0.0
        strip[round(place * (_STRIP - 1))] = _SIGNS[value.confidence]
    return "".join(strip)
