"""`labkit literature` as a user meets it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from labkit.cli._main import labkit
from labkit.core import LabkitError

Ask = Callable[..., str]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ask:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "140")

    def call(*arguments: str) -> str:
        done = CliRunner().invoke(labkit, ["literature", *arguments], catch_exceptions=False)
        assert done.exit_code == 0
        return done.output

    return call


def test_all_devices_are_listed_with_what_is_doubtful(ask: Ask) -> None:
    told = ask()
    assert "72 devices, " in told
    assert "states 50 (low)" in told
    assert "20: column not known (dynamic_range or states)" in told


def test_values_of_a_metric_come_with_confidence_reason_and_distribution(ask: Ask) -> None:
    told = " ".join(ask("--mechanism", "VCM", "--metric", "ppf", "--min-confidence", "high").split())
    assert "PPF index: 4 published values" in told
    for number in ("126 %", "130 %", "151 %", "192 %"):
        assert number in told
    assert "unit identifies the column" in told
    assert "Formula column slipped up one row" in told
    assert "VCM 4 126 % 140.5 % 192 %" in told


def test_the_distribution_of_a_range_has_a_line_for_each_mechanism(ask: Ask) -> None:
    lines = ask("--metric", "dynamic_range").splitlines()
    summary = lines[next(k for k, line in enumerate(lines) if line.startswith("mechanism")) :]
    assert [line.split()[:2] for line in summary[1:6]] == [
        ["VCM", "9"],
        ["ECM", "3"],
        ["FG", "5"],
        ["FE", "1"],
        ["HJ", "6"],
    ]
    strips = [line.split()[-1] for line in summary[1:6]]
    assert {len(strip) for strip in strips} == {36}
    assert strips[1][-1] == "○", "the largest range of all, [75], is of medium confidence"


def test_energies_of_two_formulas_are_told_apart(ask: Ask) -> None:
    told = ask("--metric", "energy")
    assert "Energy, read-based: 27 published values" in told
    assert "Energy, pulse-based: 3 published values" in told


def test_what_cannot_be_ranked_says_so(ask: Ask) -> None:
    told = " ".join(ask("--metric", "nonlinearity").split())
    assert "not ranked against the 5 published pairs: the review gives no formula" in told


def test_json_is_in_si_units_and_has_every_confidence(ask: Ask) -> None:
    found: list[dict[str, Any]] = json.loads(ask("--json"))
    assert len(found) == 72
    values = [value for device in found for value in device["values"]]
    assert {value["confidence"] for value in values} == {"low", "medium", "high"}
    (adaptive,) = (device for device in found if device["reference"] == 111)
    assert adaptive["wavelengths"][0] == pytest.approx(365e-9)
    assert {value["metric"]: value["value"] for value in adaptive["values"]} == {"ppf": 2.7, "energy_read": 1.5e-18}


def test_a_table_has_a_row_for_each_value(ask: Ask, tmp_path: Path) -> None:
    assert "range.csv" in ask("--metric", "dynamic_range", "-o", "range.csv")
    with (tmp_path / "range.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 24
    assert all(row["confidence"] and row["printed"] and row["doi"] for row in rows)
    assert max(float(row["value"]) for row in rows) == 3.2e8


def test_a_table_in_markdown_has_papers_and_doubts(ask: Ask, tmp_path: Path) -> None:
    ask("pentacene", "-o", "gate.md")
    text = (tmp_path / "gate.md").read_text(encoding="utf-8")
    assert "| T2.4 [59] | CsPbBr3 |" in text
    assert "10.1002/adma.201802883" in text


def test_words_that_nothing_has_say_what_to_do(ask: Ask) -> None:
    assert "fewer words" in ask("unobtainium")


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("--metric", "dynamic_rang"), "dynamic_range"),
        (("--mechanism", "magic"), "VCM (valence change)"),
        (("-o", "table.docx"), ".csv"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(arguments: tuple[str, ...], remedy: str) -> None:
    with pytest.raises(LabkitError) as refusal:
        CliRunner().invoke(labkit, ["literature", *arguments], catch_exceptions=False)
    assert remedy in str(refusal.value)
