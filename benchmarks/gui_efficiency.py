"""What the window costs a run: the same request without it and in it, in turn, in one process.

    python benchmarks/gui_efficiency.py [--rounds 5]

Bench efficiency is on the virtual clock and must not differ. The time on the wall goes from the start of the run to its
metrics, on a virtual bench that goes as fast as the machine can: the worst case, for painter and instruments share one
interpreter. In the window the run is followed with live traces at up to 30 frames a second.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._window import wait_until, window_on
from labkit.app import Outcome, Request, run_request
from labkit.gui import MainWindow

REQUESTS = {
    "ppf_optical, 2 intervals": Request(
        "ppf_optical", "demo_optical", virtual=True,
        parameters={"intervals": "[100 ms, 1 s]", "repeats": "2", "settle": "1 s"},
    ),
    "epsc_optical, 2 repeats": Request("epsc_optical", "demo_optical", virtual=True, parameters={"repeats": "2"}),
    "iv_hysteresis": Request("iv_hysteresis", "demo_memristor", virtual=True),
}  # fmt: skip


def alone(request: Request, path: Path) -> tuple[float, float]:
    """Give seconds on the wall and bench efficiency without a window."""
    begun = time.perf_counter()
    outcome = run_request(request, path)
    return time.perf_counter() - begun, outcome.finished.efficiency


def in_window(window: MainWindow, request: Request, path: Path) -> tuple[float, float]:
    """Give the same of a run that the window follows."""
    ended: list[Outcome | Exception] = []
    runs = window.workspace.runs
    hear = runs.finished.connect(lambda _, outcome, error: ended.append(outcome or error))
    begun = time.perf_counter()
    runs.start(request, output=path)
    wait_until(lambda: bool(ended))
    took = time.perf_counter() - begun
    runs.finished.disconnect(hear)
    if not isinstance(ended[0], Outcome):
        raise SystemExit(f"the run failed: {ended[0]}")
    return took, ended[0].finished.efficiency


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    told = {}
    with window_on("demo_optical") as window, tempfile.TemporaryDirectory() as folder:
        for name, request in REQUESTS.items():
            ratios = []
            for turn in range(options.rounds + 1):
                bare, efficiency = alone(request, Path(folder) / f"{request.protocol}-{turn}-alone.h5")
                followed, same = in_window(window, request, Path(folder) / f"{request.protocol}-{turn}-window.h5")
                if turn:  # the first round compiles and imports
                    ratios.append(followed / bare)
            middle = statistics.median(ratios)
            told[name] = {"efficiency alone": efficiency, "efficiency in window": same, "wall ratio": round(middle, 3)}
            print(
                f"{name:<26}efficiency {efficiency:.6f} alone, {same:.6f} in the window; "
                f"time on the wall {middle:.2f} times as long ({min(ratios):.2f} to {max(ratios):.2f})",
                flush=True,
            )
    print(json.dumps({"benchmark": "gui_efficiency", "runs": told}))


if __name__ == "__main__":
    main()
