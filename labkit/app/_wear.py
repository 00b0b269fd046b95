"""What a run did to a device: pulses, cycles, charge, light, time under bias, from the run's timeline and readings."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray, Kind, Run, Samples

PLANCK, LIGHT_SPEED = 6.62607015e-34, 299_792_458.0
_CYCLE = "cycle"
_ZERO = 1e-3
"""Below this magnitude (V) a terminal is at zero: what is read back of 0 V has an offset and noise."""


@dataclass(frozen=True, slots=True)
class Wear:
    """What a device went through.

    `pulses` counts per terminal, `cycles` the iterations of loops named `cycle`. `charge` (C) is the integral of the
    magnitude of the measured current, per terminal; `bias_time` (s) the time at a voltage other than zero, of which
    `unread_time` (s) had no reading and adds nothing to the charge. `dose` (J/m^2) and `photons` (1/m^2) are per light.
    """

    pulses: Mapping[str, int]
    cycles: int
    charge: Mapping[str, float]
    bias_time: Mapping[str, float]
    unread_time: Mapping[str, float]
    dose: Mapping[str, float]
    photons: Mapping[str, float]


def wear_of(run: Run) -> dict[str, Wear]:
    """Give the wear of each device that a run measured, by its name.

    A light shines on the whole chip: its dose counts for each device of the run, whichever was measured under it.
    """
    dose = _dose(run)
    if not run.devices:
        return {run.sample.device: _wear(run, dose)}
    return {device: _wear(run.of_device(device), dose) for device in run.devices}


def _wear(run: Run, dose: Mapping[str, float]) -> Wear:
    pulses = run.rows(Kind.PULSE)
    counts = pulses["terminal"].astype(str).value_counts().sort_index()
    bias = {name: _bias(_intervals(run, name), samples) for name, samples in run.traces.items()}
    return Wear(
        pulses={str(name): int(count) for name, count in counts.items()},
        cycles=_cycles(run),
        charge={name: found.charge for name, found in bias.items()},
        bias_time={name: found.time for name, found in bias.items()},
        unread_time={name: found.unread for name, found in bias.items()},
        dose=dose,
        photons={
            name: value * run.description.wavelengths[name] / (PLANCK * LIGHT_SPEED)
            for name, value in dose.items()
            if name in run.description.wavelengths
        },
    )


def _dose(run: Run) -> dict[str, float]:
    """Add up irradiance times width of the light pulses (J/m^2)."""
    pulses = run.rows(Kind.PULSE)
    found = {}
    for name, kind in run.description.terminals.items():
        own = pulses[pulses["terminal"] == name]
        if kind == "optical" and len(own):
            found[name] = float(((own["end"] - own["begin"]) * own["level"]).sum())
    return found


def _cycles(run: Run) -> int:
    """Count the iterations of the loop `cycle`, anew in each iteration of the loops around it."""
    loops = run.description.vocabulary.loops
    if _CYCLE not in loops:
        return 0
    around = list(loops[: loops.index(_CYCLE) + 1])
    return len(run.timeline.loc[run.timeline[_CYCLE] >= 0, around].drop_duplicates())


def _intervals(run: Run, terminal: str) -> FloatArray:
    """Give when something was done at a terminal: rows of begin (s), end (s), largest magnitude of its pulses (V).

    What overlaps, as a pulse within a record, becomes one.
    """
    rows = run.timeline[run.timeline["terminal"] == terminal].sort_values("begin")
    begin, end = rows["begin"].to_numpy(np.float64), rows["end"].to_numpy(np.float64)
    is_pulse = (rows["kind"] == str(Kind.PULSE)).to_numpy()
    level = np.abs(rows["level"].to_numpy(np.float64)) * is_pulse
    latest = np.maximum.accumulate(end)
    first = np.flatnonzero(np.concatenate(([True], begin[1:] >= latest[:-1]))[: len(begin)])
    if not len(first):
        return np.empty((0, 3))
    return np.column_stack((begin[first], np.maximum.reduceat(end, first), np.maximum.reduceat(level, first)))


@dataclass(frozen=True, slots=True)
class _Bias:
    charge: float
    time: float
    unread: float


def _bias(intervals: FloatArray, samples: Samples) -> _Bias:
    begin, end, level = intervals.T
    owner = np.searchsorted(begin, samples.time, side="right") - 1
    inside = (owner >= 0) & (samples.time < np.append(end, -np.inf)[owner])
    owner, current = owner[inside], samples.current[inside]
    cells = _cells(samples.time[inside], begin[owner], end[owner]) * (np.abs(samples.voltage[inside]) > _ZERO)
    known = np.isfinite(current)
    read = np.isin(np.arange(len(begin)), owner)
    blind = float(np.sum((end - begin)[~read & (level > 0)]))
    return _Bias(
        charge=float(cells[known] @ np.abs(current[known])),
        time=float(cells.sum()) + blind,
        unread=float(cells[~known].sum()) + blind,
    )


def _cells(times: FloatArray, begin: FloatArray, end: FloatArray) -> FloatArray:
    """Give how long each reading stands for (s): halfway to its neighbours, but not beyond its own begin and end."""
    middles = (times[1:] + times[:-1]) / 2
    together = begin[1:] == begin[:-1]
    left, right = begin.copy(), end.copy()
    left[1:][together] = middles[together]
    right[:-1][together] = middles[together]
    return right - left
