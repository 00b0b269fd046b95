"""M25: endurance of LTP and LTD, full cycles until dynamic range or nonlinearity leaves +-20 % of what it was."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Result, Run
from labkit.metrics._exponential_update import nonlinearity
from labkit.metrics._metric import Metric
from labkit.metrics._nonlinearity import fit_train
from labkit.metrics._outcome import outcome
from labkit.metrics._over_cycles import SIGNIFICANCE
from labkit.metrics._weight_curves import WeightCurves, weight_curves

NAME = "cycle_endurance"
DEFINITION = "M25.control_chart/1"
TOLERANCE = 0.20
REFERENCE = 10
"""Cycles that tell what the device was, and how many are averaged to tell what it has become."""
LEAST_POINTS = 4
"""Points of a half-cycle below which it has no nonlinearity."""
_METHOD = (
    "means over 10 cycles against that of the first 10: out when they differ by more than 20 % and by more than the "
    "control limit, from Student's t of the first 10 at 1 % for the whole run; first cycle discarded"
)


@dataclass(frozen=True, slots=True)
class Chart:
    """A control chart of one value, cycle by cycle.

    `initial` is its mean over the first ten cycles, `allowed` how far a mean of ten may be from it, `left` the first
    window of ten cycles that is out, as the number of its last cycle; None where all are in.
    """

    initial: float
    allowed: float
    left: int | None


def control_chart(values: FloatArray, charts: int, *, ratio: bool = False) -> Chart:
    """Look through a value (one a cycle, 2 x REFERENCE or more) for a departure, one of so many charts of a run.

    A `ratio`, which is positive, is looked at on the scale of its logarithm.
    """
    scaled = np.log(values) if ratio else values
    first = scaled[:REFERENCE]
    initial = float(np.mean(first))
    apart = max((len(values) - REFERENCE) // REFERENCE, 1) * charts
    factor = float(stats.t.isf(SIGNIFICANCE / (2 * apart), REFERENCE - 1))
    limit = factor * float(np.std(first, ddof=1)) * float(np.sqrt(2 / REFERENCE))
    sums = np.cumsum(np.append(0.0, scaled))
    moved = (sums[2 * REFERENCE :] - sums[REFERENCE:-REFERENCE]) / REFERENCE - initial
    relative = np.abs(np.expm1(moved)) if ratio else np.abs(moved) / max(abs(initial), 1e-300)
    out = np.flatnonzero((relative > TOLERANCE) & (np.abs(moved) > limit))
    center = float(np.exp(initial)) if ratio else initial
    widest = center * float(np.expm1(limit)) if ratio else limit
    return Chart(center, max(widest, TOLERANCE * abs(center)), int(out[0]) + 2 * REFERENCE if len(out) else None)


def cycle_endurance(curves: WeightCurves) -> tuple[Result, ...]:
    """Give the cycles and, apart from them, the pulses that the device endured."""
    series = _series(curves)
    flags = set(curves.blocked)
    enough = curves.cycles >= 2 * REFERENCE
    charts = {}
    for name, values in series.items() if enough else ():
        charts[name] = control_chart(values, len(series), ratio=name == "DR" and bool(np.all(values > 0)))
    if not enough:
        flags.add(Flag.REPEATS)
    left = min((chart.left for chart in charts.values() if chart.left is not None), default=None)
    reason = "" if enough else f"{curves.cycles} cycles beside the first; {2 * REFERENCE} are the least"
    if enough and left is None:
        reason = f"no departure: more than {curves.cycles} cycles"
    pulses = sum(train.count for train in curves.trains.values())
    variants = {name: _at(chart.left) for name, chart in charts.items() if chart.left is not None}
    return tuple(
        outcome(
            NAME,
            DEFINITION,
            symbol,
            _scaled(_at(left), factor) if left is not None else None,
            "1",
            _METHOD,
            flags=flags,
            reason=reason,
            bound=Interval(float(curves.cycles * factor), np.inf) if enough and left is None else None,
            at=_conditions(curves),
            counts={"pulse": pulses * curves.cycles, "cycle": curves.cycles, "device": 1},
            variants={name: _scaled(found, factor) for name, found in variants.items()},
            notes=_notes(curves, charts, pulses),
            curves=tuple(_curve(name, values) for name, values in series.items()) if factor == 1 else (),
        )
        for symbol, factor in (("N_c", 1), ("N_pulses", pulses))
    )


def _series(curves: WeightCurves) -> dict[str, FloatArray]:
    """Give the values that are watched, cycle by cycle."""
    trains = curves.trains
    found = {}
    if len(trains) == 2:
        with np.errstate(divide="ignore", invalid="ignore"):
            found["DR"] = trains["potentiation"].conductance[:, -1] / trains["depression"].conductance[:, -1]
    for direction, symbol in (("potentiation", "NL_P"), ("depression", "NL_D")):
        if direction in trains and len(trains[direction].pulses) > LEAST_POINTS:
            found[symbol] = np.asarray(nonlinearity(fit_train(trains[direction]).curvatures), float)
    return found


def _at(left: int) -> Estimate:
    """Place the departure in the window that shows it: ten cycles, the middle one, rectangular."""
    low, high = float(left - REFERENCE), float(left)
    return Estimate((low + high) / 2, REFERENCE / float(np.sqrt(12.0)), Interval(low, high))


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    interval = Interval(estimate.interval.low * factor, estimate.interval.high * factor)
    return Estimate(estimate.value * factor, estimate.uncertainty * factor, interval)


def _conditions(curves: WeightCurves) -> dict[str, float]:
    return {"read_voltage": curves.voltage, "tolerance": TOLERANCE} | {
        f"{direction}_pulses": float(train.count) for direction, train in curves.trains.items()
    }


def _notes(curves: WeightCurves, charts: Mapping[str, Chart], pulses: int) -> dict[str, str]:
    notes = {"pulses": f"{pulses} pulses a cycle: {pulses * curves.cycles} pulses are {curves.cycles} cycles"}
    for name, chart in charts.items():
        state = "stayed" if chart.left is None else f"out over cycles {chart.left - REFERENCE + 1} to {chart.left}"
        notes[name] = f"{state}; at first {chart.initial:.3g}, allowed ±{chart.allowed:.2g} for a mean of 10 cycles"
    return notes


def _curve(name: str, values: FloatArray) -> Curve:
    return Curve(name, np.arange(1, len(values) + 1, dtype=float), values, "cycle", "1", name, "1")


def _compute(run: Run) -> tuple[Result, ...]:
    return cycle_endurance(weight_curves(run))


CYCLE_ENDURANCE = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Endurance of LTP and LTD",
    unit="1",
    formula="N_c = full cycles until DR, NL_P or NL_D leaves ±20 % of its mean over the first 10;  N_pulses in them",
    description=(
        "A control chart over full cycles of potentiation and depression: a mean over ten cycles that departs from the "
        "first ten by more than 20 %, and by more than they scatter, is out, and the cycle lies within those ten. "
        "Without a departure there is a bound (> N) and no value. Pulses are counted apart: they are no cycles."
    ),
    requires=("reads marked potentiation and depression", "20 cycles beside the first"),
    reference="metric standard M25; Lanza et al., ACS Nano 15, 17214 (2021)",
    compute=_compute,
)
