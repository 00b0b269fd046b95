"""What an exact weight curve says of itself: its curvature, the label of M15 and the other forms of M16.

Written from the metric standard (M15, M16), independently of labkit's own metrics, so that one can be checked against
the other.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from labkit.core import FloatArray

_STRAIGHT = 1e-6
_STEEPEST = 200.0


def exponential_shape(x: FloatArray, curvature: float) -> FloatArray:
    """Give (1 - exp(-k x)) / (1 - exp(-k)): 0 at 0, 1 at 1, bent upwards for k > 0."""
    return x if abs(curvature) < _STRAIGHT else np.asarray(np.expm1(-curvature * x) / np.expm1(-curvature), float)


def nonlinearity_label(curvature: float) -> float:
    """Give the NeuroSim label of a curvature k = P_max / A with its sign (M15).

    (100 / 7 sqrt 2) [1/c - 1/k - ln(k/c)/k], c = 1 - exp(-k), is 10/0.7 of the longest distance from the diagonal.
    """
    k = abs(curvature)
    if k < 1e-3:
        return float(np.sign(curvature) * 100 / (7 * np.sqrt(2)) * k / 8)
    c = -np.expm1(-k)
    return float(np.sign(curvature) * 100 / (7 * np.sqrt(2)) * (1 / c - 1 / k - np.log(k / c) / k))


def curvature_of_curve(levels: FloatArray) -> float:
    """Give k of the exponential that fits levels after 0, 1, ... P_max pulses best, start and change free."""
    from scipy.optimize import minimize_scalar

    x = np.linspace(0, 1, len(levels))
    data = levels - levels.mean()

    def unexplained(curvature: float) -> float:
        shape = exponential_shape(x, curvature)
        shape = shape - shape.mean()
        return float(data @ data - (data @ shape) ** 2 / (shape @ shape))

    grid = np.concatenate([-np.geomspace(_STEEPEST, 1e-3, 200), [0.0], np.geomspace(1e-3, _STEEPEST, 200)])
    best = int(np.argmin([unexplained(float(k)) for k in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return float(minimize_scalar(unexplained, bounds=(low, high), method="bounded", options={"xatol": 1e-10}).x)


@dataclass(frozen=True)
class UpdateTruth:
    """Potentiation and depression as exact mean curves: conductance (S) after 0, 1, ... P_max pulses."""

    potentiation: FloatArray
    depression: FloatArray

    @property
    def pulses(self) -> int:
        """P_max."""
        return len(self.potentiation) - 1

    @cached_property
    def potentiation_curvature(self) -> float:
        """The curvature k of potentiation: positive where the first pulses do most."""
        return curvature_of_curve(self.potentiation)

    @cached_property
    def depression_curvature(self) -> float:
        """The curvature k of depression, mirrored (x to 1 - x): negative where the first pulses do most."""
        return curvature_of_curve(self.depression[::-1])

    @property
    def potentiation_constant(self) -> float:
        """A of potentiation, in pulses, with the sign of M15."""
        return self.pulses / self.potentiation_curvature

    @property
    def depression_constant(self) -> float:
        """A of depression, in pulses, with the sign of M15."""
        return self.pulses / self.depression_curvature

    @property
    def potentiation_nonlinearity(self) -> float:
        """NL_P (M15)."""
        return nonlinearity_label(self.potentiation_curvature)

    @property
    def depression_nonlinearity(self) -> float:
        """NL_D (M15)."""
        return nonlinearity_label(self.depression_curvature)

    @property
    def asymmetry(self) -> float:
        """|NL_P - NL_D| (M15)."""
        return abs(self.potentiation_nonlinearity - self.depression_nonlinearity)

    @property
    def dynamic_range(self) -> float:
        """G_max / G_min of the end points (M18)."""
        return float(self.potentiation[-1] / self.depression[-1])

    def departure(self, potentiation: bool = True) -> float:
        """Give delta_max, the departure of the fitted shape from the diagonal, with the sign of the curvature (M16)."""
        k = self.potentiation_curvature if potentiation else self.depression_curvature
        size = abs(k)
        if size < _STRAIGHT:
            return 0.0
        farthest = np.log(size / -np.expm1(-size)) / size
        return float(np.sign(k) * (exponential_shape(np.array([farthest]), size)[0] - farthest))

    def straightness(self, potentiation: bool = True) -> float:
        """R² of a straight line through the fitted shape at the points of the train (M16)."""
        x = np.linspace(0, 1, self.pulses + 1)
        k = self.potentiation_curvature if potentiation else self.depression_curvature
        return float(np.corrcoef(x, exponential_shape(x, k))[0, 1] ** 2)

    @property
    def asymmetric_nonlinearity(self) -> float:
        """ANL = [G_P(N/2) - G_D(N/2)] / change (M16), of the fitted shapes."""
        half = np.array([0.5])
        rising = exponential_shape(half, self.potentiation_curvature)[0]
        return float(rising - exponential_shape(half, self.depression_curvature)[0])

    @property
    def largest_asymmetric_nonlinearity(self) -> float:
        """ANL_max = max |g_P - g_D mirrored|, what does not retrace (M16)."""
        rising, mirrored = self._shapes()
        return float(np.max(np.abs(rising - mirrored)))

    @property
    def symmetric_nonlinearity(self) -> float:
        """SNL = max |(g_P + g_D mirrored) / 2 - x|, what a remapping corrects (M16)."""
        rising, mirrored = self._shapes()
        return float(np.max(np.abs((rising + mirrored) / 2 - np.linspace(0, 1, len(rising)))))

    def _shapes(self) -> tuple[FloatArray, FloatArray]:
        x = np.linspace(0, 1, 4001)
        return exponential_shape(x, self.potentiation_curvature), exponential_shape(x, self.depression_curvature)
