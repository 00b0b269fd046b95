"""The workbook, the tidy table and the picture of a protocol."""

import csv
import io
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labkit.core import LabkitError, Result, Run
from labkit.protocol import Line, Preview, Span
from labkit.report import RECORD_COLUMNS, ReportEntry, draw_timeline, write_csv, write_xlsx

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets(path: Path) -> dict[str, list[list[str]]]:
    """Read a workbook as what its XML says: sheet name to rows of cells."""
    with zipfile.ZipFile(path) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        strings = ["".join(text.text or "" for text in item.iter(f"{MAIN}t")) for item in shared]
        names = [
            sheet.attrib["name"] for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        ]
        return {
            name: _rows(ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml")), strings)
            for number, name in enumerate(names, start=1)
        }


def _rows(sheet: ElementTree.Element, strings: list[str]) -> list[list[str]]:
    return [[_cell(cell, strings) for cell in row] for row in sheet.iter(f"{MAIN}row")]


def _cell(cell: ElementTree.Element, strings: list[str]) -> str:
    value = cell.find(f"{MAIN}v")
    text = "" if value is None else value.text or ""
    return strings[int(text)] if cell.get("t") == "s" else text


@pytest.fixture
def entry(run: Run, results: tuple[Result, ...]) -> ReportEntry:
    return ReportEntry(run, results, "run.h5")


def test_the_workbook_holds_summary_results_timeline_and_curves(entry: ReportEntry, tmp_path: Path) -> None:
    write_xlsx([entry], tmp_path / "report.xlsx")
    book = sheets(tmp_path / "report.xlsx")
    assert list(book) == ["Summary", "Results", "Timeline", "PPF PPF"]
    assert book["Results"][0] == list(RECORD_COLUMNS)
    assert len(book["Results"]) == 1 + 3 + 1  # header, three results, one variant
    assert len(book["Timeline"]) == 1 + len(entry.run.timeline)
    assert book["PPF PPF"][0] == ["interval (s)", "PPF index (1)", "standard uncertainty", "fit", "residual"]
    assert [float(row[0]) for row in book["PPF PPF"][1:]] == [0.5, 1.0, 2.0]


def test_the_workbook_calls_simulated_data_simulated(entry: ReportEntry, tmp_path: Path) -> None:
    write_xlsx([entry], tmp_path / "report.xlsx")
    assert any("No real device" in cell for row in sheets(tmp_path / "report.xlsx")["Summary"] for cell in row)


def test_text_that_looks_like_a_formula_stays_text(
    make_run: Callable[..., Run], results: tuple[Result, ...], tmp_path: Path
) -> None:
    write_xlsx([ReportEntry(make_run(device='=HYPERLINK("x")'), results)], tmp_path / "report.xlsx")
    with zipfile.ZipFile(tmp_path / "report.xlsx") as book:
        assert not any(b"<f>" in book.read(name) for name in book.namelist())


def test_equal_entries_give_equal_workbooks(entry: ReportEntry, tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write_xlsx([entry, entry], tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_the_table_is_tidy_and_in_si_units(entry: ReportEntry, tmp_path: Path) -> None:
    write_csv([entry], tmp_path / "report.csv")
    table = pd.read_csv(tmp_path / "report.csv")
    assert list(table.columns) == list(RECORD_COLUMNS)
    epsc = table[(table["metric"] == "epsc") & table["variant"].isna()].iloc[0]
    assert (epsc["value"], epsc["standard_uncertainty"], epsc["unit"]) == (8.41e-9, 6.1e-11, "A")
    ppf = table[table["metric"] == "ppf_index"].iloc[0]
    assert (ppf["value"], ppf["unit"], ppf["flags"]) == (1.375, "1", "SUMMATION")


def test_a_withheld_value_is_empty_and_its_bound_is_kept(entry: ReportEntry, tmp_path: Path) -> None:
    write_csv([entry], tmp_path / "report.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "report.csv").read_text(encoding="utf-8"))))
    energy = rows[-1]
    assert (energy["value"], energy["high_95"], energy["flags"]) == ("", "4.2e-11", "SNR")


@pytest.fixture
def preview() -> Preview:
    time, level = np.array([0.0, 1.0, 1.0, 2.0, 2.0, 10.0]), np.array([0.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    spans = (
        Span("pulse", "first", "light", 1.0, 2.0),
        Span("relax", "relax", "drain", 2.0, 9.0),
        Span("omitted", "9 more of repeat", "", 10.0, 10.0),
    )
    lines = (Line("drain", "V", np.array([0.0, 10.0]), np.array([0.1, 0.1])), Line("light", "W/m^2", time, level))
    return Preview(lines, spans, 10.0, 3600.0)


def test_the_picture_names_terminals_marks_and_what_is_left_out(preview: Preview, tmp_path: Path) -> None:
    draw_timeline(preview, tmp_path / "plan.svg", "Pairs")
    comments = (tmp_path / "plan.svg").read_text(encoding="utf-8")
    for told in (
        "drain",
        "(mV)",
        "light",
        "(mW/cm²)",
        "first",
        "9 more of repeat",
        "Time (s); 1 h of further rounds left out",
    ):
        assert f"<!-- {told} -->" in comments


def test_equal_previews_give_equal_pictures(preview: Preview, tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        draw_timeline(preview, tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_protocol_that_takes_no_time_cannot_be_drawn(tmp_path: Path) -> None:
    with pytest.raises(LabkitError, match="takes no time"):
        draw_timeline(Preview((), (), 0.0, 0.0), tmp_path / "nothing.svg")
