"""Firmware of the Keysight 81160A pulse function arbitrary noise generator.

After the 81150A/81160A user's guide: the channel stands behind the node (`:PULS:WIDT1`), ARM and TRIG:COUN make
bursts, the period of a single triggered pulse is ignored. Assumed: what collides is adjusted with -221 as in the 33500
series; a change of times, counts or of the arm source ends a burst under way; the external input is a TTL one whatever
ARM:LEVel says; numbers are answered as NR3. The trigger outputs of the channels are the ports TRIG OUT and TRIG OUT 2.
Not simulated: modulation, patterns (PATTern option), tracking of channels (its state is kept, nothing is copied), the
complement and strobe outputs, the two amplifiers, delays between channels in the continuous mode.
"""

from typing import ClassVar

from labkit_sim._process import Line
from labkit_sim._scpi import Command, Reply
from labkit_sim._scpi_data import Call
from labkit_sim.generators._apply import apply_commands
from labkit_sim.generators._instrument import WaveformGenerator
from labkit_sim.generators._kept import ON_OFF, kept_number, kept_word
from labkit_sim.generators._keysight_81160a_data import WaveformMemories
from labkit_sim.generators._keysight_81160a_trigger import TRIGGER_COMMANDS, rearm
from labkit_sim.generators._levels import Levels
from labkit_sim.generators._pulse import PulseTiming
from labkit_sim.generators._source_commands import (
    duty_command,
    edge_commands,
    frequency_command,
    hold_command,
    level_commands,
    load_command,
    output_commands,
    period_command,
    shape_commands,
    width_command,
)
from labkit_sim.generators._specs import KEYSIGHT_81160A, GeneratorSpec
from labkit_sim.generators._status import STATUS_COMMANDS

_FUNCTIONS = {
    "SINusoid": "SIN",
    "SQUare": "SQU",
    "RAMP": "RAMP",
    "PULSe": "PULS",
    "NOISe": "NOIS",
    "DC": "DC",
    "USER": "USER",
}
_FUNCTION = "[:SOURce[1]]:FUNCtion<n>"
_PULSE = "[:SOURce[1]]:PULSe"


_KEPT = (
    kept_word(":OUTPut<n>:COMPlement", ON_OFF, "0"),
    kept_word(":OUTPut<n>:ROUTe", {"HIVoltage": "HIV", "HIBandwidth": "HIB"}, "HIB"),
    kept_number(":OUTPut<n>:IMPedance[:INTernal]", "OHM", 50.0, 50.0, 50.0),
    kept_word(":OUTPut<n>:TRIGger:VOLTage", {"TTL": "TTL", "ECL": "ECL", "SYM4vpp": "SYM4"}, "TTL"),
    kept_word(":OUTPut<n>:STRobe:VOLTage", {"TTL": "TTL", "ECL": "ECL", "SYM4vpp": "SYM4"}, "TTL"),
    kept_word(":TRACk:CHANnel<n>", ON_OFF, "0"),
    kept_word(f"{_FUNCTION}:PULSe:TRANsition:TRAiling:AUTO", ON_OFF, "1"),
    kept_word(f"{_PULSE}:TRANsition<n>:TRAiling:AUTO", ON_OFF, "1"),
    kept_number(":ARM:LEVel", "V", -10.0, 10.0, 1.0),
    kept_number(":ARM:IMPedance", "OHM", 50.0, 10e3, 10e3),
    kept_word(":TRIGger:SOURce<n>", {"IMMediate": "IMM", "INTernal2": "INT2"}, "IMM"),
    kept_word(":DISPlay[:WINDow][:STATe]", ON_OFF, "1"),
)


class Keysight81160A(WaveformMemories):
    """An 81160A with two channels."""

    SPEC: ClassVar[GeneratorSpec] = KEYSIGHT_81160A
    DC_ENDS_BURSTS: ClassVar[bool] = False

    def power_on(self) -> None:
        """Take the settings of `*RST`: a sine of 1 MHz, 1 V peak to peak into 50 ohm."""
        super().power_on()
        self.sync.set_level(0.0)
        for channel in self.channels.values():
            channel.ends_with_pulse = True
            channel.power_on(Levels(self.SPEC, 2.0), PulseTiming(self.SPEC, 1e-6, 100e-9), "SIN")
            channel.whole_waveform_period = True
            rearm(channel)

    # Connectors

    def trigger_out(self, number: int) -> Line | None:
        """Give the trigger output of a channel, which is always on."""
        return self.station.line("TRIG OUT" if number == 1 else "TRIG OUT 2")

    # Commands

    def _set_function(self, call: Call) -> Reply:
        self.select(self.channel(call), call.choice(0, _FUNCTIONS))
        return None

    def _get_function(self, call: Call) -> Reply:
        return self.channel(call).function

    def _options(self, call: Call) -> Reply:
        return "002"

    TABLE = WaveformGenerator.TABLE.extended(
        *WaveformGenerator.ERROR_COMMANDS,
        *STATUS_COMMANDS,
        Command("*OPT", query=_options, query_arguments=(0, 0)),
        Command(f"{_FUNCTION}[:SHAPe]", _set_function, _get_function, query_arguments=(0, 0)),
        frequency_command("[:SOURce[1]]:FREQuency<n>[:CW]"),
        *level_commands("[:SOURce[1]]:VOLTage<n>"),
        period_command(f"{_PULSE}:PERiod<n>"),
        frequency_command(f"{_PULSE}:FREQuency<n>"),
        width_command(f"{_PULSE}:WIDTh<n>"),
        width_command(f"{_FUNCTION}:PULSe:WIDTh"),
        duty_command(f"{_PULSE}:DCYCle<n>"),
        duty_command(f"{_FUNCTION}:PULSe:DCYCle"),
        hold_command(f"{_PULSE}:HOLD<n>"),
        hold_command(f"{_FUNCTION}:PULSe:HOLD"),
        *edge_commands(
            f"{_FUNCTION}:PULSe:TRANsition",
            f"{_FUNCTION}:PULSe:TRANsition:LEADing",
            f"{_FUNCTION}:PULSe:TRANsition:TRAiling",
        ),
        *edge_commands(
            f"{_PULSE}:TRANsition<n>", f"{_PULSE}:TRANsition<n>:LEADing", f"{_PULSE}:TRANsition<n>:TRAiling"
        ),
        *shape_commands(f"{_FUNCTION}:SQUare:DCYCle", f"{_FUNCTION}:RAMP:SYMMetry"),
        *WaveformMemories.DATA_COMMANDS,
        *apply_commands(":APPLy<n>", _FUNCTIONS, 0.5),
        *TRIGGER_COMMANDS,
        *output_commands(),
        load_command(":OUTPut<n>:IMPedance:EXTernal"),
        *_KEPT,
    )
