"""Streamed write and read of a long trace: labkit's run file against raw h5py in the same blocks.

    python benchmarks/storage.py [--rows 10000000] [--rounds 5] [--folder FOLDER]

Every case handles the same readings in blocks of 10^4. labkit stores four columns (time, voltage, current as float64,
status as uint8: 25 bytes a reading), flushes four times a second, may be read while it is written and survives a kill.
The baselines do none of that: `h5py, 4 columns` stores the same four columns, `h5py, 2 columns` only (time, current).
The ratios are of readings per second, cases interleaved, median and range over the rounds. Written means handed to the
kernel and the file closed, not synced; reads come from the page cache, the best of three in each round.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import h5py
import numpy as np

from benchmarks._bare_run import describe_run
from labkit.core import RunFinished, RunStarted, Samples, SamplesTaken
from labkit.storage import RunWriter, read_run

BLOCK = 10_000
PATTERNS = 16
READS = 3


@dataclass(frozen=True)
class Case:
    name: str
    write: Callable[[Path, int], None]
    read: Callable[[Path], np.ndarray]


def patterns() -> list[Samples]:
    """Give 16 blocks, used in turn: a decaying current with float noise, and the voltage and status that go with it."""
    generator = np.random.default_rng(1)
    time_in_block = np.arange(BLOCK) * 1e-6
    decay = 1e-6 * (0.2 + np.exp(-time_in_block / 1e-3) + 0.5 * np.exp(-time_in_block / 5e-3))
    return [
        Samples(
            time_in_block,
            np.where(time_in_block < 1e-3, 2.0, 0.1),
            decay + generator.normal(0, 2e-9, BLOCK),
            np.zeros(BLOCK, np.uint8),
        )
        for _ in range(PATTERNS)
    ]


PREPARED = patterns()


def blocks(rows: int) -> Iterator[Samples]:
    """Give the run's blocks one after the other; each computes its time, which all cases pay for."""
    for number in range(rows // BLOCK):
        yield PREPARED[number % PATTERNS].shifted(number * BLOCK * 1e-6)


def write_h5py(columns: tuple[str, ...]) -> Callable[[Path, int], None]:
    def write(path: Path, rows: int) -> None:
        with h5py.File(path, "w", libver=("earliest", "v110")) as file:
            datasets = {
                name: file.create_dataset(
                    name, (0,), "u1" if name == "status" else "f8", maxshape=(None,), chunks=(BLOCK,)
                )
                for name in columns
            }
            end = 0
            for block in blocks(rows):
                first, end = end, end + BLOCK
                values = {
                    "time": block.time,
                    "voltage": block.voltage,
                    "current": block.current,
                    "status": block.status,
                }
                for name, dataset in datasets.items():
                    dataset.resize(end, 0)
                    dataset[first:end] = values[name]

    return write


def read_h5py(columns: tuple[str, ...]) -> Callable[[Path], np.ndarray]:
    def read(path: Path) -> np.ndarray:
        with h5py.File(path) as file:
            return {name: file[name][:] for name in columns}["current"]

    return read


def write_labkit(path: Path, rows: int) -> None:
    writer = RunWriter(path)
    writer(RunStarted(describe_run("Storage benchmark"), (), "2026-01-01T00:00:00+00:00"))
    for block in blocks(rows):
        writer(SamplesTaken("drain", block))
    writer(RunFinished("complete", "", "2026-01-01T00:00:01+00:00", 1.0, 1.0))


def read_labkit(path: Path) -> np.ndarray:
    return read_run(path).traces["drain"].current


FOUR = ("time", "voltage", "current", "status")
TWO = ("time", "current")
CASES = (
    Case("h5py, 4 columns", write_h5py(FOUR), read_h5py(FOUR)),
    Case("h5py, 2 columns", write_h5py(TWO), read_h5py(TWO)),
    Case("labkit run file", write_labkit, read_labkit),
)


def timed(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def measure(case: Case, folder: Path, rows: int) -> tuple[float, float, float]:
    """Give the seconds to write, the seconds to read and the bytes a reading; check what comes back."""
    path = folder / "run.h5"
    write = timed(lambda: case.write(path, rows))
    size = os.path.getsize(path) / rows
    read = min(timed(lambda: case.read(path)) for _ in range(READS))
    current = case.read(path)
    expected = np.concatenate([block.current for block in PREPARED])
    if len(current) != rows or not np.array_equal(current[: len(expected)], expected[:rows]):
        raise SystemExit(f"{case.name} did not read back what was written")
    path.unlink()
    return write, read, size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="on the disk to measure; default: the system's temporary folder")
    options = parser.parse_args()
    found: dict[str, list[tuple[float, float, float]]] = {case.name: [] for case in CASES}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for turn in range(options.rounds + 1):
            for case in CASES[turn % len(CASES) :] + CASES[: turn % len(CASES)]:
                measured = measure(case, Path(folder), options.rows)
                if turn:  # the first round warms up
                    found[case.name].append(measured)
    report(found, options.rows)


def ratios(found: dict[str, list[tuple[float, float, float]]], baseline: str, part: int) -> list[float]:
    return [raw[part] / own[part] for raw, own in zip(found[baseline], found["labkit run file"], strict=True)]


def report(found: dict[str, list[tuple[float, float, float]]], rows: int) -> None:
    print(f"{rows} readings in blocks of {BLOCK}; median of {len(next(iter(found.values())))} interleaved rounds\n")
    print(f"{'case':<18}{'write s':>9}{'read s':>9}{'bytes/reading':>15}")
    for name, runs in found.items():
        write, read, size = (statistics.median(column) for column in zip(*runs, strict=True))
        print(f"{name:<18}{write:>9.2f}{read:>9.3f}{size:>15.1f}")
    print()
    summary: dict[str, float] = {}
    for baseline in ("h5py, 4 columns", "h5py, 2 columns"):
        for part, what in enumerate(("write", "read")):
            values = ratios(found, baseline, part)
            middle = statistics.median(values)
            summary[f"{what} / {baseline}"] = round(middle, 3)
            print(f"labkit {what} / {baseline}: {middle:.2f} ({min(values):.2f} to {max(values):.2f})")
    print("\n" + json.dumps({"benchmark": "storage", "rows": rows, "ratios": summary}))


if __name__ == "__main__":
    main()
