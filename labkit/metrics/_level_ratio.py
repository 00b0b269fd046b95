"""The ratio of two levels read with one ammeter: random scatter by Fieller, the common offset by Monte Carlo."""

import numpy as np

from labkit.core import Estimate, FloatArray, Interval
from labkit.metrics._limits import Limits
from labkit.metrics._statistics import COVERAGE, DRAWS, SQRT3, is_bounded, paired_ratio

NEGLIGIBLE = 0.05
"""Share of the standard uncertainty below which the offset is left to Fieller's interval."""


def ratio_of_levels(high: FloatArray, low: FloatArray, offset: float, unit: str = "1", seed: int = 118) -> Estimate:
    """Give the ratio of means of paired levels (uX) whose readings share an offset within +-`offset` (uB).

    The gain cancels. The offset does not, and is the same in both: it is drawn once for numerator and denominator.
    """
    plain = paired_ratio(high, low, unit)
    bottom = float(np.mean(low))
    systematic = abs(offset / SQRT3 * (1 - plain.value) / bottom)
    total = float(np.hypot(plain.uncertainty, systematic))
    if not is_bounded(plain) or systematic <= NEGLIGIBLE * total:
        return plain
    degrees = len(high) - 1
    generator = np.random.default_rng(seed)
    chi = np.sqrt(degrees / generator.chisquare(degrees, DRAWS))
    covariance = np.cov(np.vstack([high, low])) / len(high)
    scatter = generator.multivariate_normal([0.0, 0.0], covariance, DRAWS, check_valid="ignore") * chi[:, None]
    common = generator.uniform(-offset, offset, DRAWS)
    tops, bottoms = float(np.mean(high)) + scatter[:, 0] - common, bottom + scatter[:, 1] - common
    if np.mean(bottoms <= 0) > (1 - COVERAGE) / 2:
        return Estimate(plain.value, total, Interval(-np.inf, np.inf), degrees, unit)
    ratios = np.where(bottoms > 0, tops / np.where(bottoms > 0, bottoms, 1.0), np.inf)
    tail = (1 - COVERAGE) / 2
    low_end, high_end = np.quantile(ratios, [tail, 1 - tail], method="lower")
    return Estimate(plain.value, total, Interval(float(low_end), float(high_end)), _effective(plain, total), unit)


def ratio_across_ranges(
    high: FloatArray, low: FloatArray, limits: tuple[Limits, Limits], unit: str = "1", seed: int = 118
) -> Estimate:
    """Give the ratio of means of paired levels (uX) that were read in ranges of their own (uB of each, Monte Carlo).

    Neither gain nor offset is common to the two: all four limits count, each drawn for itself.
    """
    plain = paired_ratio(high, low, unit)
    means = (float(np.mean(high)), float(np.mean(low)))
    shares = [limit.gain**2 + (limit.offset / mean) ** 2 for limit, mean in zip(limits, means, strict=True)]
    systematic = abs(plain.value) * float(np.sqrt(sum(shares))) / SQRT3
    total = float(np.hypot(plain.uncertainty, systematic))
    if not is_bounded(plain):
        return plain
    degrees = len(high) - 1
    generator = np.random.default_rng(seed)
    scatter = np.sqrt(degrees / generator.chisquare(degrees, DRAWS))
    drawn = []
    for levels, limit in zip((high, low), limits, strict=True):
        noise = float(np.std(levels, ddof=1)) / np.sqrt(len(levels)) * scatter * generator.standard_normal(DRAWS)
        true = float(np.mean(levels)) + noise - generator.uniform(-limit.offset, limit.offset, DRAWS)
        drawn.append(true * (1 + generator.uniform(-limit.gain, limit.gain, DRAWS)))
    if np.mean(drawn[1] <= 0) > (1 - COVERAGE) / 2:
        return Estimate(plain.value, total, Interval(-np.inf, np.inf), degrees, unit)
    ratios = np.where(drawn[1] > 0, drawn[0] / np.where(drawn[1] > 0, drawn[1], 1.0), np.inf)
    low_end, high_end = np.quantile(ratios, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2], method="lower")
    return Estimate(plain.value, total, Interval(float(low_end), float(high_end)), _effective(plain, total), unit)


def _effective(random: Estimate, total: float) -> float:
    """Give the effective degrees of freedom (Welch and Satterthwaite): a limit of an instrument has no end of them."""
    share = random.uncertainty / total if total > 0 else 1.0
    return random.degrees_of_freedom / max(share**4, 1e-12)
