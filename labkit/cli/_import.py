"""`labkit import`."""

from pathlib import Path

import click


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Run file; default: FILE's name with .h5.")
@click.option("--map", "-m", "map_path", type=click.Path(path_type=Path), help="Which column is what (YAML).")
@click.option(
    "--protocol",
    "-p",
    help="What was measured, where the guess is wrong: P02 (epsc_optical), P03, P10, P15, P16, P17 or P18.",
)
@click.option("--sample", "-s", help="Sample file: what was measured.")
@click.option("--propose", is_flag=True, help="Print a guessed map to correct; nothing is written.")
def command(
    files: tuple[Path, ...],
    output: Path | None,
    map_path: Path | None,
    protocol: str | None,
    sample: str | None,
    propose: bool,
) -> None:
    r"""Make run files of data that labkit did not measure, with the same metrics.

    FILE is a table: CSV or any other delimited text, a workbook, an export of KickStart, Clarius or EasyEXPERT. What
    it cannot tell (accuracy, aperture, history) is recorded as unknown and shows in flags and intervals.

    \b
    Examples:
      labkit import sweep.csv -o sweep.h5
      labkit import old.txt --propose > map.yaml      then correct map.yaml
      labkit import old.txt --map map.yaml -o old.h5
    """
    from labkit.app import import_file, propose_map
    from labkit.cli._tables import print_results
    from labkit.core import LabkitError

    if output is not None and len(files) > 1:
        raise LabkitError("several files do not go into one run file", "leave -o out: each gets its own name with .h5")
    for path in files:
        if propose:
            click.echo(propose_map(path, protocol), nl=False)
            continue
        done = import_file(path, output or path.with_suffix(".h5"), map_path, protocol, sample)
        for sentence in done.guessed:
            click.echo(f"guessed   {sentence}")
        print_results(done.results)
        for sentence in done.unknown:
            click.echo(f"unknown   {sentence}")
        click.echo(f"run file  {done.path}")
