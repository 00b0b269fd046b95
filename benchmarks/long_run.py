"""Open and analyse a run of 10^7 readings: labkit against raw h5py with the same numbers by hand.

    python benchmarks/long_run.py [--rows 10000000] [--rounds 3]

Ten light pulses in one trace (P02), each followed by its decay. labkit opens the run file and computes baseline, EPSC
amplitude and decay with intervals and flags; by hand the same four columns are read by h5py, baselines and amplitudes
are means, and `curve_fit` fits two exponentials to the averaged decay at 300 log-spaced points. Cases are interleaved;
the ratio is of time, median and range over the rounds. Files come from the page cache.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import h5py
import numpy as np
from scipy.optimize import curve_fit

from benchmarks.validation.generators import SinglePulses
from labkit.core import Run, RunFinished, RunStarted, SamplesTaken
from labkit.metrics import compute_metrics
from labkit.storage import RunWriter, read_run

METRICS = ("baseline", "epsc", "decay")
REPEATS = 10
WIDTH = 1.0


def two_terms(since: np.ndarray) -> np.ndarray:
    return 0.6 * np.exp(-since / 0.5) + 0.4 * np.exp(-since / 5)


def make_run(rows: int) -> Run:
    turn = 50.0
    device = SinglePulses(
        REPEATS,
        period=(REPEATS * turn + 5.0) / rows,
        width=WIDTH,
        rest=turn - WIDTH,
        lead=5.0,
        charging=0.02,
        after=two_terms,
    )
    return device.run(np.random.default_rng(1), sigma=2e-11, offset=1e-11)


def write_h5py(run: Run, path: Path) -> None:
    samples = run.traces["drain"]
    with h5py.File(path, "w") as file:
        for name, column in (
            ("time", samples.time),
            ("voltage", samples.voltage),
            ("current", samples.current),
            ("status", samples.status),
        ):
            file.create_dataset(name, data=column, chunks=(10_000,))


def write_labkit(run: Run, path: Path) -> None:
    with RunWriter(path) as writer:
        writer(RunStarted(run.description, (), run.started_at))
        samples = run.traces["drain"]
        for first in range(0, len(samples), 10_000):
            writer(SamplesTaken("drain", samples.part(first, 10_000)))
        writer(RunFinished("complete", "", run.started_at, 1.0, 1.0))


def by_labkit(path: Path, run: Run) -> int:
    """Open the file; the timeline, which the engine would have written, comes from the synthetic run."""
    opened = read_run(path)
    whole = Run(
        opened.description, opened.started_at, (), run.sample, opened.traces, run.timeline, run.acquisitions
    )  # fmt: skip
    return sum(result.reportable for result in compute_metrics(whole, METRICS))


def by_hand(path: Path, run: Run) -> int:
    with h5py.File(path) as file:
        columns = {name: file[name][:] for name in ("time", "voltage", "current", "status")}
    t, current = columns["time"], columns["current"]
    begins = run.timeline["begin"].to_numpy()
    baselines = [_mean(t, current, begin - 1, begin) for begin in begins]
    peaks = [_mean(t, current, begin + 0.95 * WIDTH, begin + WIDTH) for begin in begins]
    wanted = np.geomspace(0.01, 48, 300)
    decays = [
        np.interp(wanted, t - begin - WIDTH, current) - baseline
        for begin, baseline in zip(begins, baselines, strict=True)
    ]
    fit, _ = curve_fit(_model, wanted, np.mean(decays, axis=0) * 1e9, (0.5, 0.3, 0.5, 3.0, 0.0))
    return len(baselines) + len(peaks) + len(fit)


def _mean(t: np.ndarray, current: np.ndarray, begin: float, end: float) -> float:
    first, last = np.searchsorted(t, [begin, end])
    return float(np.mean(current[first:last]))


def _model(t: np.ndarray, a1: float, tau1: float, a2: float, tau2: float, offset: float) -> np.ndarray:
    return a1 * np.exp(-t / tau1) + a2 * np.exp(-t / tau2) + offset


CASES: dict[str, tuple[Callable[[Run, Path], None], Callable[[Path, Run], int]]] = {
    "labkit": (write_labkit, by_labkit),
    "h5py by hand": (write_h5py, by_hand),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    run = make_run(options.rows)
    found: dict[str, list[float]] = {name: [] for name in CASES}
    with tempfile.TemporaryDirectory() as folder:
        for name, (write, _) in CASES.items():
            write(run, Path(folder) / f"{name}.h5")
        for turn in range(options.rounds + 1):
            for name, (_, analyse) in CASES.items():
                begun = time.perf_counter()
                values = analyse(Path(folder) / f"{name}.h5", run)
                if turn:  # the first round warms up
                    found[name].append(time.perf_counter() - begun)
                elif not values:
                    raise SystemExit(f"{name} found no value")
    ratios = [own / hand for own, hand in zip(*found.values(), strict=True)]
    for name, seconds in found.items():
        print(f"{name:<14}{statistics.median(seconds):8.2f} s")
    middle = statistics.median(ratios)
    print(f"labkit's time over that by hand: {middle:.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    print("\n" + json.dumps({"benchmark": "long_run", "rows": options.rows, "ratio": round(middle, 2)}))


if __name__ == "__main__":
    main()
