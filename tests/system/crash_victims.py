"""Processes that store a run and are killed while they do so; run as a script by test_crash_run_file.py.

    crash_victims.py FOLDER FIRST LAST

Forks one victim for each number, kills it with SIGKILL at a random instant of creation, run, finish or metrics, and
prints a JSON line with the instant. What a victim has handed over it notes, with the time, in an append-only file of
its own, which is no part of labkit.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labkit.core import (
    BlockStarted,
    Estimate,
    Identity,
    Interval,
    Result,
    RunDescription,
    RunFinished,
    RunStarted,
    Samples,
    SamplesTaken,
    TimelineGrew,
    Vocabulary,
    Warned,
)
from labkit.storage import RunWriter, write_results

WORDS = Vocabulary(marks=("epsc",), terminals=("drain", "light"), loops=("repeat",), valued_loops=())


class Notes:
    """What was handed over when: (monotonic ns, word, rows of the trace) a line, written at once."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, word: str, rows: int = 0) -> None:
        os.write(self._handle, f"{time.monotonic_ns()} {word} {rows}\n".encode())


def description() -> RunDescription:
    return RunDescription(
        run_id="victim",
        title="A run that is killed",
        protocol_name="epsc_optical",
        implements="P02",
        protocol_text="name: epsc_optical\n",
        bench_text="name: bench\n",
        sample_text="name: chip\n",
        parameters={"width": "1 s"},
        metrics=("epsc",),
        terminals={"drain": "electrical", "light": "optical"},
        wavelengths={"light": 455e-9},
        light_uncertainty={"light": 0.05},
        vocabulary=WORDS,
        plan="{}",
        seed=1,
        virtual=True,
        labkit_version="0",
        environment={"python": "3"},
    )


def rows(first: int, count: int) -> Samples:
    """Readings whose every number follows from their row."""
    index = np.arange(first, first + count, dtype=np.float64)
    return Samples(index * 1e-4, index * 2.0, index * 1e-9, (np.arange(first, first + count) % 16).astype(np.uint8))


def pulse(number: int, first: int, count: int) -> TimelineGrew:
    columns: dict[str, np.ndarray] = {}
    for name, (kind, _, _) in WORDS.columns().items():
        columns[name] = np.zeros(1, kind)
    columns["repeat"][:] = number
    columns["first_sample"][:] = first
    columns["sample_count"][:] = count
    return TimelineGrew(columns)


def blocks(seconds: float, flood: bool) -> Iterator[int]:
    """Give sizes of blocks for a while: 100 readings every 10 ms, or 10^4 as fast as they are taken."""
    end = time.monotonic() + seconds
    due = time.monotonic()
    while time.monotonic() < end:
        yield 10_000 if flood else 100
        due += 0.01
        time.sleep(0.0 if flood else max(0.0, due - time.monotonic()))


def store_run(path: Path, notes: Notes, seconds: float, flood: bool) -> None:
    writer = RunWriter(path)
    identity = Identity("smu", "keithley_2450", "USB0::1::INSTR", "KEITHLEY,2450", (("NPLC", "1"),))
    writer(RunStarted(description(), (identity,), "2026-11-22T10:00:00+01:00"))
    notes.write("created")
    first = 0
    for number, count in enumerate(blocks(seconds, flood)):
        if number % 20 == 0:
            writer(BlockStarted(number // 20, "train", "stepped", 0.2))
            writer(Warned(first * 1e-4, f"warning {number}", "none"))
        writer(SamplesTaken("drain", rows(first, count)))
        writer(pulse(number, first, count))
        first += count
        notes.write("rows", first)
    notes.write("finishing", first)
    writer(RunFinished("complete", "", "2026-11-22T10:01:00+01:00", 60.0, 59.0))
    notes.write("finished", first)


def be_victim(folder: Path, number: int, seconds: float, flood: bool) -> None:
    path = folder / f"{number}.h5"
    notes = Notes(folder / f"{number}.notes")
    store_run(path, notes, seconds, flood)
    analysis = 0
    while True:
        value = Estimate(float(analysis), 0.1, Interval(0.0, 1.0), 9.0, "A")
        notes.write("analysing", analysis)
        write_results(path, [Result("epsc", "M1/1", "A1", value, "A", "mean")] * 3)
        notes.write("analysed", analysis)
        analysis += 1


@dataclass(frozen=True)
class Kill:
    """How long a run lasts (s), and when it is killed: `after` (s) a word stands in the notes, or its start."""

    seconds: float
    word: str
    after: float


def plan(chance: random.Random) -> Kill:
    """Spread the kills over creation, run, finish and metrics, a quarter each, however quick the machine is."""
    seconds = chance.uniform(0.2, 1.3)
    return chance.choice(
        [
            Kill(seconds, "", chance.uniform(0.0, 0.06)),
            Kill(seconds, "", chance.uniform(0.0, seconds)),
            Kill(seconds, "finishing", chance.uniform(0.0, 0.01)),
            Kill(seconds, "analysing", chance.uniform(0.0, 0.2)),
        ]
    )


def wait_for(word: str, notes: Path) -> None:
    """Wait until a victim has noted a word."""
    while word and not (notes.exists() and f" {word} " in notes.read_text()):
        time.sleep(0.0005)


def kill_one(folder: Path, number: int) -> dict[str, object]:
    chance = random.Random(number)
    kill = plan(chance)
    flood = number % 10 == 9
    victim = os.fork()
    if victim == 0:
        try:
            be_victim(folder, number, kill.seconds, flood)
        finally:
            os._exit(1)
    wait_for(kill.word, folder / f"{number}.notes")
    time.sleep(kill.after)
    os.kill(victim, signal.SIGKILL)
    killed = time.monotonic_ns()
    _, status = os.waitpid(victim, 0)
    return {"number": number, "killed": killed, "by_kill": os.WIFSIGNALED(status), "flood": flood}


if __name__ == "__main__":
    into = Path(sys.argv[1])
    for each in range(int(sys.argv[2]), int(sys.argv[3])):
        sys.stdout.write(json.dumps(kill_one(into, each)) + "\n")
        sys.stdout.flush()
