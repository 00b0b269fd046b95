"""All metrics of a chip of LTP/LTD cells, against the same numbers by hand: numpy and `curve_fit`, cell by cell.

    python benchmarks/chip.py [--cells 1024] [--part 64] [--pulses 20]

One run over all cells (P10 with 11 cycles and the section of state reads), five readings a read. labkit computes all
metrics of the protocol with intervals, variants and flags; by hand it is what a script does: means of the reads,
G_max/G_min, scatter of the steps, and `curve_fit` of the exponential update to each cycle, without any uncertainty.
Cases are interleaved, a part of the cells at a time; the ratio is of time, median and range over the parts.
"""

import argparse
import json
import statistics
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pandas as pd
from scipy.optimize import curve_fit

from benchmarks.validation.generators import Cycles, ltp_ltd_run
from labkit.core import Run, Samples
from labkit.metrics import compute_metrics

METRICS = (
    "conductance_curve",
    "nonlinearity",
    "nonlinearity_forms",
    "states",
    "dynamic_range",
    "cycle_variation",
    "on_off_ratio",
)
SIGMA = 1e-9


def make_chip(cells: int, pulses: int) -> Run:
    """Put the runs of many cells one after the other; the cells differ in curvature and range."""
    generator = np.random.default_rng(5)
    levels = np.linspace(1e-6, 1e-5, 20)
    parts = []
    for cell in range(cells):
        device = Cycles(1e-6, 9e-6 * generator.uniform(0.8, 1.2), 2.0, -2.0, pulses, c2c=0.02)
        parts.append(ltp_ltd_run(device, cell, sigma=SIGMA, gain=1e-3, offset=1e-9, levels=levels))
    traces, tables = [part.traces["top"] for part in parts], [part.timeline for part in parts]
    lengths = np.array([len(trace) for trace in traces])
    ends = np.array([table["end"].max() + 1.0 for table in tables])
    firsts, begins = np.cumsum(lengths) - lengths, np.cumsum(ends) - ends
    names = tuple(f"cell{number}" for number in range(cells))
    timeline = pd.concat(
        [_moved(table, *shift) for table, *shift in zip(tables, firsts, begins, range(cells), strict=True)]
    )
    samples = Samples(
        np.concatenate([trace.time + begin for trace, begin in zip(traces, begins, strict=True)]),
        *(np.concatenate([column(trace) for trace in traces]) for column in (_voltage, _current, _status)),
    )
    description = parts[0].description
    vocabulary = replace(description.vocabulary, loops=("device", *description.vocabulary.loops), devices=names)
    acquisitions = parts[0].acquisitions.assign(sample_count=len(samples))
    return replace(
        parts[0],
        description=replace(description, vocabulary=vocabulary),
        traces={"top": samples},
        timeline=timeline.reset_index(drop=True),
        acquisitions=acquisitions,
    )


def _moved(table: pd.DataFrame, first: int, begin: float, device: int) -> pd.DataFrame:
    moved = table.assign(device=device)
    for column in ("begin", "end", "begin_requested", "end_requested"):
        moved[column] += begin
    moved["first_sample"] = np.where(moved["sample_count"] > 0, moved["first_sample"] + first, -1)
    return moved


def _voltage(trace: Samples) -> np.ndarray:
    return trace.voltage


def _current(trace: Samples) -> np.ndarray:
    return trace.current


def _status(trace: Samples) -> np.ndarray:
    return trace.status


def by_labkit(run: Run, cells: range) -> int:
    names = tuple(run.devices[cell] for cell in cells)
    chosen = run.timeline["device"].isin(list(cells))
    vocabulary = replace(run.description.vocabulary, devices=names)
    timeline = run.timeline[chosen].assign(device=lambda table: table["device"] - cells.start)
    part = replace(run, timeline=timeline, description=replace(run.description, vocabulary=vocabulary))
    return sum(result.reportable for result in compute_metrics(part, METRICS))


def update(x: np.ndarray, start: float, change: float, curvature: float) -> np.ndarray:
    return start + change * np.expm1(-curvature * x) / np.expm1(-curvature)


def by_hand(run: Run, cells: range) -> int:
    table, current = run.timeline, run.traces["top"].current
    found = 0
    for cell in cells:
        own = table[(table["device"] == cell) & (table["kind"] == "read") & (table["cycle"] > 0)]
        ups, downs = (_reads(own, mark, current) for mark in ("potentiation", "depression"))
        steps = np.diff(ups, axis=1)
        scatter = np.sqrt(np.mean(np.var(steps, axis=0, ddof=1))) / np.mean(ups[:, -1] - ups[:, 0])
        ratio = np.mean(ups[:, -1]) / np.mean(downs[:, -1])
        labels = [_label(row) for row in ups] + [_label(row[::-1]) for row in downs]
        found += int(np.isfinite([scatter, ratio, np.mean(labels)]).sum())
    return found


def _reads(table: pd.DataFrame, mark: str, current: np.ndarray) -> np.ndarray:
    own = table[table["mark"] == mark].sort_values(["cycle", "pulse"])
    rows = own["first_sample"].to_numpy()[:, None] + np.arange(5)
    return current[rows].mean(axis=1).reshape(own["cycle"].nunique(), -1) / 0.1


def _label(curve: np.ndarray) -> float:
    x = np.linspace(0, 1, len(curve))
    scaled = (curve - curve[0]) / (curve[-1] - curve[0])
    return float(curve_fit(update, x, scaled, (0.0, 1.0, 1.5), maxfev=5000)[0][2])


CASES = {"labkit": by_labkit, "by hand": by_hand}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=1024)
    parser.add_argument("--part", type=int, default=64, help="cells at a time")
    parser.add_argument("--pulses", type=int, default=20, help="of a train")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    run = make_chip(options.cells, options.pulses)
    print(f"{options.cells} cells, {len(run.timeline)} events, {len(run.traces['top'])} readings", flush=True)
    spent: dict[str, list[float]] = {name: [] for name in CASES}
    values = dict.fromkeys(CASES, 0)
    for first in range(0, options.cells, options.part):
        cells = range(first, min(first + options.part, options.cells))
        for name, case in CASES.items():
            begun = time.perf_counter()
            values[name] += case(run, cells)
            spent[name].append((time.perf_counter() - begun) / len(cells))
    ratios = [own / hand for own, hand in zip(spent["labkit"], spent["by hand"], strict=True)]
    for name in CASES:
        whole = options.cells * statistics.mean(spent[name])
        print(f"{name:<10}{1e3 * statistics.median(spent[name]):8.1f} ms a cell, {whole:7.1f} s, {values[name]} values")
    middle = statistics.median(ratios)
    print(f"labkit's time over that by hand: {middle:.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    print("\n" + json.dumps({"benchmark": "chip", "cells": options.cells, "ratio": round(middle, 2)}))


if __name__ == "__main__":
    main()
