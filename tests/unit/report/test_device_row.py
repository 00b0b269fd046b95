"""A device as a row of the review's tables: its runs together, energies apart, nothing extrapolated."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.core import Estimate, Interval, Result, Run
from labkit.report import ROW_COLUMNS, ReportEntry, device_rows, latex_rows, rows_markdown, write_rows_csv

MakeRun = Callable[..., Run]


def result(metric: str, symbol: str, value: float, unit: str = "1", **at: float) -> Result:
    estimate = Estimate(value, 0.02 * abs(value), Interval(0.96 * value, 1.04 * value), 9, unit)
    return Result(metric, f"{metric}/1", symbol, estimate, unit, "test", at=at)


@pytest.fixture
def entries(make_run: MakeRun) -> list[ReportEntry]:
    pairs = (result("ppf_index", "PPF", 1.5, "%", interval=0.5), result("ppf_index", "PPF", 1.2, "%", interval=5.0))
    energies = (result("pulse_energy", "E_pulse", 3e-9, "J"), result("pulse_energy", "E_read", 1e-12, "J"))
    kept = (
        result("retention", "R", 0.98, "%", state=20.0, time=1e4),
        Result("retention", "M22/1", "R extrapolated", None, "%", "test", bound=Interval(0.3, 0.7), reason="models"),
    )
    never = Result("endurance", "M24/1", "N_f", None, "1", "test", bound=Interval(1000.0, float("inf")), reason="none")
    return [ReportEntry(make_run(), (*pairs, *energies)), ReportEntry(make_run(), (*kept, never))]


def cell(entries: list[ReportEntry], column: str) -> str:
    (row,) = device_rows(entries)
    return row.cells[ROW_COLUMNS.index(column)]


def test_the_runs_of_a_device_make_one_row(entries: list[ReportEntry]) -> None:
    assert cell(entries, "PPF index") == "150.0(30) %"
    assert cell(entries, "Wavelength (nm)") == "455"
    assert cell(entries, "Terminals") == "3"


def test_another_device_makes_another_row(entries: list[ReportEntry], make_run: MakeRun) -> None:
    other = ReportEntry(make_run(device="B2"), entries[0].results)
    assert len(device_rows([*entries, other])) == 2


def test_a_chip_makes_a_row_for_each_of_its_devices(entries: list[ReportEntry]) -> None:
    results = [replace(each, device=name) for name in ("r1c1", "r1c2") for each in entries[0].results]
    rows = device_rows([replace(entries[0], results=results)])
    assert [row.cells[ROW_COLUMNS.index("Device")] for row in rows] == ["r1c1", "r1c2"]


def test_energies_that_cannot_be_compared_stand_apart(entries: list[ReportEntry]) -> None:
    assert cell(entries, "Energy (* pulse-based)") == "3.000(60) nJ*; 1.000(20) pJ"


def test_retention_is_what_was_observed_and_endurance_a_bound(entries: list[ReportEntry]) -> None:
    assert cell(entries, "Retention") == "> 10000 s"
    assert cell(entries, "Endurance, two-state") == "≥ 1000"


def test_what_was_not_measured_is_a_dash(entries: list[ReportEntry]) -> None:
    assert cell(entries, "Nonlinearity (p/d)") == "—"


def test_footnotes_name_definition_and_condition(entries: list[ReportEntry]) -> None:
    (row,) = device_rows(entries)
    assert "PPF index: ppf_index/1, interval 500 ms" in row.footnotes


def test_formats_hold_the_same_cells(entries: list[ReportEntry], tmp_path: Path) -> None:
    rows = device_rows(entries)
    write_rows_csv(rows, tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert header == [*ROW_COLUMNS, "footnotes"]
    assert lines[0][:-1] == list(rows[0].cells)
    assert rows_markdown(rows).splitlines()[2] == "| " + " | ".join(rows[0].cells) + " |"
    assert r"3.000(60) nJ*; 1.000(20) pJ" in latex_rows(rows)
    assert r"$>$ 10000 s" in latex_rows(rows)
