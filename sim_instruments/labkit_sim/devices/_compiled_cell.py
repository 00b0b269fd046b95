"""A switching cell behind a resistance, a selector or a current limit, compiled. Imported only where it is called.

At a constant voltage the paths are exponentials. Here the voltage across them follows their conductance: steps that
are exact at the voltage of their own middle, which is implicit and symmetric, so that its error is a series in even
powers of the step; 1, 2, 3 and 4 of them a step, extrapolated (Aitken and Neville), until two orders agree.
"""

from math import expm1, inf, log1p, sinh

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._cell_constants import EXPONENTIAL, CellConstants, CellSource
from labkit_sim.devices._compiled import compiled
from labkit_sim.devices._constants import LARGEST_EXPONENT

_TOLERANCE = 1e-9
_ROWS = 4
_SHORTEST = 1e-15
_SMALLEST_MISS = 1e-15
_TRIALS = 200


@compiled
def conductance_of(cell: CellConstants, levels: FloatArray) -> float:
    """Give G (S)."""
    total = cell.leakage
    for k in range(len(levels)):
        bend = cell.bends[k]
        total += cell.shares[k] * (levels[k] if bend == 0 else expm1(bend * levels[k]) / expm1(bend))
    return total


@compiled
def speed_of(cell: CellConstants, path: int, voltage: float) -> float:
    """Give the rate (1/s) at which a voltage (V, a magnitude) moves a path."""
    over = voltage - cell.thresholds[path]
    if over <= 0 or cell.rates[path] == 0:
        return 0.0
    reduced = min(over / cell.scales[path], LARGEST_EXPONENT)
    return float(cell.rates[path] * (expm1(reduced) if cell.laws[path] == EXPONENTIAL else sinh(reduced)))


@compiled
def relax(
    cell: CellConstants, levels: FloatArray, voltage: float, factor: float, time: float, result: FloatArray
) -> None:
    """Move the paths on at a constant voltage, exactly."""
    for k in range(len(levels)):
        speed, softness = factor * speed_of(cell, k, voltage), cell.softness[k]
        opening = cell.openings[k] + (speed if cell.signs[k] > 0 else -speed * (1 - softness))
        loss = cell.losses[k] + softness * speed
        reach = loss * time
        lasting = time if reach < 1e-12 else -expm1(-reach) / loss
        result[k] = min(max(levels[k] + (opening - loss * levels[k]) * lasting, 0.0), 1.0)


@compiled
def _miss(cell: CellConstants, conductance: float, source: CellSource, voltage: float) -> float:
    """Tell by how much a voltage across the paths is too high (positive) for what the source can give."""
    scale = cell.conduction_scale
    current = conductance * (voltage if scale == inf else scale * sinh(min(voltage / scale, 700.0)))
    needed = voltage + source.resistance * current
    if cell.selector_current < inf:
        needed += cell.selector_scale * log1p(current / cell.selector_current)
    return max(needed / source.voltage - 1, current / source.limit - 1)


@compiled
def middle_voltage(
    cell: CellConstants, levels: FloatArray, source: CellSource, factor: float, half: float, middle: FloatArray
) -> float:
    """Give the voltage (V) across the paths that the state has after `half` (s) at that same voltage.

    Looked for between 0 and the source's: regula falsi (Illinois), with bisections where it is slow.
    """
    low, high, low_miss = 0.0, source.voltage, -1.0
    relax(cell, levels, high, factor, half, middle)
    high_miss = _miss(cell, conductance_of(cell, middle), source, high)
    if high_miss <= 0:
        return high
    voltage = high
    for trial in range(_TRIALS):
        if trial % 3 == 2 or high_miss > -10 * low_miss:
            voltage = (low + high) / 2
        else:
            voltage = high - high_miss * (high - low) / (high_miss - low_miss)
        relax(cell, levels, voltage, factor, half, middle)
        miss = _miss(cell, conductance_of(cell, middle), source, voltage)
        if abs(miss) <= _SMALLEST_MISS or high - low <= _SMALLEST_MISS * high:
            break
        if miss > 0:
            high, high_miss, low_miss = voltage, miss, low_miss / 2 if trial else low_miss
        else:
            low, low_miss, high_miss = voltage, miss, high_miss / 2
    return voltage


@compiled
def moved_levels(
    cell: CellConstants, levels: FloatArray, source: CellSource, factor: float, offsets: FloatArray
) -> FloatArray:
    """Give the paths at rising offsets (s), one row each."""
    result = np.empty((len(offsets), len(levels)))
    now, before = levels.copy(), 0.0
    for row in range(len(offsets)):
        _integrate(cell, now, source, factor, offsets[row] - before)
        before = offsets[row]
        result[row] = now
    return result


@compiled
def voltages_across(cell: CellConstants, rows: FloatArray, source: CellSource) -> FloatArray:
    """Give the voltage (V) across the paths for states, one a row."""
    result, scratch = np.empty(len(rows)), np.empty(rows.shape[1])
    for row in range(len(rows)):
        result[row] = middle_voltage(cell, rows[row], source, 0.0, 0.0, scratch)
    return result


@compiled
def _integrate(cell: CellConstants, levels: FloatArray, source: CellSource, factor: float, time: float) -> None:
    """Move the paths on, in place."""
    if time <= 0:
        return
    table = np.empty((_ROWS, _ROWS, len(levels)))
    step, done = min(time, _first_step(cell, levels, source, factor)), 0.0
    while done < time:
        step = min(step, time - done)
        smallest = step <= _SHORTEST * time
        error = _extrapolate(cell, levels, source, factor, step, table)
        if error <= 1 or smallest:
            # A runaway takes a time that has no digits left: the exact relaxation without extrapolation is stable.
            best = table[-1, -1] if error <= 1 else table[-1, 0]
            for k in range(len(levels)):
                levels[k] = min(max(best[k], 0.0), 1.0)
            done = time if step >= time - done else done + step
        step *= 5.0 if error == 0 else min(5.0, max(0.2, 0.8 * error ** (-1 / 7)))
        step = max(step, _SHORTEST * time)


@compiled
def _first_step(cell: CellConstants, levels: FloatArray, source: CellSource, factor: float) -> float:
    voltage = middle_voltage(cell, levels, source, factor, 0.0, np.empty_like(levels))
    fastest = 0.0
    for k in range(len(levels)):
        fastest = max(fastest, factor * speed_of(cell, k, voltage) * (1 + cell.bends[k]) + cell.losses[k])
    return 0.1 / fastest if fastest > 0 else inf


@compiled
def _extrapolate(
    cell: CellConstants, levels: FloatArray, source: CellSource, factor: float, step: float, table: FloatArray
) -> float:
    """Fill the table of extrapolations; give the error relative to what is allowed."""
    middle = np.empty_like(levels)
    for row in range(_ROWS):
        part, now = step / (row + 1), table[row, 0]
        now[:] = levels
        for _ in range(row + 1):
            voltage = middle_voltage(cell, now, source, factor, part / 2, middle)
            relax(cell, now, voltage, factor, part, now)
        for column in range(1, row + 1):
            finer = ((row + 1) / (row + 1 - column)) ** 2 - 1
            for k in range(len(levels)):
                change = table[row, column - 1, k] - table[row - 1, column - 1, k]
                table[row, column, k] = table[row, column - 1, k] + change / finer
    best, second = table[-1, -1], table[-1, -2]
    conductance = conductance_of(cell, best)
    error = abs(conductance_of(cell, second) - conductance) / conductance
    for k in range(len(levels)):
        error = max(error, abs(best[k] - second[k]))
    return error / _TOLERANCE
