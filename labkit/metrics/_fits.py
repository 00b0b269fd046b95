"""The fitter: nonlinear least squares by the better of two methods.

As the metric standard asks (section 0, Fits): many starts, the lowest cost of Levenberg-Marquardt and trust-region-
reflective, tolerances of 1e-15 with three-point derivatives. Checked against NIST StRD
(tests/unit/metrics/test_nist.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from labkit.core import Estimate, FloatArray
from labkit.metrics._statistics import normal_estimate

NEAR_BOUND = 0.02
TOLERANCE = 1e-15
_EVALUATIONS = 4000

Residuals = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Scatter:
    """What the scatter about a fit is: variance of unit weight (correlation included), its degrees of freedom."""

    variance: float
    degrees_of_freedom: float


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
    best = lowest(residuals, starts, bounds)
    if best is None:
        raise ValueError("the fit converged from none of its starts")
    found = residuals(best)
    scatter = scatter_of(found, len(best), correlation_time)
    covariance = scatter.variance * inverse_normal(derivative(residuals, best))
    return LeastSquares(best, covariance, found, scatter.degrees_of_freedom, at_bounds(best, bounds))


def lowest(
    residuals: Residuals,
    starts: Sequence[FloatArray],
    bounds: tuple[FloatArray, FloatArray] | None,
    methods: Sequence[str] = ("lm", "trf"),
    tolerance: float = TOLERANCE,
) -> FloatArray | None:
    """Give the parameters of the lowest cost over all starts and methods, or None when none converged."""
    best, cost = None, np.inf
    for start in starts:
        for method in methods:
            found = _descend(residuals, np.asarray(start, float), method, bounds, tolerance)
            if found is not None and found[1] < cost:
                best, cost = found
    return best


def _descend(
    residuals: Residuals,
    start: FloatArray,
    method: str,
    bounds: tuple[FloatArray, FloatArray] | None,
    tolerance: float,
) -> tuple[FloatArray, float] | None:
    limits = bounds if bounds is not None and method == "trf" else (-np.inf, np.inf)
    try:
        with np.errstate(all="ignore"):
            # The trust-region method stops at an absolute gradient, which currents of nanoamperes never reach.
            size = float(np.linalg.norm(residuals(start))) or 1.0
            found = optimize.least_squares(
                lambda values: residuals(values) / size,
                start,
                method=method,
                bounds=limits,
                jac="3-point",
                x_scale="jac",
                ftol=tolerance,
                xtol=tolerance,
                gtol=tolerance,
                max_nfev=_EVALUATIONS,
            )
    except (ValueError, np.linalg.LinAlgError):
        return None
    values = np.asarray(found.x, float)
    if bounds is not None and (np.any(values < bounds[0]) or np.any(values > bounds[1])):
        return None
    return (values, float(found.cost) * size**2) if np.isfinite(found.cost) else None


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


def inverse_normal(jacobian: FloatArray) -> FloatArray:
    """Give (J^T J)^-1 by QR with scaled columns; infinite variances where the data do not determine a parameter."""
    scale = np.linalg.norm(jacobian, axis=0)
    if np.any(scale <= 0) or not np.all(np.isfinite(scale)):
        return np.full((len(scale), len(scale)), np.inf)
    triangle = np.linalg.qr(jacobian / scale, mode="r")
    try:
        inverse = np.linalg.inv(triangle)
    except np.linalg.LinAlgError:
        return np.full((len(scale), len(scale)), np.inf)
    return np.asarray(inverse @ inverse.T / np.outer(scale, scale), float)


def at_bounds(values: FloatArray, bounds: tuple[FloatArray, FloatArray] | None) -> tuple[bool, ...]:
    """Tell which parameters lie within 2 % of the allowed span from a bound."""
    if bounds is None:
        return (False,) * len(values)
    reach = NEAR_BOUND * np.where(np.isfinite(bounds[1] - bounds[0]), bounds[1] - bounds[0], 0.0)
    return tuple(bool(flag) for flag in (values <= bounds[0] + reach) | (values >= bounds[1] - reach))


def scatter_of(residuals: FloatArray, parameters: int, correlation_time: float = 1.0) -> Scatter:
    """Give the scatter of residuals after a fit of so many parameters, inflated by their correlation time."""
    degrees = max(len(residuals) / correlation_time - parameters, 1.0)
    variance = float(residuals @ residuals) / max(len(residuals) - parameters, 1) * correlation_time
    return Scatter(variance, degrees)
