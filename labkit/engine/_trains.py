"""Gather pulses into trains that the engine of a light or a generator can make by itself."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from labkit.core import LightCapabilities, LightTrain, Nanoseconds, PulseCapabilities, PulseTrain
from labkit.engine._plan import PlannedTrain, TrainPulse

LOAD_TIME = Nanoseconds(50_000_000)
"""What loading the next train takes on the bus, generously: two trains closer than this must be one."""


@dataclass(frozen=True, slots=True)
class TrainLimits:
    """What an engine makes: shortest and longest on time, and gap between pulses (ns), and its largest count."""

    on_time: tuple[Nanoseconds, Nanoseconds]
    off_time: tuple[Nanoseconds, Nanoseconds]
    pulses: int


def train_limits(able: LightCapabilities | PulseCapabilities) -> TrainLimits:
    """Give the limits of a light's engine or a generator's bursts."""
    if isinstance(able, LightCapabilities):
        return TrainLimits(able.on_time, able.off_time, able.pulses)
    gap = Nanoseconds(max(able.period[0] - able.width[0], able.time_resolution))
    return TrainLimits(able.width, (gap, able.period[1]), able.pulses)


def gather_trains(
    pulses: Iterable[TrainPulse], able: LightCapabilities | PulseCapabilities, base: float = 0.0
) -> tuple[PlannedTrain, ...]:
    """Make as few trains as the engine of a light or a generator allows, of pulses of one terminal in order of time.

    Pulses that are alike and evenly spaced share a train. A pulse longer than the engine's longest is switched by the
    PC. `base` (V) is what a generator stays at between pulses.
    """
    limits = train_limits(able)
    trains: list[PlannedTrain] = []
    waiting: list[TrainPulse] = []
    for pulse in pulses:
        if waiting and not _fits(waiting, pulse, limits):
            trains.append(_train(waiting, able, base))
            waiting = []
        waiting.append(pulse)
    if waiting:
        trains.append(_train(waiting, able, base))
    return tuple(trains)


def _fits(train: list[TrainPulse], pulse: TrainPulse, limits: TrainLimits) -> bool:
    last = train[-1]
    gap = pulse.begin - last.end
    alike = (pulse.level, pulse.edge, pulse.end - pulse.begin) == (last.level, last.edge, last.end - last.begin)
    even = len(train) == 1 or gap == last.begin - train[-2].end
    return (
        alike
        and even
        and len(train) < limits.pulses
        and limits.off_time[0] <= gap <= limits.off_time[1]
        and pulse.end - pulse.begin <= limits.on_time[1]
    )


def _train(pulses: list[TrainPulse], able: LightCapabilities | PulseCapabilities, base: float) -> PlannedTrain:
    limits, first = train_limits(able), pulses[0]
    width = Nanoseconds(first.end - first.begin)
    gap = Nanoseconds(pulses[1].begin - first.end) if len(pulses) > 1 else limits.off_time[0]
    train: LightTrain | PulseTrain = LightTrain(first.level, width, gap, len(pulses))
    if isinstance(able, PulseCapabilities):
        period = Nanoseconds(max(width + gap, able.period[0]))
        train = PulseTrain(base, first.level, width, period, len(pulses), first.edge)
    return PlannedTrain(first.terminal, first.begin, train, tuple(pulses), steady=width > limits.on_time[1])


def too_close(trains: tuple[PlannedTrain, ...]) -> PlannedTrain | None:
    """Give the first train that begins before the one before it has ended and the next could be loaded."""
    for earlier, later in itertools.pairwise(trains):
        if later.begin < earlier.end + LOAD_TIME:
            return later
    return None
