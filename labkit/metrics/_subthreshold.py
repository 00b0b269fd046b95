"""The subthreshold swing: how much gate voltage a decade of drain current takes (M31)."""

from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray
from labkit.metrics._series import noise_of
from labkit.metrics._transistor_curves import Branches

BOLTZMANN_OVER_CHARGE = 8.617333262e-5
ROOM_TEMPERATURE = 300.0
DECADES = 1.0
LEAST_POINTS = 5
_ABOVE_NOISE = 20.0
_SIGMAS = 3.0
_EXPONENTIAL = 1.4
"""Ratio of the slopes of both halves of a decade up to which it is exponential; a square law has 1.8."""


@dataclass(frozen=True, slots=True)
class Swing:
    """SS (V a decade) of each cycle, in the window of the decade of the mean curve that is surely the steepest.

    `exponential` tells that the whole decade has one slope, as below the threshold, and not that of a square law
    above it. `offset_limit` (V) is how far the ammeter's offset moves SS. `coarse` tells that the steps are too large
    for five readings a decade: `values` then is what there is.
    """

    values: FloatArray
    uncertainty: float
    exponential: bool
    offset_limit: float = 0.0
    coarse: bool = False


def thermionic_limit(temperature: float) -> float:
    """Give the least swing (V a decade) of a channel that is filled over a barrier: ln(10) kT/q, 59.5 mV at 300 K."""
    return float(np.log(10)) * BOLTZMANN_OVER_CHARGE * temperature


def subthreshold_swing(branches: Branches, noise: float, offset: float) -> Swing | None:
    """Find the decade of the mean forward curve that is surely the steepest, and fit every cycle there.

    Readings below twenty times the ammeter's `noise` and `offset` (A) are left out. None when the curve does not rise
    by a decade above them.
    """
    mean = np.nanmean(branches.forward, axis=0)
    start = _rise_begins(mean, noise + offset)
    levels = np.log10(np.maximum(mean[start:], 1e-300))
    drive = branches.drive[start:]
    if len(levels) < 2 or levels[-1] - levels[0] < DECADES:
        return None
    best = _steepest(drive, levels, noise / float(np.sqrt(len(branches.forward))), offset)
    if best is None:
        return None
    window, slope = slice(start + best[0], start + best[1]), best[2]
    if best[1] - best[0] < LEAST_POINTS:
        return Swing(np.array([1 / slope]), np.inf, True, coarse=True)
    return _per_cycle(branches, window, offset)


def _rise_begins(mean: FloatArray, floor: float) -> int:
    """Give the first point from which on all are well above the floor."""
    low = np.flatnonzero(~(mean > _ABOVE_NOISE * floor))
    return int(low[-1]) + 1 if len(low) else 0


def _steepest(drive: FloatArray, levels: FloatArray, noise: float, offset: float) -> tuple[int, int, float] | None:
    """Give the window over a decade that shows the least swing: first point, point after the last, decades a volt.

    `noise` and `offset` are those of the mean curve (A). The least of many windows is one in which they happen to make
    the curve steeper; so each counts by the most that its swing may be.
    """
    best: tuple[int, int, float] | None = None
    least = np.inf
    for first in range(len(levels) - 1):
        beyond = np.flatnonzero(levels[first:] >= levels[first] + DECADES)
        if not len(beyond):
            break
        stop = first + int(beyond[0]) + 1
        shares = drive[first:stop] - np.mean(drive[first:stop])
        shares = shares / float(shares @ shares)
        slope = float(shares @ levels[first:stop])
        if slope <= 0:
            continue
        per_ampere = shares * 10 ** -levels[first:stop] / float(np.log(10))
        doubt = _SIGMAS * noise * float(np.linalg.norm(per_ampere)) + offset * abs(float(np.sum(per_ampere)))
        most = 1 / slope + doubt / slope**2
        if most < least:
            best, least = (first, stop, slope), most
    return best


def _per_cycle(branches: Branches, window: slice, offset: float) -> Swing:
    drive, current = branches.drive[window], branches.forward[:, window]
    levels = np.log10(np.maximum(current, 1e-300))
    slope, level = np.polyfit(drive, levels.T, 1)
    residuals = levels - np.outer(slope, drive) - level[:, None]
    sigma = float(np.sqrt(np.sum(residuals**2) / max(residuals.size - 2 * len(residuals), 1)))
    sigma *= float(np.sqrt(noise_of(np.mean(residuals, axis=0), detrend=False).correlation_time))
    doubt = sigma / float(np.sqrt(np.sum((drive - np.mean(drive)) ** 2)))
    swing = float(np.mean(1 / slope))
    moved = [
        float(np.mean(1 / np.polyfit(drive, np.log10(np.maximum(current + shift, 1e-300)).T, 1)[0])) - swing
        for shift in (-offset, offset)
    ]
    one_slope = _is_exponential(drive, np.mean(levels, axis=0))
    return Swing(1 / slope, doubt / float(np.mean(slope)) ** 2, one_slope, max(abs(each) for each in moved))


def _is_exponential(drive: FloatArray, levels: FloatArray) -> bool:
    middle = int(np.searchsorted(levels, (levels[0] + levels[-1]) / 2))
    lower, upper = slice(0, max(middle, 1) + 1), slice(min(middle, len(levels) - 2), len(levels))
    first, last = (float(np.polyfit(drive[half], levels[half], 1)[0]) for half in (lower, upper))
    return last > 0 and first / last < _EXPONENTIAL
