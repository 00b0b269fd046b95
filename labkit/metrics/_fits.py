"""The fitter: nonlinear least squares, and variable projection for models that are linear in their amplitudes.

METRICS.md section 0, Fits: many starts, the lowest cost of Levenberg-Marquardt and trust-region-reflective, tolerances
of 1e-15 with three-point derivatives. Checked against NIST StRD (tests/unit/metrics/test_nist.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

from labkit.core import Estimate, FloatArray, Interval
from labkit.metrics._statistics import coverage_factor, normal_estimate

POLISHED = 4
"""How many of the best starts are carried to the end."""
AICC_TO_ADD_A_TERM = 10.0
SKEW = 0.10
NEAR_BOUND = 0.02
_TOLERANCE = 1e-15
_EVALUATIONS = 4000

Residuals = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """A nonlinear least-squares solution.

    `values` p; `covariance` p x p, scaled with the residual variance and inflated by the correlation time;
    `residuals` n (weighted with 1/sigma where sigma was given); `at_bound` tells which parameters ended at a bound.
    """

    values: FloatArray
    covariance: FloatArray
    residuals: FloatArray
    degrees_of_freedom: float
    at_bound: tuple[bool, ...]

    @property
    def sum_of_squares(self) -> float:
        """Residual sum of squares."""
        return float(self.residuals @ self.residuals)

    @property
    def uncertainties(self) -> FloatArray:
        """Standard uncertainties of the parameters."""
        return np.asarray(np.sqrt(np.clip(np.diag(self.covariance), 0, None)), float)

    def estimate(self, index: int, unit: str = "1") -> Estimate:
        """Give one parameter with Student's t interval from the covariance (uF)."""
        return normal_estimate(
            float(self.values[index]), float(self.uncertainties[index]), self.degrees_of_freedom, unit
        )


def least_squares(
    residuals: Residuals,
    starts: Sequence[FloatArray],
    bounds: tuple[FloatArray, FloatArray] | None = None,
    correlation_time: float = 1.0,
) -> LeastSquares:
    """Minimise a sum of squares from every start with LM and TRF, and give the best solution with its covariance.

    `residuals` maps p parameters to n residuals, n > p. The degrees of freedom are n / correlation_time - p.
    Raises ValueError when no start leads anywhere.
    """
    best = _lowest(residuals, starts, bounds)
    if best is None:
        raise ValueError("the fit converged from none of its starts")
    found = residuals(best)
    jacobian = derivative(residuals, best)
    degrees = max(len(found) / correlation_time - len(best), 1.0)
    variance = float(found @ found) / max(len(found) - len(best), 1) * correlation_time
    return LeastSquares(best, variance * _inverse(jacobian), found, degrees, _at_bound(best, bounds))


def _lowest(
    residuals: Residuals, starts: Sequence[FloatArray], bounds: tuple[FloatArray, FloatArray] | None
) -> FloatArray | None:
    best, lowest = None, np.inf
    for start in starts:
        for method in ("lm", "trf"):
            found = _descend(residuals, np.asarray(start, float), method, bounds)
            if found is not None and found[1] < lowest:
                best, lowest = found
    return best


def _descend(
    residuals: Residuals, start: FloatArray, method: str, bounds: tuple[FloatArray, FloatArray] | None
) -> tuple[FloatArray, float] | None:
    limits = bounds if bounds is not None and method == "trf" else (-np.inf, np.inf)
    try:
        with np.errstate(all="ignore"):
            found = optimize.least_squares(
                residuals,
                start,
                method=method,
                bounds=limits,
                jac="3-point",
                x_scale="jac",
                ftol=_TOLERANCE,
                xtol=_TOLERANCE,
                gtol=_TOLERANCE,
                max_nfev=_EVALUATIONS,
            )
    except (ValueError, np.linalg.LinAlgError):
        return None
    values = np.asarray(found.x, float)
    if bounds is not None and (np.any(values < bounds[0]) or np.any(values > bounds[1])):
        return None
    return (values, float(found.cost)) if np.isfinite(found.cost) else None


def derivative(function: Residuals, at: FloatArray) -> FloatArray:
    """Give the n x p Jacobian by fourth-order central differences, for a covariance good to ten digits."""
    columns = []
    for index, value in enumerate(at):
        step = 1e-3 * abs(value) if value != 0 else 1e-4
        shift = np.zeros(len(at))
        shift[index] = step
        near = function(at + shift) - function(at - shift)
        far = function(at + 2 * shift) - function(at - 2 * shift)
        columns.append((8 * near - far) / (12 * step))
    return np.column_stack(columns)


def _inverse(jacobian: FloatArray) -> FloatArray:
    """Give (J^T J)^-1 by QR with scaled columns; infinite variances where the data do not determine a parameter."""
    scale = np.linalg.norm(jacobian, axis=0)
    if np.any(scale <= 0) or not np.all(np.isfinite(scale)):
        return np.full((len(scale), len(scale)), np.inf)
    triangle = np.linalg.qr(jacobian / scale, mode="r")
    try:
        inverse = linalg.solve_triangular(triangle, np.eye(len(scale)))
    except np.linalg.LinAlgError:
        return np.full((len(scale), len(scale)), np.inf)
    return np.asarray(inverse @ inverse.T / np.outer(scale, scale), float)


