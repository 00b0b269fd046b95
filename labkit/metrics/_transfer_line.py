"""The straight part of a transfer curve: where it is, its slope and where it meets the axis (M31)."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from labkit.core import FloatArray
from labkit.metrics._series import noise_of
from labkit.metrics._transistor_curves import Branches

SHARE_OF_RANGE = 0.30
"""Least part of the gate's range that a mobility is taken from (metric standard M31)."""
LOWEST = 0.2
"""Part of the overdrive below which the curve is left to the subthreshold region."""
_LINEAR = 0.5
"""A drain voltage of at most this part of the largest overdrive makes a linear regime."""
_ROUNDS = 6
_GUESS = (0.4, 0.9)
PARTS = 5
BENT = 1.25
"""Ratio of the slopes within the straight part from which on it has a kink."""
FOOT = 0.10
"""Part of the overdrive by which the current may set in before the straight part says."""
_SETS_IN = 0.05
_STANDS_OUT = 4.0
LEAST_POINTS = 5


@dataclass(frozen=True, slots=True)
class Straight:
    """The straight part of sqrt(I_D) (saturation) or I_D (linear regime) against V_G, cycle by cycle.

    `window` are the points used; `slope` (sqrt(A)/V or A/V) and `intercept` (V, where the line meets zero) have one
    entry a cycle, with the standard uncertainties of a single fit. `share` is the part of the gate's range covered.
    """

    saturated: bool
    window: slice
    slope: FloatArray
    intercept: FloatArray
    slope_uncertainty: float
    intercept_uncertainty: float
    share: float

    @property
    def relative_uncertainty(self) -> float:
        """What a single fit leaves of the relative uncertainty of a mobility: twice that of a slope of roots."""
        return (2 if self.saturated else 1) * self.slope_uncertainty / abs(float(np.mean(self.slope)))

    def threshold(self, drain: float) -> FloatArray:
        """Give V_th (V) of each cycle by extrapolation; in the linear regime half of |V_DS| is taken off."""
        return self.intercept - (0.0 if self.saturated else abs(drain) / 2)


def transformed(current: FloatArray, saturated: bool) -> FloatArray:
    """Give what is straight against V_G: the root in saturation, the current itself in the linear regime."""
    return np.sign(current) * np.sqrt(np.abs(current)) if saturated else current


def straight_part(branches: Branches, backward: bool = False) -> Straight | None:
    """Find the straight part of the forward or backward curves, and fit every cycle there; None without one.

    The window goes from a fifth of the overdrive up to its end, or, in saturation, to where V_G - V_th is V_DS. It is
    found from the mean curve and the same for all cycles, so that no cycle picks its own.
    """
    current = branches.backward if backward else branches.forward
    if np.any(np.isnan(current)):
        return None
    mean = np.mean(current, axis=0)
    saturated = not _is_linear(branches, mean)
    window = _window(branches, transformed(mean, saturated), saturated)
    if window is None:
        return None
    return fitted(branches, current, window, saturated)


def fitted(branches: Branches, current: FloatArray, window: slice, saturated: bool) -> Straight:
    """Fit the curves of every cycle (A, cycles x points) in a window."""
    drive, values = branches.drive[window], transformed(current[:, window], saturated)
    slope, level = np.polyfit(drive, values.T, 1)
    residuals = values - np.outer(slope, drive) - level[:, None]
    slope_doubt, crossing_doubt = _doubts(drive, residuals, float(np.mean(slope)), float(np.mean(-level / slope)))
    share = float(np.ptp(drive)) / branches.span
    return Straight(saturated, window, slope, -level / slope, slope_doubt, crossing_doubt, share)


def _doubts(drive: FloatArray, residuals: FloatArray, slope: float, crossing: float) -> tuple[float, float]:
    """Give the standard uncertainties of slope and crossing of one fit (uF), correlated residuals allowed for."""
    noise = noise_of(np.mean(residuals, axis=0), detrend=False)
    scatter = float(np.sqrt(np.sum(residuals**2) / max(residuals.size - 2 * len(residuals), 1)))
    sigma = scatter * float(np.sqrt(noise.correlation_time))
    spread = float(np.sqrt(np.sum((drive - np.mean(drive)) ** 2)))
    arm = (crossing - float(np.mean(drive))) / spread
    return sigma / spread, sigma / abs(slope) * float(np.sqrt(1 / len(drive) + arm**2))


