"""Bi-exponential fits of an array: labkit's batched variable projection against scipy's `curve_fit`, trace by trace.

    python benchmarks/fits.py [--traces 1024] [--points 1000] [--rounds 5]

A_1 exp(-t/tau_1) + A_2 exp(-t/tau_2) + offset, noise of 1 % of the amplitudes. `curve_fit` starts from one guess that
is near for all traces, with its numerical and with the analytic Jacobian; labkit searches 36 starts of its own, and is
compiled before the clock starts. All fits must end in the same valley. Cases are interleaved; ratios are of fits per
second, median and range over the rounds.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable

import numpy as np
from scipy.optimize import curve_fit

from labkit.metrics._biexponential import fit_biexponentials

NOISE = 0.01
GUESS = (0.5, 0.3, 0.5, 3.0, 0.0)


def model(t: np.ndarray, a1: float, tau1: float, a2: float, tau2: float, offset: float) -> np.ndarray:
    return a1 * np.exp(-t / tau1) + a2 * np.exp(-t / tau2) + offset


def jacobian(t: np.ndarray, a1: float, tau1: float, a2: float, tau2: float, offset: float) -> np.ndarray:
    e1, e2 = np.exp(-t / tau1), np.exp(-t / tau2)
    return np.column_stack([e1, a1 * e1 * t / tau1**2, e2, a2 * e2 * t / tau2**2, np.ones_like(t)])


def make_traces(count: int, points: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(3)
    t = np.linspace(0, 20, points)
    columns = (
        generator.uniform(0.3, 0.8, count),
        0.5 * np.exp(0.2 * generator.standard_normal(count)),
        generator.uniform(0.3, 0.8, count),
        5.0 * np.exp(0.2 * generator.standard_normal(count)),
        generator.uniform(-0.1, 0.1, count),
    )
    traces = np.array([model(t, *truth) for truth in zip(*columns, strict=True)])
    return t, traces + NOISE * generator.standard_normal(traces.shape)


def by_scipy(t: np.ndarray, traces: np.ndarray, jac: Callable[..., np.ndarray] | None) -> np.ndarray:
    found = [curve_fit(model, t, trace, GUESS, jac=jac)[0] for trace in traces]
    return np.array([np.sum((model(t, *values) - trace) ** 2) for values, trace in zip(found, traces, strict=True)])


CASES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "curve_fit": lambda t, traces: by_scipy(t, traces, None),
    "curve_fit, analytic Jacobian": lambda t, traces: by_scipy(t, traces, jacobian),
    "labkit": lambda t, traces: fit_biexponentials(t, traces).sum_of_squares,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--traces", type=int, default=1024)
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    t, traces = make_traces(options.traces, options.points)
    for case in CASES.values():
        case(t, traces[:2])
    found: dict[str, list[float]] = {name: [] for name in CASES}
    valleys: dict[str, np.ndarray] = {}
    for _ in range(options.rounds):
        for name, case in CASES.items():
            begun = time.perf_counter()
            valleys[name] = case(t, traces)
            found[name].append(options.traces / (time.perf_counter() - begun))
    if np.max(valleys["labkit"] / valleys["curve_fit"] - 1) > 1e-6:
        raise SystemExit("labkit's fits did not all end in the valley that curve_fit found")
    report(found, options.traces, options.points)


def report(found: dict[str, list[float]], traces: int, points: int) -> None:
    print(f"{traces} traces of {points} points; median of {len(found['labkit'])} interleaved rounds\n")
    print(f"{'case':<30}{'fits/s':>9}   labkit's ratio to it")
    summary = {}
    for name, rates in found.items():
        ratios = [own / other for own, other in zip(found["labkit"], rates, strict=True)]
        summary[name] = round(statistics.median(ratios), 2)
        print(f"{name:<30}{statistics.median(rates):>9.0f}   {summary[name]:.2f} ({min(ratios):.2f}-{max(ratios):.2f})")
    print("\n" + json.dumps({"benchmark": "fits", "traces": traces, "points": points, "ratios": summary}))


if __name__ == "__main__":
    main()
