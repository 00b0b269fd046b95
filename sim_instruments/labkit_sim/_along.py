"""A device taken along a history of stimuli: compiled where its family can be, else stretch by stretch."""

from collections.abc import Sequence
from math import inf

import numpy as np

from labkit.core import FloatArray, IntArray, StimulusHistory
from labkit_sim.devices import (
    Device,
    Drive,
    Memristor,
    Mirrored,
    Phototransistor,
    Stimulus,
    follow,
    states_current,
    turned,
)


def currents_of(device: Device, history: StimulusHistory, terminal: str, times: FloatArray) -> FloatArray:
    """Give the current (A) into a terminal at `times` (s, rising, not before the history); moves the device.

    The history is gone through to its last change, or to the last of the times.
    """
    stimuli, course = few_stimuli(history)
    if isinstance(device, Mirrored):
        mirrored = [turned(stimulus) for stimulus in stimuli]
        return -_along(device.device, mirrored, course, history.times, terminal, times)
    return _along(device, stimuli, course, history.times, terminal, times)


def few_stimuli(history: StimulusHistory) -> tuple[list[Stimulus], IntArray]:
    """Give the different stimuli of a history, and which of them begins at each of its times."""
    columns = [*history.voltages.values(), *history.irradiance.values(), history.temperature]
    table = np.column_stack(columns)
    _, first, course = np.unique(table, axis=0, return_index=True, return_inverse=True)
    return [_stimulus(history, int(k)) for k in first], course.reshape(-1).astype(np.int64)


def _stimulus(history: StimulusHistory, k: int) -> Stimulus:
    drives = {name: Drive(float(levels[k]), history.limits.get(name, inf)) for name, levels in history.voltages.items()}
    light = {wavelength: float(levels[k]) for wavelength, levels in history.irradiance.items() if levels[k] > 0}
    return Stimulus(drives, light, float(history.temperature[k]))


def _along(
    device: Device,
    stimuli: Sequence[Stimulus],
    course: IntArray,
    edges: FloatArray,
    terminal: str,
    times: FloatArray,
) -> FloatArray:
    one_temperature = len({stimulus.temperature for stimulus in stimuli}) == 1
    if one_temperature and isinstance(device, Phototransistor | Memristor):
        return _compiled(device, stimuli, course, edges, terminal, times)
    return _stepped(device, [stimuli[k] for k in course.tolist()], edges, terminal, times)


def _compiled(
    device: Memristor | Phototransistor,
    stimuli: Sequence[Stimulus],
    course: IntArray,
    edges: FloatArray,
    terminal: str,
    times: FloatArray,
) -> FloatArray:
    """Cut the history at the times as well, and look at the state at the end of each piece."""
    whole = np.concatenate([edges, times])
    order = np.argsort(whole, kind="stable")
    is_reading = order >= len(edges)
    acting = course[np.cumsum(~is_reading)[:-1] - 1]
    states = follow(device, stimuli, acting, np.diff(whole[order]))
    read = np.flatnonzero(is_reading)
    # A reading at the very instant of a change is one of what begins there.
    state, under = states[read], course[np.searchsorted(edges, times, side="right") - 1]
    found = np.empty(len(times))
    for k, stimulus in enumerate(stimuli):
        own = under == k
        if own.any():
            found[own] = states_current(device, stimulus, terminal, state[own])
    return found


def _stepped(
    device: Device, stimuli: Sequence[Stimulus], edges: FloatArray, terminal: str, times: FloatArray
) -> FloatArray:
    found = np.empty(len(times))
    ends = np.append(edges[1:], inf)
    first = np.searchsorted(times, np.append(edges, inf))
    for k, stimulus in enumerate(stimuli):
        part = slice(int(first[k]), int(first[k + 1]))
        if part.stop > part.start:
            found[part] = device.trace(stimulus, times[part] - edges[k])[terminal][1]
        if ends[k] < inf:
            device.advance(stimulus, float(ends[k] - edges[k]))
    return found
