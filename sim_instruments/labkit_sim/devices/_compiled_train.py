"""Long trains of constant stimuli, compiled. Imported only where they are called, for numba starts slowly.

Arrays are taken out of their tuples before the loops: passing a tuple on counts references of every array in it.
"""

from math import exp

import numpy as np

from labkit.core import FloatArray, IntArray
from labkit_sim.devices._compiled import compiled
from labkit_sim.devices._compiled_limit import integrate
from labkit_sim.devices._constants import (
    MemristorConstants,
    MemristorConstantsArray,
    MemristorTrain,
    MemristorTrainArray,
    PhototransistorTrain,
    Source,
)


@compiled
def memristor_train(
    rising: MemristorConstants,
    falling: MemristorConstants,
    train: MemristorTrain,
    levels: FloatArray,
    factors: FloatArray,
    edges: FloatArray,
    write: int,
    factor: float,
) -> float:
    """Go through a train until `edges` is filled with the conductances at the ends to keep; moves `levels`.

    `edges` has room for whole cycles. `write` is the polarity of the write that is going on with the efficiency
    `factor`; `factors` are those to come. Gives the efficiency at the end.
    """
    durations, writes, speeds, kept, keep = train.durations, train.writes, train.speeds, train.kept, train.keep
    may_limit, any_limit = train.may_limit, np.any(train.may_limit)
    lowest, shares, losses, efficiencies = rising.lowest, rising.shares, rising.losses, rising.efficiencies
    segments = len(durations)
    edge, event = 0, 0
    while edge < len(edges):
        for s in range(segments):
            if writes[s] != write:
                write = writes[s]
                if write != 0:
                    factor = factors[event]
                    event += 1
            limited = any_limit and may_limit[s] and _limited(rising, falling, train, levels, s, factor)
            if write == 0:
                for k in range(len(levels)):
                    levels[k] *= kept[s, k]
            elif not limited:
                speed, time = speeds[s] * factor, durations[s]
                efficiency, unmoved = 0.0, 1.0
                for k in range(len(levels)):
                    if efficiencies[k] != efficiency:  # most populations share theirs, and an exponential is dear
                        efficiency = efficiencies[k]
                        unmoved = exp(-speed * efficiency * time)
                    move = speed * efficiency
                    target = move / (move + losses[k]) if write > 0 else 0.0
                    levels[k] = target + (levels[k] - target) * (unmoved * kept[s, k])
            if keep[s]:
                conductance = lowest
                for k in range(len(levels)):
                    conductance += shares[k] * levels[k]
                edges[edge] = conductance
                edge += 1
    return factor


@compiled
def _limited(
    rising: MemristorConstants,
    falling: MemristorConstants,
    train: MemristorTrain,
    levels: FloatArray,
    segment: int,
    factor: float,
) -> bool:
    """Take the levels through a segment whose source leaves less than its voltage; tell whether it does."""
    drive, limit, resistance = train.drives[segment], train.limits[segment], train.resistances[segment]
    speed = train.speeds[segment] * factor * train.writes[segment]
    if resistance == 0 and not _reaches(rising, levels, speed, limit / abs(drive)):
        return False
    source = Source(abs(train.voltages[segment]), abs(drive), limit, resistance)
    integrate(rising if drive > 0 else falling, levels, source, factor, drive > 0, train.durations[segment])
    return True


@compiled
def memristor_array_train(
    cells: MemristorConstantsArray,
    train: MemristorTrainArray,
    levels: FloatArray,
    factors: FloatArray,
    edges: FloatArray,
    write: IntArray,
    factor: FloatArray,
) -> None:
    """Take many memristors through a train, each as `memristor_train` does; the first axis of all arrays is theirs."""
    for c in range(len(levels)):
        rising, falling = _constants_of(cells, c, 0), _constants_of(cells, c, 1)
        own = MemristorTrain(
            train.durations,
            train.voltages,
            train.drives[c],
            train.resistances,
            train.limits,
            train.writes[c],
            train.speeds[c],
            train.kept[c],
            train.may_limit[c],
            train.keep,
        )
        factor[c] = memristor_train(rising, falling, own, levels[c], factors[c], edges[c], write[c], factor[c])


@compiled
def _constants_of(cells: MemristorConstantsArray, cell: int, falling: int) -> MemristorConstants:
    return MemristorConstants(
        cells.lowest[cell],
        cells.shares[cell],
        cells.losses[cell],
        cells.efficiencies[cell],
        cells.conduction_scales[cell],
        cells.thresholds[cell, falling],
        cells.rates[cell, falling],
        cells.scales[cell, falling],
    )


@compiled
def _reaches(constants: MemristorConstants, levels: FloatArray, speed: float, edge: float) -> bool:
    """Tell whether the conductance may come beyond an edge; each population goes straight to its target."""
    highest = constants.lowest
    for k in range(len(levels)):
        move = max(speed, 0.0) * constants.efficiencies[k]
        target = max(levels[k], move / (move + constants.losses[k])) if move > 0 else levels[k]
        highest += constants.shares[k] * target
    return highest > edge


@compiled
def phototransistor_train(
    train: PhototransistorTrain,
    shifts: FloatArray,
    sensitised: float,
    factors: FloatArray,
    edges: FloatArray,
    lit: bool,
    factor: float,
) -> tuple[float, float]:
    """Go through a train until `edges` is filled with the total shift at every edge; moves `shifts`, gives z, a factor.

    `edges` has room for whole cycles.
    """
    durations, lights, activations, captures = train.durations, train.lit, train.activations, train.captures
    emissions, kept, kept_sites = train.emissions, train.kept, train.sensitisation_kept
    filling, gain, loss = train.inverse_full_shifts, train.gain, train.sensitisation_loss
    segments, traps = len(durations), len(shifts)
    edge, event = 0, 0
    while edge < len(edges):
        for s in range(segments):
            if lights[s] != lit:
                lit = lights[s]
                if lit:
                    factor = factors[event]
                    event += 1
            total = 0.0
            if lit:
                time, activation = durations[s], factor * activations[s]
                relaxation = activation + loss
                steady = activation / relaxation
                faded = exp(-relaxation * time)
                for k in range(traps):
                    capture = factor * captures[s, k]
                    rate = capture * filling[k] + emissions[s, k]
                    target = capture * (1 + gain * steady) / rate
                    faded_shift = exp(-rate * time)
                    opened = gain * (sensitised - steady) * _convolved(rate, relaxation, faded_shift, faded, time)
                    shifts[k] = target + (shifts[k] - target) * faded_shift + capture * opened
                    total += shifts[k]
                sensitised = steady + (sensitised - steady) * faded
            else:
                sensitised *= kept_sites[s]
                for k in range(traps):
                    shifts[k] *= kept[s, k]
                    total += shifts[k]
            edges[edge] = total
            edge += 1
    return sensitised, factor


@compiled
def _convolved(first: float, second: float, first_faded: float, second_faded: float, time: float) -> float:
    """Give the integral of exp(-first (t - u)) exp(-second u) du from 0 to t (s), both exponentials at t known."""
    between = second - first
    if abs(between) * time > 0.01:
        return (first_faded - second_faded) / between
    apart = between * time
    return time * first_faded * (1 - apart / 2 * (1 - apart / 3 * (1 - apart / 4 * (1 - apart / 5))))
