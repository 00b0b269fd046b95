"""The frequency at which a modulated response has fallen by 3 dB, from its size at many frequencies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from labkit.core import FloatArray
from labkit.metrics._chopped import Fundamental
from labkit.metrics._fits import LeastSquares, least_squares
from labkit.metrics._separable import AICC_TO_ADD_A_TERM, akaike

LEAST_FREQUENCIES = 6
FALL = 1 / float(np.sqrt(2.0))
FLAT = 0.95
"""The response at the lowest frequency, in parts of its plateau, from which the plateau counts as measured."""
MISFIT_SIGNIFICANCE = 0.01
DRAWS = 400
_BEYOND = 1e4
_LEAST_FOR_TWO = 5


@dataclass(frozen=True, slots=True)
class Cutoff:
    """A fitted frequency response: one or two poles in parallel.

    `parameters` are ln of the size (A per W/m^2) and of the frequency (Hz) of each pole; `logarithm` is ln f_3dB,
    `uncertainty` its standard uncertainty; `flat` the response at the lowest frequency in parts of the plateau.
    """

    parameters: FloatArray
    logarithm: float
    uncertainty: float
    degrees_of_freedom: float
    flat: float
    misfit: bool

    @property
    def poles(self) -> int:
        """How many poles it has."""
        return len(self.parameters) // 2

    def response(self, frequencies: FloatArray) -> FloatArray:
        """Give the size of the response (A per W/m^2) at frequencies (Hz)."""
        return magnitude(self.parameters, frequencies)


def magnitude(parameters: FloatArray, frequencies: FloatArray) -> FloatArray:
    """Give |sum a_i / (1 + j f / f_i)| for ln a_i, ln f_i in turn."""
    sizes, corners = np.exp(parameters[0::2]), np.exp(parameters[1::2])
    return np.asarray(np.abs(np.sum(sizes / (1 + 1j * frequencies[:, None] / corners), axis=1)), float)


def fit_cutoff(found: Sequence[Fundamental]) -> Cutoff:
    """Fit the fundamentals, divided by the light's, and give where the response is 1/sqrt(2) of that to steady light.

    A second pole is tried where one does not describe the points, and kept where the corrected Akaike criterion asks
    for it by 10.
    """
    frequencies = np.array([each.frequency for each in found])
    sizes = np.array([each.amplitude / each.light for each in found])
    relative = np.array([max(each.total / each.amplitude, 1e-6) for each in found])

    def residuals(parameters: FloatArray) -> FloatArray:
        return np.asarray((np.log(sizes) - np.log(magnitude(parameters, frequencies))) / relative, float)

    one = least_squares(residuals, _one(frequencies, sizes))
    if not _misfits(one) or len(frequencies) <= _LEAST_FOR_TWO:
        return _cutoff(one, frequencies, found)
    two = least_squares(residuals, _two(frequencies, sizes))
    costs = [akaike(fit.sum_of_squares, len(fit.values), len(frequencies)) for fit in (one, two)]
    return _cutoff(two if costs[1] < costs[0] - AICC_TO_ADD_A_TERM else one, frequencies, found)


def _misfits(fit: LeastSquares) -> bool:
    """Tell whether the points lie further from a fit than their uncertainties explain."""
    free = len(fit.residuals) - len(fit.values)
    return free > 0 and float(stats.chi2.sf(fit.sum_of_squares, free)) < MISFIT_SIGNIFICANCE


def _one(frequencies: FloatArray, sizes: FloatArray) -> list[FloatArray]:
    return [np.log([np.max(sizes), corner]) for corner in frequencies[:: max(len(frequencies) // 5, 1)]]


def _two(frequencies: FloatArray, sizes: FloatArray) -> list[FloatArray]:
    corners = np.geomspace(frequencies[0], frequencies[-1], 4)
    half = float(np.max(sizes)) / 2
    return [np.log([half, low, half, high]) for k, low in enumerate(corners) for high in corners[k + 1 :]]


def _cutoff(fit: LeastSquares, frequencies: FloatArray, found: Sequence[Fundamental]) -> Cutoff:
    free = len(frequencies) - len(fit.values)
    known = max(fit.sum_of_squares / free, 1e-12) if free > 0 else 1.0
    misfit = _misfits(fit)
    covariance = fit.covariance if misfit else fit.covariance / known
    degrees = float(free) if misfit else float(sum(each.degrees_of_freedom for each in found))
    generator = np.random.default_rng(136)
    drawn = generator.multivariate_normal(fit.values, covariance, DRAWS, check_valid="ignore")
    logarithms = np.array([_corner(parameters) for parameters in drawn])
    flat = float((magnitude(fit.values, frequencies[:1]) / np.sum(np.exp(fit.values[0::2])))[0])
    spread = float(np.std(logarithms[np.isfinite(logarithms)], ddof=1))
    return Cutoff(fit.values, _corner(fit.values), spread, degrees, flat, misfit)


def _corner(parameters: FloatArray) -> float:
    """Give ln of the frequency where the magnitude is 1/sqrt(2) of that at 0 Hz; it falls all the way."""
    goal = float(np.sum(np.exp(parameters[0::2]))) * FALL

    def excess(logarithm: float) -> float:
        return float(magnitude(parameters, np.array([np.exp(logarithm)]))[0]) - goal

    low, high = float(np.min(parameters[1::2])), float(np.max(parameters[1::2]))
    reach = float(np.log(_BEYOND))
    return float(optimize.brentq(excess, low - reach, high + reach))
