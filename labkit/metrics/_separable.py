"""Variable projection: fits of models that are linear in their amplitudes, with profile likelihood (uF)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize

from labkit.core import Estimate, FloatArray, Interval
from labkit.metrics._fits import LeastSquares, Scatter, at_bounds, derivative, inverse_normal, lowest, scatter_of
from labkit.metrics._statistics import coverage_factor

POLISHED = 4
"""How many of the best starts are followed to their valleys."""
VALLEY, NEAR = 1e-6, 1e-10
"""Tolerances of the descent into a valley, and of a fit from a start that is known to be near."""
AICC_TO_ADD_A_TERM = 10.0
_PARALLEL = 1e-14
"""Columns closer to the span of the others than this add nothing."""
SKEW = 0.10


@dataclass(frozen=True, slots=True)
class Separable:
    """A model that is linear in its amplitudes: y = basis(nonlinear) @ linear.

    `basis` maps q nonlinear parameters (logarithms of times, as a rule) to an n x m matrix; `lower` and `upper` bound
    them. `weights` (n) are 1/sigma of the points.
    """

    name: str
    basis: Callable[[FloatArray], FloatArray]
    y: FloatArray
    weights: FloatArray
    lower: FloatArray
    upper: FloatArray

    def amplitudes(self, nonlinear: FloatArray) -> FloatArray:
        """Give the amplitudes that fit best for given nonlinear parameters."""
        matrix = self.basis(nonlinear) * self.weights[:, None]
        return np.asarray(np.linalg.lstsq(matrix, self.y * self.weights, rcond=None)[0], float)

    def projected(self, nonlinear: FloatArray) -> FloatArray:
        """Give the weighted residuals with the amplitudes at their best (variable projection)."""
        left = self.y * self.weights
        for direction in _orthonormal(self.basis(nonlinear) * self.weights[:, None]):
            left = left - (direction @ left) * direction
        return np.asarray(left, float)

    def joint(self, parameters: FloatArray) -> FloatArray:
        """Give the weighted residuals as a function of nonlinear and linear parameters together."""
        count = len(self.lower)
        return (self.y - self.basis(parameters[:count]) @ parameters[count:]) * self.weights


def _orthonormal(matrix: FloatArray) -> list[FloatArray]:
    """Give an orthonormal basis of the columns by Gram-Schmidt done twice, which is as good as Householder.

    For three columns it beats LAPACK, whose threads wait for each other on matrices this small.
    """
    found: list[FloatArray] = []
    for column in matrix.T:
        left = column
        for _ in range(2):
            for direction in found:
                left = left - (direction @ left) * direction
        length = float(np.sqrt(left @ left))
        if length > _PARALLEL * float(np.sqrt(column @ column)):
            found.append(left / length)
    return found


@dataclass(frozen=True, slots=True)
class SeparableFit:
    """A fitted separable model: joint parameters are the q nonlinear ones followed by the m amplitudes."""

    model: Separable
    solution: LeastSquares
    scatter: Scatter

    @property
    def nonlinear(self) -> FloatArray:
        """The nonlinear parameters (q)."""
        return self.solution.values[: len(self.model.lower)]

    @property
    def linear(self) -> FloatArray:
        """The amplitudes (m)."""
        return self.solution.values[len(self.model.lower) :]

    @property
    def fitted(self) -> FloatArray:
        """The model at the points (n)."""
        return np.asarray(self.model.basis(self.nonlinear) @ self.linear, float)

    def aicc(self, sum_of_squares: float, points: float) -> float:
        """Give the corrected Akaike criterion for a residual sum of squares over so many independent points."""
        return akaike(points * float(np.log(max(sum_of_squares, 1e-300))), len(self.solution.values) + 1, points)

    def with_scatter(self, scatter: Scatter) -> "SeparableFit":
        """Give the same fit with another scatter, known from elsewhere than the residuals of its points."""
        factor = scatter.variance / self.scatter.variance if self.scatter.variance > 0 else 1.0
        solution = replace(
            self.solution,
            covariance=self.solution.covariance * factor,
            degrees_of_freedom=scatter.degrees_of_freedom,
        )
        return SeparableFit(self.model, solution, scatter)

    def profile(self, index: int, unit: str = "1") -> Estimate:
        """Give a nonlinear parameter (uF), from the profile likelihood when it is skew or near a bound."""
        plain = self.solution.estimate(index, unit)
        if not np.isfinite(plain.uncertainty) or plain.uncertainty <= 0:
            return Estimate(plain.value, np.inf, Interval(-np.inf, np.inf), plain.degrees_of_freedom, unit)
        sides = [self._distance(index, plain, sign) for sign in (-1.0, 1.0)]
        near = any(self.solution.at_bound) or min(sides) <= 0
        if not near and abs(sides[1] - sides[0]) <= SKEW * (sides[0] + sides[1]) / 2:
            return plain
        low, high = (self._crossing(index, plain, sign) for sign in (-1.0, 1.0))
        return Estimate(plain.value, plain.uncertainty, Interval(low, high), plain.degrees_of_freedom, unit)

    def _distance(self, index: int, plain: Estimate, sign: float) -> float:
        """Give the root of the likelihood ratio one interval half-width away; 1 where it is quadratic."""
        factor = coverage_factor(plain.degrees_of_freedom)
        value = plain.value + sign * factor * plain.uncertainty
        return self._root(index, min(max(value, self.model.lower[index]), self.model.upper[index])) / factor

    def _root(self, index: int, value: float) -> float:
        excess = self._constrained(index, value) - self.solution.sum_of_squares
        return float(np.sqrt(max(excess, 0.0) / max(self.scatter.variance, 1e-300)))

    def _constrained(self, index: int, value: float) -> float:
        others = [k for k in range(len(self.nonlinear)) if k != index]
        # The trust-region method stops at an absolute gradient, which currents of nanoamperes never reach.
        size = float(np.sqrt(self.solution.sum_of_squares)) or 1.0

        def residuals(free: FloatArray) -> FloatArray:
            point = self.nonlinear.copy()
            point[others], point[index] = free, value
            return self.model.projected(point) / size

        if not others:
            return float(np.sum(residuals(np.empty(0)) ** 2)) * size**2
        lower, upper = self.model.lower[others], self.model.upper[others]
        start = np.clip(self.nonlinear[others], lower + 1e-9, upper - 1e-9)
        found = optimize.least_squares(residuals, start, bounds=(lower, upper), x_scale="jac", max_nfev=50)
        return 2 * float(found.cost) * size**2

    def _crossing(self, index: int, plain: Estimate, sign: float) -> float:
        """Find where the profile likelihood leaves the 95 % interval; infinity where it reaches the bound first."""
        factor = coverage_factor(plain.degrees_of_freedom)
        limit = float(self.model.upper[index] if sign > 0 else self.model.lower[index])
        inside, step = plain.value, factor * plain.uncertainty
        while sign * (limit - inside) > 0:
            outside = inside + sign * min(step, abs(limit - inside))
            if self._root(index, outside) >= factor:
                return self._solve(index, factor, inside, outside)
            inside, step = outside, 1.6 * step
        return sign * np.inf

    def _solve(self, index: int, factor: float, inside: float, outside: float) -> float:
        def excess(value: float) -> float:
            return self._root(index, value) - factor

        return float(optimize.brentq(excess, inside, outside, xtol=1e-3 * abs(outside - inside)))


def akaike(deviance: float, parameters: int, points: float) -> float:
    """Give the corrected Akaike criterion (AICc) from a deviance."""
    return deviance + 2 * parameters + 2 * parameters * (parameters + 1) / max(points - parameters - 1, 1e-3)


def fit_separable(
    model: Separable, starts: FloatArray, correlation_time: float = 1.0, *, thorough: bool = True
) -> SeparableFit:
    """Fit by variable projection from many starts (k x q).

    All starts are projected, the best few followed to their valleys, and the lowest one polished with LM and TRF.
    From a start known to be near, `thorough=False` leaves the polish out. A model without nonlinear parameters (q = 0)
    is solved at once. Raises ValueError when no start leads anywhere.
    """
    best = _best(model, starts, thorough) if len(model.lower) else np.empty(0)
    if best is None:
        raise ValueError(f"the fit of {model.name} converged from none of its {len(starts)} starts")
    joint = np.concatenate([best, model.amplitudes(best)])
    residuals = model.joint(joint)
    scatter = scatter_of(residuals, len(joint), correlation_time)
    normal = inverse_normal(derivative(model.joint, joint))
    # Data without any noise do not determine what their curve does not hold.
    covariance = np.where(np.isinf(normal), np.inf, scatter.variance * np.where(np.isinf(normal), 0.0, normal))
    bounded = at_bounds(best, (model.lower, model.upper)) + (False,) * (len(joint) - len(best))
    return SeparableFit(model, LeastSquares(joint, covariance, residuals, scatter.degrees_of_freedom, bounded), scatter)


def _best(model: Separable, starts: FloatArray, thorough: bool) -> FloatArray | None:
    bounds = (model.lower, model.upper)
    costs = np.array([np.sum(model.projected(start) ** 2) for start in starts])
    order = np.argsort(np.where(np.isfinite(costs), costs, np.inf))
    promising = [starts[k] for k in order[:POLISHED]]
    tolerance = VALLEY if thorough else NEAR
    found = lowest(model.projected, promising, bounds, ["lm"], tolerance)
    if found is None:
        found = lowest(model.projected, promising, bounds, ["trf"], tolerance)
    if found is None or not thorough:
        return found
    return lowest(model.projected, [found], bounds)
