"""The current at the end of a light pulse, and what is unknown of it where light and samples start by two commands."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labkit.metrics._stimuli import Event
from labkit.metrics._transients import Course, course_of, middle_of_peak
from labkit.metrics._windows import LEAST_SAMPLES, PEAK_SHARE, Trace, Window


@dataclass(frozen=True, slots=True)
class LightEdges:
    """What the instant of light against the samples leaves unknown, as standard uncertainties that all repeats share.

    `read` (J) is that of |V_R| I t_w, by the slope of the current at the edge; `electrical` (J) that of the integral of
    V I over the pulse, by how much the current rises within it.
    """

    read: float = 0.0
    electrical: float = 0.0


def at_the_edge(pulse: Event, trace: Trace) -> tuple[float, float]:
    """Give voltage (V) and current (A) at the end of a light pulse; NaN without readings in it."""
    within = trace.between(pulse.begin, pulse.end)
    if not len(within):
        return np.nan, np.nan
    peak = _peak_of(within)
    return float(np.mean(peak.voltage)), peak.mean + _course(pulse, within).step


def light_edges(pulses: Sequence[Event], trace: Trace) -> LightEdges:
    """Give what the instants of equal light pulses leave unknown of their energies; nothing where none was sampled."""
    sampled = [(pulse, trace.between(pulse.begin, pulse.end)) for pulse in pulses]
    sampled = [(pulse, within) for pulse, within in sampled if len(within) >= LEAST_SAMPLES]
    if not sampled:
        return LightEdges()
    slope = float(np.mean([_course(pulse, within).slope for pulse, within in sampled]))
    rise = float(np.mean([within.last(LEAST_SAMPLES).mean - _beginning(within) for _, within in sampled]))
    voltage = float(np.mean([np.mean(np.abs(within.voltage)) for _, within in sampled]))
    shift = float(np.mean([pulse.time_uncertainty for pulse, _ in sampled]))
    return LightEdges(voltage * abs(slope) * shift * pulses[0].width, voltage * abs(rise) * shift)


def _peak_of(within: Window) -> Window:
    return within.last(max(LEAST_SAMPLES, round(PEAK_SHARE * len(within))))


def _course(pulse: Event, within: Window) -> Course:
    peak = _peak_of(within)
    return course_of(peak, within.last(2 * len(peak)), middle_of_peak(pulse, peak))


def _beginning(within: Window) -> float:
    return float(np.mean(within.current[:LEAST_SAMPLES]))
