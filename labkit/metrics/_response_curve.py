"""The response against the irradiance on logarithmic axes, as a curve whose slope bends smoothly, once or twice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import special, stats

from labkit.core import Flag, FloatArray
from labkit.metrics._dose_response import MISFIT_SIGNIFICANCE, fit_to_means
from labkit.metrics._fits import derivative
from labkit.metrics._separable import AICC_TO_ADD_A_TERM, Separable, SeparableFit, akaike

SHARPNESS = 0.4, 12.0
"""How fast a slope may go over into the next one: the bend spreads over 4 / sharpness in ln E."""
_STARTS = np.log([0.8, 2.0, 6.0])
_PLACES = 7
_SPACING = 0.7
"""Two bends closer than this (ln E) are one."""


@dataclass(frozen=True, slots=True)
class ResponseCurve:
    """ln response against x = ln E: constant + slope x + sum of bends, each a change of slope spread over 1/sharpness.

    `nonlinear` holds the places of the bends, then the logarithms of their sharpness.
    """

    nonlinear: FloatArray
    linear: FloatArray

    @property
    def bends(self) -> int:
        """How many bends it has."""
        return len(self.nonlinear) // 2

    def logarithm(self, x: FloatArray) -> FloatArray:
        """Give ln of the response."""
        return np.asarray(_basis(x, self.nonlinear) @ self.linear, float)

    def slope(self, x: FloatArray) -> FloatArray:
        """Give the local slope d ln response / d ln E."""
        found = np.full(np.shape(x), self.linear[1], float)
        for (place, sharp), change in zip(_bends(self.nonlinear), self.linear[2:], strict=True):
            found += change * special.expit(np.exp(sharp) * (x - place))
        return found


@dataclass(frozen=True, slots=True)
class CurveFit:
    """A fitted curve, with what is needed to fit it again to other responses at the same irradiances."""

    fit: SeparableFit
    curve: ResponseCurve
    flags: frozenset[Flag]

    def draws(self, generator: np.random.Generator, count: int) -> Iterator[ResponseCurve]:
        """Draw curves from the distribution of the parameters about the fit, as the points scatter.

        The sharpness of a bend is often known from above alone; its logarithm is taken to be known to 1.
        """
        joint, places = self.fit.solution.values, len(self.fit.nonlinear)
        slopes = derivative(self.fit.model.joint, joint) / float(np.sqrt(max(self.fit.scatter.variance, 1.0)))
        normal = slopes.T @ slopes
        prior = np.zeros(len(joint))
        prior[places // 2 : places] = 1.0
        normal += np.diag(prior)
        covariance = np.linalg.pinv(normal, hermitian=True)
        for drawn in generator.multivariate_normal(joint, covariance, count, check_valid="ignore"):
            nonlinear = np.clip(drawn[:places], self.fit.model.lower, self.fit.model.upper)
            yield _curve(nonlinear, drawn[places:])


def _curve(nonlinear: FloatArray, linear: FloatArray) -> ResponseCurve:
    """Give the curve on the scale of the first light, the steps of the others left out."""
    return ResponseCurve(nonlinear, linear[: 2 + len(nonlinear) // 2])


def fit_response_curve(
    x: FloatArray, logarithms: FloatArray, weights: FloatArray, degrees: float, lights: FloatArray
) -> CurveFit:
    """Fit curves of none, one and two bends, and keep a bend where the corrected Akaike criterion asks for it by 10.

    No bend is looked for where the points lie about the curve as their uncertainties explain. `weights` are 1 / u of
    the logarithms, `degrees` the degrees of freedom of these u. `lights` numbers the light that made each point, from
    0: between two calibrations there may be a step.
    """
    best, lowest = None, np.inf
    for bends in range(3):
        model, starts = _model(x, logarithms, weights, bends, _steps(lights))
        if len(x) < len(model.lower) + 3 + bends + len(np.unique(lights)) - 1:
            break
        fit, misfit = fit_to_means(model, starts, degrees)
        cost = akaike(fit.solution.sum_of_squares, len(fit.solution.values), len(x))
        if best is None or cost < lowest - AICC_TO_ADD_A_TERM:
            best, lowest = CurveFit(fit, _curve(fit.nonlinear, fit.linear), frozenset(misfit)), cost
        free = len(x) - len(fit.solution.values)
        if stats.chi2.sf(fit.solution.sum_of_squares, free) >= MISFIT_SIGNIFICANCE:
            break
    assert best is not None  # noqa: S101 - the caller gives enough levels for a straight line
    return best


def _steps(lights: FloatArray) -> FloatArray:
    """Give a column for each light but the first."""
    return np.asarray(lights[:, None] == np.unique(lights)[None, 1:], float)


def _model(
    x: FloatArray, logarithms: FloatArray, weights: FloatArray, bends: int, steps: FloatArray
) -> tuple[Separable, FloatArray]:
    def basis(nonlinear: FloatArray) -> FloatArray:
        return np.hstack([_basis(x, nonlinear), steps])

    if bends == 0:
        none = np.empty(0)
        return Separable("power law", basis, logarithms, weights, none, none), np.empty((1, 0))
    low, high = float(x[0]), float(x[-1])
    lower = np.repeat([low, np.log(SHARPNESS[0])], bends)
    upper = np.repeat([high, np.log(SHARPNESS[1])], bends)
    places = np.linspace(low, high, _PLACES + 2)[1:-1]
    grid = [[place] for place in places] if bends == 1 else _pairs(places)
    starts = np.array([[*place, *sharp] for place in grid for sharp in product(_STARTS, repeat=bends)])
    return Separable(f"curve of {bends} bends", basis, logarithms, weights, lower, upper), starts


def _pairs(places: FloatArray) -> list[list[float]]:
    return [[first, second] for first in places for second in places if second > first + _SPACING]


def _bends(nonlinear: FloatArray) -> Iterable[tuple[float, float]]:
    """Give place (ln E) and logarithm of the sharpness of each bend."""
    half = len(nonlinear) // 2
    return zip(nonlinear[:half].tolist(), nonlinear[half:].tolist(), strict=True)


def _basis(x: FloatArray, nonlinear: FloatArray) -> FloatArray:
    columns = [np.ones(len(x)), x]
    columns += [np.logaddexp(0.0, np.exp(sharp) * (x - place)) / np.exp(sharp) for place, sharp in _bends(nonlinear)]
    return np.column_stack(columns)
