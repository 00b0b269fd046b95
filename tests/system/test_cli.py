"""The command line as a user meets it: the main job, what it prints, how it refuses, its exit codes."""

import importlib
import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from labkit.cli import main
from labkit.cli._main import COMMANDS, labkit

QUICK = [
    "epsc_optical", "--bench", "demo_optical", "--virtual", "-p", "repeats=5", "-p", "rate=500 Hz",
]  # fmt: skip

Invoke = Callable[..., Any]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run a command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Any:
        return CliRunner().invoke(labkit, list(arguments))

    return call


def exit_code(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["labkit", *arguments])
    with pytest.raises(SystemExit) as done:
        main()
    return int(done.value.code or 0)


def test_help_teaches_and_needs_nothing_heavy() -> None:
    script = (
        "import sys\nfrom labkit.cli._main import labkit\n"
        "labkit(['--help'], standalone_mode=False)\n"
        "heavy = {'numpy', 'pandas', 'scipy', 'h5py', 'pydantic', 'rich', 'pymeasure', 'pyvisa', 'yaml'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))\n"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "LOADED []" in answer.stdout
    assert "labkit run ppf_optical" in answer.stdout


@pytest.mark.parametrize("verb", list(COMMANDS))
def test_every_verb_has_help_with_what_it_does(invoke: Invoke, verb: str) -> None:
    result = invoke(verb, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_the_main_job_end_to_end(invoke: Invoke, tmp_path: Path) -> None:
    result = invoke("run", *QUICK, "-o", "run.h5", "--report", "run.html")
    assert result.exit_code == 0, result.output
    assert "efficiency" in result.output
    assert "ΔI" in result.output
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "Virtual bench" in page
    again = invoke("analyse", "run.h5")
    assert "nothing changed" in again.output
    for name in ("run.xlsx", "run.csv", "run.md"):
        assert invoke("report", "run.h5", "-o", name).exit_code == 0
        assert (tmp_path / name).stat().st_size > 100


def test_json_is_for_scripts(invoke: Invoke) -> None:
    result = invoke("run", *QUICK, "-o", "run.h5", "--json")
    told = json.loads(result.output)
    assert told["outcome"] == "complete"
    assert told["efficiency"] > 0.8
    assert any(found["metric"] == "epsc" and found["value"] for found in told["results"])


def test_an_existing_run_file_is_never_overwritten(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "run.h5").write_bytes(b"precious")
    result = invoke("run", *QUICK, "-o", "run.h5")
    assert result.exit_code != 0
    assert (tmp_path / "run.h5").read_bytes() == b"precious"


def test_the_100_us_pulses_of_p10_are_refused_and_the_slow_set_is_not(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = invoke("plan", "ltp_ltd", "--bench", "demo_memristor")
    assert "100 us" in refused.output
    assert "2636B" in refused.output
    assert exit_code(monkeypatch, "plan", "ltp_ltd", "--bench", "demo_memristor") == 3
    assert exit_code(monkeypatch, "run", "ltp_ltd", "--bench", "demo_memristor", "--virtual") == 3
    assert exit_code(monkeypatch, "plan", "ltp_ltd", "--bench", "demo_memristor", "--set", "slow") == 0


def test_the_plan_is_drawn(invoke: Invoke, tmp_path: Path) -> None:
    result = invoke("plan", "ppf_optical", "--bench", "demo_optical", "--picture", "plan.svg")
    assert result.exit_code == 0
    assert (tmp_path / "plan.svg").read_text().lstrip().startswith("<?xml")


def test_a_wrong_file_tells_every_fault_and_exits_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text(
        "schema_version: 1\nname: x\ntitle: X\nimplements: P02\nterminals: {drain: electrical}\nsteps:\n"
        "  - pulze: {terminal: drain}\n  - wait: 3\nmetrics: [epsk]\n"
    )
    assert exit_code(monkeypatch, "check", "bad.yaml") == 2
    told = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0] for line in told] == ["bad.yaml:7:5", "bad.yaml:8:11", "bad.yaml:9:11"]
    assert 'did you mean "pulse"' in told[0]


def test_unknown_names_are_answered_with_the_known(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    assert exit_code(monkeypatch, "run", "pff_optical", "--bench", "demo_optical", "--virtual") == 1
    assert 'did you mean "ppf_optical"' in capsys.readouterr().err
    assert exit_code(monkeypatch, "plan", "ppf_optical", "--bench", "nobench") == 1
    assert "demo_optical" in capsys.readouterr().err


def test_init_writes_files_that_check_and_run(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("init", "lab").exit_code == 0
    checked = invoke("check", "lab/bench.yaml", "lab/sample.yaml", "lab/ppf_optical.yaml")
    assert checked.output.count(": right") == 3
    (tmp_path / "lab" / "bench.yaml").write_text("mine")
    assert invoke("init", "lab").exit_code != 0
    assert (tmp_path / "lab" / "bench.yaml").read_text() == "mine"


@pytest.mark.parametrize("source", [(), ("--from", "ltp_ltd")])
def test_a_new_protocol_is_right_and_runs_as_it_is(invoke: Invoke, source: tuple[str, ...], tmp_path: Path) -> None:
    assert invoke("new", "protocol", "my_pulses", *source).exit_code == 0
    text = (tmp_path / "my_pulses.yaml").read_text(encoding="utf-8")
    assert "name: my_pulses\ntitle: My pulses\n" in text
    assert "\nimplements:" not in text
    assert ": right" in invoke("check", "my_pulses.yaml").output
    slow = ("--set", "slow", "-p", "pulses=2", "-p", "cycles=1") if source else ()
    assert invoke("run", "my_pulses.yaml", "--bench", "demo_memristor", "--virtual", *slow).exit_code == 0
    refused = invoke("new", "protocol", "my_pulses")
    assert refused.exit_code != 0
    assert (tmp_path / "my_pulses.yaml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["My-Pulses", "../up", "2nd", ""])
def test_a_name_that_cannot_be_one_is_told(monkeypatch: pytest.MonkeyPatch, capsys: Any, name: str) -> None:
    assert exit_code(monkeypatch, "new", "protocol", name) == 1
    assert "small letters" in capsys.readouterr().err


def test_a_new_metric_computes_and_says_where_it_is_registered(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labkit.metrics import Metric
    from labkit.storage import read_run

    assert invoke("new", "metric", "my_mean").exit_code == 0
    project = tomllib.loads((tmp_path / "my_mean" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, name = project["entry-points"]["labkit.metrics"]["my_mean"].partition(":")
    monkeypatch.syspath_prepend(tmp_path / "my_mean")
    metric = vars(importlib.import_module(module))[name]
    assert isinstance(metric, Metric)
    assert invoke("run", *QUICK, "-o", "run.h5").exit_code == 0
    (result,) = metric.compute(read_run(tmp_path / "run.h5"))
    assert result.reportable
    assert result.metric == "my_mean"


def test_every_shipped_file_is_right(invoke: Invoke) -> None:
    from labkit.app import bench_names
    from labkit.protocol import protocol_folder, protocol_names

    benches = [str(protocol_folder() / "benches" / f"{name}.yaml") for name in bench_names()]
    result = invoke("check", *protocol_names(), *benches)
    assert result.exit_code == 0, result.output


def test_list_names_what_there_is(invoke: Invoke) -> None:
    found = json.loads(invoke("list", "--json").output)
    assert "ppf_optical" in found["protocols"]
    assert "keithley_2450" in found["drivers"]
    assert "not on hardware" in found["drivers"]["keithley_2450"]
    assert "halide_memristor" in found["presets"]
    assert "ppf_index" in found["metrics"]
