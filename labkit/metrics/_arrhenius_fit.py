"""A straight line through logarithms of repeats at several temperatures against 1/k_B T (M23)."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from labkit.core import Estimate, FloatArray
from labkit.metrics._statistics import normal_estimate
from labkit.metrics._temperatures import BOLTZMANN

SIGNIFICANCE = 0.005
"""Of the tests for a curve and for a difference between the ways up and down, of which two make a hundredth."""
ENOUGH_STAYS = 4
"""Degrees of freedom from which on the scatter of the stays is known well enough by itself."""
NESTING_SIGNIFICANCE = 0.2
"""Of the test whether stays differ by more than their repeats do, where they are fewer."""
BENDING, LEAST_BENDING = 0.1, 0.01
"""A curve matters when the slopes at the two ends of the window differ by this part of their mean, and so much (eV)."""


@dataclass(frozen=True, slots=True)
class Logarithms:
    """Repeats of ln y at one stay: where it lies (1/k_B T, 1/eV), which way it was reached (1, -1, 0)."""

    inverse: float
    way: int
    values: FloatArray


@dataclass(frozen=True, slots=True)
class Line:
    """ln y = intercept + slope / k_B T: the slope is an energy (eV).

    `uncertainty` (eV) with `degrees_of_freedom` is that of the slope; `between` tells that stays, not repeats, are what
    scatters. `bends` tells that a curve describes the stays better. `gap` is ln y on the way down less that on the way
    up at one temperature, None where not both were gone, and `apart` tells that it is significant.
    """

    intercept: float
    slope: float
    uncertainty: float
    degrees_of_freedom: float
    between: bool
    bends: bool
    gap: Estimate | None
    apart: bool

    def at(self, inverse: FloatArray) -> FloatArray:
        """Give ln y on the line at 1/k_B T (1/eV)."""
        return np.asarray(self.intercept + self.slope * inverse, float)


def fit_line(points: tuple[Logarithms, ...]) -> Line | None:
    """Fit the stays by least squares, each with the weight of its repeats; None without a degree of freedom.

    The scatter is that of the stays about the line, the highest level that was varied (uR). Where it rests on few
    degrees of freedom, and the stays leave the line by no more than their repeats explain, the repeats join in.
    """
    x = np.array([point.inverse for point in points])
    straight = np.column_stack([np.ones(len(x)), x])
    found = _fit(points, straight)
    if found is None:
        return None
    gap, apart = _gap(points, straight)
    return Line(
        intercept=float(found.values[0]),
        slope=float(found.values[1]),
        uncertainty=float(found.uncertainties[1]),
        degrees_of_freedom=found.degrees_of_freedom,
        between=found.between,
        bends=_bends(points, x, float(found.values[1])),
        gap=gap,
        apart=apart,
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    values: FloatArray
    uncertainties: FloatArray
    degrees_of_freedom: float
    between: bool

    def is_significant(self, index: int) -> bool:
        limit = float(stats.t.isf(SIGNIFICANCE / 2, self.degrees_of_freedom))
        return bool(abs(self.values[index]) > limit * self.uncertainties[index])


def _fit(points: tuple[Logarithms, ...], matrix: FloatArray) -> _Fit | None:
    """Solve the means of the stays for the columns of a matrix; None when nothing is left to tell the scatter."""
    counts = np.array([float(len(point.values)) for point in points])
    means = np.array([float(np.mean(point.values)) for point in points])
    if len(points) <= matrix.shape[1] or np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        return None
    inverse = np.linalg.inv(matrix.T @ (counts[:, None] * matrix))
    values = inverse @ (matrix.T @ (counts * means))
    about = float(np.sum(counts * (means - matrix @ values) ** 2))
    within = float(sum(np.sum((point.values - np.mean(point.values)) ** 2) for point in points))
    variance, degrees, between = _scatter(about, len(points) - matrix.shape[1], within, float(np.sum(counts - 1)))
    return _Fit(values, np.sqrt(variance * np.diag(inverse)), degrees, between)


def _scatter(about: float, stays: int, within: float, repeats: float) -> tuple[float, float, bool]:
    """Give the variance of a repeat, its degrees of freedom, and whether stays are what scatters."""
    if stays < ENOUGH_STAYS and repeats >= 1 and within > 0:
        ratio = (about / stays) / (within / repeats)
        if float(stats.f.sf(ratio, stays, repeats)) >= NESTING_SIGNIFICANCE:
            return (about + within) / (stays + repeats), stays + repeats, False
    return about / stays, float(stays), True


def _bends(points: tuple[Logarithms, ...], x: FloatArray, slope: float) -> bool:
    """Tell whether the slope changes along the window, significantly and by so much that it matters."""
    centred = x - np.mean(x)
    found = _fit(points, np.column_stack([np.ones(len(x)), centred, centred**2]))
    if found is None:
        return False
    change = 2 * abs(float(found.values[2])) * float(np.ptp(x))
    return found.is_significant(2) and change > max(BENDING * abs(slope), LEAST_BENDING)


def _gap(points: tuple[Logarithms, ...], straight: FloatArray) -> tuple[Estimate | None, bool]:
    """Compare the ways down and up: one slope, two intercepts."""
    ways = np.array([float(point.way) for point in points])
    if {-1.0, 1.0} - set(ways):
        return None, False
    found = _fit(points, np.column_stack([straight, -ways / 2]))
    if found is None:
        return None, False
    gap = normal_estimate(float(found.values[2]), float(found.uncertainties[2]), found.degrees_of_freedom)
    return gap, found.is_significant(2)


def scale_error(slope: float, accuracy: float, inverse: FloatArray) -> float:
    """Give the limit of a slope's error (eV) from that of the temperature (K), at several 1/k_B T (1/eV).

    The worst that a thermometer does within its limits is to be wrong in opposite ways at the two ends of the window.
    """
    temperature = 1 / (BOLTZMANN * inverse)
    span = float(np.ptp(temperature))
    return 2 * accuracy / span * abs(slope) if span > 0 else np.inf
