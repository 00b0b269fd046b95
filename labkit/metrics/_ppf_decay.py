"""M5: how paired-pulse facilitation decays with the interval."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from labkit.core import Curve, Estimate, Flag, FloatArray, Result, Run
from labkit.metrics._fits import Scatter
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._models import exponentials
from labkit.metrics._outcome import outcome
from labkit.metrics._paired_reads import measured_pairs
from labkit.metrics._pairs import PairedPulses
from labkit.metrics._separable import AICC_TO_ADD_A_TERM, Separable, SeparableFit, akaike, fit_separable
from labkit.metrics._statistics import exponential_of, paired_ratio

NAME = "ppf_decay"
DEFINITION = "M5.global/1"
LEAST_INTERVALS = 8
DECADES = 2.0
LONGEST_SHARE = 0.5
MISFIT_SIGNIFICANCE = 0.01
CURVE_POINTS = 200


@dataclass(frozen=True, slots=True)
class Facilitation:
    """The index over the intervals: intervals (s), index, its smoothed standard uncertainty, degrees of freedom."""

    intervals: FloatArray
    index: FloatArray
    uncertainty: FloatArray
    degrees_of_freedom: float


def _compute(run: Run) -> tuple[Result, ...]:
    measured = measured_pairs(run)
    points = facilitation(measured)
    fit, criteria = _choose(points)
    order = np.argsort(fit.nonlinear)
    flags = _flags(points, fit)
    results: list[Result] = []
    for number, term in enumerate(order, start=1):
        suffix = f"_{number}" if len(order) > 1 else ""
        own = {Flag.AT_BOUND} if fit.solution.at_bound[int(term)] else set()
        time = exponential_of(fit.profile(int(term)), "s")
        share = fit.solution.estimate(len(order) + int(term))
        onset = float(np.exp(measured.width / time.value))
        for symbol, estimate, variants in (
            (f"C{suffix}", share, {"onset to onset": _times(share, onset)}),
            (f"τ{suffix}", time, {}),
        ):
            results.append(
                outcome(
                    NAME,
                    DEFINITION,
                    symbol,
                    estimate,
                    estimate.unit,
                    "fit of the global index, weights from a smoothed variance, uF",
                    flags=flags | own,
                    reason=_shortage(points),
                    counts={"pulse": len(measured.firsts), "interval": len(points.intervals)},
                    variants=variants,
                    notes=criteria if not results else {},
                    curves=(_curve(points, fit),) if not results else (),
                )
            )
    return tuple(results)


def facilitation(measured: PairedPulses) -> Facilitation:
    """Give the global index for each interval, with its variance smoothed over the intervals.

    The variance of a few repeats is itself noisy; used as it is, it would give lucky points too much weight. A straight
    line of its logarithm against the logarithm of the interval pools the repeats of all intervals.
    """
    intervals = np.array([pairs.interval for pairs in measured.pairs])
    if len(intervals) < 3:
        raise NotMeasured(
            f"the run has {len(intervals)} intervals, too few for a decay", "measure at least 8 over two decades"
        )
    ratios = [paired_ratio(pairs.second, pairs.first) for pairs in measured.pairs]
    repeats = np.array([len(pairs.first) for pairs in measured.pairs])
    if np.any(repeats < 2):
        raise NotMeasured("an interval has a single pair", "repeat every interval, ten times by the standard")
    variances = np.array([ratio.uncertainty**2 for ratio in ratios])
    return Facilitation(
        intervals,
        np.array([ratio.value for ratio in ratios]),
        np.sqrt(smoothed_variance(intervals, variances, repeats)),
        float(np.sum(repeats - 1)),
    )


def smoothed_variance(x: FloatArray, variances: FloatArray, repeats: FloatArray) -> FloatArray:
    """Give variances along a straight line of ln variance against ln x, with the mean of the single ones kept."""
    logs = np.log(np.maximum(variances, 1e-12 * float(np.max(variances))))
    slope, constant = np.polyfit(np.log(x), logs, 1, w=np.sqrt(np.maximum(repeats - 1.0, 1.0)))
    line = np.exp(constant + slope * np.log(x))
    return np.asarray(line * np.mean(variances / line), float)


def _choose(points: Facilitation) -> tuple[SeparableFit, dict[str, str]]:
    fits = [_fit(points, terms) for terms in (1, 2)]
    count = len(points.intervals)
    criteria = [akaike(fit.solution.sum_of_squares, len(fit.solution.values), count) for fit in fits]
    second = criteria[1] <= criteria[0] - AICC_TO_ADD_A_TERM and count > 5
    notes = {"AICc one exponential": f"{criteria[0]:.1f}", "AICc two exponentials": f"{criteria[1]:.1f}"}
    notes["model"] = "two exponentials" if second else "one exponential"
    return fits[int(second)], notes


def _fit(points: Facilitation, terms: int) -> SeparableFit:
    model, starts = exponentials(
        points.intervals, points.index - 1, terms, offset=False, weights=1 / points.uncertainty
    )
    lower = np.full(terms, float(np.log(points.intervals[0] / 5)))
    shifted = Separable(model.name, model.basis, model.y, model.weights, lower, model.upper)
    fit = fit_separable(shifted, starts)
    free = len(points.intervals) - len(fit.solution.values)
    chance = float(stats.chi2.sf(fit.solution.sum_of_squares, free)) if free > 0 else 1.0
    if chance < MISFIT_SIGNIFICANCE:
        return fit
    return fit.with_scatter(Scatter(1.0, points.degrees_of_freedom))


def _flags(points: Facilitation, fit: SeparableFit) -> set[Flag]:
    flags = set()
    if float(np.exp(np.max(fit.nonlinear))) > LONGEST_SHARE * float(points.intervals[-1]):
        flags.add(Flag.WINDOW)
    if _shortage(points):
        flags.add(Flag.REPEATS)
    return flags


def _shortage(points: Facilitation) -> str:
    decades = float(np.log10(points.intervals[-1] / points.intervals[0]))
    if len(points.intervals) >= LEAST_INTERVALS and decades >= DECADES - 1e-9:
        return ""
    return f"{len(points.intervals)} intervals over {decades:.2g} decades; the standard asks for 8 over 2"


def _times(estimate: Estimate, factor: float) -> Estimate:
    interval = type(estimate.interval)(estimate.interval.low * factor, estimate.interval.high * factor)
    return Estimate(
        estimate.value * factor, estimate.uncertainty * factor, interval, estimate.degrees_of_freedom, estimate.unit
    )


def _curve(points: Facilitation, fit: SeparableFit) -> Curve:
    return Curve(
        "facilitation against interval",
        points.intervals,
        points.index,
        "interval, end to start",
        "s",
        "PPF",
        "%",
        points.uncertainty,
        1 + fit.fitted,
        log_x=True,
    )


PPF_DECAY = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Decay of paired-pulse facilitation",
    unit="s",
    formula="PPF(Δt) = 1 + C₁ exp(−Δt/τ₁) + C₂ exp(−Δt/τ₂)",
    description=(
        "Fit of the global index against the interval (end to start), weighted by the inverse of a smoothed variance. "
        "The second term is kept only when the corrected Akaike criterion asks for it by 10."
    ),
    requires=("pairs at 8 or more intervals over two decades", "10 pairs for each interval"),
    reference="metric standard M5; Zucker and Regehr 2002",
    compute=_compute,
)
