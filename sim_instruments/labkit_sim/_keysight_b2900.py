"""Firmware of the Keysight B2902A and B2912A source/measure units (SCPI reference B2910-90030, user's guide).

Two channels with source, meter and a trigger system of their own; sweeps, lists, pulses, spot measurements, trace
buffers, the digital port. The trigger system is described in `_keysight_b2900_actions`.

Assumed where the manual at hand is silent, beside the figures in the specifications: a spot measurement switches the
output on as `:INITiate` does (`:OUTPut:ON:AUTO`); `:FETCh` waits until nothing is acquired any more; a reading beyond
its range is an infinity with status bit 13; a query of an `:ALL` layer tells the transient action's; the last level of
a timed list lasts one interval; an open interlock refuses with -221.

Not simulated: the 2400-compatible command set, arbitrary waveforms, limit tests and math, resistance compensation, the
program memory, LAN events, mass memory, channel grouping; lead resistance, so remote sense changes nothing; the output
filter and the high-capacitance mode, which are settings only; the current limits of two channels together.
"""

from typing import ClassVar

from labkit_sim._instrument import ScpiInstrument
from labkit_sim._keysight_b2900_core import KeysightB2900Core
from labkit_sim._keysight_b2900_data_commands import DATA_COMMANDS
from labkit_sim._keysight_b2900_output_commands import OUTPUT_COMMANDS
from labkit_sim._keysight_b2900_sense_commands import SENSE_COMMANDS
from labkit_sim._keysight_b2900_source_commands import SOURCE_COMMANDS
from labkit_sim._keysight_b2900_system_commands import SYSTEM_COMMANDS
from labkit_sim._keysight_b2900_trigger_commands import TRIGGER_COMMANDS

_OWN = (
    *SYSTEM_COMMANDS,
    *SOURCE_COMMANDS,
    *OUTPUT_COMMANDS,
    *SENSE_COMMANDS,
    *TRIGGER_COMMANDS,
    *DATA_COMMANDS,
)
_PATTERNS = {command.pattern for command in _OWN}


class KeysightB2902A(KeysightB2900Core):
    """A B2902A on the wire; see KeysightB2900Core for the options of its station."""

    TABLE = ScpiInstrument.TABLE.extended(
        *(command for command in ScpiInstrument.ERROR_COMMANDS if command.pattern not in _PATTERNS), *_OWN
    )


class KeysightB2912A(KeysightB2902A):
    """A B2912A on the wire: faster triggers, finer source, a 10 nA range."""

    MODEL: ClassVar[str] = "B2912A"
