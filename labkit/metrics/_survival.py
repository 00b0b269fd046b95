"""Lifetimes of which some are only known to be longer than the test: censored survival (uS).

Weibull by maximum likelihood with intervals from the likelihood ratio, Kaplan and Meier's curve, and what a test
without a failure says. Failures are taken to be independent of when a device's test was stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from labkit.core import Estimate, FloatArray, Interval
from labkit.metrics._statistics import COVERAGE

_SHAPES = (float(np.log(0.05)), float(np.log(50.0)))
"""Logarithms of the smallest and largest Weibull shape that is looked for."""
_FARTHEST = 30.0
"""How far from the best quantile its interval is looked for, in logarithms."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Lifetimes of devices: `cycles` at which each failed, or up to which it was seen to work (`failed` False)."""

    cycles: FloatArray
    failed: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.cycles)

    @property
    def failures(self) -> int:
        """How many failed."""
        return int(np.sum(self.failed))


@dataclass(frozen=True, slots=True)
class Weibull:
    """A fitted Weibull distribution: P(life <= n) = 1 - exp(-(n / scale)^shape)."""

    lifetimes: Lifetimes
    scale: float
    shape: float
    likelihood: float

    def quantile(self, share: float) -> Estimate:
        """Give the cycles by which a share of the devices has failed; the interval from the likelihood ratio."""
        value = self.scale * float((-np.log1p(-share)) ** (1 / self.shape))
        low, high = (self._crossing(share, value, side) for side in (-1.0, 1.0))
        width = float(np.log(high / low)) if low > 0 and np.isfinite(high) else np.inf
        uncertainty = value * width / (2 * float(stats.norm.ppf(0.5 + COVERAGE / 2)))
        return Estimate(value, uncertainty, Interval(low, high), len(self.lifetimes) - 2)

    def _crossing(self, share: float, value: float, side: float) -> float:
        limit = float(stats.chi2.ppf(COVERAGE, 1)) / 2

        def left(distance: float) -> float:
            return limit - (self.likelihood - profile(self.lifetimes, share, float(np.log(value)) + side * distance))

        near, far = 0.0, 0.1
        while left(far) > 0:
            if far > _FARTHEST:
                return 0.0 if side < 0 else float("inf")
            near, far = far, 2 * far
        return value * float(np.exp(side * optimize.brentq(left, near, far, xtol=1e-6)))


def fit_weibull(lifetimes: Lifetimes) -> Weibull | None:
    """Fit a Weibull distribution to two or more different failures; None for fewer, which leave the shape open."""
    if len(np.unique(lifetimes.cycles[lifetimes.failed])) < 2:
        return None
    middle = float(np.mean(np.log(lifetimes.cycles)))
    # At its best the quantile of 1 - 1/e is the scale: one dimension is left to the search.
    best = optimize.minimize_scalar(
        lambda log_scale: -profile(lifetimes, 1 - np.exp(-1.0), log_scale),
        bounds=(middle - 10, middle + 10),
        method="bounded",
        options={"xatol": 1e-8},
    )
    log_scale = float(best.x)
    return Weibull(lifetimes, float(np.exp(log_scale)), float(np.exp(_shape(lifetimes, 1.0, log_scale))), -best.fun)


def profile(lifetimes: Lifetimes, share: float, log_quantile: float) -> float:
    """Give the log likelihood with the shape at its best when the quantile of a share is exp(log_quantile)."""
    level = float(-np.log1p(-share))
    return _likelihood(lifetimes, level, log_quantile, _shape(lifetimes, level, log_quantile))


def _shape(lifetimes: Lifetimes, level: float, log_quantile: float) -> float:
    found = optimize.minimize_scalar(
        lambda log_shape: -_likelihood(lifetimes, level, log_quantile, log_shape),
        bounds=_SHAPES,
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(found.x)


def _likelihood(lifetimes: Lifetimes, level: float, log_quantile: float, log_shape: float) -> float:
    """Give the log likelihood with (n/scale)^shape = level (n/quantile)^shape: of failures and of survivals."""
    shape = float(np.exp(log_shape))
    logs = np.log(lifetimes.cycles)
    hazard = level * np.exp(np.minimum(shape * (logs - log_quantile), 500.0))
    density = log_shape + np.log(level) + shape * (logs - log_quantile) - logs
    return float(np.sum(density[lifetimes.failed]) - np.sum(hazard))


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """Kaplan and Meier's estimate: share that works after each number of `cycles`, with Greenwood's uncertainty."""

    cycles: FloatArray
    share: FloatArray
    uncertainty: FloatArray

    @property
    def median(self) -> float:
        """The number of cycles at which half has failed; infinite when less than half has."""
        below = np.flatnonzero(self.share <= 0.5 + 1e-12)
        return float(self.cycles[below[0]]) if len(below) else float("inf")


def kaplan_meier(lifetimes: Lifetimes) -> SurvivalCurve:
    """Estimate the survival without any distribution (Kaplan and Meier 1958); cycles begin at 0."""
    times = np.unique(lifetimes.cycles[lifetimes.failed])
    at_risk = np.array([np.sum(lifetimes.cycles >= time) for time in times], float)
    failures = np.array([np.sum(lifetimes.failed & (lifetimes.cycles == time)) for time in times], float)
    share = np.cumprod(1 - failures / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(failures / (at_risk * (at_risk - failures)))
        spread = np.where(share > 0, share * np.sqrt(greenwood), 0.0)
    return SurvivalCurve(np.append(0.0, times), np.append(1.0, share), np.append(0.0, spread))


def survival_bound(failures: int, devices: int) -> float:
    """Give the one-sided lower 95 % bound of the share that survives a test: 0.05^(1/n) without a failure.

    0 of 5, 10, 20: 55, 74, 86 %; 29 devices without a failure are needed for 90 %.
    """
    return float(stats.beta.ppf(1 - COVERAGE, devices - failures, failures + 1)) if failures < devices else 0.0


def lifetimes_of(observed: Sequence[tuple[float, bool]]) -> Lifetimes:
    """Put (cycles, failed) pairs together."""
    return Lifetimes(np.array([cycles for cycles, _ in observed]), np.array([failed for _, failed in observed], bool))