def _is_linear(branches: Branches, mean: FloatArray) -> bool:
    """Tell the regime by the overdrive that the curve itself shows."""
    crossing = _crossing(branches.drive, mean, float(branches.drive[-1]))
    return crossing is None or abs(branches.held) <= _LINEAR * (float(branches.drive[-1]) - crossing)


def _window(branches: Branches, values: FloatArray, saturated: bool) -> slice | None:
    drive, reach = branches.drive, abs(branches.held)
    top = float(drive[-1])
    window: slice | None = None
    for _ in range(_ROUNDS):
        crossing = _crossing(drive, values, top)
        if crossing is None:
            return None
        threshold = crossing if saturated else crossing - reach / 2
        top = min(float(drive[-1]), threshold + reach) if saturated else float(drive[-1])
        lowest = threshold + max(LOWEST * (top - threshold), 0.0 if saturated else 1.5 * reach)
        inside = np.flatnonzero((drive >= lowest) & (drive <= top))
        if len(inside) < LEAST_POINTS:
            return None
        window = slice(int(inside[0]), int(inside[-1]) + 1)
    return window


def _crossing(drive: FloatArray, values: FloatArray, top: float) -> float | None:
    """Extrapolate the upper part of a curve to zero (V)."""
    below = drive <= top
    largest = float(np.max(values[below])) if np.any(below) else 0.0
    chosen = below & (values >= _GUESS[0] * largest) & (values <= _GUESS[1] * largest)
    if np.sum(chosen) < LEAST_POINTS:
        return None
    slope, level = np.polyfit(drive[chosen], values[chosen], 1)
    return float(-level / slope) if slope > 0 else None


def bend(branches: Branches, part: Straight, turn_on: float) -> float:
    """Give how much steeper one part of the straight region is than its upper end, 1 when it does not stand out.

    From `turn_on` (V) to the upper end in five parts; below 1 the curve is still growing steeper at its end.
    """
    drive = branches.drive
    top = float(drive[part.window.stop - 1])
    edges = np.linspace(max(turn_on, float(drive[0])), top, PARTS + 1)
    values = transformed(branches.forward, part.saturated)
    found = []
    for low, high in pairwise(edges):
        inside = (drive >= low) & (drive <= high)
        if np.sum(inside) < LEAST_POINTS:
            return 1.0
        found.append(line_over_cycles(drive[inside], values[:, inside]))
    slopes, doubts = np.array(found).T
    apart = np.abs(slopes[:-1] - slopes[-1]) > _STANDS_OUT * np.hypot(doubts[:-1], doubts[-1])
    ratios = np.where(apart, slopes[:-1] / slopes[-1], 1.0)
    return float(ratios[int(np.argmax(np.abs(np.log(np.maximum(ratios, 1e-3)))))])


def foot(branches: Branches, part: Straight) -> float:
    """Give how far before the straight part's line the current sets in, as a part of the overdrive.

    A twentieth of the value at the upper end is taken for the onset. Behind a contact that the gate opens, current
    creeps long before the extrapolated threshold, and the line is too steep.
    """
    values = transformed(np.nanmean(branches.forward, axis=0), part.saturated)
    top = part.window.stop - 1
    crossing = float(np.mean(part.intercept))
    span = float(branches.drive[top]) - crossing
    onset = np.flatnonzero(values[:top] < _SETS_IN * values[top])
    if span <= 0 or not len(onset):
        return 0.0
    return (crossing + _SETS_IN * span - float(branches.drive[onset[-1]])) / span


def line_over_cycles(drive: FloatArray, values: FloatArray) -> tuple[float, float]:
    """Give the mean slope of curves (cycles x points) and its standard uncertainty by the noise of their points.

    The noise is taken from second differences, which a bend of the curve hardly adds to.
    """
    slope, _ = np.polyfit(drive, values.T, 1)
    sigma = float(np.sqrt(np.mean(np.diff(values, 2, axis=1) ** 2) / 6)) if len(drive) > 2 else np.inf
    spread = float(np.sqrt(np.sum((drive - np.mean(drive)) ** 2) * len(values)))
    return float(np.mean(slope)), sigma / spread
