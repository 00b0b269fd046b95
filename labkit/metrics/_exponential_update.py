"""The exponential weight update by identical pulses (M15): its shape, its nonlinearity label, its fit.

G(n) = G_start + change x shape(n / P_max; k) with the curvature k = P_max / A, positive where the first pulses change
most. The shape is smooth through k = 0 (a straight line), so that nothing diverges for a linear device.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from labkit.core import Estimate, FloatArray, IntArray
from labkit.metrics._statistics import normal_estimate, unlimited_estimate

SUPREMUM = 100 / (7 * float(np.sqrt(2)))
"""The label of a device whose first pulse does everything: 10/0.7 x the longest distance from the diagonal, 10.10."""
TABLE_END = 9.0
"""Where NeuroSim's own table of labels ends; the closed form goes on."""
_SERIES = 0.05
_STRAIGHT = 1e-12
_GRID = 401
_ROUNDS, _POINTS = 7, 17
"""Each round narrows the bracket to an eighth; from the grid on that is 1e-8 of the curvature."""


def update_shape(x: FloatArray, curvature: FloatArray | float) -> FloatArray:
    """Give (1 - exp(-k x)) / (1 - exp(-k)) for x in 0..1; leading axes are those of the curvature."""
    k = np.asarray(curvature, float)[..., None]
    straight = np.abs(k) < _STRAIGHT
    size = np.where(straight, 1.0, np.abs(k))
    run = np.where(k >= 0, x, 1 - x)  # a negative curvature is the positive one seen from the other end
    bent = np.expm1(-size * run) / np.expm1(-size)
    return np.where(straight, x, np.where(k > 0, bent, 1 - bent))


def nonlinearity(curvature: FloatArray | float) -> FloatArray:
    """Give the NeuroSim label of a curvature, with its sign.

    (100 / 7 sqrt 2) [1/c - 1/k - ln(k/c)/k], c = 1 - exp(-k): the longest distance of the shape from the diagonal,
    x 10/0.7. Source: metric standard M15; Chen et al., IEDM 2017.
    """
    k = np.asarray(curvature, float)
    size = np.abs(k)
    small = size < _SERIES
    safe = np.where(small, 1.0, size)
    c = -np.expm1(-safe)
    closed = 1 / c - 1 / safe - np.log(safe / c) / safe
    series = size / 8 - size**3 / 576 + size**5 / 25920  # the closed form cancels to nothing there
    return np.asarray(np.sign(k) * SUPREMUM * np.where(small, series, closed), float)


def curvature_of(label: float) -> float:
    """Give the curvature of a label; infinite from the supremum on."""
    size = abs(label)
    if size >= float(nonlinearity(_LARGEST)):
        return float(np.copysign(np.inf, label))
    root = optimize.brentq(lambda k: float(nonlinearity(k)) - size, 0.0, _LARGEST, xtol=1e-12)
    return float(np.copysign(root, label))


_LARGEST = 1e6


def fit_curvatures(
    x: FloatArray, curves: FloatArray, largest: float, whitening: FloatArray | None = None
) -> FloatArray:
    """Fit the curvature of each curve (last axis: points at x in 0..1) with start and change free.

    Least squares by variable projection: for a given curvature the model is linear, and one dimension is searched
    globally, within +-largest. `whitening` is the inverse Cholesky factor of the noise's covariance, None for equal
    independent noise.
    """

    def whitened(rows: FloatArray) -> FloatArray:
        return rows if whitening is None else np.asarray(rows @ whitening.T, float)

    constant = whitened(np.ones(len(x)))
    constant = constant / np.linalg.norm(constant)

    def free_of_start(rows: FloatArray) -> FloatArray:
        return np.asarray(rows - np.sum(rows * constant, axis=-1, keepdims=True) * constant, float)

    def directions(k: FloatArray) -> FloatArray:
        shapes = free_of_start(whitened(update_shape(x, k)))
        return np.asarray(shapes / np.sqrt(np.sum(shapes**2, axis=-1, keepdims=True)), float)

    data = free_of_start(whitened(curves))
    reach = float(np.arcsinh(largest))
    points = np.broadcast_to(np.sinh(np.linspace(-reach, reach, _GRID)), (*data.shape[:-1], _GRID))
    explained = np.einsum("...i,ki->...k", data, directions(points[(0,) * (data.ndim - 1)])) ** 2
    for _ in range(_ROUNDS):
        low, high = _beside(points, np.argmax(explained, axis=-1))
        points = np.linspace(low, high, _POINTS, axis=-1)
        explained = np.einsum("...i,...ki->...k", data, directions(points)) ** 2
    best = np.argmax(explained, axis=-1)
    return np.asarray(np.take_along_axis(points, best[..., None], axis=-1)[..., 0], float)