def _at_bound(values: FloatArray, bounds: tuple[FloatArray, FloatArray] | None) -> tuple[bool, ...]:
    if bounds is None:
        return (False,) * len(values)
    reach = NEAR_BOUND * np.where(np.isfinite(bounds[1] - bounds[0]), bounds[1] - bounds[0], 0.0)
    return tuple(bool(flag) for flag in (values <= bounds[0] + reach) | (values >= bounds[1] - reach))


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
        matrix = self.basis(nonlinear) * self.weights[:, None]
        target = self.y * self.weights
        orthogonal = np.linalg.qr(matrix)[0]
        return np.asarray(target - orthogonal @ (orthogonal.T @ target), float)

    def joint(self, parameters: FloatArray) -> FloatArray:
        """Give the weighted residuals as a function of nonlinear and linear parameters together."""
        count = len(self.lower)
        return (self.y - self.basis(parameters[:count]) @ parameters[count:]) * self.weights


@dataclass(frozen=True, slots=True)
class SeparableFit:
    """A fitted separable model: joint parameters are the q nonlinear ones followed by the m amplitudes."""

    model: Separable
    solution: LeastSquares
    correlation_time: float

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

    @property
    def aicc(self) -> float:
        """Corrected Akaike criterion, with the effective number of points."""
        points, parameters = len(self.model.y), len(self.solution.values) + 1
        effective = points / self.correlation_time
        penalty = 2 * parameters + 2 * parameters * (parameters + 1) / max(effective - parameters - 1, 1e-3)
        return effective * float(np.log(max(self.solution.sum_of_squares, 1e-300) / points)) + penalty

    def profile(self, index: int, unit: str = "1") -> Estimate:
        """Give a nonlinear parameter (uF), from the profile likelihood when it is skew or near a bound."""
        plain = self.solution.estimate(index, unit)
        if not np.isfinite(plain.uncertainty) or plain.uncertainty <= 0:
            return Estimate(plain.value, np.inf, Interval(-np.inf, np.inf), plain.degrees_of_freedom, unit)
        sides = [self._distance(index, plain, sign) for sign in (-1.0, 1.0)]
        near = any(self.solution.at_bound) or min(sides) <= 0
        if not near and abs(sides[1] - sides[0]) <= SKEW * (sides[0] + sides[1]):
            return plain
        low, high = (self._crossing(index, plain, sign) for sign in (-1.0, 1.0))
        return Estimate(plain.value, plain.uncertainty, Interval(low, high), plain.degrees_of_freedom, unit)

    def _distance(self, index: int, plain: Estimate, sign: float) -> float:
        """Give the signed root of the likelihood ratio one interval half-width away; 1 where it is quadratic."""
        factor = coverage_factor(plain.degrees_of_freedom)
        return self._root(index, plain.value + sign * factor * plain.uncertainty) / factor

    def _root(self, index: int, value: float) -> float:
        lowest = self.solution.sum_of_squares
        points, parameters = len(self.model.y), len(self.solution.values)
        variance = lowest / max(points - parameters, 1) * self.correlation_time
        return float(np.sqrt(max(self._constrained(index, value) - lowest, 0.0) / max(variance, 1e-300)))

    def _constrained(self, index: int, value: float) -> float:
        others = [k for k in range(len(self.nonlinear)) if k != index]

        def residuals(free: FloatArray) -> FloatArray:
            point = self.nonlinear.copy()
            point[others], point[index] = free, value
            return self.model.projected(point)

        if not others:
            return float(np.sum(residuals(np.empty(0)) ** 2))
        lower, upper = self.model.lower[others], self.model.upper[others]
        start = np.clip(self.nonlinear[others], lower + 1e-9, upper - 1e-9)
        found = optimize.least_squares(residuals, start, bounds=(lower, upper), x_scale="jac", max_nfev=50)
        return 2 * float(found.cost)

    def _crossing(self, index: int, plain: Estimate, sign: float) -> float:
        """Find where the profile likelihood leaves the 95 % interval; the bound's infinity where it never does."""
        factor = coverage_factor(plain.degrees_of_freedom)
        limit = self.model.upper[index] if sign > 0 else self.model.lower[index]
        inside, step = plain.value, factor * plain.uncertainty
        for _ in range(40):
            outside = inside + sign * step
            if sign * (outside - limit) >= 0:
                outside = float(limit)
                if self._root(index, outside) < factor:
                    return sign * np.inf
            if self._root(index, outside) >= factor:
                return float(
                    optimize.brentq(
                        lambda value: self._root(index, value) - factor, inside, outside, xtol=1e-3 * plain.uncertainty
                    )
                )
            inside, step = outside, 1.6 * step
        return sign * np.inf


def fit_separable(model: Separable, starts: FloatArray, correlation_time: float = 1.0) -> SeparableFit:
    """Fit by variable projection from many starts (k x q): all are projected, the best few polished with LM and TRF.

    Raises ValueError when no start leads anywhere.
    """
    costs = np.array([np.sum(model.projected(start) ** 2) for start in starts])
    order = np.argsort(np.where(np.isfinite(costs), costs, np.inf))
    best = _lowest(model.projected, [starts[k] for k in order[:POLISHED]], (model.lower, model.upper))
    if best is None:
        raise ValueError(f"the fit of {model.name} converged from none of its {len(starts)} starts")
    joint = np.concatenate([best, model.amplitudes(best)])
    jacobian = derivative(model.joint, joint)
    residuals = model.joint(joint)
    degrees = max(len(residuals) / correlation_time - len(joint), 1.0)
    variance = float(residuals @ residuals) / max(len(residuals) - len(joint), 1) * correlation_time
    bounded = _at_bound(best, (model.lower, model.upper)) + (False,) * (len(joint) - len(best))
    solution = LeastSquares(joint, variance * _inverse(jacobian), residuals, degrees, bounded)
    return SeparableFit(model, solution, correlation_time)
