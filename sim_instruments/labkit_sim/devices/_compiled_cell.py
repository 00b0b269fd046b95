"""A switching cell behind a resistance, a selector or a current limit, compiled. Imported only where it is called.

At a constant voltage the paths are exponentials. Here the voltage across them follows their conductance: steps that
are exact at the voltage of their own middle, which is implicit and symmetric, so that the error is a series in even
powers of the step; 1, 2, 3 and 4 of them, extrapolated (Aitken and Neville) and the step chosen so that two orders
agree to 1e-9. Where a step is longer than the fastest path takes, the voltage is that of its end and the series has all
powers: what is fast is then where the end puts it.
"""

from math import expm1, inf, log1p, sinh

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._cell_constants import EXPONENTIAL, CellConstants, CellSource
from labkit_sim.devices._compiled import compiled
from labkit_sim.devices._constants import LARGEST_EXPONENT

_TOLERANCE = 1e-9
_ROWS = 4
_STIFF_ROWS = 6
_SHORTEST = 1e-15
_SMALLEST_MISS = 1e-13
_TRIALS = 200
_AT_EDGE = 1e-10
_FIRST_REACH = 0.01
_LARGEST_CHANGE = 0.25
_TOO_LONG = 1e9


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
def _current(cell: CellConstants, levels: FloatArray, voltage: float) -> float:
    """Give I (A) at a voltage (V) across the paths."""
    scale = cell.conduction_scale
    drive = voltage if scale == inf else scale * sinh(min(voltage / scale, 700.0))
    return float(conductance_of(cell, levels) * drive)


@compiled
def _miss(
    cell: CellConstants,
    levels: FloatArray,
    source: CellSource,
    factor: float,
    time: float,
    voltage: float,
    result: FloatArray,
) -> float:
    """Tell by how much a voltage across the paths is too high (positive) for what the source gives after a time (s)."""
    relax(cell, levels, voltage, factor, time, result)
    current = _current(cell, result, voltage)
    needed = voltage + source.resistance * current
    if cell.selector_current < inf:
        needed += cell.selector_scale * log1p(current / cell.selector_current)
    return max(needed / source.voltage - 1, current / source.limit - 1)


@compiled
def consistent_voltage(
    cell: CellConstants,
    levels: FloatArray,
    source: CellSource,
    factor: float,
    time: float,
    hint: float,
    result: FloatArray,
) -> float:
    """Give the voltage (V) across the paths that the state has after a time (s) at that same voltage.

    A path that closes raises the voltage that closes it, so that there may be several: the one next to `hint` is meant.
    It is enclosed from there, and found by inverse quadratic steps where they are safe and bisections elsewhere (T. R.
    Chandrupatla, Adv. Eng. Softw. 28, 145 (1997)).
    """
    near, reach = hint, _FIRST_REACH
    near_miss = _miss(cell, levels, source, factor, time, near, result)
    while True:
        if near_miss <= 0 and near >= source.voltage:
            return source.voltage
        far = min(near * (1 + reach), source.voltage) if near_miss <= 0 else near / (1 + reach)
        far_miss = _miss(cell, levels, source, factor, time, far, result)
        if (far_miss > 0) != (near_miss > 0):
            break
        near, near_miss, reach = far, far_miss, 4 * reach
    share = 0.5
    for _ in range(_TRIALS):
        voltage = near + share * (far - near)
        miss = _miss(cell, levels, source, factor, time, voltage, result)
        if (miss > 0) == (near_miss > 0):
            old, old_miss = near, near_miss
        else:
            old, old_miss, far, far_miss = far, far_miss, near, near_miss
        near, near_miss = voltage, miss
        shortest = _SMALLEST_MISS * near / abs(far - near)
        if abs(miss) <= _SMALLEST_MISS or shortest > 0.5:
            break
        place, height = (near - far) / (old - far), (near_miss - far_miss) / (old_miss - far_miss)
        share = 0.5
        if height**2 < place and (1 - height) ** 2 < 1 - place:
            share = near_miss / (far_miss - near_miss) * old_miss / (far_miss - old_miss)
            beside = (old - near) / (far - near)
            share += beside * (near_miss / (old_miss - near_miss)) * (far_miss / (old_miss - far_miss))
        share = min(max(share, shortest), 1 - shortest)
    return near


@compiled
def moved_levels(
    cell: CellConstants, levels: FloatArray, source: CellSource, factor: float, offsets: FloatArray
) -> FloatArray:
    """Give the paths at rising offsets (s), one row each."""
    result = np.empty((len(offsets), len(levels)))
    now, before, step = levels.copy(), 0.0, 0.0
    for row in range(len(offsets)):
        step = _integrate(cell, now, source, factor, offsets[row] - before, step)
        before = offsets[row]
        result[row] = now
    return result


