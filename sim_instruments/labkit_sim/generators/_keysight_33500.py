"""Firmware of the Keysight 33522B and 33622A waveform generators (families 33500B and 33600A).

After the operating and service guide of the 33500 series. What a setting makes impossible is adjusted, and -221 or -222
in the error queue says so. Assumed, because the guide does not say: which of two colliding settings gives way (here
the one that was set earlier); that a change of times, counts or trigger ends a burst under way while a change of levels
does not; that a square rests low between bursts; that Ext Trig is a TTL input whatever TRIGger:LEVel says, and that the
trigger output is a connector of its own (TRIG OUT). Not simulated: modulation, sweep, summing and coupling of channels
(switching them on is refused with -241), lists, sequences, the order of PRBS (its bits are random), MMEMory, noise and
bandwidth of the output, TRIGger:COUNt with INITiate, gated output.
"""

from collections.abc import Callable
from typing import ClassVar

from labkit_sim._errors import ScpiError
from labkit_sim._process import Line
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call
from labkit_sim.generators._apply import apply_commands
from labkit_sim.generators._channel import GeneratorChannel
from labkit_sim.generators._instrument import WaveformGenerator
from labkit_sim.generators._kept import ON_OFF, always_off, kept_number, kept_word
from labkit_sim.generators._keysight_33500_arb import PLAYBACK_COMMANDS, ArbitraryWaveforms, built_in_samples
from labkit_sim.generators._keysight_33500_trigger import BURST_COMMANDS, TRIGGER_COMMANDS
from labkit_sim.generators._levels import Levels
from labkit_sim.generators._pulse import PulseTiming
from labkit_sim.generators._settings import numeric
from labkit_sim.generators._source_commands import (
    duty_command,
    edge_commands,
    frequency_command,
    hold_command,
    level_commands,
    output_commands,
    period_command,
    shape_commands,
    width_command,
)
from labkit_sim.generators._specs import KEYSIGHT_33522B, KEYSIGHT_33622A, LOGIC_LEVEL, GeneratorSpec
from labkit_sim.generators._status import STATUS_COMMANDS

_FUNCTIONS = {
    "SINusoid": "SIN",
    "SQUare": "SQU",
    "TRIangle": "TRI",
    "RAMP": "RAMP",
    "PULSe": "PULS",
    "PRBS": "PRBS",
    "NOISe": "NOIS",
    "ARBitrary": "ARB",
    "DC": "DC",
}
_PULSE = "[:SOURce<n>]:FUNCtion:PULSe"


_SOURCE = "[:SOURce<n>]"

_KEPT = (
    kept_word(f"{_SOURCE}:FREQuency:MODE", {"CW": "CW", "FIXed": "FIX"}, "CW"),
    kept_word(f"{_SOURCE}:VOLTage:RANGe:AUTO", {**ON_OFF, "ONCE": "1"}, "1"),
    kept_number(f"{_SOURCE}:FUNCtion:NOISe:BANDwidth", "HZ", 1e-3, 120e6, 100e3),
    kept_number(f"{_SOURCE}:FUNCtion:NOISe:BWIDth", "HZ", 1e-3, 120e6, 100e3),
    kept_number(f"{_SOURCE}:FUNCtion:PRBS:TRANsition[:BOTH]", "S", 2.9e-9, 1e-6, 8.4e-9),
    kept_word(f"{_SOURCE}:FUNCtion:PRBS:DATA", {f"PN{order}": f"PN{order}" for order in range(3, 33)}, "PN7"),
    kept_word(":OUTPut<n>:SYNC:MODE", {"NORMal": "NORM", "CARRier": "CARR", "MARKer": "MARK"}, "NORM"),
    kept_word(":UNIT:ANGLe", {"DEGree": "DEG"}, "DEG"),
    kept_word(":DISPlay[:STATe]", ON_OFF, "1"),
    *(
        always_off(f"{_SOURCE}:{keyword}:STATe", what)
        for keyword, what in {
            "AM": "modulation",
            "FM": "modulation",
            "PM": "modulation",
            "PWM": "modulation",
            "FSKey": "modulation",
            "BPSK": "modulation",
            "SUM": "summing",
            "SWEep": "sweep",
            "FREQuency:COUPle": "coupling of channels",
            "VOLTage:COUPle": "coupling of channels",
        }.items()
    ),
)


