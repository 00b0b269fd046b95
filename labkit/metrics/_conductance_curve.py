"""M14: the LTP/LTD conductance curve, its change, and how much of it stays."""

import numpy as np

from labkit.core import Curve, Estimate, Flag, Result, Run
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._over_cycles import about, drifts
from labkit.metrics._statistics import SQRT3, combine, paired_ratio
from labkit.metrics._weight_curves import MINIMUM_CYCLES, Train, WeightCurves, weight_curves
from labkit.metrics._windows import is_noise

DRIFT_SHARE = 0.10
RETAINED = 0.90
_NAME = "conductance_curve"
_METHOD = (
    "mean current of the readings of each read / read voltage; change from the read before the first pulse to that "
    "after the last, mean over cycles with Student's t, combined with the limits of the ammeter's gain and of the read "
    "voltage; first cycle discarded"
)


def conductance_change(curves: WeightCurves) -> tuple[Result, ...]:
    """Give the change of conductance of each half-cycle with its curve."""
    return tuple(_change(curves, train) for train in curves.trains.values())


def _change(curves: WeightCurves, train: Train) -> Result:
    value = float(np.mean(train.change))
    spread = about(value, train.change)
    estimate = combine(
        value,
        [(spread.uncertainty, spread.degrees_of_freedom)],
        [curves.gain * value, curves.voltage_limit * value],
        "S",
    )
    flags = set(curves.blocked)
    if train.cycles < MINIMUM_CYCLES:
        flags.add(Flag.REPEATS)
    if is_noise(estimate):
        flags.add(Flag.SIGNAL_TO_NOISE)
    if drifts(train.conductance[:, 0], DRIFT_SHARE * abs(value)):
        flags.add(Flag.DRIFT)
    variants = {"start": _level(curves, train, 0), "end": _level(curves, train, -1)}
    retained = _retained(curves, train)
    if retained is not None:
        variants["retained"] = retained
        if retained.value < RETAINED:
            flags.add(Flag.VOLATILE)
    return outcome(
        _NAME,
        f"M14.{train.direction}/1",
        "ΔG_P" if train.direction == "potentiation" else "ΔG_D",
        estimate,
        "S",
        _METHOD,
        flags=flags,
        at=curves.at(train),
        counts=curves.counts(train),
        variants=variants,
        notes=curves.notes() | _notes(curves, train),
        curves=(_curve(curves, train),),
        repeats=train.change,
    )


def _level(curves: WeightCurves, train: Train, point: int) -> Estimate:
    levels = train.conductance[:, point]
    spread = about(float(np.mean(levels)), levels)
    limits = [curves.gain * spread.value, curves.offset, curves.voltage_limit * spread.value]
    return combine(spread.value, [(spread.uncertainty, spread.degrees_of_freedom)], limits, "S")


def _retained(curves: WeightCurves, train: Train) -> Estimate | None:
    """Give the share of the change that is left at ten times the read delay."""
    if train.direction != "potentiation" or curves.late is None:
        return None
    return paired_ratio(curves.late - train.conductance[:, 0], train.change)


def _notes(curves: WeightCurves, train: Train) -> dict[str, str]:
    if train.direction == "potentiation" and curves.late is None:
        return {"volatile part": "not measured: the run has no read marked late at ten times the read delay"}
    return {}


def _curve(curves: WeightCurves, train: Train) -> Curve:
    # The band holds what a single point is known to: the scatter of the cycles and the noise within a read.
    within = train.read_sigma / np.sqrt(train.cycles)
    scatter = train.mean_uncertainty
    band = np.where(np.isfinite(scatter), np.maximum(scatter, within), within)
    relative = float(np.hypot(curves.gain, curves.voltage_limit))
    band = np.hypot(band, np.hypot(relative * train.mean, curves.offset) / SQRT3)
    label = "potentiation" if train.direction == "potentiation" else "depression"
    return Curve(label, train.pulses, train.mean, "pulse number", "1", "conductance", "S", y_uncertainty=band)


def _compute(run: Run) -> tuple[Result, ...]:
    return conductance_change(weight_curves(run))


CONDUCTANCE_CURVE = Metric(
    name=_NAME,
    definition="M14/1",
    title="LTP/LTD curve",
    unit="S",
    formula="G_n = I_read / V_R;  ΔG = <G_N - G_0> over cycles;  r = <G(10 t_d) - G_0> / <G(t_d) - G_0>",
    description=(
        "Conductance read after every pulse, mean over cycles. DRIFT: the start of the cycles moves by more than 10 % "
        "of ΔG; VOLATILE: less than 0.9 of the change is left at ten times the read delay, the curve is short-term."
    ),
    requires=("reads marked potentiation or depression", "one read marked initial", "a read marked late"),
    reference="metric standard M14",
    compute=_compute,
)
