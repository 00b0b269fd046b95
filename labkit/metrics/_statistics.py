"""Estimates with an uncertainty: the codes uR, uW, uX, uM, uB and uC of metric standard, section 0.

Every function gives a labkit Estimate: value, standard uncertainty (k=1), 95 % interval, degrees of freedom.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy import optimize, special, stats

from labkit.core import Estimate, FloatArray, Interval
from labkit.metrics._series import Noise, noise_of

COVERAGE = 0.95
DRAWS = 20_000
"""Monte Carlo draws (JCGM 101: at least 2 x 10^4 here)."""
SQRT3 = float(np.sqrt(3.0))
_QUADRATURES = (np.polynomial.legendre.leggauss(128), np.polynomial.legendre.leggauss(12))
"""Nodes for the larger and the smaller rectangle; many for the larger, whose edges show when the noise is small."""


def coverage_factor(degrees_of_freedom: float) -> float:
    """Give the two-sided 95 % factor of Student's t."""
    tail = 0.5 + COVERAGE / 2
    return float(
        special.stdtrit(max(degrees_of_freedom, 1e-6), tail) if degrees_of_freedom < 1e8 else special.ndtri(tail)
    )


def normal_estimate(value: float, uncertainty: float, degrees_of_freedom: float = np.inf, unit: str = "1") -> Estimate:
    """Give an estimate with a symmetric Student-t interval."""
    half = coverage_factor(degrees_of_freedom) * uncertainty if uncertainty > 0 else 0.0
    return Estimate(value, uncertainty, Interval(value - half, value + half), degrees_of_freedom, unit)


def unlimited_estimate(value: float, unit: str = "1") -> Estimate:
    """Give a value that the data do not limit: the answer to a single observation."""
    return Estimate(value, np.inf, Interval(-np.inf, np.inf), 0.0, unit)


def standard_error(values: Sequence[float] | FloatArray) -> float:
    """Give the standard error of the mean of independent values (two or more)."""
    data = np.asarray(values, float)
    return float(np.std(data, ddof=1) / np.sqrt(len(data)))


def repeats_mean(values: Sequence[float] | FloatArray, unit: str = "1") -> Estimate:
    """Give the mean of independent repeats with Student's t (uR); a single repeat is not limited by anything."""
    data = np.asarray(values, float)
    if len(data) < 2:
        return unlimited_estimate(float(data[0]), unit)
    return normal_estimate(float(np.mean(data)), standard_error(data), len(data) - 1, unit)


def repeats_geometric_mean(values: Sequence[float] | FloatArray, unit: str = "1") -> Estimate:
    """Give the geometric mean of positive repeats with Student's t on their logarithms (uR)."""
    data = np.asarray(values, float)
    if len(data) < 2:
        return unlimited_estimate(float(data[0]), unit)
    return exponential_of(repeats_mean(np.log(data)), unit)


def exponential_of(logarithm: Estimate, unit: str = "1") -> Estimate:
    """Give exp(x) for an estimated logarithm x; the interval stays exact and becomes asymmetric."""
    value = float(np.exp(logarithm.value))
    interval = Interval(float(np.exp(logarithm.interval.low)), float(np.exp(logarithm.interval.high)))
    return Estimate(value, value * logarithm.uncertainty, interval, logarithm.degrees_of_freedom, unit)


def window_mean(values: FloatArray, noise: Noise | None = None, unit: str = "1") -> Estimate:
    """Give the mean of a window of readings (uW): sigma / sqrt(N_eff), nu = N_eff - 1 or that of the noise.

    `noise` is the noise of a longer stretch of the same readings where there is one; a short window knows too little
    of its own correlation.
    """
    own = noise_of(values, detrend=False) if noise is None else noise
    return normal_estimate(float(np.mean(values)), own.of_mean(len(values)), own.degrees_of_freedom, unit)


def noise_spread(noise: Noise, unit: str = "1") -> Estimate:
    """Give the standard deviation of readings with the interval of chi-squared; correlated ones count as fewer."""
    degrees = max(noise.degrees_of_freedom, 1.0)
    low, high = noise.sigma * np.sqrt(degrees / stats.chi2.ppf([0.5 + COVERAGE / 2, 0.5 - COVERAGE / 2], degrees))
    spread = noise.sigma / float(np.sqrt(2 * degrees))
    return Estimate(noise.sigma, spread, Interval(float(low), float(high)), degrees, unit)


def combine(
    value: float,
    random: Sequence[tuple[float, float]],
    limits: Sequence[float] = (),
    unit: str = "1",
) -> Estimate:
    """Combine independent contributions to the uncertainty of a value.

    `random` are (standard uncertainty, degrees of freedom), joined by Welch-Satterthwaite; `limits` are half-widths of
    rectangular distributions (uB: instrument accuracy), each /sqrt(3) in the standard uncertainty. The interval is that
    of the convolution of Student's t with the rectangles (JCGM 101), not k x u, which would cover 100 % where the
    instrument's limits dominate.
    """
    spread, degrees = welch_satterthwaite(random)
    rectangles = _in_order(limits)
    total = float(np.hypot(spread, np.linalg.norm(rectangles) / SQRT3)) if rectangles else spread
    if not rectangles:
        return normal_estimate(value, spread, degrees, unit)
    half = _half_width(spread, degrees, rectangles)
    ratio = spread / total if total > 0 else 1.0
    return Estimate(value, total, Interval(value - half, value + half), degrees / max(ratio**4, 1e-12), unit)


