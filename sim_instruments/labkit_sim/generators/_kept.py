"""Settings that are kept and given back, and do nothing in the simulation; and what cannot be switched on in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from labkit_sim._errors import ScpiError
from labkit_sim._scpi import Command, Reply
from labkit_sim._scpi_data import Call
from labkit_sim.generators._instrument import WaveformGenerator, real


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a setting is kept: by header and by channel, 0 for the whole instrument."""

    pattern: str
    per_channel: bool

    def key(self, generator: WaveformGenerator, call: Call) -> tuple[str, str]:
        """Give the key; raises -114 for a channel that is not there."""
        return self.pattern, generator.channel(call).number if self.per_channel else ""


def kept_word(pattern: str, choices: Mapping[str, str], default: str) -> Command:
    """Make a setting of one of several keywords, answered in the short form."""
    place = _Place(pattern, "<n>" in pattern)

    def write(generator: WaveformGenerator, call: Call) -> Reply:
        generator.kept[place.key(generator, call)] = call.choice(0, choices)
        return None

    def query(generator: WaveformGenerator, call: Call) -> Reply:
        return generator.kept.get(place.key(generator, call), default)

    return Command(pattern, write, query, query_arguments=(0, 0))


def kept_number(pattern: str, unit: str, low: float, high: float, default: float) -> Command:
    """Make a number within a range, clipped with -222 beyond it."""
    place = _Place(pattern, "<n>" in pattern)

    def write(generator: WaveformGenerator, call: Call) -> Reply:
        key = place.key(generator, call)
        generator.kept[key] = real(generator.in_range(call, 0, unit, low, high, default))
        return None

    def query(generator: WaveformGenerator, call: Call) -> Reply:
        found = call.extreme(low, high, default)
        return generator.kept.get(place.key(generator, call), real(default)) if found is None else real(found)

    return Command(pattern, write, query)


def always_off(pattern: str, what: str) -> Command:
    """Make a switch that cannot be switched on, because what it switches is not simulated: -241 says so."""

    def write(generator: WaveformGenerator, call: Call) -> Reply:
        generator.channel(call)
        if call.boolean(0):
            raise ScpiError(-241, f"Hardware missing; {what} is not simulated")
        return None

    def query(generator: WaveformGenerator, call: Call) -> Reply:
        generator.channel(call)
        return "0"

    return Command(pattern, write, query, query_arguments=(0, 0))


ON_OFF = {"ON": "1", "OFF": "0", "1": "1", "0": "0"}
