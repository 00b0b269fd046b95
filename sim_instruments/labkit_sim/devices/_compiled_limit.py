"""A memristor under a source that limits the current or has a resistance, compiled. Imported only where it is called.

Below the limit of a source without resistance the solution is closed; the instant at which the limit is reached is
searched for. At the limit the voltage is what the conductance leaves of it, V = limit / G, which feeds back on the
rate: integrated until it is over. Behind a resistance the voltage follows the conductance always.
"""

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._compiled import compiled, conductance_of, relax, speed_at, speed_behind
from labkit_sim.devices._constants import MemristorConstants, Source

_TOLERANCE = 1e-9
_ROWS = 4
_AT_EDGE = 1e-11
_SHORTEST = 1e-14


@compiled
def limited_populations(
    constants: MemristorConstants, levels: FloatArray, source: Source, factor: float, rising: bool, offsets: FloatArray
) -> FloatArray:
    """Give the populations at rising offsets (s), one row each, under a source with a limit and a resistance."""
    result = np.empty((len(offsets), len(levels)))
    now, before = levels.copy(), 0.0
    for i in range(len(offsets)):
        integrate(constants, now, source, factor, rising, offsets[i] - before)
        before = offsets[i]
        result[i] = now
    return result


@compiled
def integrate(
    constants: MemristorConstants, levels: FloatArray, source: Source, factor: float, rising: bool, time: float
) -> None:
    """Move the levels on, in place, now below the limit and now at it; behind a resistance there is no below."""
    edge = 0.0 if source.resistance > 0 else source.limit / source.drive
    speed = factor * speed_at(constants, source.drive)
    done = 0.0
    while done < time:
        conductance = conductance_of(constants, levels)
        at_edge = abs(conductance - edge) <= _AT_EDGE * edge
        if _slope(constants, levels, speed, rising) < 0 if at_edge else conductance < edge:
            done += _free(constants, levels, speed, rising, edge, time - done)
        else:
            done += _limited(constants, levels, source, factor, rising, edge, time - done)


@compiled
def _slope(constants: MemristorConstants, levels: FloatArray, speed: float, rising: bool) -> float:
    """Give dG/dt (S/s)."""
    slope = 0.0
    for k in range(len(levels)):
        move = constants.efficiencies[k] * speed
        target = 1.0 if rising else 0.0
        slope += constants.shares[k] * (move * (target - levels[k]) - constants.losses[k] * levels[k])
    return slope


@compiled
def _free(
    constants: MemristorConstants, levels: FloatArray, speed: float, rising: bool, edge: float, time: float
) -> float:
    """Move the levels on, in place, until the conductance reaches the edge or the time is over; give the time taken."""
    trial = np.empty_like(levels)
    low = 0.0
    high = min(time, 0.01 / speed) if speed > 0 else time
    while True:
        relax(constants, levels, speed, rising, high, trial)
        if conductance_of(constants, trial) >= edge or high == time:
            break
        low, high = high, min(time, 1.5 * high)
    if conductance_of(constants, trial) >= edge:
        for _ in range(200):
            middle = (low + high) / 2
            relax(constants, levels, speed, rising, middle, trial)
            conductance = conductance_of(constants, trial)
            if abs(conductance - edge) <= _AT_EDGE * edge / 10 or not low < middle < high:
                high = middle
                break
            if conductance < edge:
                low = middle
            else:
                high = middle
    relax(constants, levels, speed, rising, high, trial)
    levels[:] = trial
    return high


