"""What a killed writer leaves is put right without another tool."""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.core import Result, RunStarted, Samples, SamplesTaken, StorageError
from labkit.storage import RunWriter, read_results, read_run, recover, write_results
from labkit.storage._superblock import SIZE, lookup3, parse


@pytest.fixture
def left(tmp_path: Path, started: RunStarted, some_samples: Callable[[int, int], Samples]) -> Iterator[Path]:
    """A file as a kill leaves it: copied while its writer was at work, all handed to the system."""
    path = tmp_path / "left.h5"
    with RunWriter(tmp_path / "run.h5") as writer:
        writer(started)
        writer(SamplesTaken("drain", some_samples(0, 50_000)))
        seen = 0
        while seen < 50_000:
            path.write_bytes(writer.path.read_bytes())
            seen = len(read_run(path).traces["drain"])
        yield path


def test_the_checksum_is_that_of_its_author() -> None:
    # the values that Bob Jenkins gives in lookup3.c
    assert lookup3(b"") == 0xDEADBEEF
    assert lookup3(b"Four score and seven years ago") == 0x17770551


@given(st.binary(max_size=200), st.integers(0, 199), st.integers(1, 255))
def test_the_checksum_sees_every_changed_byte(data: bytes, place: int, change: int) -> None:
    if place < len(data):
        changed = data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]
        assert lookup3(changed) != lookup3(data)


def test_a_left_file_is_refused_by_h5py_and_read_by_labkit(left: Path) -> None:
    with pytest.raises(OSError, match="already open for write"):
        h5py.File(left, "r")
    before = left.read_bytes()
    run = read_run(left)
    assert len(run.traces["drain"]) == 50_000
    assert run.finished is None
    assert left.read_bytes() == before, "reading changed the file"


def test_a_recovered_file_opens_for_all(left: Path) -> None:
    before = read_run(left).traces["drain"].current.tolist()
    assert recover(left)
    assert not recover(left)
    with h5py.File(left, "r") as file:
        assert file["entry/trace_drain/current"][()].tolist() == before
    with h5py.File(left, "r+") as file:
        file.attrs["note"] = "opened to write"


def test_recovery_changes_nothing_but_the_superblock(left: Path) -> None:
    before = left.read_bytes()
    recover(left)
    assert left.read_bytes()[SIZE:] == before[SIZE:]


def test_the_end_of_the_file_is_put_right(left: Path) -> None:
    left_block = parse(left.read_bytes()[:SIZE])
    assert left_block is not None
    assert left_block.end_of_file < left.stat().st_size
    recover(left)
    recovered = parse(left.read_bytes()[:SIZE])
    assert recovered is not None
    assert (recovered.flags, recovered.end_of_file) == (0, left.stat().st_size)


def test_metrics_of_a_left_file_put_it_right(left: Path, results: tuple[Result, ...]) -> None:
    write_results(left, results)
    assert len(read_results(left)) == len(results)
    with h5py.File(left, "r") as file:
        assert len(file["entry/trace_drain/current"]) == 50_000


def test_a_superblock_with_a_wrong_checksum_is_left_alone(left: Path) -> None:
    head = bytearray(left.read_bytes())
    struct.pack_into("<I", head, SIZE - 4, 1)
    left.write_bytes(head)
    with pytest.raises(StorageError, match="not a run file"):
        recover(left)
    assert left.read_bytes() == head


def test_a_finished_file_needs_nothing(store: Callable[..., Path]) -> None:
    assert not recover(store())
