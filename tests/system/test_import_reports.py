"""What is imported can be opened and reported like any run, whatever the file left unknown."""

from pathlib import Path

import numpy as np
import pytest

from labkit.app import import_file, open_runs, write_report
from labkit.core import FloatArray


def _csv(path: Path, heading: str, *columns: FloatArray) -> Path:
    rows = "\n".join(",".join(f"{value:.7g}" for value in row) for row in zip(*columns, strict=True))
    path.write_text(f"{heading}\n{rows}\n", encoding="utf-8")
    return path


def _response(folder: Path) -> Path:
    time = np.arange(0, 40, 0.05)
    current = 1 + np.where(time >= 10, np.exp(np.minimum(11 - time, 0) / 2), 0)
    current += 0.005 * np.random.default_rng(1).standard_normal(len(time))
    lit = ((time >= 10) & (time < 11)).astype(float)
    return _csv(folder / "response.csv", "Time (s),I (nA),Irradiance (mW/cm^2)", time, current, lit)


def _transfer(folder: Path) -> Path:
    there = np.linspace(-2, 8, 101)
    gate = np.concatenate([there, there[-2::-1]])
    current = 1e-7 * np.maximum(gate - 1, 0) + 1e-12
    time = 0.1 * np.arange(len(gate))
    return _csv(
        folder / "transfer.csv", "Time (s),V_D (V),V_G (V),I_D (A)", time, np.full(len(gate), 0.1), gate, current
    )


def _endurance(folder: Path) -> Path:
    cycle = np.arange(1, 101)
    off = np.where(cycle < 60, 1e-6, 8e-6)
    return _csv(
        folder / "endurance.csv",
        "Cycle,V_read (V),I_LRS (A),I_HRS (A)",
        cycle,
        np.full(100, 0.1),
        np.full(100, 1e-5),
        off,
    )


@pytest.mark.parametrize(
    ("make", "symbol", "expected"),
    [(_response, "ΔI", 1e-9), (_transfer, "V_th", 0.95), (_endurance, "N_f", 60)],
    ids=["response", "transfer", "endurance"],
)
def test_an_imported_table_is_reported(make, symbol: str, expected: float, tmp_path: Path) -> None:
    made = import_file(make(tmp_path), tmp_path / "run.h5")
    value = next(result for result in made.results if result.symbol == symbol).estimate
    assert value is not None
    assert value.value == pytest.approx(expected, rel=0.03)
    (opened,) = open_runs((made.path,)).runs
    assert opened.rows
    write_report([made.path], tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "imported" in text.lower()
    assert "the accuracy of the instrument is unknown" in text
