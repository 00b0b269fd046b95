"""Arbitrary waveforms of the 33500B and 33600A: uploads into volatile memory, and how they are played."""

from typing import ClassVar

import numpy as np

from labkit.core import FloatArray
from labkit_sim._errors import ScpiError
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call
from labkit_sim.generators._channel import GeneratorChannel
from labkit_sim.generators._instrument import WaveformGenerator
from labkit_sim.generators._kept import kept_word
from labkit_sim.generators._settings import Effect, numeric

BUILT_IN = "INT:\\BUILTIN\\EXP_RISE.ARB"
"""The waveform that `*RST` selects."""

_NODE = "[:SOURce<n>]:FUNCtion:ARBitrary"
_DATA = "[:SOURce<n>]:DATA"


def built_in_samples() -> FloatArray:
    """Give an exponential rise, close to the instrument's own."""
    rise: FloatArray = 1 - np.exp(-np.linspace(0, 5, 1000))
    samples: FloatArray = 2 * rise / rise[-1] - 1
    return samples


def waveform_name(call: Call, index: int = 0) -> str:
    """Read a waveform's name, quoted or not; capitals and small letters are the same."""
    name = call.string(index) if call.is_string(index) else call.text(index)
    return name.strip().upper()


def uploaded(call: Call, full_scale: float, swapped: bool, is_dac: bool) -> FloatArray:
    """Read samples after the name, as numbers or as a block, and bring them to -1 ... 1.

    Raises ScpiError -222 for a sample out of range, -161 for a block of half a sample.
    """
    if call.text(1)[0] == "#":
        data = call.block(1)
        kind = np.dtype(("<" if swapped else ">") + ("i2" if is_dac else "f4"))
        if len(data) % kind.itemsize:
            raise ScpiError(-161)
        values = np.frombuffer(data, dtype=kind).astype(np.float64)
    else:
        values = call.numbers(1)
    if not len(values) or not np.all(np.abs(values) <= full_scale):
        raise ScpiError(-222)
    return values / full_scale


class ArbitraryWaveforms(WaveformGenerator):
    """A generator with a volatile waveform memory for each channel."""

    def power_on(self) -> None:
        """Empty the memories."""
        self.swapped = False
        self.memory: dict[str, dict[str, FloatArray]] = {found.number: {} for found in self.channels.values()}
        self.chosen = {found.number: BUILT_IN for found in self.channels.values()}

    def _upload(self, call: Call, is_dac: bool) -> None:
        channel = self.channel(call)
        name = waveform_name(call)
        samples = uploaded(call, channel.spec.dac_full_scale if is_dac else 1.0, self.swapped, is_dac)
        fewest, most = channel.spec.samples
        if not fewest <= len(samples) <= most:
            raise ScpiError(-223 if len(samples) > most else -222)
        memory = self.memory[channel.number]
        if name in memory:
            raise ScpiError(786, "Specified arb waveform already exists")
        memory[name] = samples

    def _upload_dac(self, call: Call) -> Reply:
        self._upload(call, is_dac=True)
        return None

    def _upload_numbers(self, call: Call) -> Reply:
        self._upload(call, is_dac=False)
        return None

    def _choose(self, call: Call) -> Reply:
        channel = self.channel(call)
        name = waveform_name(call)
        known = {BUILT_IN: built_in_samples()} | self.memory[channel.number]
        if name not in known:
            raise ScpiError(785, "Specified arb waveform does not exist")
        self.chosen[channel.number] = name
        channel.samples = known[name]
        channel.restart()
        return None

    def _chosen(self, call: Call) -> Reply:
        return f'"{self.chosen[self.channel(call).number]}"'

    def _points(self, call: Call) -> Reply:
        return f"{len(self.channel(call).samples):+d}"

    def _catalogue(self, call: Call) -> Reply:
        names = [BUILT_IN, *self.memory[self.channel(call).number]]
        return ",".join(f'"{name}"' for name in names)

    def _clear(self, call: Call) -> Reply:
        channel = self.channel(call)
        self.memory[channel.number] = {}
        if self.chosen[channel.number] != BUILT_IN:
            self.chosen[channel.number] = BUILT_IN
            channel.samples = built_in_samples()
            channel.restart()
        return None

    def _free(self, call: Call) -> Reply:
        channel = self.channel(call)
        used = sum(map(len, self.memory[channel.number].values()))
        return f"{channel.spec.samples[1] - used:+d}"

    def _stored_points(self, call: Call) -> Reply:
        channel = self.channel(call)
        if not len(call):
            return self._points(call)
        memory = self.memory[channel.number]
        name = waveform_name(call)
        if name not in memory:
            raise ScpiError(785, "Specified arb waveform does not exist")
        return f"{len(memory[name]):+d}"

    def _set_byte_order(self, call: Call) -> Reply:
        self.swapped = call.choice(0, {"NORMal": False, "SWAPped": True})
        return None

    def _get_byte_order(self, call: Call) -> Reply:
        return "SWAP" if self.swapped else "NORM"

    ARB_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command(_NODE, _choose, _chosen, query_arguments=(0, 0)),
        Command(f"{_NODE}:POINts", query=_points, query_arguments=(0, 0)),
        Command(f"{_DATA}:ARBitrary:DAC", _upload_dac, write_arguments=(2, 10_000_000)),
        Command(f"{_DATA}:ARBitrary", _upload_numbers, write_arguments=(2, 10_000_000)),
        Command(f"{_DATA}:VOLatile:CATalog", query=_catalogue, query_arguments=(0, 0)),
        event(f"{_DATA}:VOLatile:CLEar", _clear),
        Command(f"{_DATA}:VOLatile:FREE", query=_free, query_arguments=(0, 0)),
        Command(f"{_DATA}:ATTRibute:POINts", query=_stored_points),
        Command(":FORMat:BORDer", _set_byte_order, _get_byte_order, query_arguments=(0, 0)),
    )


