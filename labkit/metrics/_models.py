"""The separable models of transients: sums of exponentials, and the stretched exponential (KWW)."""

from itertools import combinations

import numpy as np
from scipy import special

from labkit.core import FloatArray
from labkit.metrics._separable import Separable

SHORTEST = 2.0
"""Shortest time constant allowed, in sampling periods."""
LONGEST = 3.0
"""Longest time constant allowed, in record lengths."""
STRETCHING = (0.1, 1.2)
_GRID = {1: 24, 2: 9, 3: 9}


def exponentials(
    time: FloatArray,
    values: FloatArray,
    terms: int,
    *,
    offset: bool = True,
    weights: FloatArray | None = None,
    spread: FloatArray | None = None,
) -> tuple[Separable, FloatArray]:
    """Give sum A_i exp(-t/tau_i) (+ offset) as a separable model in ln tau, and at least 20 log-spaced starts.

    `spread` (n) is the standard deviation of the instants that each point averages over (see `mean_over_spread`).
    Amplitudes come in the order of the time constants, the offset last.
    """
    times = mean_nodes(time, spread)

    def basis(nonlinear: FloatArray) -> FloatArray:
        columns = [_mean_over_nodes(np.exp(-times * np.exp(-each))) for each in nonlinear]
        return np.column_stack([*columns, np.ones(len(time))] if offset else columns)

    low, high = time_limits(time)
    grid = np.linspace(low + 0.5, high - 1.1, _GRID[terms])
    starts = np.array(list(combinations(grid, terms)))
    name = f"{terms}-exponential" + (" with offset" if offset else "")
    used = np.ones(len(time)) if weights is None else weights
    return Separable(name, basis, values, used, np.full(terms, low), np.full(terms, high)), starts


def stretched_exponential(
    time: FloatArray,
    values: FloatArray,
    *,
    offset: bool = True,
    weights: FloatArray | None = None,
    spread: FloatArray | None = None,
) -> tuple[Separable, FloatArray]:
    """Give A exp(-(t/tau)^beta) (+ offset) as a separable model in ln tau and beta, with 30 starts."""
    times = np.maximum(mean_nodes(time, spread), 0.0)

    def basis(nonlinear: FloatArray) -> FloatArray:
        column = _mean_over_nodes(np.exp(-((times * np.exp(-nonlinear[0])) ** nonlinear[1])))
        return np.column_stack([column, np.ones(len(time))] if offset else [column])

    low, high = time_limits(time)
    starts = np.array(
        [(tau, beta) for tau in np.linspace(low + 0.5, high - 1.1, 6) for beta in (0.2, 0.4, 0.6, 0.8, 1)]
    )
    used = np.ones(len(time)) if weights is None else weights
    lower, upper = np.array([low, STRETCHING[0]]), np.array([high, STRETCHING[1]])
    return Separable(
        "stretched exponential" + (" with offset" if offset else ""), basis, values, used, lower, upper
    ), starts


def time_limits(time: FloatArray) -> tuple[float, float]:
    """Give the logarithms of the shortest and the longest time constant that a record can tell."""
    span = float(time[-1] - time[0])
    return float(np.log(SHORTEST * np.min(np.diff(time)))), float(np.log(LONGEST * span))


def mean_nodes(time: FloatArray, spread: FloatArray | None) -> FloatArray:
    """Give the nodes (k x n) over which a model is averaged for points that are means over a stretch of time.

    Two nodes at one standard deviation about the middle integrate a cubic exactly, so that log-decimated points carry
    no bias from the curvature of the decay.
    """
    if spread is None or not np.any(spread):
        return time[None, :]
    return np.vstack([time - spread, time + spread])


def _mean_over_nodes(values: FloatArray) -> FloatArray:
    return np.asarray(values[0] if len(values) == 1 else (values[0] + values[1]) / 2, float)


def mean_stretched_time(tau: float, beta: float) -> float:
    """Give the mean time of a stretched exponential: (tau/beta) Gamma(1/beta)."""
    return tau / beta * float(special.gamma(1 / beta))
