"""Compiled loops: a memristor under a current limit, and long trains. Imported where called: numba starts slowly."""

from collections.abc import Callable
from math import asinh, exp, inf
from typing import Any, TypeVar, cast

import numba
import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._constants import LARGEST_EXPONENT, MemristorConstants

Function = TypeVar("Function", bound=Callable[..., Any])

_TOLERANCE = 1e-9


def compiled(function: Function) -> Function:
    """Compile a function when it is first called, and keep the result on disk."""
    return cast(Function, numba.njit(cache=True)(function))


@compiled
def _conductance(constants: MemristorConstants, levels: FloatArray) -> float:
    total = constants.lowest
    for k in range(len(levels)):
        total += constants.shares[k] * levels[k]
    return total


@compiled
def _speed_at(constants: MemristorConstants, conductance: float, drive: float, limit: float) -> float:
    """Give r(V) for the voltage that the limit leaves at a conductance."""
    drive = min(drive, limit / conductance)
    scale = constants.conduction_scale
    voltage = drive if scale == inf else scale * asinh(drive / scale)
    over = voltage - constants.threshold
    if over <= 0:
        return 0.0
    return constants.rate * (exp(min(over / constants.scale, LARGEST_EXPONENT)) - 1)


@compiled
def _speed(constants: MemristorConstants, levels: FloatArray, drive: float, limit: float) -> float:
    return _speed_at(constants, _conductance(constants, levels), drive, limit)


@compiled
def _relax(
    constants: MemristorConstants, levels: FloatArray, speed: float, rising: bool, time: float, result: FloatArray
) -> None:
    """Move the levels on at a constant speed, exactly."""
    for k in range(len(levels)):
        move = constants.efficiencies[k] * speed
        rate = move + constants.losses[k]
        target = move / rate if rising and rate > 0 else 0.0
        result[k] = target + (levels[k] - target) * exp(-rate * time)


@compiled
def _middle_speed(
    constants: MemristorConstants,
    levels: FloatArray,
    drive: float,
    limit: float,
    factor: float,
    rising: bool,
    half: float,
    middle: FloatArray,
) -> float:
    """Give the speed that the state has after `half` (s) at that same speed: implicit, for the feedback is stiff.

    Looked for as the conductance in the middle, which is bracketed: it rises with the speed, and the voltage that the
    limit leaves falls with it.
    """
    _relax(constants, levels, 0.0, rising, half, middle)
    low = _conductance(constants, middle)
    fastest = factor * _speed(constants, middle, drive, limit)
    if fastest == 0.0:
        return 0.0
    _relax(constants, levels, fastest, rising, half, middle)
    high = _conductance(constants, middle)
    low_miss, high_miss = low - high, 0.0
    speed, guess = fastest, high
    for attempt in range(100):
        speed = factor * _speed_at(constants, guess, drive, limit)
        _relax(constants, levels, speed, rising, half, middle)
        miss = guess - _conductance(constants, middle)
        if abs(miss) <= 1e-14 * guess or high - low <= 1e-15 * guess:
            break
        if miss > 0:
            high, high_miss, low_miss = guess, miss, low_miss / 2 if attempt > 0 else low_miss
        else:
            low, low_miss, high_miss = guess, miss, high_miss / 2
        guess = high - high_miss * (high - low) / (high_miss - low_miss)
        if attempt % 4 == 3:
            guess = (low + high) / 2
    return speed


@compiled
def _midpoints(
    constants: MemristorConstants,
    levels: FloatArray,
    drive: float,
    limit: float,
    factor: float,
    rising: bool,
    time: float,
    count: int,
) -> FloatArray:
    """Take `count` steps, each exact at the speed of its own middle: second order, and stable at any length.

    Falling, the feedback is a runaway: not stiff, and a middle found explicitly will do.
    """
    middle, result = np.empty_like(levels), levels.copy()
    step = time / count
    for _ in range(count):
        if rising:
            speed = _middle_speed(constants, result, drive, limit, factor, rising, step / 2, middle)
        else:
            _relax(constants, result, factor * _speed(constants, result, drive, limit), rising, step / 2, middle)
            speed = factor * _speed(constants, middle, drive, limit)
        _relax(constants, result, speed, rising, step, result)
    return result


@compiled
def _integrate(
    constants: MemristorConstants,
    levels: FloatArray,
    drive: float,
    limit: float,
    factor: float,
    rising: bool,
    time: float,
) -> None:
    """Move the levels on under a limit, in place, by steps of fourth order (1, 2 and 4 midpoints, extrapolated)."""
    speed = factor * _speed(constants, levels, drive, limit)
    step = min(time, 0.1 / speed) if speed > 0 else time
    done = 0.0
    while done < time:
        step = min(step, time - done)
        one = _midpoints(constants, levels, drive, limit, factor, rising, step, 1)
        two = _midpoints(constants, levels, drive, limit, factor, rising, step, 2)
        four = _midpoints(constants, levels, drive, limit, factor, rising, step, 4)
        coarse = two + (two - one) / 3
        fine = four + (four - two) / 3
        best = fine + (fine - coarse) / (15 if rising else 7)
        error = 0.0
        for k in range(len(levels)):
            error += constants.shares[k] * abs(best[k] - fine[k])
        error /= _TOLERANCE * _conductance(constants, four)
        if error <= 1 or step <= 1e-14 * time:
            done = time if step >= time - done else done + step
            for k in range(len(levels)):
                levels[k] = min(max(best[k], 0.0), 1.0)
        step *= 5.0 if error == 0 else min(5.0, max(0.2, 0.9 * error**-0.25))


@compiled
def limited_populations(
    constants: MemristorConstants, levels: FloatArray, drive: float, limit: float, factor: float, offsets: FloatArray
) -> FloatArray:
    """Give the populations at rising offsets (s), one row each, under a source that limits the current.

    `drive` (V) is what the current would be at 1 S, with its sign.
    """
    result = np.empty((len(offsets), len(levels)))
    now, before = levels.copy(), 0.0
    for i in range(len(offsets)):
        _integrate(constants, now, abs(drive), limit, factor, drive > 0, offsets[i] - before)
        before = offsets[i]
        result[i] = now
    return result
