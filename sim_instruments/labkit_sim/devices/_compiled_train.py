"""Long trains of constant stimuli, compiled. Imported only where they are called, for numba starts slowly."""

from math import exp

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._compiled import compiled, conductance_of
from labkit_sim.devices._compiled_limit import integrate
from labkit_sim.devices._constants import MemristorConstants, MemristorTrain, PhototransistorTrain


@compiled
def memristor_train(
    rising: MemristorConstants,
    falling: MemristorConstants,
    train: MemristorTrain,
    levels: FloatArray,
    factors: FloatArray,
    cycles: int,
    write: int,
    factor: float,
) -> tuple[FloatArray, FloatArray, float]:
    """Go `cycles` times through a train; moves `levels`, gives currents at each segment's begin and end, and a factor.

    `write` is the polarity of the write that is going on with the efficiency `factor`; `factors` are those to come.
    """
    segments, kinds = len(train.durations), len(levels)
    begins, ends = np.empty((cycles, segments)), np.empty((cycles, segments))
    conductance = conductance_of(rising, levels)
    event = 0
    for cycle in range(cycles):
        for s in range(segments):
            if train.writes[s] != write:
                write = train.writes[s]
                if write != 0:
                    factor = factors[event]
                    event += 1
            drive, limit = train.drives[s], train.limits[s]
            begins[cycle, s] = _limited_current(conductance * drive, limit)
            limited = False
            if train.may_limit[s]:
                highest = rising.lowest
                for k in range(kinds):
                    target = levels[k]
                    if write > 0:
                        move = train.speeds[s] * factor * rising.efficiencies[k]
                        target = max(target, move / (move + rising.losses[k]))
                    highest += rising.shares[k] * target
                limited = highest * abs(drive) > limit
            if limited:
                constants = rising if drive > 0 else falling
                integrate(constants, levels, abs(drive), limit, factor, drive > 0, train.durations[s])
            elif write == 0:
                for k in range(kinds):
                    levels[k] *= train.kept[s, k]
            else:
                speed, time = train.speeds[s] * factor, train.durations[s]
                for k in range(kinds):
                    move = speed * rising.efficiencies[k]
                    rate = move + rising.losses[k]
                    target = move / rate if write > 0 else 0.0
                    levels[k] = target + (levels[k] - target) * exp(-rate * time)
            conductance = conductance_of(rising, levels)
            ends[cycle, s] = _limited_current(conductance * drive, limit)
    return begins, ends, factor


@compiled
def _limited_current(current: float, limit: float) -> float:
    return min(max(current, -limit), limit)


@compiled
def phototransistor_train(
    train: PhototransistorTrain,
    shifts: FloatArray,
    sensitised: float,
    factors: FloatArray,
    cycles: int,
    lit: bool,
    factor: float,
) -> tuple[FloatArray, FloatArray, float, float]:
    """Go `cycles` times through a train; moves `shifts`, gives drain currents at each begin and end, z and a factor."""
    segments, traps = len(train.durations), len(shifts)
    begins, ends = np.empty((cycles, segments)), np.empty((cycles, segments))
    kept, captures, emissions = train.kept, train.captures, train.emissions
    gain, loss, knee, channel_gain = train.gain, train.sensitisation_loss, train.knee, train.channel_gain
    event, total = 0, 0.0
    for k in range(traps):
        total += shifts[k]
    for cycle in range(cycles):
        for s in range(segments):
            if train.lit[s] != lit:
                lit = train.lit[s]
                if lit:
                    factor = factors[event]
                    event += 1
            open_end, drain, limit = train.overdrives[s], train.drains[s], train.limits[s]
            begins[cycle, s] = _limited_current(_channel_current(channel_gain, knee, open_end + total, drain), limit)
            total = 0.0
            if lit:
                time, activation = train.durations[s], factor * train.activations[s]
                relaxation = activation + loss
                steady = activation / relaxation
                faded = exp(-relaxation * time)
                for k in range(traps):
                    capture = factor * captures[s, k]
                    rate = capture * train.inverse_full_shifts[k] + emissions[s, k]
                    target = capture * (1 + gain * steady) / rate
                    faded_shift = exp(-rate * time)
                    shifts[k] = target + (shifts[k] - target) * faded_shift
                    if gain > 0:
                        reach = _convolved(rate, relaxation, faded_shift, faded, time)
                        shifts[k] += capture * gain * (sensitised - steady) * reach
                    total += shifts[k]
                sensitised = steady + (sensitised - steady) * faded
            else:
                sensitised *= train.sensitisation_kept[s]
                for k in range(traps):
                    shifts[k] *= kept[s, k]
                    total += shifts[k]
            ends[cycle, s] = _limited_current(_channel_current(channel_gain, knee, open_end + total, drain), limit)
    return begins, ends, sensitised, factor


@compiled
def _convolved(first: float, second: float, first_faded: float, second_faded: float, time: float) -> float:
    """Give the integral of exp(-first (t - u)) exp(-second u) du from 0 to t (s), both exponentials at t known."""
    between = second - first
    if abs(between) * time > 0.01:
        return (first_faded - second_faded) / between
    return time * first_faded * (1 - between * time / 2 * (1 - between * time / 3 * (1 - between * time / 4)))


@compiled
def _channel_current(gain: float, knee: float, overdrive: float, drain: float) -> float:
    source_end, drain_end = _charge(overdrive, knee), _charge(overdrive - drain, knee)
    return gain / 2 * (source_end**2 - drain_end**2)


@compiled
def _charge(overdrive: float, knee: float) -> float:
    return overdrive if overdrive >= knee else float(knee * exp(overdrive / knee - 1))
