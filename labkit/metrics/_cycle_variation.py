"""M19: cycle-to-cycle variation of the weight update, the read noise taken off."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from labkit.core import Estimate, Flag, FloatArray, Interval, Result, Run
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._over_cycles import about, exact, folded
from labkit.metrics._statistics import normal_estimate, unpaired_ratio
from labkit.metrics._weight_curves import MINIMUM_CYCLES, Train, WeightCurves, weight_curves

_NAME = "cycle_variation"
_METHOD = (
    "standard deviation over cycles of the step at one pulse number, pooled over the train, less twice the variance of "
    "a read; divided by the mean change; chi-squared interval with the degrees of freedom of correlated steps"
)
_CLEAR = 3.0


@dataclass(frozen=True, slots=True)
class StepVariance:
    """Variance (S^2) of a step over the cycles, read noise taken off, with its standard uncertainty.

    `raw` is that with the read noise, `lag_one` the covariance of neighbouring steps (minus the variance of a read,
    when steps are independent), `per_cycle` (cycles) the corrected variance of each cycle alone.
    """

    corrected: float
    uncertainty: float
    raw: float
    lag_one: float
    per_cycle: FloatArray

    @property
    def clear(self) -> bool:
        """Whether the variance stands out of its uncertainty."""
        return self.corrected > _CLEAR * self.uncertainty

    def sigma(self, unit: str = "S") -> Estimate:
        """Give the standard deviation (chi-squared interval with Satterthwaite's degrees of freedom)."""
        value = float(np.sqrt(self.corrected))
        if self.uncertainty == 0:
            return exact(value, unit)
        if self.clear:
            degrees = 2 * (self.corrected / self.uncertainty) ** 2
            tails = stats.chi2.ppf([0.975, 0.025], degrees)
            low, high = value * np.sqrt(degrees / tails)
            return Estimate(value, self.uncertainty / (2 * value), Interval(float(low), float(high)), degrees, unit)
        half = float(stats.norm.ppf(0.975)) * self.uncertainty
        low, high = np.sqrt(max(self.corrected - half, 0.0)), np.sqrt(self.corrected + half)
        return Estimate(value, float(high - low) / 4, Interval(float(low), float(high)), np.inf, unit)

    @property
    def limit(self) -> float:
        """One-sided 95 % upper limit of the standard deviation (S), for a variance that came out negative."""
        return float(np.sqrt(max(self.corrected, 0.0) + stats.norm.ppf(0.95) * self.uncertainty))


def step_variance(train: Train) -> StepVariance:
    """Give the variance of a step over the cycles (at least 2)."""
    steps = np.diff(train.conductance, axis=1)
    cycles, pulses = steps.shape
    deviations = (steps - np.mean(steps, axis=0)) * np.sqrt(cycles / (cycles - 1))
    raw = float(np.mean(deviations**2))
    lag_one = float(np.mean(deviations[:, 1:] * deviations[:, :-1])) if pulses > 1 else 0.0
    read = 2 * train.read_sigma**2
    # Two neighbouring steps share a read, so that noisy reads leave fewer independent steps.
    shared = (train.read_sigma**2 / raw) ** 2 if raw > 0 else 0.0
    spread = 2 * raw**2 * (1 + 2 * shared) / (pulses * (cycles - 1)) + 2 * read**2 / train.read_degrees
    return StepVariance(
        raw - read, float(np.sqrt(spread)), raw, lag_one, np.asarray(np.mean(deviations**2, axis=1) - read, float)
    )


def cycle_variation(curves: WeightCurves) -> tuple[Result, ...]:
    """Give the variation of each half-cycle, relative to the range."""
    return tuple(_variation(curves, train) for train in curves.trains.values())


def _variation(curves: WeightCurves, train: Train) -> Result:
    flags = set(curves.blocked)
    if train.cycles < MINIMUM_CYCLES:
        flags.add(Flag.REPEATS)
    estimate, bound, variants = None, None, {}
    if train.cycles > 2:
        variance = step_variance(train)
        change = folded(about(float(np.mean(train.change)), train.change))
        if variance.corrected > 0:
            estimate = _relative(variance, change)
            variants = _variants(variance, train, estimate, change)
        else:
            flags.add(Flag.SIGNAL_TO_NOISE)
            bound = Interval(0.0, variance.limit / max(change.interval.low, 1e-300))
        raw = float(np.sqrt(variance.raw))
        if raw > 0:
            variants["uncorrected"] = normal_estimate(
                raw / change.value, variance.uncertainty / (2 * raw * change.value), unit="%"
            )
    symbol = "σ_c2c,P" if train.direction == "potentiation" else "σ_c2c,D"
    return outcome(
        _NAME,
        f"M19.{train.direction}.range/1",
        symbol,
        estimate,
        "%",
        _METHOD,
        flags=flags,
        reason="the steps scatter no more than the reads" if bound else "",
        bound=bound,
        at=curves.at(train),
        counts=curves.counts(train),
        variants=variants,
        notes=curves.notes() | {"denominator": "mean change of conductance over the train (NeuroSim)"},
    )


def _relative(variance: StepVariance, change: Estimate) -> Estimate:
    sigma = variance.sigma()
    if variance.clear and sigma.uncertainty > 0:
        return unpaired_ratio(sigma, change, "%")
    interval = Interval(sigma.interval.low / change.value, sigma.interval.high / change.value)
    return Estimate(
        sigma.value / change.value, sigma.uncertainty / change.value, interval, sigma.degrees_of_freedom, "%"
    )


def _variants(variance: StepVariance, train: Train, relative: Estimate, change: Estimate) -> dict[str, Estimate]:
    steps = train.count - train.pulses[0]
    found = {
        "mean_step": _scaled(relative, float(steps)),
        "absolute": variance.sigma(),
        "level": level_variation(train),
    }
    own = about(variance.corrected, variance.per_cycle)
    low, high = (float(np.sqrt(max(end, 0.0))) / change.value for end in (own.interval.low, own.interval.high))
    found["by_cycle"] = Estimate(
        relative.value,
        own.uncertainty / (2 * variance.corrected) * relative.value,
        Interval(low, high),
        train.cycles - 1,
        "%",
    )
    unseen = variance.raw + 2 * variance.lag_one
    if unseen > 0:
        found["lag_one"] = normal_estimate(float(np.sqrt(unseen)) / change.value, relative.uncertainty, unit="%")
    return found


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    interval = Interval(estimate.interval.low * factor, estimate.interval.high * factor)
    return Estimate(
        estimate.value * factor, estimate.uncertainty * factor, interval, estimate.degrees_of_freedom, estimate.unit
    )


def level_variation(train: Train) -> Estimate:
    """Give the coefficient of variation of G_n over cycles at fixed n, root mean square over the train.

    Levels of one cycle move together, so that the cycles alone are independent: jackknife over cycles.
    """

    def variation(levels: FloatArray) -> float:
        spread = np.var(levels, axis=0, ddof=1) - train.read_sigma**2
        return float(np.sqrt(max(float(np.mean(spread / np.mean(levels, axis=0) ** 2)), 0.0)))

    levels, count = train.conductance, train.cycles
    value = variation(levels)
    left_out = np.array([variation(np.delete(levels, k, axis=0)) for k in range(count)])
    return folded(about(value, count * value - (count - 1) * left_out, "%"))


def _compute(run: Run) -> tuple[Result, ...]:
    return cycle_variation(weight_curves(run))


CYCLE_VARIATION = Metric(
    name=_NAME,
    definition="M19/1",
    title="Cycle-to-cycle variation",
    unit="%",
    formula="σ_c2c² = Var(ΔG_n - <ΔG_n>_cycles) - 2 σ_read²;  default: σ_c2c / ΔG per pulse",
    description=(
        "Scatter of a weight step from cycle to cycle in per cent of the range (NeuroSim); variants: of the mean step "
        "(aihwkit's dw_min_std), of the level at a fixed pulse number. A negative variance gives an upper bound."
    ),
    requires=("reads marked potentiation or depression", "10 cycles beside the first"),
    reference="METRICS M19",
    compute=_compute,
)