def _beside(points: FloatArray, best: IntArray) -> tuple[FloatArray, FloatArray]:
    """Give the neighbours of the best points, between which the maximum lies."""
    last = points.shape[-1] - 1
    low = np.take_along_axis(points, np.maximum(best - 1, 0)[..., None], axis=-1)[..., 0]
    high = np.take_along_axis(points, np.minimum(best + 1, last)[..., None], axis=-1)[..., 0]
    return low, high


@dataclass(frozen=True, slots=True)
class UpdateFit:
    """One fitted curve: G = start + change x shape(x; curvature).

    `covariance` is that of (start, change, curvature); `residuals` are unwhitened, in the unit of the curve.
    """

    curvature: float
    start: float
    change: float
    covariance: FloatArray
    residuals: FloatArray
    at_bound: bool

    def at(self, x: FloatArray) -> FloatArray:
        """Give the fitted curve."""
        return np.asarray(self.start + self.change * update_shape(x, self.curvature), float)

    @property
    def correlation(self) -> float:
        """Correlation of the change with the curvature (up to its sign that with A)."""
        scale = float(np.sqrt(self.covariance[1, 1] * self.covariance[2, 2]))
        return float(self.covariance[1, 2]) / scale if scale > 0 else 0.0

    @property
    def label(self) -> Estimate:
        """The nonlinearity with the uncertainty of this one fit (uF); unlimited at the bound of the curvature."""
        if self.at_bound:
            return unlimited_estimate(float(nonlinearity(self.curvature)))
        slope = float(nonlinearity(self.curvature + _NEAR) - nonlinearity(self.curvature - _NEAR)) / (2 * _NEAR)
        uncertainty = abs(slope) * float(np.sqrt(max(self.covariance[2, 2], 0.0)))
        return normal_estimate(float(nonlinearity(self.curvature)), uncertainty, len(self.residuals) - 3)


_NEAR = 1e-5


def fit_update(x: FloatArray, curve: FloatArray, largest: float, whitening: FloatArray | None = None) -> UpdateFit:
    """Fit one curve (n > 3 points) and give its parameters with their covariance."""
    whiten = np.eye(len(x)) if whitening is None else whitening
    k = float(fit_curvatures(x, curve[None, :], largest, whitening)[0])
    shape = update_shape(x, k)
    basis = np.column_stack([np.ones(len(x)), shape])
    start, change = np.linalg.lstsq(whiten @ basis, whiten @ curve, rcond=None)[0]
    residuals = curve - start - change * shape
    bend = (update_shape(x, k + _NEAR) - update_shape(x, k - _NEAR)) / (2 * _NEAR)
    jacobian = whiten @ np.column_stack([basis, change * bend])
    whitened = whiten @ residuals
    variance = float(whitened @ whitened) / (len(x) - 3)
    scale = np.maximum(np.linalg.norm(jacobian, axis=0), 1e-300)  # the columns differ by the unit of the curve
    covariance = variance * np.linalg.pinv((jacobian / scale).T @ (jacobian / scale)) / np.outer(scale, scale)
    return UpdateFit(k, float(start), float(change), covariance, residuals, abs(k) > 0.99 * largest)


def random_walk_whitening(pulses: FloatArray, read_to_step: float) -> FloatArray:
    """Give the whitening of a random walk that takes a step at each pulse, read with independent noise.

    `read_to_step` is the variance of a read over that of a step; `pulses` count from 0.
    """
    # A read before the first pulse has no walk in it: without any read noise its weight would be infinite.
    read = max(read_to_step, 1e-6)
    covariance = np.minimum.outer(pulses, pulses) + read * np.eye(len(pulses))
    return np.asarray(np.linalg.inv(np.linalg.cholesky(covariance)), float)
