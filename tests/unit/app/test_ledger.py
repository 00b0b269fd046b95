"""The ledger of a device's life: it adds up, survives a kill and two writers, and can be rebuilt from run files."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from labkit.app import history, ledger_of, lives, not_in_ledger, note_run, read_ledger, rebuild_ledger
from labkit.cli import main
from labkit.core import (
    RunDescription,
    RunFinished,
    RunStarted,
    Sample,
    Samples,
    SamplesTaken,
    TimelineGrew,
    Vocabulary,
)
from labkit.storage import RunWriter

WriteRun = Callable[..., Path]
SAMPLE = "schema_version: 1\nname: chip 7\ndevice: A1\n"


@pytest.fixture
def write_run(tmp_path: Path) -> WriteRun:
    """Write a run file: ten seconds of a microampere, one light pulse; without `outcome` the run was killed."""

    def write(name: str, day: int = 1, outcome: str = "complete", virtual: bool = False) -> Path:
        words = Vocabulary(("none",), ("drain", "light"), (), ())
        kinds = {"drain": "electrical", "light": "optical"}
        description = RunDescription(
            name,
            "",
            "made_up",
            "",
            "",
            "",
            SAMPLE,
            {},
            (),
            kinds,
            {"light": 5e-7},
            {},
            words,
            "{}",
            0,
            virtual,
            "0",
            {},
        )
        time = np.arange(1000) / 100
        samples = Samples(time, np.full(1000, 0.1), np.full(1000, 1e-6), np.zeros(1000, np.uint8))
        columns = {column: np.zeros(2, kind) for column, (kind, _, _) in words.columns().items()}
        columns |= {"kind": np.array([3, 0], np.int16), "terminal": np.array([0, 1], np.int16)}
        columns |= {"begin": np.array([0.0, 1.0]), "end": np.array([10.0, 2.0]), "level": np.array([0.0, 2.0])}
        folder = tmp_path / "runs"
        folder.mkdir(exist_ok=True)
        with RunWriter(folder / f"{name}.h5") as writer:
            writer(RunStarted(description, (), f"2026-11-{day:02d}T10:00:00.000+00:00"))
            writer(SamplesTaken("drain", samples))
            writer(TimelineGrew(columns))
            if outcome:
                writer(RunFinished(outcome, "", f"2026-11-{day:02d}T10:01:00.000+00:00", 60.0, 60.0))
        return folder / f"{name}.h5"

    return write


def test_a_life_is_the_sum_of_its_runs(write_run: WriteRun, tmp_path: Path) -> None:
    for day, outcome in ((3, "complete"), (1, "aborted"), (2, "failed")):
        note_run(write_run(f"run{day}", day, outcome))
    (life,) = lives(read_ledger(tmp_path / "ledger.jsonl"))
    assert (life.sample, life.device, life.runs) == ("chip 7", "A1", 3)
    assert (life.first_use[:10], life.last_use[:10]) == ("2026-11-01", "2026-11-03")
    assert life.wear.charge["drain"] == pytest.approx(30e-6)
    assert life.wear.bias_time["drain"] == pytest.approx(30)
    assert life.wear.dose["light"] == pytest.approx(6)
    assert life.wear.pulses == {"light": 3}


def test_what_the_ledger_said_before_a_run_is_told_in_words(write_run: WriteRun, tmp_path: Path) -> None:
    path = write_run("run1")
    sample = Sample(name="chip 7", device="A1")
    assert history(path, sample, ()) == "A1: no run"
    note_run(path)
    assert history(path, sample, ()) == "A1: 1 runs since 2026-11-01, 1 pulses on light, 0 cycles"
    assert history(path, sample, ("r1c1",)) == "r1c1: no run"


def test_a_virtual_run_wears_nothing(write_run: WriteRun, tmp_path: Path) -> None:
    assert note_run(write_run("virtual", virtual=True)) == ()
    assert rebuild_ledger(tmp_path / "runs") == ((), ())
    assert not (tmp_path / "ledger.jsonl").exists()


def test_a_run_that_is_noted_twice_counts_once(write_run: WriteRun, tmp_path: Path) -> None:
    path = write_run("run1")
    for _ in range(2):
        note_run(path)
    assert [life.runs for life in lives(read_ledger(tmp_path / "ledger.jsonl"))] == [1]


def test_a_line_that_was_cut_off_costs_its_own_run_and_is_rebuilt(write_run: WriteRun, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    note_run(write_run("run1"))
    whole = ledger.read_bytes()
    ledger.write_bytes(whole + whole.replace(b"run1", b"run2")[: len(whole) // 2])
    write_run("run2", 2)
    note_run(write_run("run3", 3))
    assert [entry.run_id for entry in read_ledger(ledger)] == ["run1", "run3"]
    assert not_in_ledger(tmp_path / "runs") == ("run2.h5",)
    written, problems = rebuild_ledger(tmp_path / "runs")
    assert ([entry.run_id for entry in written], problems) == (["run2"], ())
    assert rebuild_ledger(tmp_path / "runs") == ((), ())


def test_a_killed_run_comes_in_when_the_ledger_is_rebuilt(write_run: WriteRun, tmp_path: Path) -> None:
    write_run("killed", outcome="")
    (tmp_path / "runs" / "other.h5").write_bytes(b"not of labkit")
    ((entry,), (problem,)) = rebuild_ledger(tmp_path / "runs")
    assert entry.outcome == "killed"
    assert entry.wear.charge["drain"] == pytest.approx(10e-6)
    assert "other.h5" in problem


def test_what_is_rebuilt_keeps_runs_whose_files_are_gone(write_run: WriteRun, tmp_path: Path) -> None:
    path = write_run("run1")
    note_run(path)
    path.unlink()
    write_run("run2", 2)
    rebuild_ledger(tmp_path / "runs")
    assert {entry.run_id for entry in read_ledger(tmp_path / "ledger.jsonl")} == {"run1", "run2"}


def test_two_processes_may_write_at_once(write_run: WriteRun, tmp_path: Path) -> None:
    path = write_run("run1")
    code = (
        "import sys; from pathlib import Path; from labkit.app import note_run;"
        "[note_run(Path(sys.argv[1])) for _ in range(8)]"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    lines = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert len(lines) == 16
    assert {json.loads(line)["run_id"] for line in lines} == {"run1"}


def test_the_ledger_is_beside_the_folder_runs_or_beside_a_file_elsewhere(tmp_path: Path) -> None:
    assert ledger_of(tmp_path / "runs") == tmp_path / "ledger.jsonl"
    assert ledger_of(tmp_path) == tmp_path / "ledger.jsonl"


def test_a_device_is_told_apart_from_its_neighbours(write_run: WriteRun, tmp_path: Path) -> None:
    (entry,) = note_run(write_run("run1"))
    other = replace(entry, device="A2", run_id="run2")
    assert [(life.device, life.runs) for life in lives([entry, other, entry])] == [("A1", 2), ("A2", 1)]


def test_the_command_prints_a_table_and_json(
    write_run: WriteRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    note_run(write_run("run1"))
    write_run("run2", 2, outcome="")
    monkeypatch.chdir(tmp_path)

    def labkit(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["labkit", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        return capsys.readouterr().out

    table = labkit("ledger")
    assert "chip 7, device A1: 1 runs, 2026-11-01 to 2026-11-01" in table
    assert [line.split() for line in table.splitlines()][2:4] == [
        ["drain", "0", "10", "uC", "10", "s", "0", "s"],
        ["light", "1", "5.03e+14", "/cm^2"],
    ]
    assert "1 run files are not in it" in table
    (life,) = json.loads(labkit("ledger", "A1", "--rebuild", "runs", "--json"))
    assert life["runs"] == 2
    assert "tells of no device B9" in labkit("ledger", "B9")
