"""Waveform memories of the 81160A: one volatile waveform a channel, four that stay, and the built-in ones."""

from typing import ClassVar

import numpy as np

from labkit.core import FloatArray
from labkit_sim._errors import ScpiError
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call
from labkit_sim._station import Station
from labkit_sim.generators._instrument import WaveformGenerator
from labkit_sim.generators._keysight_33500_arb import uploaded, waveform_name

_SLOTS = 4
_POINTS = 256


def _built_in() -> dict[str, FloatArray]:
    place = np.linspace(0, 1, _POINTS, endpoint=False)
    return {
        "NEG_RAMP": 1 - 2 * place,
        "EXP_RISE": 2 * (1 - np.exp(-5 * place)) / (1 - np.exp(-5.0)) - 1,
        "EXP_FALL": 2 * np.exp(-5 * place) - 1,
        "SINC": np.sinc(8 * (place - 0.5)),
        "CARDIAC": np.exp(-(((place - 0.4) / 0.02) ** 2)),
    }


class WaveformMemories(WaveformGenerator):
    """A generator with user waveforms."""

    def __init__(self, station: Station) -> None:
        self.stored: dict[str, dict[str, FloatArray]] = {"1": {}, "2": {}}
        super().__init__(station)

    def power_on(self) -> None:
        """Empty the volatile memories and choose the built-in waveform of `*RST`."""
        self.swapped = False
        self.volatile: dict[str, FloatArray] = {}
        self.chosen = {found.number: "EXP_RISE" for found in self.channels.values()}

    def _known(self, number: str) -> dict[str, FloatArray]:
        volatile = {"VOLATILE": self.volatile[number]} if number in self.volatile else {}
        return _built_in() | self.stored[number] | volatile

    def _upload(self, call: Call, is_dac: bool) -> None:
        channel = self.channel(call)
        if waveform_name(call) != "VOLATILE":
            raise ScpiError(-224)
        samples = uploaded(call, channel.spec.dac_full_scale if is_dac else 1.0, self.swapped, is_dac)
        fewest, most = channel.spec.samples
        if not fewest <= len(samples) <= most:
            raise ScpiError(-223 if len(samples) > most else -222)
        self.volatile[channel.number] = samples
        if self.chosen[channel.number] == "VOLATILE":
            channel.samples = samples
            channel.restart()

    def _upload_dac(self, call: Call) -> Reply:
        self._upload(call, is_dac=True)
        return None

    def _upload_numbers(self, call: Call) -> Reply:
        self._upload(call, is_dac=False)
        return None

    def _copy(self, call: Call) -> Reply:
        channel = self.channel(call)
        name = waveform_name(call)
        source = waveform_name(call, 1) if call.given(1) else "VOLATILE"
        known = self._known(channel.number)
        if source not in known:
            raise ScpiError(785, "Specified arb waveform does not exist")
        if name in _built_in() or name == "VOLATILE":
            raise ScpiError(782, "Cannot overwrite a built-in waveform")
        stored = self.stored[channel.number]
        if name not in stored and len(stored) >= _SLOTS:
            raise ScpiError(781, "Not enough memory to store new arb waveform; use DATA:DELETE")
        stored[name] = known[source]
        return None

    def _delete(self, call: Call) -> Reply:
        channel = self.channel(call)
        name = waveform_name(call)
        if name == self.chosen[channel.number] and channel.function == "USER":
            raise ScpiError(787, "Cannot delete the currently selected active arb waveform")
        if name == "VOLATILE":
            self.volatile.pop(channel.number, None)
        elif self.stored[channel.number].pop(name, None) is None:
            raise ScpiError(785, "Specified arb waveform does not exist")
        return None

    def _catalogue(self, call: Call) -> Reply:
        return ",".join(f'"{name}"' for name in self._known(self.channel(call).number))

    def _stored_catalogue(self, call: Call) -> Reply:
        stored = self.stored[self.channel(call).number]
        return ",".join(f'"{name}"' for name in stored) or '""'

    def _free(self, call: Call) -> Reply:
        return str(_SLOTS - len(self.stored[self.channel(call).number]))

    def _points(self, call: Call) -> Reply:
        channel = self.channel(call)
        name = waveform_name(call) if len(call) else self.chosen[channel.number]
        known = self._known(channel.number)
        if name not in known:
            raise ScpiError(785, "Specified arb waveform does not exist")
        return str(len(known[name]))

    def _choose(self, call: Call) -> Reply:
        channel = self.channel(call)
        name = waveform_name(call)
        known = self._known(channel.number)
        if name not in known:
            raise ScpiError(785, "Specified arb waveform does not exist")
        self.chosen[channel.number] = name
        channel.samples = known[name]
        channel.restart()
        return None

    def _chosen(self, call: Call) -> Reply:
        return self.chosen[self.channel(call).number]

    def _set_byte_order(self, call: Call) -> Reply:
        self.swapped = call.choice(0, {"NORMal": False, "SWAPped": True})
        return None

    def _get_byte_order(self, call: Call) -> Reply:
        return "SWAP" if self.swapped else "NORM"

    DATA_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command(":DATA<n>:DAC", _upload_dac, write_arguments=(2, 600_000)),
        Command(":DATA<n>", _upload_numbers, write_arguments=(2, 600_000)),
        event(":DATA<n>:COPY", _copy, (1, 2)),
        event(":DATA<n>:DELete[:NAME]", _delete, (1, 1)),
        Command(":DATA<n>:CATalog", query=_catalogue, query_arguments=(0, 0)),
        Command(":DATA<n>:NVOLatile:CATalog", query=_stored_catalogue, query_arguments=(0, 0)),
        Command(":DATA<n>:NVOLatile:FREE", query=_free, query_arguments=(0, 0)),
        Command(":DATA<n>:ATTRibute:POINts", query=_points),
        Command("[:SOURce[1]]:FUNCtion<n>:USER", _choose, _chosen, query_arguments=(0, 0)),
        Command(":FORMat:BORDer", _set_byte_order, _get_byte_order, query_arguments=(0, 0)),
    )