def scaled(estimate: Estimate, factor: float, unit: str) -> Estimate:
    """Give an estimate times an exact positive factor, in another unit."""
    interval = Interval(estimate.interval.low * factor, estimate.interval.high * factor)
    return Estimate(estimate.value * factor, estimate.uncertainty * factor, interval, estimate.degrees_of_freedom, unit)


def with_further(estimate: Estimate, further: float) -> Estimate:
    """Add an independent standard uncertainty; both sides of the interval keep their length where it is nothing."""
    if not np.isfinite(estimate.uncertainty) or further == 0:
        return estimate
    contributions = [(estimate.uncertainty, estimate.degrees_of_freedom), (further, np.inf)]
    uncertainty, degrees = welch_satterthwaite(contributions)
    reach = coverage_factor(np.inf) * further
    below, above = estimate.value - estimate.interval.low, estimate.interval.high - estimate.value
    interval = Interval(estimate.value - float(np.hypot(below, reach)), estimate.value + float(np.hypot(above, reach)))
    return Estimate(estimate.value, uncertainty, interval, degrees, estimate.unit)


def with_limits(estimate: Estimate, limits: Sequence[float]) -> Estimate:
    """Add half-widths of rectangular distributions (uB); both sides of the interval keep their length without them.

    Each side is that of the convolution of Student's t with the rectangles, as in `combine`.
    """
    rectangles = _in_order(limits)
    if not np.isfinite(estimate.uncertainty) or not rectangles:
        return estimate
    further = float(np.linalg.norm(rectangles)) / SQRT3
    uncertainty, degrees = welch_satterthwaite([(estimate.uncertainty, estimate.degrees_of_freedom), (further, np.inf)])
    factor = coverage_factor(estimate.degrees_of_freedom)
    sides = estimate.value - estimate.interval.low, estimate.interval.high - estimate.value
    below, above = (_half_width(side / factor, estimate.degrees_of_freedom, rectangles) for side in sides)
    return Estimate(
        estimate.value, uncertainty, Interval(estimate.value - below, estimate.value + above), degrees, estimate.unit
    )


def two_starts(uncertainty: float) -> tuple[float, float]:
    """Give the limits of what two start commands leave unknown, of which the standard uncertainty is given (any unit).

    Each instrument acts anywhere within its command; the difference of the two is no normal deviate, but a triangle.
    """
    each = abs(uncertainty) * SQRT3 / float(np.sqrt(2.0))
    return each, each


def _in_order(limits: Sequence[float]) -> list[float]:
    return sorted((abs(limit) for limit in limits if limit != 0), reverse=True)


