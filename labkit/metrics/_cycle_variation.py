"""M19: cycle-to-cycle variation of the weight update, the read noise taken off."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from labkit.core import Estimate, Flag, FloatArray, Interval, Result, Run
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._over_cycles import about, exact, folded
from labkit.metrics._statistics import exponential_of
from labkit.metrics._weight_curves import MINIMUM_CYCLES, Train, WeightCurves, weight_curves

_NAME = "cycle_variation"
_METHOD = (
    "standard deviation over cycles of the step at one pulse number, pooled over the train, less twice the variance of "
    "a read; divided by the mean change; chi-squared interval with the degrees of freedom of unequal, correlated steps"
)


@dataclass(frozen=True, slots=True)
class StepVariance:
    """A variance of steps (S^2) with its standard uncertainty; `removed` is the noise that was taken off."""

    value: float
    uncertainty: float
    removed: float = 0.0

    @property
    def sigma(self) -> Estimate:
        """The standard deviation (S) of a positive variance.

        Chi-squared is the variance with its noise, of Satterthwaite's degrees of freedom; the noise comes off its ends.
        """
        value = float(np.sqrt(self.value))
        if self.uncertainty == 0:
            return exact(value, "S")
        total = self.value + self.removed
        degrees = 2 * (total / self.uncertainty) ** 2
        ends = total * degrees / stats.chi2.ppf([0.975, 0.025], degrees) - self.removed
        low, high = np.sqrt(np.maximum(ends, 0.0))
        uncertainty = min(self.uncertainty / (2 * value), float(high - low) / 4)
        return Estimate(value, uncertainty, Interval(float(low), float(high)), degrees, "S")

    @property
    def limit(self) -> float:
        """One-sided 95 % upper limit of the standard deviation (S), for a variance that came out negative."""
        return float(np.sqrt(max(self.value, 0.0) + stats.norm.ppf(0.95) * self.uncertainty))


def relative(sigma: Estimate, change: Estimate) -> Estimate:
    """Give a standard deviation over a change of conductance; both intervals joined on the logarithmic scale."""
    value = sigma.value / change.value
    uncertainty = float(np.hypot(sigma.uncertainty / sigma.value, change.uncertainty / change.value))
    low = value * np.exp(-np.hypot(_log(sigma.value, sigma.interval.low), _log(change.interval.high, change.value)))
    high = value * np.exp(np.hypot(_log(sigma.interval.high, sigma.value), _log(change.value, change.interval.low)))
    return Estimate(value, value * uncertainty, Interval(float(low), float(high)), sigma.degrees_of_freedom, "%")


def _log(larger: float, smaller: float) -> float:
    return float(np.log(larger / smaller)) if smaller > 0 else np.inf


@dataclass(frozen=True, slots=True)
class StepScatter:
    """How the steps of a train scatter over the cycles.

    `raw` holds the read noise, `corrected` has twice the variance of a read taken off; `lag_one` takes it off by the
    covariance of neighbouring steps instead, which share a read; `by_cycle` (S^2) are the corrected variances of each
    cycle alone.
    """

    raw: StepVariance
    corrected: StepVariance
    lag_one: StepVariance
    by_cycle: FloatArray


def step_scatter(train: Train) -> StepScatter:
    """Give the variance of a step over the cycles (at least 2)."""
    steps = np.diff(train.conductance, axis=1)
    cycles, pulses = steps.shape
    deviations = (steps - np.mean(steps, axis=0)) * np.sqrt(cycles / (cycles - 1))
    squares = np.mean(deviations**2, axis=1)
    raw, read = float(np.mean(squares)), 2 * train.read_sigma**2
    neighbours = float(np.mean(deviations[:, 1:] * deviations[:, :-1])) if pulses > 1 else 0.0
    gaussian, tails = _fourth_moments(deviations)
    # Two neighbouring steps share a read, so that noisy reads leave fewer independent steps (Bartlett's formula).
    rho = -min(train.read_sigma**2 / raw, 0.5) if raw > 0 else 0.0
    own = (2 * (1 + 2 * rho**2) * gaussian + tails) / pulses
    both = own + 4 * (1 + 3 * rho**2 + 4 * rho) * gaussian / pulses
    corrected = StepVariance(raw - read, float(np.sqrt(own + 2 * read**2 / train.read_degrees)), read)
    return StepScatter(
        raw=StepVariance(raw, float(np.sqrt(own))),
        corrected=corrected,
        lag_one=StepVariance(raw + 2 * neighbours, float(np.sqrt(both)), -2 * neighbours),
        by_cycle=np.asarray(squares - read, float),
    )


def _fourth_moments(deviations: FloatArray) -> tuple[float, float]:
    """Give what the variance of a pooled variance is made of (S^4), per pulse: of normal steps, and of heavier tails.

    The first steps of a nonlinear device are the largest, and few large ones scatter more than many equal ones would.
    Excess kurtosis is pooled over the train, and not believed where it would narrow the interval.
    """
    cycles = len(deviations)
    shrunk = deviations * np.sqrt((cycles - 1) / cycles)  # about the mean, as measured
    variances = np.sum(shrunk**2, axis=0) / (cycles - 1)
    squares = float(np.mean(variances**2)) * (cycles - 1) / (cycles + 1)
    share = (cycles - 1) / cycles
    fourth = float(np.mean(np.mean(shrunk**4, axis=0))) - 3 * share**2 * squares
    excess = fourth / (share**4 + share / cycles**3)
    return squares / (cycles - 1), max(excess, 0.0) / cycles


def cycle_variation(curves: WeightCurves) -> tuple[Result, ...]:
    """Give the variation of each half-cycle, relative to the range."""
    return tuple(_variation(curves, train) for train in curves.trains.values())


def _variation(curves: WeightCurves, train: Train) -> Result:
    flags = set(curves.blocked)
    if train.cycles < MINIMUM_CYCLES:
        flags.add(Flag.REPEATS)
    estimate, bound, variants = None, None, {}
    if train.cycles > 2:
        scatter = step_scatter(train)
        change = folded(about(float(np.mean(train.change)), train.change))
        variants = _variants(scatter, train, change)
        if scatter.corrected.value > 0:
            estimate = relative(scatter.corrected.sigma, change)
        else:
            flags.add(Flag.SIGNAL_TO_NOISE)
            bound = Interval(0.0, scatter.corrected.limit / max(change.interval.low, 1e-300))
    return outcome(
        _NAME,
        f"M19.{train.direction}.range/1",
        "σ_c2c,P" if train.direction == "potentiation" else "σ_c2c,D",
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


def _variants(scatter: StepScatter, train: Train, change: Estimate) -> dict[str, Estimate]:
    found = {"level": level_variation(train)}
    if scatter.corrected.value > 0:
        found["mean_step"] = _scaled(relative(scatter.corrected.sigma, change), train.count - float(train.pulses[0]))
        found["absolute"] = scatter.corrected.sigma
        found["by_cycle"] = relative(_of_cycles(scatter), change)
    if scatter.lag_one.value > 0:
        found["lag_one"] = relative(scatter.lag_one.sigma, change)
    if scatter.raw.value > 0:
        found["uncorrected"] = relative(scatter.raw.sigma, change)
    return found


def _of_cycles(scatter: StepScatter) -> Estimate:
    """Give the standard deviation (S) with Student's t over the variances of single cycles."""
    spread = about(scatter.corrected.value, scatter.by_cycle)
    value = float(np.sqrt(spread.value))
    low, high = (float(np.sqrt(max(end, 0.0))) for end in (spread.interval.low, spread.interval.high))
    return Estimate(value, spread.uncertainty / (2 * value), Interval(low, high), spread.degrees_of_freedom, "S")


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    interval = Interval(estimate.interval.low * factor, estimate.interval.high * factor)
    return Estimate(
        estimate.value * factor, estimate.uncertainty * factor, interval, estimate.degrees_of_freedom, estimate.unit
    )


def level_variation(train: Train) -> Estimate:
    """Give the coefficient of variation of G_n over cycles at fixed n, root mean square over the train.

    Levels of one cycle move together, so that the cycles alone are independent: jackknife over cycles. It is that of
    the logarithm, for a standard deviation of few cycles is skew.
    """

    def variation(levels: FloatArray) -> float:
        spread = np.var(levels, axis=0, ddof=1) - train.read_sigma**2
        return float(np.sqrt(max(float(np.mean(spread / np.mean(levels, axis=0) ** 2)), 0.0)))

    levels, count = train.conductance, train.cycles
    value = variation(levels)
    left_out = np.array([variation(np.delete(levels, k, axis=0)) for k in range(count)])
    if value <= 0 or np.any(left_out <= 0):
        return folded(about(value, count * value - (count - 1) * left_out, "%"))
    logarithm = float(np.log(value))
    return exponential_of(about(logarithm, count * logarithm - (count - 1) * np.log(left_out)), "%")


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
    reference="metric standard M19",
    compute=_compute,
)
