"""The layouts of vendors' exports, written by us: each gives the same loops and the same metrics."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labkit.importing import map_text, open_table, propose, read_map
from labkit.metrics import compute_metrics

KICKSTART = "Project,array A\nTest,I-V Characterizer\nModel,2450\n\nTime (s),SMU-1 Voltage (V),SMU-1 Current (A)\n"
EASY_EXPERT = (
    "SetupTitle, I/V Sweep\nPrimitiveTest, I/V Sweep\nTestParameter, Channel.UnitType, SMU, SMU\n"
    "TestParameter, Measurement.Primary.Start, 0, 1, 2\nDimension1, 1401\nDataName, Time, V1, I1\n"
)


def _rows(start: str, delimiter: str, columns: tuple[np.ndarray, ...]) -> str:
    return "".join(start + delimiter.join(f"{value:.9g}" for value in row) + "\n" for row in zip(*columns, strict=True))


def _kickstart(path: Path, columns: tuple[np.ndarray, ...]) -> None:
    path.write_text(KICKSTART + _rows("", ",", columns), encoding="utf-8")


def _script(path: Path, columns: tuple[np.ndarray, ...]) -> None:
    path.write_text("Timestamp\tVoltage\tCurrent\n" + _rows("", "\t", columns), encoding="utf-8")


def _easy_expert(path: Path, columns: tuple[np.ndarray, ...]) -> None:
    path.write_text(EASY_EXPERT + _rows("DataValue, ", ", ", columns), encoding="utf-8")


def _touch_screen(path: Path, columns: tuple[np.ndarray, ...]) -> None:
    rows = enumerate(zip(*columns, strict=True), 1)
    lines = [f"{index},{i:.9g},Amp DC,6,{v:.9g},Volt DC,{t:.9g}\n" for index, (t, v, i) in rows]
    path.write_text("Index,Reading,Unit,Range Digits,Value,Unit,Relative\n" + "".join(lines), encoding="utf-8")


def _german(path: Path, columns: tuple[np.ndarray, ...]) -> None:
    time, voltage, current = columns
    text = "Zeit;Spannung;Strom\ns;V;µA\n" + _rows("", ";", (time, voltage, current * 1e6)).replace(".", ",")
    path.write_bytes(text.encode("cp1252"))


def _clarius(path: Path, columns: tuple[np.ndarray, ...]) -> None:
    time, voltage, current = columns
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        data = pd.DataFrame({"Time": time, "AV": voltage, "AI": current})
        data.to_excel(book, sheet_name="Run1", index=False)
        settings = pd.DataFrame({"Formulas": ["Test Name", "Mode"], "": ["memristor", "Sweeping"]})
        settings.to_excel(book, sheet_name="Settings", index=False)


LAYOUTS = [
    (_kickstart, "kickstart.csv"),
    (_script, "script.tsv"),
    (_easy_expert, "easyexpert.csv"),
    (_touch_screen, "defbuffer1.csv"),
    (_german, "german.csv"),
    (_clarius, "clarius.xlsx"),
]


@pytest.mark.parametrize(("write", "name"), LAYOUTS)
def test_a_sweep_is_understood_without_a_map(
    write: Callable[..., None], name: str, tmp_path: Path, sweep, as_run
) -> None:
    write(tmp_path / name, (sweep.time, sweep.voltage, sweep.current))
    proposal = propose(open_table(tmp_path / name))
    assert not proposal.doubt
    run = as_run(tmp_path / name, **proposal.mapped.model_dump(exclude_defaults=True))
    assert len(run.rows("ramp", "loop")) == 7
    assert run.traces["top"].current == pytest.approx(sweep.current, rel=1e-7, abs=1e-20)
    assert run.traces["top"].voltage == pytest.approx(sweep.voltage)
    ratio = compute_metrics(run, ["on_off_ratio"])[0]
    assert ratio.at["rate"] == pytest.approx(0.2)
    assert ratio.estimate is not None
    assert ratio.estimate.value == pytest.approx(10, rel=0.02)


@pytest.mark.parametrize(("write", "name"), LAYOUTS)
def test_the_proposed_map_is_read_as_what_was_guessed(
    write: Callable[..., None], name: str, tmp_path: Path, sweep
) -> None:
    write(tmp_path / name, (sweep.time, sweep.voltage, sweep.current))
    proposal = propose(open_table(tmp_path / name))
    (tmp_path / "map.yaml").write_text(map_text(proposal, tmp_path / name), encoding="utf-8")
    assert read_map(tmp_path / "map.yaml") == proposal.mapped


def test_runs_one_below_the_other_are_repeats(tmp_path: Path, sweep, as_run) -> None:
    header = "Voltage (V),Current (A)\n"
    one = header + _rows("", ",", (sweep.voltage[:201], sweep.current[:201]))
    (tmp_path / "runs.csv").write_text(one + "\n" + one, encoding="utf-8")
    columns = {"voltage": {"column": 1}, "current": {"column": 2}}
    run = as_run(tmp_path / "runs.csv", protocol="P15", rate="1 V/s", columns=columns)
    assert len(run.rows("ramp", "loop")) == 2


def test_columns_without_names_are_guessed_but_not_surely(tmp_path: Path, sweep) -> None:
    (tmp_path / "bare.txt").write_text(_rows("", " ", (sweep.voltage, sweep.current)), encoding="utf-8")
    proposal = propose(open_table(tmp_path / "bare.txt"))
    assert proposal.doubt
    assert proposal.mapped.columns.voltage is not None
    assert proposal.mapped.columns.voltage.column == 1


@pytest.mark.parametrize("name", ["Index", "Interval", "Iteration", "Version", "Value"])
def test_a_name_that_only_begins_like_a_current_is_none(name: str, tmp_path: Path, sweep) -> None:
    rows = "".join(f"{at},{level:.4f}\n" for at, level in enumerate(sweep.voltage))
    (tmp_path / "counted.csv").write_text(f"{name},U (V)\n" + rows, encoding="utf-8")
    assert propose(open_table(tmp_path / "counted.csv")).doubt
