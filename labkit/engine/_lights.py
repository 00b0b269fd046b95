"""Gather light pulses into trains that a light source's own engine can make."""

import itertools
from collections.abc import Iterable

from labkit.core import LightCapabilities, LightTrain, Nanoseconds
from labkit.engine._plan import LightPulse, PlannedTrain

LOAD_TIME = Nanoseconds(50_000_000)
"""What loading the next train takes on the bus, generously: two trains closer than this must be one."""


def gather_trains(pulses: Iterable[LightPulse], able: LightCapabilities) -> tuple[PlannedTrain, ...]:
    """Make as few trains as the engine of the light allows, of pulses of one terminal in order of time.

    Pulses that are alike and evenly spaced share a train. A pulse longer than the engine's longest is switched by the
    PC.
    """
    trains: list[PlannedTrain] = []
    waiting: list[LightPulse] = []
    for pulse in pulses:
        if waiting and not _fits(waiting, pulse, able):
            trains.append(_train(waiting, able))
            waiting = []
        waiting.append(pulse)
    if waiting:
        trains.append(_train(waiting, able))
    return tuple(trains)


def _fits(train: list[LightPulse], pulse: LightPulse, able: LightCapabilities) -> bool:
    last = train[-1]
    gap = pulse.begin - last.end
    alike = pulse.level == last.level and pulse.end - pulse.begin == last.end - last.begin
    even = len(train) == 1 or gap == last.begin - train[-2].end
    return (
        alike
        and even
        and len(train) < able.pulses
        and able.off_time[0] <= gap <= able.off_time[1]
        and pulse.end - pulse.begin <= able.on_time[1]
    )


def _train(pulses: list[LightPulse], able: LightCapabilities) -> PlannedTrain:
    width = Nanoseconds(pulses[0].end - pulses[0].begin)
    gap = Nanoseconds(pulses[1].begin - pulses[0].end) if len(pulses) > 1 else able.off_time[0]
    return PlannedTrain(
        pulses[0].terminal,
        pulses[0].begin,
        LightTrain(pulses[0].level, width, gap, len(pulses)),
        tuple(pulses),
        steady=width > able.on_time[1],
    )


def too_close(trains: tuple[PlannedTrain, ...]) -> PlannedTrain | None:
    """Give the first train that begins before the one before it has ended and the next could be loaded."""
    for earlier, later in itertools.pairwise(trains):
        if later.begin < earlier.end + LOAD_TIME:
            return later
    return None
