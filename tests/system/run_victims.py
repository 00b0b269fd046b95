"""Processes that run a protocol on a virtual bench in real time and are killed; a script of test_crash_whole_run.py.

    run_victims.py FOLDER FIRST LAST

Forks one victim for each number and kills it with SIGKILL at a random instant, from opening the bench to writing the
metrics; prints a JSON line with the instant. A victim notes when samples were told, in an append-only file of its own.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from labkit.app import Request, load_bench, run_request
from labkit.core import Event, RunFinished, SamplesTaken, load_plugin

PROTOCOL = """\
schema_version: 1
name: victim
title: A run that is killed
implements: P02
terminals:
  drain: {kind: electrical, compliance: 100 uA, current_range: 1 uA}
  light: optical
steps:
  - record: {terminals: [drain], rate: 100 Hz}
    steps:
      - repeat: 8
        steps:
          - hold: {drain: 0.1 V}
          - wait: 100 ms
          - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 50 ms, mark: epsc}
          - wait: 50 ms
metrics: [baseline, epsc]
"""
GOLDEN = (5**0.5 - 1) / 2
SPREAD = 0.05
LATEST = 1.4
"""The latest kill, in lengths of a whole run: some come after it."""


class Notes:
    """When how many samples had been told: (monotonic ns, word, samples) a line, written at once."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._samples = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, SamplesTaken):
            self._samples += len(event.samples)
            self.write("rows")
        elif isinstance(event, RunFinished):
            self.write("finished")

    def write(self, word: str) -> None:
        os.write(self._handle, f"{time.monotonic_ns()} {word} {self._samples}\n".encode())


def prepare(folder: Path) -> Request:
    """Write a protocol and a bench whose clock is real; load what a first run would load, before the fork."""
    (folder / "victim.yaml").write_text(PROTOCOL)
    text = load_bench("demo_optical").text.replace("  seed: 1\n", "  seed: 1\n  clock: real\n")
    (folder / "bench.yaml").write_text(text)
    for name in ("keithley_2450", "thorlabs_dc2200"):
        load_plugin("labkit.drivers", name)
    load_plugin("labkit.virtual", "world")
    return Request(str(folder / "victim.yaml"), str(folder / "bench.yaml"), virtual=True)


def be_victim(request: Request, folder: Path, name: str, stay: float) -> None:
    notes = Notes(folder / f"{name}.notes")
    try:
        run_request(request, folder / f"{name}.h5", [notes])
        notes.write("done")
        time.sleep(stay)
    finally:
        os._exit(0)


def length_of_a_run(request: Request, folder: Path) -> float:
    """Let one run come to its end: how long that takes depends on the machine and on what else it does."""
    begun = time.monotonic()
    whole = os.fork()
    if whole == 0:
        be_victim(request, folder, "whole", 0.0)
    os.waitpid(whole, 0)
    return time.monotonic() - begun


def kill_one(request: Request, folder: Path, number: int, length: float) -> dict[str, object]:
    # Multiples of the golden section lie evenly however many there are: every part of a run is hit as it is long.
    at = LATEST * length * ((number * GOLDEN + random.Random(number).uniform(0.0, SPREAD)) % 1.0)
    victim = os.fork()
    if victim == 0:
        be_victim(request, folder, str(number), 10 * length)
    time.sleep(at)
    os.kill(victim, signal.SIGKILL)
    killed = time.monotonic_ns()
    _, status = os.waitpid(victim, 0)
    return {"number": number, "killed": killed, "by_kill": os.WIFSIGNALED(status)}


if __name__ == "__main__":
    into = Path(sys.argv[1])
    wanted = prepare(into)
    run_length = length_of_a_run(wanted, into)
    for each in range(int(sys.argv[2]), int(sys.argv[3])):
        sys.stdout.write(json.dumps(kill_one(wanted, into, each, run_length)) + "\n")
        sys.stdout.flush()
