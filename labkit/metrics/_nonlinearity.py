"""M15: nonlinearity of the weight update, the NeuroSim label with its sign."""

from dataclasses import dataclass

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Result, Run
from labkit.metrics._exponential_update import (
    TABLE_END,
    UpdateFit,
    curvature_of,
    fit_curvatures,
    fit_update,
    nonlinearity,
    random_walk_whitening,
)
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._over_cycles import about, folded, turns_back
from labkit.metrics._statistics import repeats_mean, unlimited_estimate
from labkit.metrics._weight_curves import MINIMUM_CYCLES, Train, WeightCurves, weight_curves
from labkit.metrics._windows import SIGNAL_TO_NOISE

MINIMUM_POINTS = 10
MAXIMUM_CORRELATION = 0.99
_NAME = "nonlinearity"
_METHOD = (
    "G_start, ΔG and A fitted freely by least squares to the curve averaged over cycles (depression mirrored, "
    "x -> 1 - x); closed form of the label; interval from Student's t over fits of each cycle alone"
)


@dataclass(frozen=True, slots=True)
class TrainFit:
    """The fits of one half-cycle, in the orientation of potentiation: k > 0 is fast-first LTP, k < 0 fast-first LTD.

    `x` (points) and `curves` (cycles x points) are mirrored for depression; `fit` is that of the averaged curve,
    `curvatures` (cycles) those of each cycle alone.
    """

    train: Train
    x: FloatArray
    curves: FloatArray
    fit: UpdateFit
    curvatures: FloatArray

    @property
    def largest(self) -> float:
        """The largest curvature allowed: A is one pulse."""
        return float(self.train.count)

    @property
    def label(self) -> Estimate:
        """The nonlinearity of the averaged curve, with Student's t over the cycles' own."""
        return about(float(nonlinearity(self.fit.curvature)), nonlinearity(self.curvatures))

    @property
    def flags(self) -> set[Flag]:
        """What forbids a nonlinearity."""
        flags = {Flag.REPEATS} if self.train.cycles < MINIMUM_CYCLES else set()
        if len(self.x) < MINIMUM_POINTS:
            flags.add(Flag.UNDERSAMPLED)
        if self.fit.at_bound or abs(self.fit.correlation) > MAXIMUM_CORRELATION:
            flags.add(Flag.AT_BOUND)
        change = about(float(np.mean(self.train.change)), self.train.change)
        if abs(change.value) < SIGNAL_TO_NOISE * change.uncertainty or change.value == 0:
            flags.add(Flag.SIGNAL_TO_NOISE)
        elif turns_back(self.curves):
            flags.add(Flag.MODEL)
        return flags


def fit_train(train: Train) -> TrainFit:
    """Fit the averaged curve and each cycle of a half-cycle with the exponential update.

    Averaging before fitting matters: a label is a curved function of noisy data, and the mean of labels of noisy cycles
    is off by up to 0.1 (3.5 % cycle-to-cycle noise), the label of the mean curve by less than 0.02.
    """
    x, curves = _oriented(train)
    largest = float(train.count)
    return TrainFit(
        train, x, curves, fit_update(x, np.mean(curves, axis=0), largest), fit_curvatures(x, curves, largest)
    )


def _oriented(train: Train) -> tuple[FloatArray, FloatArray]:
    if train.direction == "potentiation":
        return train.x, train.conductance
    return np.asarray(1 - train.x[::-1], float), np.asarray(train.conductance[:, ::-1], float)


def nonlinearities(curves: WeightCurves) -> tuple[Result, ...]:
    """Give NL_P, NL_D and, where both were measured, their asymmetry."""
    fits = {direction: fit_train(train) for direction, train in curves.trains.items() if len(train.pulses) > 4}
    results = [_nonlinearity(curves, fit) for fit in fits.values()]
    if len(fits) == 2:
        results.append(_asymmetry(curves, fits["potentiation"], fits["depression"]))
    return tuple(results)


def _nonlinearity(curves: WeightCurves, fit: TrainFit) -> Result:
    train, label = fit.train, fit.label
    return outcome(
        _NAME,
        f"M15.{train.direction}/1",
        "NL_P" if train.direction == "potentiation" else "NL_D",
        label,
        "1",
        _METHOD,
        flags=fit.flags | curves.blocked,
        at=curves.at(train),
        counts=curves.counts(train),
        variants=_variants(fit),
        notes=curves.notes() | _notes(fit),
        curves=(_curve(fit),),
        repeats=np.atleast_1d(nonlinearity(fit.curvatures)),
    )


def _variants(fit: TrainFit) -> dict[str, Estimate]:
    own = nonlinearity(fit.curvatures)
    found = {
        "A": pulse_constant(fit.label, fit.train.count),
        "per_cycle_mean": repeats_mean(np.atleast_1d(own)),
        "single_curve_ols": fit_update(fit.x, fit.curves[0], fit.largest).label,
        "single_curve_gls": random_walk_fit(fit.train, fit.x, fit.curves[0], fit.largest).label,
    }
    if fit.train.cycles > 2:
        found["jackknife"] = _jackknife(fit)
    return found


