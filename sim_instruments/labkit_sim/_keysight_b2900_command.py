"""How lines of a B2900's command table are made: settings of a channel as numbers, switches and words."""

from collections.abc import Callable, Mapping

from labkit_sim._errors import ScpiError
from labkit_sim._keysight_b2900_channel import Channel
from labkit_sim._keysight_b2900_core import KeysightB2900Core
from labkit_sim._keysight_b2900_readings import number
from labkit_sim._scpi import Command, Reply
from labkit_sim._scpi_data import Call

_OUT_OF_RANGE = -222

Limits = tuple[float, float, float]
"""Smallest and largest value, and that of DEFault."""


def channel_number(
    pattern: str,
    unit: str,
    limits: Callable[[Channel], Limits],
    get: Callable[[Channel], float],
    put: Callable[[Channel, float], None],
    *,
    clipped: bool = False,
    whole: bool = False,
) -> Command:
    """Make a number of a channel; with `clipped` a value out of range is brought to the limit without an error."""

    def write(smu: KeysightB2900Core, call: Call) -> Reply:
        channel = smu.channel(call)
        value = _clipped(call, unit, limits(channel)) if clipped else call.number(0, unit, *limits(channel))
        put(channel, float(int(value + 0.5)) if whole else value)
        return None

    def query(smu: KeysightB2900Core, call: Call) -> Reply:
        channel = smu.channel(call)
        asked = call.extreme(*limits(channel))
        value = get(channel) if asked is None else asked
        return str(round(value)) if whole else number(value)

    return Command(pattern, write, query)


def _clipped(call: Call, unit: str, limits: Limits) -> float:
    minimum, maximum, _ = limits
    try:
        return call.number(0, unit, *limits)
    except ScpiError as error:
        if error.code != _OUT_OF_RANGE:
            raise
    return min(max(call.number(0, unit), minimum), maximum)


def channel_switch(pattern: str, get: Callable[[Channel], bool], put: Callable[[Channel, bool], None]) -> Command:
    """Make a switch of a channel."""

    def write(smu: KeysightB2900Core, call: Call) -> Reply:
        put(smu.channel(call), call.boolean(0))
        return None

    def query(smu: KeysightB2900Core, call: Call) -> Reply:
        return str(int(get(smu.channel(call))))

    return Command(pattern, write, query, query_arguments=(0, 0))


def channel_word(
    pattern: str,
    words: Mapping[str, str],
    get: Callable[[Channel], str],
    put: Callable[[Channel, str], None],
) -> Command:
    """Make a choice of a channel: words as the manual writes them to how they are answered."""

    def write(smu: KeysightB2900Core, call: Call) -> Reply:
        put(smu.channel(call), call.choice(0, words))
        return None

    def query(smu: KeysightB2900Core, call: Call) -> Reply:
        return get(smu.channel(call))

    return Command(pattern, write, query, query_arguments=(0, 0))
