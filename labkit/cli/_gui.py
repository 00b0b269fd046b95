"""`labkit gui`."""

import importlib
from pathlib import Path

import click


@click.command("gui")
@click.option("--bench", "-b", help="Bench file, or a name of `labkit list benches`; default: the last one.")
@click.option("--virtual/--real", default=True, show_default=True, help="Simulated copies, or the real instruments.")
@click.option("--sample", type=click.Path(exists=True, dir_okay=False), help="Sample file.")
@click.option("--runs", type=click.Path(file_okay=False, path_type=Path), help="Folder of the run files.")
def command(bench: str | None, virtual: bool, sample: str | None, runs: Path | None) -> None:
    r"""Open the bench in a window.

    Nothing is connected and nothing is switched on until you ask for it.

    \b
    Examples:
      labkit gui
      labkit gui --bench my-lab/bench.yaml --real
    """
    from labkit.app import BenchChoice
    from labkit.core import LabkitError

    try:
        importlib.import_module("PySide6.QtWidgets")
    except ImportError as error:
        raise LabkitError(
            f"the window needs Qt, which does not load: {error}",
            "pip install 'labkit[gui]'; on Linux Qt also needs libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1",
        ) from error
    # The window is a sibling of the command line: neither is built on the other.
    window = importlib.import_module("labkit.gui")
    choice = None if bench is None else BenchChoice(bench, virtual, sample)
    raise SystemExit(window.run_gui(choice, runs))
