"""One cycle of a waveform as steps: what the world, which knows constant stretches only, is given.

An edge shorter than 1 us is a step at its half height, a longer one a staircase of 32 stairs. A sine and a ramp have 32
steps to the cycle, above 6 kHz fewer, 8 at least. Each step is at the place where the waveform passes the middle of its
stair, so that means and widths at half height are exact.
"""

from dataclasses import dataclass
from math import pi, sin

import numpy as np

from labkit.core import FloatArray
from labkit_sim.generators._pulse import PulseTiming

_STEPS, _FEWEST_STEPS = 32, 8
_SHORT_STEP = 5e-6
"""Sines and ramps have no shorter steps (s) than this, while enough of them are left."""

_SHARP = 1e-6
"""Edges up to this (s) are one step."""

_STAIRCASE_OVER_EDGE = 1.25
"""The whole of a linear edge over its part from 10 % to 90 %."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """Steps of a waveform between -1 (low) and 1 (high): each a time (ns) in the cycle and the value from then on.

    Where a cycle begins as it ends, its first value is not said again. `length` in ns; `rest` is the value between
    bursts, which is the last one of such a cycle, `mean` the mean over the cycle.
    """

    steps: tuple[tuple[int, float], ...]
    length: float
    rest: float
    mean: float


def pulse_cycle(timing: PulseTiming) -> Cycle:
    """Give a pulse: width from half height to half height, the leading edge beginning with the cycle."""
    lead, trail = (_STAIRCASE_OVER_EDGE * edge for edge in (timing.lead, timing.trail))
    fall = max(0.0, lead / 2 + timing.width - trail / 2)
    rising, falling = _edge(0.0, lead, 1.0), _edge(fall, trail, -1.0)
    times = np.concatenate([[0.0], rising[0], falling[0]])
    values = np.concatenate([[-1.0], rising[1], falling[1]])
    return _cycle(times, values, timing.period, -1.0)


def _edge(begin: float, whole: float, sign: float) -> tuple[FloatArray, FloatArray]:
    """Give times (s) and values of an edge that begins at a time and lasts `whole` (s)."""
    if whole <= _SHARP * _STAIRCASE_OVER_EDGE:
        return np.array([begin + whole / 2]), np.array([sign])
    stairs = np.arange(_STEPS)
    return begin + whole * (stairs + 0.5) / _STEPS, sign * (2 * (stairs + 1) / _STEPS - 1)


def square_cycle(period: float, duty: float) -> Cycle:
    """Give a square wave with a duty cycle (0 to 1)."""
    return _cycle(np.array([0.0, duty * period]), np.array([1.0, -1.0]), period, -1.0)


def sine_cycle(period: float, phase: float) -> Cycle:
    """Give a sine from a phase (degrees) on."""
    start = phase / 360
    begins, middles = _places(period)
    values = np.sin(2 * np.pi * (start + middles))
    return _cycle(begins * period, values, period, sin(2 * pi * start))


def ramp_cycle(period: float, symmetry: float, phase: float) -> Cycle:
    """Give a ramp that rises for `symmetry` (0 to 1) of its cycle; phase 0 is where it rises through its middle."""

    def value(at: float) -> float:
        place = (at + symmetry / 2) % 1.0
        if place < symmetry:
            return -1 + 2 * place / symmetry
        return 1 - 2 * (place - symmetry) / (1 - symmetry)

    start = phase / 360
    begins, middles = _places(period)
    values = np.array([value(start + middle) for middle in middles])
    return _cycle(begins * period, values, period, value(start))


def _places(period: float) -> tuple[FloatArray, FloatArray]:
    """Give where the steps of a smooth waveform begin and have their middle, as parts of its period (s)."""
    count = int(np.clip(period / _SHORT_STEP, _FEWEST_STEPS, _STEPS))
    begins = np.arange(count) / count
    return begins, begins + 0.5 / count


def sampled_cycle(samples: FloatArray, period: float) -> Cycle:
    """Give samples (-1 to 1), spread evenly over a period."""
    times = np.arange(len(samples)) / len(samples) * period
    return _cycle(times, samples, period, float(samples[0]))


def level_cycle(period: float) -> Cycle:
    """Give what does not change: the offset."""
    return Cycle(((0, 0.0),), period * 1e9, 0.0, 0.0)


def _cycle(times: FloatArray, values: FloatArray, period: float, rest: float) -> Cycle:
    """Round to whole ns: of several steps in one the last stays, and those that change nothing are left out."""
    lasting = np.append(times[1:], period) - times
    whole = np.round(times * 1e9).astype(np.int64)
    last = np.append(whole[1:] != whole[:-1], True)
    whole, kept = whole[last], values[last]
    changes = np.append(len(kept) == 1 or kept[0] != kept[-1], kept[1:] != kept[:-1])
    changes[0] |= not changes.any()
    mean = float(np.dot(lasting, values) / period)
    steps = tuple(zip(whole[changes].tolist(), kept[changes].tolist(), strict=True))
    return Cycle(steps, period * 1e9, rest, mean)
