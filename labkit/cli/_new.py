"""`labkit new`."""

from pathlib import Path

import click


@click.group("new", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    r"""Begin a protocol or a metric of your own.

    \b
    Examples:
      labkit new protocol my_pulses                     a commented protocol that runs as it is
      labkit new protocol my_pairs --from ppf_optical   a copy of a shipped one
      labkit new metric my_ratio                        a package with one metric
    """


@command.command("protocol")
@click.argument("name")
@click.option("--from", "source", help="One of `labkit list protocols`, or a file: begin from a copy of it.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("."), help="Where to; default: here.")
def protocol(name: str, source: str | None, folder: Path) -> None:
    """Write NAME.yaml, and the schema that lets an editor complete and check it as you type.

    Nothing is overwritten.
    """
    from labkit.app import new_protocol

    written = new_protocol(name, folder, source)
    _tell(written)
    click.echo(f"next: labkit check {written[0]}")
    bench = "demo_memristor" if source is None else "bench.yaml"
    click.echo(f"      labkit plan {written[0]} --bench {bench} --picture plan.svg --schematic")


@command.command("metric")
@click.argument("name")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("."), help="Where to; default: here.")
def metric(name: str, folder: Path) -> None:
    """Write a package NAME with one metric that computes: put your formula in, then install it.

    Nothing is overwritten.
    """
    from labkit.app import new_metric

    written = new_metric(name, folder)
    _tell(written)
    click.echo(f"next: pip install -e {written[0].parent}")
    click.echo(f"      labkit analyse RUN -m {name}")


def _tell(written: tuple[Path, ...]) -> None:
    for path in written:
        click.echo(f"wrote {path}")
