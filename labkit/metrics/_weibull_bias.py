"""How far a fitted Weibull quantile lies from the true one in half of such tests: parametric bootstrap (uS).

Maximum likelihood finds too large a shape in few devices (by 16 % in the mean of ten; Ross 1994, Hirose 1999), and with
it too late a first tenth of failures. Without censoring the error of ln quantile, in parts of 1/shape, has one
distribution whatever the truth is, so that its median is exact; with censoring that of the fitted distribution serves.
"""

import numpy as np
import numpy.typing as npt

from labkit.core import FloatArray
from labkit.metrics._survival import Weibull

_DRAWS = 1000
_STEPS = 20
_FARTHEST_STEP = 2.0


def median_error(fitted: Weibull, share: float, seed: int = 124) -> float:
    """Give the median of ln(found / true) for the quantile of a share, over tests drawn from the fitted distribution.

    Every device of a drawn test is watched for as long as its own was; one that failed, for as long as the longest.
    """
    lifetimes = fitted.lifetimes
    survived = lifetimes.cycles[~lifetimes.failed]
    longest = float(np.max(survived)) if len(survived) else np.inf
    watched = np.where(lifetimes.failed, max(longest, float(np.max(lifetimes.cycles))), lifetimes.cycles)
    watched = watched if len(survived) else np.full(len(lifetimes), np.inf)
    lives = fitted.scale * np.random.default_rng(seed).weibull(fitted.shape, (_DRAWS, len(lifetimes)))
    failed = lives <= watched
    enough = np.sum(failed, axis=1) > 1
    shape, log_scale = fit_each(np.minimum(lives, watched)[enough], failed[enough])
    level = float(np.log(-np.log1p(-share)))
    return float(np.median(log_scale + level / shape - np.log(fitted.scale) - level / fitted.shape))


def fit_each(cycles: FloatArray, failed: npt.NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """Give shape and ln scale of each set of lifetimes (sets x devices, two failures or more) by maximum likelihood.

    The scale is eliminated; Newton's method for the shape, whose equation rises throughout.
    """
    logs = np.log(cycles)
    centre = np.mean(logs, axis=1, keepdims=True)
    logs = logs - centre
    failures = np.sum(failed, axis=1)
    mean = np.sum(logs * failed, axis=1) / failures
    shape = 1.2 / np.std(logs, axis=1)
    for _ in range(_STEPS):
        weights = _weights(shape, logs)
        first = np.sum(weights * logs, axis=1)
        second = np.sum(weights * logs**2, axis=1)
        step = (1 / shape + mean - first) / (1 / shape**2 + second - first**2)
        shape = np.clip(shape + step, shape / _FARTHEST_STEP, shape * _FARTHEST_STEP)
    peak = np.max(shape[:, None] * logs, axis=1)
    total = np.sum(np.exp(shape[:, None] * logs - peak[:, None]), axis=1)
    return shape, centre[:, 0] + (peak + np.log(total / failures)) / shape


def _weights(shape: FloatArray, logs: FloatArray) -> FloatArray:
    powers = shape[:, None] * logs
    powers = np.exp(powers - np.max(powers, axis=1, keepdims=True))
    return np.asarray(powers / np.sum(powers, axis=1, keepdims=True), float)
