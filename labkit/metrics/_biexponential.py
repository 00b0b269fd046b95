"""Bi-exponential decays of whole arrays: the model of M3 fitted to many traces at once by variable projection."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from labkit.core import FloatArray
from labkit.metrics._models import time_limits

_GRID = 9
_UNIFORM = 1e-9


@dataclass(frozen=True, slots=True)
class Biexponentials:
    """Fits of m traces: A_1 exp(-t/tau_1) + A_2 exp(-t/tau_2) + I_inf, with tau_1 < tau_2.

    `times` (m x 2, s), `amplitudes` (m x 2) and `offset` (m) in the unit of the traces, `sum_of_squares` (m),
    `relative_uncertainty` (m x 2) the standard uncertainty of ln tau from the fit's covariance, for white noise;
    `at_bound` (m x 2) tells time constants that the record does not limit.
    """

    times: FloatArray
    amplitudes: FloatArray
    offset: FloatArray
    sum_of_squares: FloatArray
    relative_uncertainty: FloatArray
    at_bound: np.ndarray


def fit_biexponentials(time: FloatArray, traces: FloatArray) -> Biexponentials:
    """Fit two exponentials and an offset to each trace (m x n readings, at `time` after the stimulus, n, s).

    Every pair of a grid of 36 log-spaced time constants is tried on all traces by one matrix product, the best one
    followed to its valley. Bounds as in M3: two sampling periods to three records. Raises ValueError for traces of
    fewer than six readings.
    """
    if traces.ndim != 2 or traces.shape[1] != len(time) or len(time) < 6:
        raise ValueError(f"traces of shape {traces.shape} do not belong to {len(time)} instants, six or more")
    from labkit.metrics._biexponential_kernel import descend

    low, high = time_limits(time)
    logs = _starts(time, traces, np.linspace(low + 0.5, high - 1.1, _GRID))
    found = np.full((len(traces), 7), np.nan)
    scale = np.maximum(np.max(np.abs(traces), axis=1), 1e-300)  # currents of pA would be lost beside 1
    rows = np.ascontiguousarray(traces / scale[:, None], float)
    descend(np.ascontiguousarray(time, float), rows, _period(time), low, high, logs, found)
    return _ordered(logs, found, scale, len(time), (low, high))


def _period(time: FloatArray) -> float:
    """Give the period (s) of a uniform grid, 0 for another."""
    steps = np.diff(time)
    return float(np.mean(steps)) if np.ptp(steps) <= _UNIFORM * float(np.mean(steps)) else 0.0


def _starts(time: FloatArray, traces: FloatArray, grid: FloatArray) -> FloatArray:
    """Give the pair of ln tau (m x 2) whose plane lies nearest to each trace."""
    pairs = np.array(list(combinations(grid, 2)))
    columns = np.exp(-time[:, None] * np.exp(-grid)[None, :])
    planes = [
        np.linalg.qr(np.column_stack([columns[:, one], columns[:, other], np.ones(len(time))]))[0]
        for one, other in combinations(range(len(grid)), 2)
    ]
    explained = (traces @ np.concatenate(planes, axis=1)) ** 2
    nearest = np.argmax(explained.reshape(len(traces), len(pairs), 3).sum(axis=2), axis=1)
    return np.asarray(pairs[nearest], float)


def _ordered(
    logs: FloatArray, found: FloatArray, scale: FloatArray, count: int, limits: tuple[float, float]
) -> Biexponentials:
    """Put the faster time constant first, and turn the normal matrix into uncertainties."""
    h11, h12, h22 = found[:, 4:].T
    variance = found[:, 3] / (count - 5)
    determinant = h11 * h22 - h12**2
    with np.errstate(divide="ignore", invalid="ignore"):
        uncertainty = np.sqrt(variance[:, None] * np.column_stack([h22, h11]) / determinant[:, None])
    order = np.argsort(logs, axis=1)
    sorted_logs = np.take_along_axis(logs, order, axis=1)
    reach = 0.02 * (limits[1] - limits[0])
    return Biexponentials(
        np.exp(sorted_logs),
        np.take_along_axis(found[:, :2], order, axis=1) * scale[:, None],
        found[:, 2] * scale,
        found[:, 3] * scale**2,
        np.take_along_axis(uncertainty, order, axis=1),
        (sorted_logs <= limits[0] + reach) | (sorted_logs >= limits[1] - reach),
    )
