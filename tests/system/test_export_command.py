"""`labkit export` and `labkit accuracy` on a run of the virtual bench: which files there are, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from labkit.cli._main import labkit
from labkit.core import LabkitError


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(labkit, [str(word) for word in words])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("export") / "ltp.h5"
    small = [word for pair in ("cycles=6", "pulses=10", "width=10 ms") for word in ("-p", pair)]
    done = call("run", "ltp_ltd", "--bench", "demo_memristor", "--set", "slow", *small, "--virtual", "-o", file)
    assert done.exit_code == 0, done.output
    return file


def test_crosssim_gets_its_tables_by_the_name_that_the_parameters_have(run: Path, tmp_path: Path) -> None:
    done = call("export", run, "--to", "crosssim", "-o", tmp_path / "cell.json")
    assert done.exit_code == 0, done.output
    told = json.loads((tmp_path / "cell.json").read_text(encoding="utf-8"))
    assert told["measured"]["virtual"] is True
    for direction in ("increasing", "decreasing"):
        name = told["parameters"][f"numeric_params.dG_lookup.file_{direction}"]["value"]
        assert name == f"cell_dG_{direction}.txt"
        table = np.genfromtxt(tmp_path / name, delimiter=",", skip_header=3)
        assert (np.mean(table) > 0) == (direction == "increasing")
    assert (tmp_path / "cell.svg").stat().st_size > 1000


def test_few_cycles_are_exported_with_the_warning_that_values_are_indicative(run: Path, tmp_path: Path) -> None:
    done = call("export", run, "--to", "neurosim", "-o", tmp_path / "cell.cpp")
    assert "withheld in the report (REP)" in done.output
    assert "a simulated device, not hardware" in (tmp_path / "cell.cpp").read_text(encoding="utf-8")


def test_a_format_that_the_simulator_does_not_read_is_refused(run: Path, tmp_path: Path) -> None:
    done = call("export", run, "--to", "neurosim", "-o", tmp_path / "cell.py")
    assert isinstance(done.exception, LabkitError)
    assert ".cpp" in done.exception.remedy
    assert not (tmp_path / "cell.py").exists()


def test_variation_is_not_taken_from_a_run_that_has_none(run: Path, tmp_path: Path) -> None:
    done = call("export", run, "--population", run, "--to", "neurosim", "-o", tmp_path / "cell.cpp")
    assert isinstance(done.exception, LabkitError)
    assert "labkit population" in done.exception.remedy


def test_accuracy_prints_its_caution_and_keeps_every_seed(run: Path, tmp_path: Path) -> None:
    done = call("accuracy", run, "--epochs", "1", "-o", tmp_path / "accuracy.json")
    assert done.exit_code == 0, done.output
    assert "no hardware evidence" in done.output
    told = json.loads((tmp_path / "accuracy.json").read_text(encoding="utf-8"))
    assert len(told["results"]) == 10
    assert all(one["flags"] == ["SIM"] and len(one["by_seed"]) == 5 for one in told["results"])
