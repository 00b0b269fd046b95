"""What is made of run files: reports, tables for a paper, pictures, and the comparison of two sets."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from labkit.core import LabkitError
from labkit.report import (
    SINGLE_COLUMN,
    Agreement,
    MetricRow,
    ReportEntry,
    agreements,
    among_published,
    device_rows,
    draw_figure,
    draw_lanes,
    html_report,
    latex_results,
    latex_rows,
    markdown_table,
    metrics_table,
    pdf_report,
    report_entry,
    result_figures,
    rows_markdown,
    run_figures,
    write_csv,
    write_rows_csv,
    write_rows_xlsx,
    write_xlsx,
)
from labkit.storage import read_results, read_run

_Writer = Callable[[Sequence[ReportEntry], Path], None]


def read_entries(runs: Sequence[Path]) -> list[ReportEntry]:
    """Read run files with their stored results.

    Raises LabkitError for a file that is none.
    """
    return [report_entry(read_run(path), read_results(path), path.name) for path in runs]


def write_report(runs: Sequence[Path], output: Path) -> None:
    """Write a report of run files in the format that the output's suffix names.

    Raises LabkitError for a format that there is not.
    """
    _write(_REPORTS, runs, output)


def write_device_rows(runs: Sequence[Path], output: Path) -> None:
    """Write a row for each device in the layout of the review's Tables 1 to 3, as CSV, XLSX, Markdown or LaTeX.

    Raises LabkitError for a format that there is not.
    """
    _write(_ROWS, runs, output)


def export_figures(
    runs: Sequence[Path], folder: Path, suffix: str = ".svg", width: float = SINGLE_COLUMN
) -> tuple[Path, ...]:
    """Draw every figure of the runs' reports with a width (m) into a folder; gives the files.

    Those that place the devices among published ones are of all runs together. Raises LabkitError for a format that
    there is not, or when matplotlib is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written, entries = [], read_entries(runs)
    for path, entry in zip(runs, entries, strict=True):
        figures = [*result_figures(entry.results, entry.metrics), *run_figures(entry.run)]
        for number, figure in enumerate(figures, start=1):
            written.append(folder / f"{path.stem}_{number:02d}_{_slug(figure.title)}{suffix}")
            draw_figure(figure, written[-1], width)
    for placing in among_published(entries).placings:
        written.append(folder / f"among-published_{_slug(placing.quantity.about.title)}{suffix}")
        draw_lanes(placing, written[-1], width)
    return tuple(written)


def compare_sets(one: Sequence[Path], other: Sequence[Path]) -> list[Agreement]:
    """Compare two sets of run files number by number, what both of them measured.

    Raises LabkitError when they have nothing in common.
    """
    found = agreements(read_entries(one), read_entries(other))
    if not found:
        raise LabkitError(
            "the two sets have no value of the same metric, definition and conditions in common",
            "run the same protocol with the same parameters in both, or compute the metrics with `labkit analyse`",
        )
    return found


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60]


def _write(writers: Mapping[str, _Writer], runs: Sequence[Path], output: Path) -> None:
    writer = writers.get(output.suffix.lower())
    if writer is None:
        raise LabkitError(
            f"no report format {output.suffix.lower() or output.name!r}", f"end the name in {', '.join(writers)}"
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    writer(read_entries(runs), output)


def _text(made: Callable[[Sequence[ReportEntry]], str]) -> _Writer:
    return lambda entries, path: _write_text(made(entries), path)


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _table(entries: Sequence[ReportEntry]) -> list[MetricRow]:
    return metrics_table(result for entry in entries for result in entry.results)


_REPORTS: Mapping[str, _Writer] = {
    ".html": html_report,
    ".pdf": pdf_report,
    ".xlsx": write_xlsx,
    ".csv": write_csv,
    ".md": _text(lambda entries: markdown_table(_table(entries))),
    ".tex": _text(lambda entries: latex_results(_table(entries))),
}
_ROWS: Mapping[str, _Writer] = {
    ".csv": lambda entries, path: write_rows_csv(device_rows(entries), path),
    ".xlsx": lambda entries, path: write_rows_xlsx(device_rows(entries), path),
    ".md": _text(lambda entries: rows_markdown(device_rows(entries))),
    ".tex": _text(lambda entries: latex_rows(device_rows(entries))),
}