def _set_bit_rate(channel: GeneratorChannel, rate: float) -> None:
    channel.bit_rate = rate


def _set_phase(channel: GeneratorChannel, degrees: float) -> None:
    channel.phase = degrees


class _Keysight33500(ArbitraryWaveforms):
    def power_on(self) -> None:
        super().power_on()
        self.continuous = True
        self.sync_on, self.sync_inverted, self.sync_source = True, False, 1
        self.trigger_out_on, self.trigger_out_inverted, self.trigger_out_source = False, False, 1
        self.sync.set_level(0.0)
        for channel in self.channels.values():
            channel.power_on(Levels(self.SPEC, 0.2), PulseTiming(self.SPEC, 1e-3, 100e-6), "SIN")
            channel.samples = built_in_samples()

    # Connectors

    def _sync_listener(self, number: int) -> Callable[[bool], None]:
        def changed(high: bool) -> None:
            if self.sync_on and self.sync_source == number:
                self.sync.set_level(LOGIC_LEVEL if high != self.sync_inverted else 0.0)

        return changed

    def trigger_out(self, number: int) -> Line | None:
        marks = self.trigger_out_on and self.trigger_out_source == number and self.channels[number].source != "EXT"
        return self.station.line("TRIG OUT") if marks else None

    def _refresh_connectors(self) -> None:
        high = self.sync_on and self.channels[self.sync_source].in_burst != self.sync_inverted
        self.sync.set_level(LOGIC_LEVEL if high else 0.0)
        rests_high = self.trigger_out_on and self.trigger_out_inverted
        self.station.line("TRIG OUT").set_level(LOGIC_LEVEL if rests_high else 0.0)

    # Commands

    def _set_function(self, call: Call) -> Reply:
        self.select(self.channel(call), call.choice(0, _FUNCTIONS))
        return None

    def _get_function(self, call: Call) -> Reply:
        return self.channel(call).function

    def _synchronize(self, call: Call) -> Reply:
        for channel in self.channels.values():
            if not channel.bursting:
                channel.restart()
        return None

    def _abort(self, call: Call) -> Reply:
        for channel in self.channels.values():
            channel.restart()
        return None

    def _initiate(self, call: Call) -> Reply:
        raise ScpiError(-213)

    def _set_continuous(self, call: Call) -> Reply:
        self.continuous = call.boolean(0)
        return None

    def _get_continuous(self, call: Call) -> Reply:
        return str(int(self.continuous))

    def _set_sync(self, call: Call) -> Reply:
        self.sync_on = call.boolean(0)
        self._refresh_connectors()
        return None

    def _get_sync(self, call: Call) -> Reply:
        return str(int(self.sync_on))

    def _set_sync_source(self, call: Call) -> Reply:
        self.sync_source = call.choice(0, {"CH1": 1, "CH2": 2})
        self._refresh_connectors()
        return None

    def _get_sync_source(self, call: Call) -> Reply:
        return f"CH{self.sync_source}"

    def _set_sync_polarity(self, call: Call) -> Reply:
        self.sync_inverted = call.choice(0, {"NORMal": False, "INVerted": True})
        self._refresh_connectors()
        return None

    def _get_sync_polarity(self, call: Call) -> Reply:
        return "INV" if self.sync_inverted else "NORM"

    def _set_trigger_out(self, call: Call) -> Reply:
        self.trigger_out_on = call.boolean(0)
        self._refresh_connectors()
        return None

    def _get_trigger_out(self, call: Call) -> Reply:
        return str(int(self.trigger_out_on))

    def _set_trigger_out_slope(self, call: Call) -> Reply:
        self.trigger_out_inverted = call.choice(0, {"POSitive": False, "NEGative": True})
        self._refresh_connectors()
        return None

    def _get_trigger_out_slope(self, call: Call) -> Reply:
        return "NEG" if self.trigger_out_inverted else "POS"

    def _set_trigger_out_source(self, call: Call) -> Reply:
        self.trigger_out_source = call.choice(0, {"CH1": 1, "CH2": 2})
        return None

    def _get_trigger_out_source(self, call: Call) -> Reply:
        return f"CH{self.trigger_out_source}"

    def _ignore(self, call: Call) -> Reply:
        return None

    TABLE = WaveformGenerator.TABLE.extended(
        *WaveformGenerator.ERROR_COMMANDS,
        Command("[:SOURce<n>]:FUNCtion", _set_function, _get_function, query_arguments=(0, 0)),
        frequency_command("[:SOURce<n>]:FREQuency[:CW]"),
        numeric(
            "[:SOURce<n>]:PHASe",
            "DEG",
            lambda channel: (-360.0, 360.0, 0.0),
            lambda channel: channel.phase,
            _set_phase,
        ),
        event("[:SOURce<n>]:PHASe:SYNChronize", _synchronize),
        *level_commands("[:SOURce<n>]:VOLTage"),
        period_command(f"{_PULSE}:PERiod"),
        width_command(f"{_PULSE}:WIDTh"),
        duty_command(f"{_PULSE}:DCYCle"),
        hold_command(f"{_PULSE}:HOLD"),
        *edge_commands(f"{_PULSE}:TRANsition[:BOTH]", f"{_PULSE}:TRANsition:LEADing", f"{_PULSE}:TRANsition:TRAiling"),
        *shape_commands("[:SOURce<n>]:FUNCtion:SQUare:DCYCle", "[:SOURce<n>]:FUNCtion:RAMP:SYMMetry"),
        period_command("[:SOURce<n>]:FUNCtion:SQUare:PERiod"),
        *ArbitraryWaveforms.ARB_COMMANDS,
        *PLAYBACK_COMMANDS,
        *apply_commands("[:SOURce<n>]:APPLy", _FUNCTIONS, 0.1),
        numeric(
            f"{_SOURCE}:FUNCtion:PRBS:BRATe",
            "",
            lambda channel: (1e-3, 50e6, 1000.0),
            lambda channel: channel.bit_rate,
            _set_bit_rate,
        ),
        *_KEPT,
        *BURST_COMMANDS,
        *TRIGGER_COMMANDS,
        *output_commands(),
        Command(":OUTPut<n>:SYNC[:STATe]", _set_sync, _get_sync, query_arguments=(0, 0)),
        Command(":OUTPut<n>:SYNC:SOURce", _set_sync_source, _get_sync_source, query_arguments=(0, 0)),
        Command(":OUTPut<n>:SYNC:POLarity", _set_sync_polarity, _get_sync_polarity, query_arguments=(0, 0)),
        Command(":OUTPut[1]:TRIGger[:STATe]", _set_trigger_out, _get_trigger_out, query_arguments=(0, 0)),
        Command(":OUTPut[1]:TRIGger:SLOPe", _set_trigger_out_slope, _get_trigger_out_slope, query_arguments=(0, 0)),
        Command(":OUTPut[1]:TRIGger:SOURce", _set_trigger_out_source, _get_trigger_out_source, query_arguments=(0, 0)),
        *STATUS_COMMANDS,
        event(":ABORt", _abort),
        event(":INITiate<n>[:IMMediate]", _initiate),
        Command(":INITiate<n>:CONTinuous", _set_continuous, _get_continuous, query_arguments=(0, 0)),
        event(":SYSTem:BEEPer[:IMMediate]", _ignore),
        event(":DISPlay:TEXT", _ignore, (1, 1)),
        event(":DISPlay:TEXT:CLEar", _ignore),
        event(":SYSTem:LOCal", _ignore),
        event(":SYSTem:REMote", _ignore),
    )


class Keysight33522B(_Keysight33500):
    """A 33522B: two channels, 30 MHz, 250 MSa/s."""

    SPEC: ClassVar[GeneratorSpec] = KEYSIGHT_33522B


class Keysight33622A(_Keysight33500):
    """A 33622A: two channels, 120 MHz, 1 GSa/s."""

    SPEC: ClassVar[GeneratorSpec] = KEYSIGHT_33622A
