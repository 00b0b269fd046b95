"""One cycle of a waveform as steps: what the world, which knows constant stretches only, is given.

An edge shorter than 1 us is a step at its half height. A longer one is a staircase of 32 stairs, as are the ramps; a
sine has 32 steps to the cycle. Each step is at the place where the waveform passes the middle of its stair, so that
means and widths at half height are exact.
"""

from dataclasses import dataclass
from math import pi, sin

import numpy as np

from labkit.core import FloatArray
from labkit_sim.generators._pulse import PulseTiming

STEPS = 32
_SHARP = 1e-6
"""Edges up to this (s) are one step."""

_STAIRCASE_OVER_EDGE = 1.25
"""The whole of a linear edge over its part from 10 % to 90 %."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """Values from -1 (low) to 1 (high), each from its time (ns) in the cycle on; `length` in ns.

    `rest` is the value between bursts; `sync_end` (ns) is when the sync output falls within a cycle.
    """

    times: tuple[int, ...]
    values: tuple[float, ...]
    length: float
    rest: float
    sync_end: int

    @property
    def mean(self) -> float:
        """The mean value over the cycle."""
        ends = np.append(np.array(self.times[1:]), self.length)
        durations = ends - np.array(self.times)
        return float(np.dot(durations, self.values) / self.length)


def pulse_cycle(timing: PulseTiming) -> Cycle:
    """Give a pulse: width from half height to half height, the leading edge beginning with the cycle."""
    points = [(0.0, -1.0)]
    for begin, edge, sign in _edges(timing):
        whole = _STAIRCASE_OVER_EDGE * edge
        if edge <= _SHARP:
            points.append((begin + whole / 2, sign))
        else:
            points += [
                (begin + whole * (stair + 0.5) / STEPS, sign * (2 * (stair + 1) / STEPS - 1)) for stair in range(STEPS)
            ]
    falls = _edges(timing)[1]
    return _cycle(points, timing.period, -1.0, falls[0] + _STAIRCASE_OVER_EDGE * falls[1] / 2)


def _edges(timing: PulseTiming) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Give begin (s), transition time (s) and sign of the two edges."""
    middle = _STAIRCASE_OVER_EDGE * timing.lead / 2
    fall = middle + timing.width - _STAIRCASE_OVER_EDGE * timing.trail / 2
    return (0.0, timing.lead, 1.0), (max(0.0, fall), timing.trail, -1.0)


def square_cycle(period: float, duty: float) -> Cycle:
    """Give a square wave with a duty cycle (0 to 1)."""
    return _cycle([(0.0, 1.0), (duty * period, -1.0)], period, -1.0, duty * period)


def sine_cycle(period: float, phase: float) -> Cycle:
    """Give a sine from a phase (degrees) on."""
    start = phase / 360
    points = [(k / STEPS * period, sin(2 * pi * (start + (k + 0.5) / STEPS))) for k in range(STEPS)]
    return _cycle(points, period, sin(2 * pi * start), period / 2)


def ramp_cycle(period: float, symmetry: float, phase: float) -> Cycle:
    """Give a ramp that rises for `symmetry` (0 to 1) of its cycle; phase 0 is where it rises through its middle."""

    def value(at: float) -> float:
        place = (at + symmetry / 2) % 1.0
        if place < symmetry:
            return -1 + 2 * place / symmetry
        return 1 - 2 * (place - symmetry) / (1 - symmetry)

    start = phase / 360
    points = [(k / STEPS * period, value(start + (k + 0.5) / STEPS)) for k in range(STEPS)]
    return _cycle(points, period, value(start), period / 2)


def sampled_cycle(samples: FloatArray, period: float) -> Cycle:
    """Give samples (-1 to 1), spread evenly over a period."""
    points = [(k / len(samples) * period, float(value)) for k, value in enumerate(samples)]
    return _cycle(points, period, float(samples[0]), period / 2)


def _cycle(points: list[tuple[float, float]], period: float, rest: float, sync_end: float) -> Cycle:
    """Round to whole ns: of several steps in one the last stays, and those that change nothing are left out."""
    steps: dict[int, float] = {}
    for time, value in points:
        steps[round(time * 1e9)] = value
    times = sorted(steps)
    kept = [time for k, time in enumerate(times) if k == 0 or steps[time] != steps[times[k - 1]]]
    return Cycle(tuple(kept), tuple(steps[time] for time in kept), period * 1e9, rest, round(sync_end * 1e9))
