"""Lines of a command table for the settings of a generator's channel: numbers with their range, words, switches."""

from collections.abc import Callable, Mapping
from enum import Enum

from labkit_sim._scpi import Command, Reply
from labkit_sim._scpi_data import Call
from labkit_sim.generators._channel import GeneratorChannel
from labkit_sim.generators._instrument import WaveformGenerator, real
from labkit_sim.generators._levels import Told

Bounds = tuple[float, float, float]
"""Smallest, largest, and what DEFault means."""


class Effect(Enum):
    """What a changed setting does to the output."""

    NONE = "none"
    LEVEL = "the levels change at once"
    WAVEFORM = "the waveform begins anew; a burst under way is lost"


def act(channel: GeneratorChannel, effect: Effect) -> None:
    """Let a changed setting act."""
    if effect is Effect.LEVEL:
        channel.refresh()
    elif effect is Effect.WAVEFORM:
        channel.restart()


def numeric(
    pattern: str,
    unit: str,
    bounds: Callable[[GeneratorChannel], Bounds],
    get: Callable[[GeneratorChannel], float],
    put: Callable[[GeneratorChannel, float], Told | None],
    effect: Effect = Effect.WAVEFORM,
    absolute: bool = True,
) -> Command:
    """Make a numeric setting; beyond its range it is clipped with -222.

    Without `absolute`, `put` itself finds out what is beyond the range.
    """

    def write(generator: WaveformGenerator, call: Call) -> Reply:
        channel = generator.channel(call)
        low, high, default = bounds(channel)
        if absolute:
            value = generator.in_range(call, 0, unit, low, high, default)
        else:
            named = call.extreme(low, high, default) if call.text(0)[0].isalpha() else None
            value = call.number(0, unit) if named is None else named
        generator.tell(put(channel, value) or [])
        act(channel, effect)
        return None

    def query(generator: WaveformGenerator, call: Call) -> Reply:
        channel = generator.channel(call)
        found = call.extreme(*bounds(channel))
        return real(get(channel) if found is None else found)

    return Command(pattern, write, query)


def words(
    pattern: str,
    choices: Mapping[str, str],
    get: Callable[[GeneratorChannel], str],
    put: Callable[[GeneratorChannel, str], None],
    effect: Effect = Effect.WAVEFORM,
) -> Command:
    """Make a setting of one of several keywords (as the manual writes them) to what a query gives."""

    def write(generator: WaveformGenerator, call: Call) -> Reply:
        channel = generator.channel(call)
        put(channel, call.choice(0, choices))
        act(channel, effect)
        return None

    def query(generator: WaveformGenerator, call: Call) -> Reply:
        return get(generator.channel(call))

    return Command(pattern, write, query, query_arguments=(0, 0))


def switch(
    pattern: str,
    get: Callable[[GeneratorChannel], bool],
    put: Callable[[GeneratorChannel, bool], Told | None],
    effect: Effect = Effect.NONE,
) -> Command:
    """Make a setting of ON or OFF."""

    def write(generator: WaveformGenerator, call: Call) -> Reply:
        channel = generator.channel(call)
        generator.tell(put(channel, call.boolean(0)) or [])
        act(channel, effect)
        return None

    def query(generator: WaveformGenerator, call: Call) -> Reply:
        return str(int(get(generator.channel(call))))

    return Command(pattern, write, query, query_arguments=(0, 0))
