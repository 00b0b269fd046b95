"""Medians and Weibull slopes of what scatters from cycle to cycle."""

import numpy as np
from scipy import optimize, stats

from labkit.core import Estimate, FloatArray, Interval
from labkit.metrics._statistics import COVERAGE, SQRT3, coverage_factor, unlimited_estimate

FEWEST = 6
"""Values below which no pair of order statistics spans 95 %."""
_LN_SHAPE_SCATTER = 0.78
"""Standard deviation of the logarithm of a Weibull slope, times the root of the number of values (sqrt(6)/pi)."""


def common_step(step: float, values: FloatArray) -> float:
    """Give the half-width of the error that a ramp's step leaves in a mean or median of values from many cycles.

    Half a step when all cycles fall into one; values that scatter over steps carry their rounding in their scatter
    already, and what is left in common falls as exp(-2 (pi s/h)^2), the characteristic function of the scatter
    (non-subtractive dither).
    """
    if len(values) < 2 or step <= 0:
        return step / 2
    scatter = max(float(np.var(values, ddof=1)) - step**2 / 12, 0.0) / step**2
    return step / 2 * float(np.exp(-2 * np.pi**2 * scatter))


def median_estimate(values: FloatArray, limit: float = 0.0, unit: str = "1", least: float = 0.0) -> Estimate:
    """Give the median with the interval of interpolated order statistics (Hettmansperger and Sheather 1986).

    `limit` is the half-width of a rectangular uncertainty common to all values (a voltage step). No distribution is
    assumed. Values in steps may have their order statistics on one of them: the median then is no better known than
    within +-`least`, half a step.
    """
    data = np.sort(np.asarray(values, float))
    count, middle = len(data), float(np.median(values))
    if count < FEWEST:
        return unlimited_estimate(middle, unit)
    rank = int(stats.binom.ppf((1 - COVERAGE) / 2, count, 0.5))
    rank = rank if _confidence(rank, count) >= COVERAGE else rank - 1
    wide, narrow = _confidence(rank, count), _confidence(rank + 1, count)
    excess = (wide - COVERAGE) / (wide - narrow)
    share = (count - rank) * excess / (rank + (count - 2 * rank) * excess)
    low = (1 - share) * data[rank - 1] + share * data[rank]
    high = (1 - share) * data[count - rank] + share * data[count - rank - 1]
    half, shortest = COVERAGE * limit, COVERAGE * least  # of a rectangle alone
    below, above = (max(float(np.hypot(side, half)), shortest) for side in (middle - low, high - middle))
    spread = max(float(np.hypot((high - low) / 2 / coverage_factor(count - 1), limit / SQRT3)), least / SQRT3)
    return Estimate(middle, spread, Interval(middle - below, middle + above), count - 1, unit)


def _confidence(rank: int, count: int) -> float:
    return 1 - 2 * float(stats.binom.cdf(rank - 1, count, 0.5))


def weibull_slope(values: FloatArray) -> Estimate:
    """Give the shape of a two-parameter Weibull distribution (maximum likelihood, its bias taken off)."""
    data = np.log(np.asarray(values, float))
    count, spread = len(data), float(np.std(data))
    if count < FEWEST or spread == 0:
        return unlimited_estimate(np.inf if spread == 0 else np.nan)
    centred = data - np.max(data)

    def score(shape: float) -> float:
        weights = np.exp(shape * centred)
        return float(np.sum(weights * centred) / np.sum(weights) - 1 / shape - np.mean(centred))

    rough = float(np.pi / np.sqrt(6)) / spread
    shape = float(optimize.brentq(score, rough / 20, rough * 20)) * (1 - 1.37 / (count - 1.92))
    relative = _LN_SHAPE_SCATTER / float(np.sqrt(count))
    reach = float(np.exp(coverage_factor(count - 1) * relative))
    return Estimate(shape, shape * relative, Interval(shape / reach, shape * reach), count - 1)
