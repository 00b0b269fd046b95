"""Firmware of the Keithley 2450 SourceMeter in its native SCPI (reference manual 2450-901-01).

Source and meter on one pair of wires, reading buffers, configuration lists, sweeps and the trigger model.

Assumed where the manual is silent, beside the times in the specifications: recalling a source list leaves the output on
or off as it is; a dual sweep does not double its turning point; a sweep clears its buffer first; binary data are
little-endian unless set otherwise; readings of a full buffer that is filled once are dropped with error 4915.

Not simulated: writable buffers, limit tests and math, relative offsets, blenders, TSP-Link, LAN triggers, saving to a
flash drive; lead resistance and guarding, so remote sense changes nothing but its status bit; the drift that autozero
takes away, of which only its time is there.
"""

from labkit_sim._instrument import ScpiInstrument
from labkit_sim._keithley_2450_buffer_commands import BUFFER_COMMANDS
from labkit_sim._keithley_2450_core import Keithley2450Core
from labkit_sim._keithley_2450_line_commands import LINE_COMMANDS
from labkit_sim._keithley_2450_list_commands import LIST_COMMANDS
from labkit_sim._keithley_2450_sense_commands import SENSE_COMMANDS
from labkit_sim._keithley_2450_source_commands import SOURCE_COMMANDS
from labkit_sim._keithley_2450_system_commands import SYSTEM_COMMANDS
from labkit_sim._keithley_2450_trigger_commands import TRIGGER_COMMANDS

_OWN = (
    *SYSTEM_COMMANDS,
    *SOURCE_COMMANDS,
    *SENSE_COMMANDS,
    *BUFFER_COMMANDS,
    *LIST_COMMANDS,
    *TRIGGER_COMMANDS,
    *LINE_COMMANDS,
)
_PATTERNS = {command.pattern for command in _OWN}


class Keithley2450(Keithley2450Core):
    """A 2450 on the wire; see Keithley2450Core for the options of its station."""

    TABLE = ScpiInstrument.TABLE.extended(
        *(command for command in ScpiInstrument.ERROR_COMMANDS if command.pattern not in _PATTERNS), *_OWN
    )