def _set_sample_rate(channel: GeneratorChannel, rate: float) -> None:
    channel.sample_period = 1 / rate


def _set_waveform_period(channel: GeneratorChannel, period: float) -> None:
    channel.sample_period = period / len(channel.samples)


def _set_waveform_frequency(channel: GeneratorChannel, frequency: float) -> None:
    channel.sample_period = 1 / frequency / len(channel.samples)


def _bounds(channel: GeneratorChannel) -> tuple[float, float, float]:
    return *channel.spec.sample_rate, 40e3


def _period_bounds(channel: GeneratorChannel) -> tuple[float, float, float]:
    slowest, fastest, _ = _bounds(channel)
    return len(channel.samples) / fastest, len(channel.samples) / slowest, len(channel.samples) / 40e3


def _frequency_bounds(channel: GeneratorChannel) -> tuple[float, float, float]:
    shortest, longest, default = _period_bounds(channel)
    return 1 / longest, 1 / shortest, 1 / default


PLAYBACK_COMMANDS = (
    numeric(f"{_NODE}:SRATe", "", _bounds, lambda channel: 1 / channel.sample_period, _set_sample_rate),
    numeric(
        f"{_NODE}:PERiod",
        "S",
        _period_bounds,
        lambda channel: channel.sample_period * len(channel.samples),
        _set_waveform_period,
    ),
    numeric(
        f"{_NODE}:FREQuency",
        "HZ",
        _frequency_bounds,
        lambda channel: 1 / (channel.sample_period * len(channel.samples)),
        _set_waveform_frequency,
    ),
    numeric(
        f"{_NODE}:PTPeak",
        "V",
        lambda channel: (
            channel.levels.shown(channel.spec.amplitude[0]),
            channel.levels.shown(channel.spec.amplitude[1]),
            channel.levels.shown(channel.levels.amplitude),
        ),
        lambda channel: channel.levels.shown(channel.levels.amplitude),
        lambda channel, value: channel.levels.set_amplitude(value, "ARB"),
        Effect.LEVEL,
    ),
    kept_word(f"{_NODE}:FILTer", {"NORMal": "NORM", "STEP": "STEP", "OFF": "OFF"}, "NORM"),
    kept_word(f"{_NODE}:ADVance", {"SRATe": "SRAT"}, "SRAT"),
)