@compiled
def voltages_across(cell: CellConstants, rows: FloatArray, source: CellSource) -> FloatArray:
    """Give the voltage (V) across the paths for states, one a row."""
    result, scratch = np.empty(len(rows)), np.empty(rows.shape[1])
    for row in range(len(rows)):
        result[row] = consistent_voltage(cell, rows[row], source, 0.0, 0.0, source.voltage, scratch)
    return result


@compiled
def _integrate(
    cell: CellConstants, levels: FloatArray, source: CellSource, factor: float, time: float, step: float
) -> float:
    """Move the paths on, in place, with a step (s) to begin with, 0 for none; give one to go on with."""
    if time <= 0:
        return step
    table, scratch = np.empty((_STIFF_ROWS, _STIFF_ROWS, len(levels))), np.empty_like(levels)
    done, loss = 0.0, cell.losses.max()
    voltage = consistent_voltage(cell, levels, source, factor, 0.0, source.voltage, scratch)
    if step == 0:
        step = 0.1 / max(_fastest(cell, voltage, factor), 0.1 / time)
    margin = _margin(cell, levels, source, voltage, scratch)
    while done < time:
        shortest, wanted = _SHORTEST * done, step
        step = max(min(step, time - done), shortest)
        stiff = step * loss > 1
        rows = _STIFF_ROWS if stiff else _ROWS
        error = _extrapolate(cell, levels, source, factor, step, stiff, voltage, table)
        if error <= 1 or step <= shortest:
            # A runaway takes a time that has no digits left: the exact relaxation without extrapolation is stable.
            best = table[rows - 1, rows - 1 if error <= 1 else 0]
            for k in range(len(levels)):
                best[k] = min(max(best[k], 0.0), 1.0)
            beyond = _margin(cell, best, source, voltage, scratch)
            if beyond * margin < 0 and abs(beyond) > _AT_EDGE and step > shortest:
                # The step went past the edge of the limit, perhaps unseen: a shorter one, in proportion to how far.
                step *= min(max(margin / (margin - beyond), 0.01), 0.99)
                continue
            levels[:] = best
            done = time if step >= time - done else done + step
            voltage, margin = consistent_voltage(cell, levels, source, factor, 0.0, voltage, scratch), beyond
        order = rows if stiff else 2 * rows - 1
        step *= 5.0 if error == 0 else min(5.0, max(0.2, 0.8 * error ** (-1 / order)))
    return max(step, wanted)


@compiled
def _margin(cell: CellConstants, levels: FloatArray, source: CellSource, hint: float, scratch: FloatArray) -> float:
    """Tell by how much the current would exceed the limit, were there none; relative, 0 without a limit."""
    if source.limit == inf:
        return 0.0
    free = CellSource(source.voltage, inf, source.resistance)
    voltage = consistent_voltage(cell, levels, free, 0.0, 0.0, hint, scratch)
    return _current(cell, levels, voltage) / source.limit - 1


@compiled
def _fastest(cell: CellConstants, voltage: float, factor: float) -> float:
    """Give the fastest rate (1/s) at which a path approaches where it goes, or at which its conductance grows."""
    fastest = 0.0
    for k in range(len(cell.shares)):
        fastest = max(fastest, factor * speed_of(cell, k, voltage) * (1 + cell.bends[k]) + cell.losses[k])
    return fastest


@compiled
def _extrapolate(
    cell: CellConstants,
    levels: FloatArray,
    source: CellSource,
    factor: float,
    step: float,
    stiff: bool,
    begin: float,
    table: FloatArray,
) -> float:
    """Fill the table of extrapolations, from the voltage `begin`; give the error relative to what is allowed.

    A step in which the voltage changes much is too long: it might end at another of several voltages.
    """
    scratch, error = np.empty_like(levels), 0.0
    rows = _STIFF_ROWS if stiff else _ROWS
    for row in range(rows):
        part, now, voltage = step / (row + 1), table[row, 0], begin
        now[:] = levels
        for _ in range(row + 1):
            voltage = consistent_voltage(cell, now, source, factor, part if stiff else part / 2, voltage, scratch)
            relax(cell, now, voltage, factor, part, now)
        if abs(voltage - begin) > _LARGEST_CHANGE * begin:
            error = _TOO_LONG
        for column in range(1, row + 1):
            ratio = (row + 1) / (row + 1 - column)
            finer = (ratio if stiff else ratio**2) - 1
            for k in range(len(levels)):
                change = table[row, column - 1, k] - table[row - 1, column - 1, k]
                table[row, column, k] = table[row, column - 1, k] + change / finer
    best, second = table[rows - 1, rows - 1], table[rows - 1, rows - 2]
    conductance = conductance_of(cell, best)
    error = max(error, abs(conductance_of(cell, second) - conductance) / conductance / _TOLERANCE)
    for k in range(len(levels)):
        error = max(error, abs(best[k] - second[k]) / _TOLERANCE)
    return error
