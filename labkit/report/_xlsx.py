"""The report as a workbook: summary, results, timeline, and a sheet for each curve, numbers in SI units."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labkit.core import Curve, LabkitError, Run
from labkit.report._comparison import run_labels
from labkit.report._device_row import ROW_COLUMNS, DeviceRow
from labkit.report._entry import ReportEntry
from labkit.report._provenance import run_facts
from labkit.report._records import RECORD_COLUMNS, records
from labkit.report._verdict import verdict

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_MOST_ROWS = 1_048_575
_NAME_LENGTH = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_VIRTUAL = "Virtual bench: simulated instruments measured a model of a device. No real device was measured."


def write_xlsx(entries: Sequence[ReportEntry], path: Path) -> None:
    """Write runs and results as an Excel workbook; equal entries give equal bytes.

    Raises LabkitError when the package that writes workbooks is not installed.
    """
    with _new_book(path) as book:
        book.set_properties({"created": _created(entries), "author": "labkit"})
        names = _Names()
        _summary(book, names, entries)
        _table(book, names.take("Results"), RECORD_COLUMNS, (astuple(record) for record in records(entries)))
        for entry, label in zip(entries, _labels(entries), strict=True):
            _timeline(book, names.take(f"Timeline{label}"), entry.run)
            for result in entry.results:
                for curve in result.curves:
                    _curve(book, names.take(f"{result.symbol}{label} {curve.name}"), curve)


def write_rows_xlsx(rows: Sequence[DeviceRow], path: Path) -> None:
    """Write devices in the layout of the review's tables as an Excel workbook, footnotes in a last column.

    Equal rows give equal bytes. Raises LabkitError when the package that writes workbooks is not installed.
    """
    with _new_book(path) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC), "author": "labkit"})
        columns = (*ROW_COLUMNS, "Footnotes")
        _table(book, "Devices", columns, ((*row.cells, "; ".join(row.footnotes)) for row in rows))


def _new_book(path: Path) -> "Workbook":
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise LabkitError("xlsxwriter is not installed", 'pip install "labkit[report]"') from error
    return Workbook(str(path), {"nan_inf_to_errors": True, "strings_to_formulas": False})


class _Names:
    """Names of sheets: allowed by Excel, and each once whatever the case of its letters."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wish: str) -> str:
        clean = _FORBIDDEN.sub(" ", wish).strip()[:_NAME_LENGTH] or "Sheet"
        name, number = clean, 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{clean[: _NAME_LENGTH - len(str(number)) - 1]} {number}"
        self._taken.add(name.casefold())
        return name


def _labels(entries: Sequence[ReportEntry]) -> list[str]:
    """Tell runs apart in the names of sheets, where there are several."""
    return [f" {number}" for number in range(1, len(entries) + 1)] if len(entries) > 1 else [""]


def _created(entries: Sequence[ReportEntry]) -> datetime:
    """Give the last run's beginning, so that the file does not depend on when it is written."""
    times = [datetime.fromisoformat(entry.run.started_at) for entry in entries if entry.run.started_at]
    moments = [time if time.tzinfo else time.replace(tzinfo=UTC) for time in times]
    return max(moments, default=datetime(2000, 1, 1, tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _summary(book: "Workbook", names: _Names, entries: Sequence[ReportEntry]) -> None:
    sheet = book.add_worksheet(names.take("Summary"))
    bold, strong = book.add_format({"bold": True}), book.add_format({"bold": True, "bg_color": "#FBE3A0"})
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    row = 0
    for entry, label in zip(entries, run_labels([entry.run for entry in entries]), strict=True):
        sheet.write(row, 0, entry.run.description.title, bold)
        sheet.write(row, 1, label, bold)
        lines = [("Verdict", verdict(entry.run, entry.results).sentence), *run_facts(entry.run, entry.source)]
        if entry.run.description.virtual:
            sheet.write(row + 1, 1, _VIRTUAL, strong)
            row += 1
        for name, text in lines:
            row += 1
            sheet.write_row(row, 0, (name, text))
        row += 3


def _timeline(book: "Workbook", sheet: str, run: Run) -> None:
    frame = run.timeline
    words = {
        column: frame[column].astype("str").where(frame[column].notna(), "") for column in ("kind", "mark", "terminal")
    }
    rows = frame.assign(**words).itertuples(index=False, name=None)
    _table(book, sheet, [str(column) for column in frame.columns], rows)


def _curve(book: "Workbook", name: str, curve: Curve) -> None:
    columns = {f"{curve.x_label} ({curve.x_unit})": curve.x, f"{curve.y_label} ({_si(curve.y_unit)})": curve.y}
    if curve.y_uncertainty is not None:
        columns["standard uncertainty"] = curve.y_uncertainty
    if curve.fit is not None:
        columns["fit"] = curve.fit
        columns["residual"] = curve.y - curve.fit
    _table(book, name, list(columns), zip(*(np.asarray(column).tolist() for column in columns.values()), strict=True))


def _si(unit: str) -> str:
    return "1" if unit == "%" else unit


def _table(book: "Workbook", name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_row(0, 0, header, book.add_format({"bold": True, "bottom": 1}))
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(header) - 1, 16)
    for number, row in enumerate(_first(rows, _MOST_ROWS), start=1):
        _write(sheet, number, row)


def _write(sheet: "Worksheet", number: int, row: Sequence[Any]) -> None:
    """Write a row; a number that Excel does not know (NaN, infinity) is left empty or told in words."""
    for column, cell in enumerate(row):
        if isinstance(cell, float) and not math.isfinite(cell):
            if not math.isnan(cell):
                sheet.write_string(number, column, "unbounded")
        elif cell is not None:
            sheet.write(number, column, cell.item() if isinstance(cell, np.generic) else cell)


def _first(rows: Iterable[Sequence[Any]], most: int) -> Iterator[Sequence[Any]]:
    return (row for row, _ in zip(rows, range(most), strict=False))
