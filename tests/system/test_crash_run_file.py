"""A process that stores a run is killed at random instants: the file opens and has lost next to nothing."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pytest

from labkit.core import Run
from labkit.storage import read_results, read_run, recover

KILLS = 100
AT_A_TIME = 4
PACED_NS = 500_000_000
FLOODED_NS = 1_000_000_000
VICTIMS = Path(__file__).with_name("crash_victims.py")


@dataclass(frozen=True)
class Killed:
    """One killed process: the file it left, and what it had noted until then."""

    path: Path
    at: int
    flood: bool
    notes: list[tuple[int, str, int]]

    def said(self, word: str) -> bool:
        return any(found == word for _, found, _ in self.notes)

    def handed_over(self, until: int) -> int:
        return max((rows for when, word, rows in self.notes if word == "rows" and when <= until), default=0)

    def last(self, word: str) -> int:
        return max((number for _, found, number in self.notes if found == word), default=-1)


def _notes(path: Path) -> list[tuple[int, str, int]]:
    if not path.exists():
        return []
    lines = path.read_text().split("\n")[:-1]
    return [(int(when), word, int(number)) for when, word, number in map(str.split, lines)]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> list[Killed]:
    folder = tmp_path_factory.mktemp("killed")
    bounds = np.linspace(0, KILLS, AT_A_TIME + 1).astype(int)

    def kill(first: int, last: int) -> list[Killed]:
        command = [sys.executable, str(VICTIMS), str(folder), str(first), str(last)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        told = [json.loads(line) for line in answer.stdout.splitlines()]
        assert all(one["by_kill"] for one in told), answer.stderr
        return [
            Killed(
                folder / f"{one['number']}.h5", one["killed"], one["flood"], _notes(folder / f"{one['number']}.notes")
            )
            for one in told
        ]

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return [one for part in pool.map(kill, bounds[:-1], bounds[1:]) for one in part]


@pytest.fixture(scope="module")
def files(killed: list[Killed]) -> list[Killed]:
    """The victims that had come as far as having a file."""
    return [one for one in killed if one.path.exists()]


@pytest.fixture(scope="module")
def runs(files: list[Killed]) -> list[tuple[Killed, Run]]:
    """What is read from each file before anything is put right."""
    return [(one, read_run(one.path)) for one in files]


def test_every_phase_of_a_run_was_hit(killed: list[Killed]) -> None:
    assert len(killed) == KILLS
    assert any(not one.said("created") for one in killed)
    assert any(one.said("created") and not one.said("finishing") for one in killed)
    assert any(one.said("finishing") and not one.said("finished") for one in killed)
    assert any(one.last("analysing") > one.last("analysed") for one in killed)


def test_a_run_that_has_started_has_a_file(killed: list[Killed]) -> None:
    assert [one.path.name for one in killed if one.said("created") and not one.path.exists()] == []


def test_no_file_holds_anything_but_what_was_measured(runs: list[tuple[Killed, Run]]) -> None:
    for one, run in runs:
        trace = run.traces["drain"]
        index = np.arange(len(trace))
        assert np.array_equal(trace.time, index * 1e-4), one.path
        assert np.array_equal(trace.voltage, index * 2.0), one.path
        assert np.array_equal(trace.current, index * 1e-9), one.path
        assert np.array_equal(trace.status, index % 16), one.path


def test_no_file_lacks_more_than_the_last_half_second(runs: list[tuple[Killed, Run]]) -> None:
    for one, run in runs:
        due = one.handed_over(one.at - (FLOODED_NS if one.flood else PACED_NS))
        assert len(run.traces["drain"]) >= due, (one.path, one.handed_over(one.at))


def test_every_pulse_in_a_file_points_at_readings_that_are_there(runs: list[tuple[Killed, Run]]) -> None:
    for one, run in runs:
        ends = run.timeline["first_sample"] + run.timeline["sample_count"]
        assert run.timeline["repeat"].tolist() == list(range(len(run.timeline))), one.path
        assert ends.max() <= len(run.traces["drain"]) if len(ends) else True, one.path


def test_a_finished_run_is_whole(runs: list[tuple[Killed, Run]]) -> None:
    finished = [(one, run) for one, run in runs if one.said("finished")]
    assert finished
    for one, run in finished:
        assert run.finished is not None
        assert run.finished.outcome == "complete"
        assert len(run.traces["drain"]) == one.last("finished")
        assert len(run.warnings) == (len(run.timeline) + 19) // 20


def test_metrics_are_the_old_ones_or_the_new_ones(files: list[Killed]) -> None:
    for one in files:
        values = [result.estimate.value for result in read_results(one.path) if result.estimate]
        whole = [[float(number)] * 3 for number in {one.last("analysed"), one.last("analysing")} - {-1}]
        assert values in whole or (values == [] and not one.said("analysed")), one.path


def test_recovered_files_open_everywhere_and_lost_nothing(runs: list[tuple[Killed, Run]]) -> None:
    found = 0
    for one, run in runs:
        found += recover(one.path)
        assert not recover(one.path)
        with h5py.File(one.path, "r") as file:
            current = file["entry/trace_drain/current"][()]
        count = len(run.traces["drain"])
        assert len(current) >= count
        assert np.array_equal(current[:count], run.traces["drain"].current)
    assert found > 0, "no kill left an open file"
