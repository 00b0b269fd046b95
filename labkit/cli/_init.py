"""`labkit init`."""

from pathlib import Path

import click

from labkit.app import bench_names, start_folder
from labkit.protocol import protocol_names


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("."))
@click.option("--bench", type=click.Choice(bench_names()), default="demo_optical", show_default=True)
@click.option("--protocol", type=click.Choice(protocol_names()), default="ppf_optical", show_default=True)
def command(folder: Path, bench: str, protocol: str) -> None:
    """Write a commented bench, sample and protocol into FOLDER, with the schemas that editors check them by.

    Nothing is overwritten. Then edit bench.yaml (addresses, limits, calibration) and see `labkit plan`.
    """
    for path in start_folder(folder, bench, protocol):
        click.echo(f"wrote {path}")
    click.echo(f"next: edit {folder / 'bench.yaml'}, then")
    click.echo(f"  labkit plan {folder / (protocol + '.yaml')} --bench {folder / 'bench.yaml'}")
    click.echo(f"  labkit run {folder / (protocol + '.yaml')} --bench {folder / 'bench.yaml'} --virtual")