@compiled
def _limited(
    constants: MemristorConstants,
    levels: FloatArray,
    source: Source,
    factor: float,
    rising: bool,
    edge: float,
    time: float,
) -> float:
    """Move the levels on, in place, until the conductance is below the edge or the time over; give the time taken.

    1, 2, 3 and 4 midpoints a step, extrapolated (Aitken and Neville). The implicit midpoint is symmetric, its error a
    series in even powers of the step; the explicit one's has all powers.
    """
    speed = factor * _speed(constants, levels, source)
    step = min(time, 0.1 / speed) if speed > 0 else time
    table, best = np.empty((_ROWS, _ROWS, len(levels))), np.empty_like(levels)
    order = 7 if rising else 4
    done, shortest = 0.0, _SHORTEST * time
    while done < time:
        step = max(min(step, time - done), shortest)
        _extrapolate(constants, levels, source, factor, rising, step, table)
        error = 0.0
        for k in range(len(levels)):
            best[k] = min(max(table[-1, -1, k], 0.0), 1.0)
            error += constants.shares[k] * abs(table[-1, -1, k] - table[-1, -2, k])
        error /= _TOLERANCE * conductance_of(constants, best)
        smallest = step <= shortest
        if smallest and error > 1:
            # A reset runs away in a time that has no digits left: the exact relaxation without extrapolation is stable.
            best[:] = table[-1, 0]
        if error <= 1 or smallest:
            below = edge - conductance_of(constants, best)
            if below > _AT_EDGE * edge and not smallest:
                # The step went past the edge: a shorter one, in proportion to how far.
                before = conductance_of(constants, levels) - edge
                step *= min(max(before / (before + below), 0.01), 0.99)
                continue
            done = time if step >= time - done else done + step
            levels[:] = best
            at_edge = abs(below) <= _AT_EDGE * edge
            speed = factor * _speed(constants, levels, source)
            if _slope(constants, levels, speed, rising) < 0 if at_edge else below > 0:
                return done
        step *= 5.0 if error == 0 else min(5.0, max(0.2, 0.8 * error ** (-1 / order)))
    return done


@compiled
def _extrapolate(
    constants: MemristorConstants,
    levels: FloatArray,
    source: Source,
    factor: float,
    rising: bool,
    step: float,
    table: FloatArray,
) -> None:
    for row in range(_ROWS):
        _midpoints(constants, levels, source, factor, rising, step, row + 1, table[row, 0])
        for column in range(1, row + 1):
            ratio = (row + 1) / (row + 1 - column)
            finer = (ratio**2 if rising else ratio) - 1
            for k in range(len(levels)):
                change = table[row, column - 1, k] - table[row - 1, column - 1, k]
                table[row, column, k] = table[row, column - 1, k] + change / finer


@compiled
def _speed(constants: MemristorConstants, levels: FloatArray, source: Source) -> float:
    return speed_behind(constants, source, conductance_of(constants, levels))


@compiled
def _middle_speed(
    constants: MemristorConstants,
    levels: FloatArray,
    source: Source,
    factor: float,
    rising: bool,
    half: float,
    middle: FloatArray,
) -> float:
    """Give the speed that the state has after `half` (s) at that same speed: implicit, for the feedback is stiff.

    Looked for as the conductance in the middle, which is bracketed: it rises with the speed, and the voltage that the
    limit leaves falls with it.
    """
    relax(constants, levels, 0.0, rising, half, middle)
    low = conductance_of(constants, middle)
    fastest = factor * _speed(constants, middle, source)
    if fastest == 0.0:
        return 0.0
    relax(constants, levels, fastest, rising, half, middle)
    high = conductance_of(constants, middle)
    low_miss, high_miss = low - high, 0.0
    speed, guess = fastest, high
    for attempt in range(100):
        speed = factor * speed_behind(constants, source, guess)
        relax(constants, levels, speed, rising, half, middle)
        miss = guess - conductance_of(constants, middle)
        if abs(miss) <= 1e-14 * guess or high - low <= 1e-15 * guess:
            break
        if miss > 0:
            high, high_miss, low_miss = guess, miss, low_miss / 2 if attempt > 0 else low_miss
        else:
            low, low_miss, high_miss = guess, miss, high_miss / 2
        halved = attempt % 4 == 3 or high_miss <= low_miss
        guess = (low + high) / 2 if halved else high - high_miss * (high - low) / (high_miss - low_miss)
    return speed


@compiled
def _midpoints(
    constants: MemristorConstants,
    levels: FloatArray,
    source: Source,
    factor: float,
    rising: bool,
    time: float,
    count: int,
    result: FloatArray,
) -> None:
    """Take `count` steps, each exact at the speed of its own middle: second order, and stable at any length.

    Falling, the feedback is a runaway: not stiff, and a middle found explicitly will do.
    """
    middle = np.empty_like(levels)
    result[:] = levels
    step = time / count
    for _ in range(count):
        if rising:
            speed = _middle_speed(constants, result, source, factor, rising, step / 2, middle)
        else:
            relax(constants, result, factor * _speed(constants, result, source), rising, step / 2, middle)
            speed = factor * _speed(constants, middle, source)
        relax(constants, result, speed, rising, step, result)
