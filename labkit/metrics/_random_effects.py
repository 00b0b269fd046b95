"""What scatters between devices and what from cycle to cycle within them: one-way random effects (M20)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from labkit.core import Estimate, FloatArray, Interval
from labkit.metrics._statistics import COVERAGE

_TAIL = (1 - COVERAGE) / 2


@dataclass(frozen=True, slots=True)
class Components:
    """Variance components of values nested in devices.

    `between` and `within` are standard deviations of devices and of cycles; `mean` that of the devices' means. `share`
    tells which part of the variance of a single value is between devices; `negative` that the cycles alone explain the
    scatter of the devices, so that the component came out below 0.
    """

    between: Estimate
    within: Estimate
    mean: float
    devices: int
    cycles: float
    negative: bool

    @property
    def share(self) -> float:
        """The intraclass correlation."""
        total = self.between.value**2 + self.within.value**2
        return self.between.value**2 / total if total > 0 else float("nan")


def deviation_estimate(deviation: float, degrees: float, unit: str = "1") -> Estimate:
    """Give the standard deviation of normal values with its chi-square interval."""
    low, high = (float(np.sqrt(degrees / stats.chi2.ppf(share, degrees))) for share in (1 - _TAIL, _TAIL))
    doubt = deviation / float(np.sqrt(2 * degrees))
    return Estimate(deviation, doubt, Interval(deviation * low, deviation * high), degrees, unit)


def components(groups: Sequence[FloatArray]) -> Components:
    """Split the scatter of values (a group a device, two values or more each) into its components.

    sigma^2 = (MS_between - MS_within) / m. Unequal groups by unweighted means with the harmonic mean of their sizes
    (Thomas and Hultquist 1978). The interval is the modified large-sample one of Ting et al. 1990 (Burdick and Graybill
    1992), which holds its coverage from few devices on; its lower end is 0 where the data allow no scatter of devices.
    """
    sizes = np.array([len(group) for group in groups], float)
    means = np.array([np.mean(group) for group in groups])
    between_degrees, within_degrees = len(groups) - 1, float(np.sum(sizes - 1))
    size = len(groups) / float(np.sum(1 / sizes))
    mean_square_between = size * float(np.var(means, ddof=1))
    mean_square_within = sum(float(np.sum((group - np.mean(group)) ** 2)) for group in groups) / within_degrees
    variance = (mean_square_between - mean_square_within) / size
    low, high = _interval(mean_square_between, mean_square_within, between_degrees, within_degrees)
    deviation = float(np.sqrt(max(variance, 0.0)))
    spread = mean_square_between**2 / between_degrees + mean_square_within**2 / within_degrees
    doubt = float(np.sqrt(2 * spread)) / size
    estimate = Estimate(
        deviation,
        doubt / (2 * deviation) if deviation > 0 else float(np.sqrt(doubt)),
        Interval(float(np.sqrt(max(low / size, 0.0))), float(np.sqrt(max(high / size, 0.0)))),
        (size * variance) ** 2 / spread if variance > 0 and spread > 0 else float(between_degrees),
    )
    within = deviation_estimate(float(np.sqrt(mean_square_within)), within_degrees)
    return Components(estimate, within, float(np.mean(means)), len(groups), size, variance < 0)


def _interval(above: float, below: float, above_degrees: float, below_degrees: float) -> tuple[float, float]:
    """Give the 95 % limits of the difference of two expected mean squares, from the mean squares."""
    g1 = 1 - above_degrees / stats.chi2.isf(_TAIL, above_degrees)
    g2 = 1 - below_degrees / stats.chi2.isf(_TAIL, below_degrees)
    h1 = above_degrees / stats.chi2.ppf(_TAIL, above_degrees) - 1
    h2 = below_degrees / stats.chi2.ppf(_TAIL, below_degrees) - 1
    upper = stats.f.isf(_TAIL, above_degrees, below_degrees)
    lower = stats.f.ppf(_TAIL, above_degrees, below_degrees)
    g12 = ((upper - 1) ** 2 - (g1 * upper) ** 2 - h2**2) / upper
    h12 = ((1 - lower) ** 2 - (h1 * lower) ** 2 - g2**2) / lower
    # Cycles that scatter more than devices do so by chance: as a limit on the devices they count as no more than equal.
    most = max(above, below)
    down = (g1 * above) ** 2 + (h2 * below) ** 2 + g12 * above * below
    up = (h1 * most) ** 2 + (g2 * below) ** 2 + h12 * most * below
    return above - below - float(np.sqrt(max(down, 0.0))), most - below + float(np.sqrt(max(up, 0.0)))
