"""A whole run in real time (bench, plan, engine, file, metrics) is killed at a hundred random instants."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from labkit.storage import read_results, read_run

KILLS = 100
AT_A_TIME = 4
SECOND = 1_000_000_000
VICTIMS = Path(__file__).with_name("run_victims.py")


@dataclass(frozen=True)
class Killed:
    """One killed process: when, the file it left, and what it had been told until then."""

    path: Path
    at: int
    notes: list[tuple[int, str, int]]

    def said(self, word: str) -> bool:
        return any(found == word for _, found, _ in self.notes)

    def told(self, until: int) -> int:
        return max((samples for when, _, samples in self.notes if when <= until), default=0)


def _notes(path: Path) -> list[tuple[int, str, int]]:
    if not path.exists():
        return []
    lines = path.read_text().split("\n")[:-1]
    return [(int(when), word, int(samples)) for when, word, samples in map(str.split, lines)]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> list[Killed]:
    folder = tmp_path_factory.mktemp("killed")
    bounds = np.linspace(0, KILLS, AT_A_TIME + 1).astype(int)

    def kill(part: int) -> list[Killed]:
        own = folder / str(part)
        own.mkdir()
        command = [sys.executable, str(VICTIMS), str(own), str(bounds[part]), str(bounds[part + 1])]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=200)
        told = [json.loads(line) for line in answer.stdout.splitlines()]
        assert all(one["by_kill"] for one in told), answer.stderr
        return [
            Killed(own / f"{one['number']}.h5", one["killed"], _notes(own / f"{one['number']}.notes")) for one in told
        ]

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return [one for part in pool.map(kill, range(AT_A_TIME)) for one in part]


def test_the_kills_hit_before_during_and_after_the_run(killed: list[Killed]) -> None:
    assert len(killed) == KILLS
    assert any(not one.notes for one in killed)
    assert sum(one.said("rows") and not one.said("finished") for one in killed) > KILLS / 5
    assert any(one.said("done") for one in killed)


def test_each_file_opens_and_has_lost_at_most_the_last_second(killed: list[Killed]) -> None:
    for one in killed:
        if not one.path.exists():
            assert one.told(one.at) == 0, f"{one.path.name}: data were told and there is no file"
            continue
        stored = len(read_run(one.path).traces["drain"])
        assert stored >= one.told(one.at - SECOND), f"{one.path.name}: {stored} of {one.told(one.at)}"
        assert stored <= one.told(one.at) + 1000


def test_a_run_that_was_done_has_its_metrics(killed: list[Killed]) -> None:
    done = [one for one in killed if one.said("done")]
    for one in done:
        assert {result.metric for result in read_results(one.path)} == {"baseline", "epsc"}
