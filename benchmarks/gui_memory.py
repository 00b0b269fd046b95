"""Memory of the window's process over 500 consecutive runs on the virtual bench, or over one long run.

    python benchmarks/gui_memory.py [--runs 500] [--warm-up 50]
    python benchmarks/gui_memory.py --readings 5000000

Each run is queued in the one window, followed with live traces, stored, and its metrics computed and shown. Resident
memory (RSS) after every `--warm-up` runs; the growth is that after the first of these stretches.

With `--readings` the curves of the live plot take so many readings of one terminal, as the events of a run bring them;
the growth is that after the first half of them.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._window import wait_until, window_on
from labkit.app import Request
from labkit.core import Samples, SamplesTaken
from labkit.gui.run import RunView
from labkit.gui.run._recording import Recording

WANTED = 0.05
REQUEST = Request(
    "ppf_optical", "demo_optical", virtual=True, parameters={"intervals": "[100 ms]", "repeats": "2", "settle": "1 s"}
)


def resident() -> float:
    """Give the resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def long_run(readings: int) -> list[float]:
    """Let the curves of one run grow; gives the memory (MB) after each tenth of its readings."""
    recording, period, block = Recording(), 1e-3, 10_000
    found: list[float] = []
    for first in range(0, readings, block):
        times = (first + np.arange(block)) * period
        current = 1e-6 * np.sin(times)
        recording.take([SamplesTaken("drain", Samples(times, current, current, np.zeros(block, np.uint8)))])
        if (first + block) % (readings // 10) < block:
            found.append(resident())
            print(f"{first + block:>10} readings{found[-1]:>9.1f} MB", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--warm-up", type=int, default=50)
    parser.add_argument("--readings", type=int, default=0)
    options = parser.parse_args()
    if options.readings:
        grown = long_run(options.readings)
        print(f"growth after the first half: {100 * (grown[-1] / grown[len(grown) // 2] - 1):.1f} %")
        return
    found: list[float] = []
    with window_on("demo_optical") as window:
        view = window.views["run"]
        assert isinstance(view, RunView)
        for stretch in range(options.runs // options.warm_up):
            begun = time.perf_counter()
            items = view.queue.add(REQUEST, options.warm_up)
            wait_until(lambda items=items: all(item.state.over for item in items))
            if any(item.state.value != "done" for item in items):
                raise SystemExit(f"a run failed: {[item.reason for item in items if item.reason][:1]}")
            for item in items:
                item.path.unlink()
            found.append(resident())
            each = (time.perf_counter() - begun) / len(items)
            print(f"{(stretch + 1) * options.warm_up:>5} runs{found[-1]:>9.1f} MB{each:>9.2f} s a run", flush=True)
    growth = found[-1] / found[0] - 1
    print(f"growth after the first {options.warm_up} runs: {100 * growth:.1f} % (wanted: at most {100 * WANTED:g} %)")
    print(json.dumps({"benchmark": "gui_memory", "runs": options.runs, "megabytes": found, "growth": round(growth, 4)}))


if __name__ == "__main__":
    main()
