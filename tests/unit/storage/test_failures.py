"""Disks and paths that do not do what is asked of them."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from labkit.core import Result, RunStarted, StorageError
from labkit.storage import RunWriter, read_run, recover, write_results
from labkit.storage._failures import storage_error

FULL_DISK = """
import resource, signal, sys, time
from pathlib import Path
import numpy as np
from labkit.core import *
from labkit.storage import RunWriter, read_run

path = Path(sys.argv[1])
words = Vocabulary((), ("drain",), (), ())
description = RunDescription("1", "", "p", "", "", "", "", {}, (), {"drain": "electrical"}, {}, {}, words, "", 1, True,
                             "0", {})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))
writer = RunWriter(path)
writer(RunStarted(description, (), "2026-11-22T10:15:00+01:00"))
told = 0
try:
    while True:
        index = np.arange(told, told + 1000) * 1.0
        writer(SamplesTaken("drain", Samples(index, index, index, np.zeros(1000, np.uint8))))
        told += 1000
        time.sleep(0.01)
except StorageError as error:
    print(error.message)
    print(error.remedy)
try:
    writer(Warned(1.0, "on"))
except StorageError:
    print("told again")
writer(RunFinished("failed", "disk", "2026-11-22T10:15:01+01:00", 1.0, 1.0))
print(len(read_run(path).traces["drain"]))
"""


def test_a_full_disk_is_told_and_what_was_stored_stays_readable(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    message, remedy, again, rows = done.stdout.splitlines()
    assert f"cannot write {path}" in message
    assert "grown beyond" in message
    assert remedy
    assert again == "told again"
    time = read_run(path).traces["drain"].time
    assert len(time) == int(rows) > 0
    assert time.tolist() == list(range(len(time)))


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    path.write_bytes(b"precious")
    (tmp_path / "run-2.h5").touch()
    with pytest.raises(StorageError, match=r"(?s)run.h5 exists already.*run-3.h5"):
        RunWriter(path)
    assert path.read_bytes() == b"precious"


def test_a_file_that_appears_meanwhile_is_not_overwritten_either(tmp_path: Path, started: RunStarted) -> None:
    path = tmp_path / "run.h5"
    writer = RunWriter(path)
    path.write_bytes(b"precious")
    with pytest.raises(StorageError, match="exists already"):
        writer(started)
    assert [found.name for found in tmp_path.iterdir()] == ["run.h5"]
    assert path.read_bytes() == b"precious"


def test_a_missing_folder_is_told_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"(?s)no folder .*nowhere.*make the folder"):
        RunWriter(tmp_path / "nowhere" / "run.h5")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EACCES, "permission denied"),
        (errno.EROFS, "read-only"),
        (errno.EAGAIN, "another program has it open"),
    ],
)
def test_what_the_system_says_comes_with_a_remedy(number: int, reason: str) -> None:
    told = storage_error("write", Path("run.h5"), OSError(number, os.strerror(number)))
    assert reason in told.message
    assert told.remedy


def test_what_hdf5_says_is_understood() -> None:
    raised = RuntimeError("Can't flush (file write failed: errno = 28, error message = 'No space left on device')")
    assert "the disk is full" in storage_error("write", Path("run.h5"), raised).message


@pytest.mark.parametrize("content", [b"", b"name: ppf\n", b"\x89HDF\r\n\x1a\n" + bytes(200)])
def test_what_is_no_run_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.h5"
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"(?s)not a run file.*labkit run"):
        read_run(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such file"):
        read_run(tmp_path / "run.h5")


def test_metrics_that_cannot_be_stored_leave_the_file_as_it_was(
    store: Callable[..., Path], results: tuple[Result, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store()
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="the disk is full"):
        write_results(path, results)
    assert path.read_bytes() == before
    assert [found.name for found in path.parent.iterdir()] == [path.name]


FORGETFUL = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
import crash_victims as victims
from labkit.core import RunStarted, SamplesTaken
from labkit.storage import RunWriter

writer = RunWriter(Path(sys.argv[1]))
writer(RunStarted(victims.description(), (), "2026-11-22T10:15:00+01:00"))
writer(SamplesTaken("drain", victims.rows(0, 1000)))
raise SystemError("something that nobody caught")
"""


def test_a_program_that_ends_without_a_word_leaves_a_closed_file(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    system = Path(__file__).parents[2] / "system"
    command = [sys.executable, "-c", FORGETFUL, str(path), str(system)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "something that nobody caught" in done.stderr
    assert not recover(path)
    assert len(read_run(path).traces["drain"]) == 1000