def pulse_constant(label: Estimate, pulses: int) -> Estimate:
    """Give A = P_max / k in pulses, of the sign of the label; unlimited where a straight line is possible."""
    curvature = curvature_of(label.value)
    value = pulses / curvature if curvature != 0 else np.inf
    if label.interval.low <= 0 <= label.interval.high or not np.isfinite(label.uncertainty):
        return unlimited_estimate(value)
    ends = sorted(pulses / curvature_of(end) for end in (label.interval.low, label.interval.high))
    width = label.interval.high - label.interval.low
    uncertainty = (ends[1] - ends[0]) * label.uncertainty / width if width > 0 else 0.0
    return Estimate(value, uncertainty, Interval(*ends), label.degrees_of_freedom)


def random_walk_fit(train: Train, x: FloatArray, curve: FloatArray, largest: float) -> UpdateFit:
    """Fit one curve by generalised least squares: steps that scatter add up, reads do not.

    Depression is fitted as it was walked: the mirrored curve's walk starts at its far end.
    """
    plain = fit_update(x, curve, largest)
    steps = np.diff(plain.residuals)
    variance = float(np.mean(steps**2)) - 2 * train.read_sigma**2
    floor = 1e-3 * float(np.mean(steps**2)) + 1e-18 * float(np.ptp(curve)) ** 2
    whitening = random_walk_whitening(
        train.pulses - train.pulses[0], train.read_sigma**2 / max(variance, floor, 1e-300)
    )
    if train.direction == "depression":
        whitening = whitening[:, ::-1]
    return fit_update(x, curve, largest, whitening)


def _jackknife(fit: TrainFit) -> Estimate:
    count = fit.train.cycles
    total = np.sum(fit.curves, axis=0)
    left_out = nonlinearity(fit_curvatures(fit.x, (total - fit.curves) / (count - 1), fit.largest))
    return repeats_mean(count * float(nonlinearity(fit.fit.curvature)) - (count - 1) * left_out)


def _notes(fit: TrainFit) -> dict[str, str]:
    label = float(nonlinearity(fit.fit.curvature))
    misfit = float(np.sqrt(np.mean(fit.fit.residuals**2)) / max(abs(fit.fit.change), 1e-300))
    notes = {
        "label": "NeuroSim's NL, to be compared at one P_max only; it is neither A nor ANL, δ_max or α",
        "misfit": f"the averaged curve departs from the fitted one by {misfit:.2%} of ΔG (rms)",
    }
    if abs(label) > TABLE_END:
        notes["table"] = "NeuroSim's table ends at 9; beyond it the closed form goes on to 10.10"
    return notes


def _curve(fit: TrainFit) -> Curve:
    train = fit.train
    fitted = fit.fit.at(fit.x)
    return Curve(
        train.direction,
        train.pulses,
        train.mean,
        "pulse number",
        "1",
        "conductance",
        "S",
        y_uncertainty=train.mean_uncertainty if train.cycles > 1 else None,
        fit=fitted if train.direction == "potentiation" else fitted[::-1],
    )


def _asymmetry(curves: WeightCurves, potentiation: TrainFit, depression: TrainFit) -> Result:
    own = nonlinearity(potentiation.curvatures) - nonlinearity(depression.curvatures)
    signed = about(potentiation.label.value - depression.label.value, own)
    train = potentiation.train
    return outcome(
        _NAME,
        "M15.asymmetry/1",
        "|NL_P - NL_D|",
        folded(signed),
        "1",
        "difference of the labels with their signs, 0 when depression retraces potentiation; Student's t over cycles",
        flags=potentiation.flags | depression.flags | curves.blocked,
        at=curves.at(train) | {"depression_pulses": float(depression.train.count)},
        counts=curves.counts(train),
        variants={"signed": signed},
        notes=curves.notes(),
    )


def _compute(run: Run) -> tuple[Result, ...]:
    return nonlinearities(weight_curves(run))


NONLINEARITY = Metric(
    name=_NAME,
    definition="M15/1",
    title="Nonlinearity of the weight update",
    unit="1",
    formula=(
        "G = G_min + B (1 - exp(-P/A)), B = ΔG / (1 - exp(-P_max/A));  k = P_max/|A|, c = 1 - exp(-k);  "
        "NL = (100 / 7√2) [1/c - 1/k - ln(k/c)/k]"
    ),
    description=(
        "NeuroSim's label: + for fast-first potentiation, - for fast-first depression. It depends on the length of the "
        "train, so that labels are comparable at one P_max only; A and P_max are always given."
    ),
    requires=("reads marked potentiation or depression", "10 cycles beside the first"),
    reference="metric standard M15; Chen et al., IEDM 2017 and IEEE TCAD 37, 3067 (2018)",
    compute=_compute,
)
