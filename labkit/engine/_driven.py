"""A light that a pulse generator gates or drives: what the two can do together."""

from dataclasses import replace
from math import hypot, sqrt

from labkit.core import LightCapabilities, Nanoseconds, PulseCapabilities


def driven_light(light: LightCapabilities, source: PulseCapabilities) -> LightCapabilities:
    """Give what a light delivers when a generator makes its pulses.

    The generator sets times and counts, the light its level; the slower of the two edges is what reaches the device.
    The generator's gain error (limits, rectangular) adds to the uncertainty of the light's calibration.
    """
    shortest_gap = Nanoseconds(max(source.period[0] - source.width[0], source.time_resolution))
    return replace(
        light,
        on_time=(max(light.on_time[0], source.width[0]), source.width[1]),
        off_time=(max(light.off_time[0], shortest_gap), source.period[1]),
        pulses=source.pulses,
        relative_uncertainty=hypot(light.relative_uncertainty, source.gain / sqrt(3)),
        edge=max(light.edge, source.edge[0]),
        trigger_input=source.trigger_input,
    )
