"""Own cost of a stepped point: set, read, store, tell a live subscriber; the instrument costs next to nothing.

    python benchmarks/points.py [--points 5000] [--rounds 15]

From the start of the run to the moment when everything is with the kernel and every subscriber was told; what was
stored and who was told is counted afterwards. Cases are interleaved in one process; ratios are of the time a point, to
the baseline `raw loop + CSV line flushed + queue`, median and range over the rounds.
"""

import argparse
import json
import queue
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import h5py
import numpy as np
from pymeasure.experiment import Procedure, Results, Worker

from benchmarks._bare_run import describe_run
from labkit.core import (
    Bench,
    Event,
    Identity,
    MonotonicClock,
    Nanoseconds,
    OutputState,
    Range,
    RunFinished,
    RunStarted,
    Samples,
    SamplesTaken,
    SourceMeter,
    SourceMeterCapabilities,
    SourceMeterSetting,
    no_samples,
)
from labkit.engine import BenchSession, Estimates, Plan, PointsBlock, run_plan
from labkit.protocol import Program
from labkit.storage import RunWriter, read_run

BASELINE = "raw loop + CSV line flushed + queue"
BLOCK = 100


def voltages(count: int) -> list[float]:
    """Give set points that are all different."""
    return [round((index % 20001 - 10000) * 1e-4, 6) for index in range(count)]


class FakeSourceMeter:
    """An instrument that costs next to nothing: it reads what was set."""

    def __init__(self) -> None:
        self._level = 0.0

    def set(self, level: float) -> None:
        self._level = level

    def read(self) -> float:
        return self._level


class Live:
    """A live subscriber in a thread of its own, fed through a queue; counts the points that it was told."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._told = 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def put(self, points: int) -> None:
        self._queue.put(points)

    def _listen(self) -> None:
        while points := self._queue.get():
            self._told += points

    def stop(self) -> int:
        self._queue.put(0)
        self._thread.join()
        return self._told


Outcome = tuple[float, int, int]
"""Seconds, points stored, points told."""


def raw_csv(instrument: FakeSourceMeter, levels: Sequence[float], folder: Path) -> Outcome:
    path = folder / "raw.csv"
    begun = time.perf_counter()
    live = Live()
    with path.open("w") as file:
        for level in levels:
            instrument.set(level)
            current = instrument.read()
            file.write(f"{level},{current}\n")
            file.flush()
            live.put(1)
    told = live.stop()
    seconds = time.perf_counter() - begun
    return seconds, len(path.read_text().splitlines()), told


def raw_h5py(instrument: FakeSourceMeter, levels: Sequence[float], folder: Path) -> Outcome:
    path = folder / "raw.h5"
    begun = time.perf_counter()
    live = Live()
    with h5py.File(path, "w", libver=("earliest", "v110")) as file:
        points = file.create_dataset("points", (0, 2), "f8", maxshape=(None, 2), chunks=(1024, 2))
        rows: list[tuple[float, float]] = []
        for level in levels:
            instrument.set(level)
            rows.append((level, instrument.read()))
            live.put(1)
            if len(rows) == BLOCK:
                append_flushed(file, points, rows)
        if rows:
            append_flushed(file, points, rows)
    told = live.stop()
    seconds = time.perf_counter() - begun
    with h5py.File(path) as file:
        return seconds, len(file["points"]), told


def append_flushed(file: h5py.File, points: h5py.Dataset, rows: list[tuple[float, float]]) -> None:
    first = len(points)
    points.resize(first + len(rows), 0)
    points[first:] = np.array(rows)
    file.flush()
    rows.clear()


def labkit_storage(instrument: FakeSourceMeter, levels: Sequence[float], folder: Path) -> Outcome:
    """The cheapest loop that feeds labkit's run file and a live subscriber, without labkit's engine."""
    path = folder / "run.h5"
    path.unlink(missing_ok=True)
    begun = time.perf_counter()
    live = Live()
    writer = RunWriter(path)
    writer(RunStarted(describe_run("Points benchmark"), (), "2026-01-01T00:00:00+00:00"))
    rows: list[tuple[float, float, float]] = []
    started = time.monotonic_ns()
    for level in levels:
        instrument.set(level)
        rows.append(((time.monotonic_ns() - started) * 1e-9, level, instrument.read()))
        if len(rows) == BLOCK:
            hand_over(writer, live, rows)
    if rows:
        hand_over(writer, live, rows)
    writer(RunFinished("complete", "", "2026-01-01T00:00:01+00:00", 1.0, 1.0))
    told = live.stop()
    seconds = time.perf_counter() - begun
    return seconds, len(read_run(path).traces["drain"]), told


class FakeChannel(FakeSourceMeter):
    """The fake instrument in the role of a source meter without a memory: the PC has to step it."""

    def __init__(self, instrument: FakeSourceMeter) -> None:
        self.set_level = instrument.set
        self._read = instrument.read

    @property
    def capabilities(self) -> SourceMeterCapabilities:
        ranges = (Range(1e6, 1e-9, 0.0, 0.0),)
        limits = (0.0, 1e6)
        return SourceMeterCapabilities(
            "fake", ranges, ranges, ranges, ranges, 1.0, limits, limits, Nanoseconds(0), Nanoseconds(1), Nanoseconds(0),
            limits, 50.0, 0, 0, "",
        )  # fmt: skip

    def measure(self) -> tuple[float, float, int]:
        reading = self._read()
        return reading, reading, 0

    def identity(self) -> Identity:
        return Identity("fake", "fake", "", "fake")

    def output_state(self) -> OutputState:
        return OutputState(on=False, level=0.0)

    def nothing(self, *_: object) -> None:
        """Whatever else a role is asked for costs nothing here."""

    configure = enable_output = check_errors = make_safe = close = ramp_to = load = start = abort = nothing

    def finished(self) -> bool:
        return True

    def fetch(self) -> Samples:
        return no_samples()


def labkit_engine(instrument: FakeSourceMeter, levels: Sequence[float], folder: Path) -> Outcome:
    """labkit's own stepped executor, through the engine: plan node, recorder, run file, live subscriber, safe state."""
    path = folder / "engine.h5"
    path.unlink(missing_ok=True)
    setting = SourceMeterSetting(1.0, 1.0, 1.0, 0.0)
    block = PointsBlock("drain", tuple(levels), Nanoseconds(0), setting, "", 1, "points")
    begun = time.perf_counter()
    live = Live()

    def tell(event: Event) -> None:
        if isinstance(event, SamplesTaken):
            live.put(len(event.samples))

    channel: SourceMeter = FakeChannel(instrument)
    session = BenchSession(BENCH, {"drain": channel}, MonotonicClock())
    plan = Plan(PROGRAM, "fake", (block,), (), NO_ESTIMATES)
    run_plan(session, plan, describe_run("Points benchmark"), [RunWriter(path), tell])
    told = live.stop()
    seconds = time.perf_counter() - begun
    return seconds, len(read_run(path).traces["drain"]), told


