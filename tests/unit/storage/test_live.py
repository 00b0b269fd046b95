"""Others read a run while it goes on, with and without labkit, and nobody else writes to it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

from labkit.core import RunFinished, RunStarted, Samples, SamplesTaken, StorageError, Warned
from labkit.storage import RunWriter, recover, write_results

PLAIN_READER = """
import h5py, sys
with h5py.File(sys.argv[1], "r", swmr=True) as file:
    current = file["entry/trace_drain/current"]
    print(len(current), float(current[-1]))
"""


@pytest.fixture
def live(tmp_path: Path, started: RunStarted, some_samples: Callable[[int, int], Samples]) -> Iterator[RunWriter]:
    """A run in which 500 readings were taken and nothing has happened since."""
    with RunWriter(tmp_path / "run.h5") as writer:
        writer(started)
        writer(SamplesTaken("drain", some_samples(0, 500)))
        time.sleep(0.6)
        yield writer


def test_another_process_sees_what_came_half_a_second_ago(live: RunWriter) -> None:
    command = [sys.executable, "-c", PLAIN_READER, str(live.path)]
    seen = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    assert seen[0] == "500"
    assert float(seen[1]) == pytest.approx(499e-9 - 1e-6)


def test_labkit_in_another_process_sees_it_too(live: RunWriter) -> None:
    live(Warned(1.0, "late"))
    time.sleep(0.6)
    program = (
        "import sys; from pathlib import Path; from labkit.storage import read_run; run = read_run(Path(sys.argv[1]));"
        "print(len(run.traces['drain']), len(run.warnings), run.finished)"
    )
    command = [sys.executable, "-c", program, str(live.path)]
    seen = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    assert seen == ["500", "1", "None"]


def test_a_copy_of_a_running_file_is_a_run(live: RunWriter, tmp_path: Path) -> None:
    copy = tmp_path / "copy.h5"
    copy.write_bytes(live.path.read_bytes())
    assert recover(copy)
    with h5py.File(copy, "r") as file:
        assert np.count_nonzero(~np.isnan(file["entry/trace_drain/time"][()])) == 500


def test_a_running_file_is_not_recovered_and_gets_no_metrics(live: RunWriter, finished: RunFinished) -> None:
    before = live.path.read_bytes()
    with pytest.raises(StorageError, match="in use"):
        recover(live.path)
    with pytest.raises(StorageError, match="still being written"):
        write_results(live.path, [])
    assert live.path.read_bytes() == before
    live(finished)
    write_results(live.path, [])


def test_the_run_does_not_wait_for_the_file(live: RunWriter, some_samples: Callable[[int, int], Samples]) -> None:
    block = SamplesTaken("drain", some_samples(0, 100))
    begun = time.perf_counter()
    for _ in range(1000):
        live(block)
    assert (time.perf_counter() - begun) / 1000 < 1e-3
