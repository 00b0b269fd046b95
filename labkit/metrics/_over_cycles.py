"""Statistics of what repeats from cycle to cycle: Student's t about a curve's value, signs folded, trends tested."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from scipy import stats

from labkit.core import Estimate, FloatArray, Interval
from labkit.metrics._statistics import normal_estimate, standard_error, unlimited_estimate

SIGNIFICANCE = 0.01
"""Level at which a flag that needs a test is raised; fewer than 2 % of sound runs may be flagged."""


def about(value: float, per_cycle: FloatArray, unit: str = "1") -> Estimate:
    """Give a value found from all cycles together, with Student's t from what each cycle gives alone (uR)."""
    if len(per_cycle) < 2:
        return unlimited_estimate(value, unit)
    return normal_estimate(value, standard_error(per_cycle), len(per_cycle) - 1, unit)


def folded(signed: Estimate) -> Estimate:
    """Give the magnitude of a signed estimate; the interval starts at 0 when the sign is not known."""
    low, high = sorted((abs(signed.interval.low), abs(signed.interval.high)))
    low = 0.0 if signed.interval.low <= 0 <= signed.interval.high else low
    interval = Interval(low, high)
    return Estimate(abs(signed.value), signed.uncertainty, interval, signed.degrees_of_freedom, signed.unit)


def mapped(estimate: Estimate, function: Callable[[float], float], unit: str = "1") -> Estimate:
    """Carry an estimate through a monotone function: the interval keeps its coverage, u is half its width / t."""
    ends = sorted((function(estimate.interval.low), function(estimate.interval.high)))
    width = estimate.interval.high - estimate.interval.low
    share = estimate.uncertainty / width if np.isfinite(width) and width > 0 else 0.0
    return Estimate(
        function(estimate.value),
        (ends[1] - ends[0]) * share,
        Interval(ends[0], ends[1]),
        estimate.degrees_of_freedom,
        unit,
    )


def exact(value: float, unit: str = "1") -> Estimate:
    """Give a number that is known without uncertainty, such as a count of pulses."""
    return Estimate(value, 0.0, Interval(value, value), np.inf, unit)


def drifts(values: FloatArray, limit: float) -> bool:
    """Tell whether values move significantly along the cycles, by more than `limit` from the first to the last."""
    count = len(values)
    if count < 3 or np.ptp(values) == 0:
        return False
    line = stats.linregress(np.arange(count), values)
    return bool(abs(line.slope) * (count - 1) > limit and line.pvalue < SIGNIFICANCE)


def turns_back(curves: FloatArray, blocks: int = 8) -> bool:
    """Tell whether curves (cycles x points) that should go one way significantly go back in some stretch.

    Steps between the means of neighbouring blocks of points are tested over the cycles, at 1 % for the family.
    """
    cycles, points = curves.shape
    if cycles < 3 or points < 2 * blocks:
        return False
    edges = np.linspace(0, points, blocks + 1).astype(int)
    means = np.array([np.mean(curves[:, a:b], axis=1) for a, b in pairwise(edges)])
    steps = np.diff(means, axis=0) * np.sign(np.mean(curves[:, -1] - curves[:, 0]))
    spread = np.std(steps, axis=1, ddof=1) / np.sqrt(cycles)
    limit = float(stats.t.isf(SIGNIFICANCE / (blocks - 1), cycles - 1))
    return bool(np.any(np.mean(steps, axis=1) < -limit * spread - 1e-12 * np.max(np.abs(means))))