BENCH = Bench(name="fake", instruments={}, terminals={})
PROGRAM = Program("points", "Points", "", "", "", {}, (), (), {}, 0)
NO_ESTIMATES = Estimates(0.0, 0.0, 0, 0, 0, 0, {}, {}, {}, {})


def hand_over(writer: RunWriter, live: Live, rows: list[tuple[float, float, float]]) -> None:
    columns = np.array(rows).T
    writer(SamplesTaken("drain", Samples(columns[0], columns[1], columns[2], np.zeros(len(rows), np.uint8))))
    live.put(len(rows))
    rows.clear()


class Sweep(Procedure):  # type: ignore[misc]  # pymeasure has no types
    """The same points as a procedure of pymeasure."""

    DATA_COLUMNS = ("voltage", "current")

    def __init__(self, instrument: FakeSourceMeter, levels: Sequence[float]) -> None:
        super().__init__()
        self._instrument, self._levels = instrument, levels

    def execute(self) -> None:
        for level in self._levels:
            self._instrument.set(level)
            self.emit("results", {"voltage": level, "current": self._instrument.read()})


def pymeasure_worker(instrument: FakeSourceMeter, levels: Sequence[float], folder: Path) -> Outcome:
    """pymeasure's Worker with its CSV file, bare: nobody listens, for a listener costs it a socket."""
    path = folder / "worker.csv"
    path.unlink(missing_ok=True)
    begun = time.perf_counter()
    worker = Worker(Results(Sweep(instrument, levels), str(path)))
    worker.start()
    threading.Thread.join(worker)  # the Worker's own join stops it after its time
    seconds = time.perf_counter() - begun
    stored = sum(not line.startswith("#") for line in path.read_text().splitlines()) - 1
    return seconds, stored, stored


Case = Callable[[FakeSourceMeter, Sequence[float], Path], Outcome]

CASES: dict[str, Case] = {
    BASELINE: raw_csv,
    "raw loop + h5py by 100 + queue": raw_h5py,
    "labkit run file by 100 + queue": labkit_storage,
    "labkit engine, stepped + queue": labkit_engine,
    "pymeasure Worker + CSV, no subscriber": pymeasure_worker,
}


def measure(case: Case, points: int, folder: Path) -> float:
    """Give the microseconds a point; check that all was stored and told."""
    seconds, stored, told = case(FakeSourceMeter(), voltages(points), folder)
    if stored != points or told != points:
        raise SystemExit(f"{stored} points stored and {told} told, of {points}")
    return 1e6 * seconds / points


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    found: dict[str, list[float]] = {name: [] for name in CASES}
    names = list(CASES)
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(options.rounds + 1):
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                cost = measure(CASES[name], options.points, Path(folder))
                if turn:  # the first round warms up
                    found[name].append(cost)
    report(found, options.points)


def report(found: dict[str, list[float]], points: int) -> None:
    print(f"{points} points; median of {len(found[BASELINE])} interleaved rounds\n")
    print(f"{'case':<38}{'us/point':>9}   ratio to the baseline")
    summary: dict[str, float] = {}
    for name, costs in found.items():
        ratios = [own / raw for own, raw in zip(costs, found[BASELINE], strict=True)]
        summary[name] = round(statistics.median(ratios), 3)
        print(f"{name:<38}{statistics.median(costs):>9.2f}   {summary[name]:.2f} ({min(ratios):.2f}-{max(ratios):.2f})")
    print("\n" + json.dumps({"benchmark": "points", "points": points, "ratios": summary}))


if __name__ == "__main__":
    main()