def welch_satterthwaite(contributions: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Give the combined standard uncertainty and effective degrees of freedom of (u, nu) pairs."""
    squares = np.array([u**2 for u, _ in contributions])
    total = float(np.sum(squares))
    if total <= 0 or not np.isfinite(total):
        return float(np.sqrt(max(total, 0.0))), np.inf if total <= 0 else 0.0
    divisor = float(sum(s**2 / max(nu, 1e-6) for s, (_, nu) in zip(squares, contributions, strict=True)))
    return float(np.sqrt(total)), total**2 / divisor if divisor > 0 else np.inf


def _half_width(spread: float, degrees: float, rectangles: list[float]) -> float:
    if not np.isfinite(spread):
        return np.inf
    # Two rectangles go through the quadrature; further ones are small beside them and join the normal part.
    minor = float(np.linalg.norm(rectangles[2:])) / SQRT3 if len(rectangles) > 2 else 0.0
    scale = max(float(np.hypot(spread, minor)), 1e-6 * rectangles[0])
    shifts, weights = np.zeros(1), np.ones(1)
    for limit, (nodes, shares) in zip(rectangles[:2], _QUADRATURES, strict=False):
        shifts = (shifts[:, None] + limit * nodes[None, :]).ravel()
        weights = (weights[:, None] * shares[None, :] / 2).ravel()

    def excess(half: float) -> float:
        # Student's t and the rectangles are symmetric: as much lies beyond -half as beyond +half.
        return 2 * float(weights @ _student(degrees, (half - shifts) / scale)) - 1 - COVERAGE

    # A hair more than enough, whatever rounding does.
    high = 1.01 * (sum(rectangles) + coverage_factor(degrees) * scale)
    return float(optimize.brentq(excess, 0.0, high, xtol=1e-6 * high))


def _student(degrees: float, values: FloatArray) -> FloatArray:
    return np.asarray(special.stdtr(degrees, values) if degrees < 1e8 else special.ndtr(values), float)


def paired_ratio(numerators: FloatArray, denominators: FloatArray, unit: str = "1") -> Estimate:
    """Give the ratio of means of paired observations with Fieller's interval (uX); infinite when unbounded.

    Mean of ratios is never used: it is biased upwards by the scatter of the denominators (Kim and Alger 2001).
    """
    count = len(numerators)
    top, bottom = float(np.mean(numerators)), float(np.mean(denominators))
    if count < 2:
        return unlimited_estimate(top / bottom, unit)
    covariance = np.cov(np.vstack([numerators, denominators])) / count
    return fieller(top, bottom, covariance, count - 1, unit)


def unpaired_ratio(numerator: Estimate, denominator: Estimate, unit: str = "1") -> Estimate:
    """Give the ratio of two independent estimates with Fieller's interval (uX); infinite when unbounded."""
    ratio = numerator.value / denominator.value
    _, degrees = welch_satterthwaite(
        [
            (numerator.uncertainty, numerator.degrees_of_freedom),
            (ratio * denominator.uncertainty, denominator.degrees_of_freedom),
        ]
    )
    covariance = np.diag([numerator.uncertainty**2, denominator.uncertainty**2])
    return fieller(numerator.value, denominator.value, covariance, degrees, unit)


def fieller(
    numerator: float, denominator: float, covariance: FloatArray, degrees_of_freedom: float, unit: str = "1"
) -> Estimate:
    """Give a ratio with Fieller's interval from the 2 x 2 covariance of numerator and denominator.

    When the denominator does not differ from zero the interval is unbounded and the ratio is not reportable: the
    interval then is infinite on both sides (`is_bounded` tells).
    """
    ratio = numerator / denominator
    var_top, cov, var_bottom = float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1])
    uncertainty = float(np.sqrt(max(var_top - 2 * ratio * cov + ratio**2 * var_bottom, 0.0))) / abs(denominator)
    t2 = coverage_factor(degrees_of_freedom) ** 2
    a = denominator**2 - t2 * var_bottom
    b = numerator * denominator - t2 * cov
    c = numerator**2 - t2 * var_top
    if a <= 0 or not np.isfinite(a):
        return Estimate(ratio, uncertainty, Interval(-np.inf, np.inf), degrees_of_freedom, unit)
    root = float(np.sqrt(max(b**2 - a * c, 0.0)))
    return Estimate(ratio, uncertainty, Interval((b - root) / a, (b + root) / a), degrees_of_freedom, unit)


def is_bounded(estimate: Estimate) -> bool:
    """Tell whether the data limit an estimate on both sides."""
    return bool(np.isfinite(estimate.interval.low) and np.isfinite(estimate.interval.high))


def monte_carlo(
    model: Callable[..., FloatArray], inputs: Sequence[Estimate], unit: str = "1", seed: int = 101
) -> Estimate:
    """Propagate independent estimates through a vectorised model (uM, JCGM 101, 2 x 10^4 draws).

    Inputs are drawn from scaled t distributions. The value is the model at the best estimates, the interval the
    probabilistically symmetric one.
    """
    generator = np.random.default_rng(seed)
    draws = [
        each.value + each.uncertainty * _standard_draws(generator, each.degrees_of_freedom, DRAWS) for each in inputs
    ]
    outcome = np.asarray(model(*draws), float)
    value = float(np.asarray(model(*(np.array([each.value]) for each in inputs)), float)[0])
    low, high = np.quantile(outcome, [0.5 - COVERAGE / 2, 0.5 + COVERAGE / 2])
    return Estimate(value, float(np.std(outcome)), Interval(float(low), float(high)), np.inf, unit)


def _standard_draws(generator: np.random.Generator, degrees: float, count: int) -> FloatArray:
    drawn = generator.standard_t(degrees, count) if np.isfinite(degrees) else generator.standard_normal(count)
    return np.asarray(drawn, float)


def bootstrap(
    data: FloatArray, statistic: Callable[[FloatArray], float], unit: str = "1", draws: int = 2000, seed: int = 102
) -> Estimate:
    """Give a statistic of rows (axis 0: cycles, repeats) with the percentile interval of resampled rows."""
    generator = np.random.default_rng(seed)
    count = len(data)
    resampled = np.array([statistic(data[generator.integers(0, count, count)]) for _ in range(draws)])
    low, high = np.quantile(resampled, [0.5 - COVERAGE / 2, 0.5 + COVERAGE / 2])
    return Estimate(
        statistic(data), float(np.std(resampled, ddof=1)), Interval(float(low), float(high)), count - 1, unit
    )


def clopper_pearson(successes: int, trials: int, unit: str = "1") -> Estimate:
    """Give a proportion with its exact (conservative) 95 % interval (uC); 49 of 49 is 92.7 % or more."""
    tail = (1 - COVERAGE) / 2
    low = float(stats.beta.ppf(tail, successes, trials - successes + 1)) if successes > 0 else 0.0
    high = float(stats.beta.isf(tail, successes + 1, trials - successes)) if successes < trials else 1.0
    share = successes / trials
    return Estimate(share, float(np.sqrt(share * (1 - share) / trials)), Interval(low, high), trials, unit)
