"""`labkit init`."""

from pathlib import Path

import click


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("."))
@click.option("--bench", default="demo_optical", show_default=True, help="One of `labkit list benches`.")
@click.option("--protocol", default="ppf_optical", show_default=True, help="One of `labkit list`.")
def command(folder: Path, bench: str, protocol: str) -> None:
    """Write a commented bench, sample and protocol into FOLDER, with the schemas that editors check them by.

    Nothing is overwritten. Then edit bench.yaml (addresses, limits, calibration) and see `labkit plan`.
    """
    from labkit.app import start_folder

    for path in start_folder(folder, bench, protocol):
        click.echo(f"wrote {path}")
    click.echo(f"next: edit {folder / 'bench.yaml'}, then")
    click.echo(f"  labkit plan {folder / (protocol + '.yaml')} --bench {folder / 'bench.yaml'}")
    click.echo(f"  labkit run {folder / (protocol + '.yaml')} --bench {folder / 'bench.yaml'} --virtual")
