"""Firmware in the dialect of the Keithley 2400: a 2400, and a 2450 whose command set is SCPI2400.

User's manual 2400S-900-01. Source and meter on one pair of wires, concurrent measurement, sweeps, lists and source
memory, the arm and trigger layers with the trigger link (ports 1 to 4), the data store, the status word.

Assumed where the manual is silent or was not at hand: both functions of a concurrent measurement see the same aperture
and take the time of two; a time stamp is the begin of the aperture; a source function in mode SWE or LIST stays at its
last level; the arm timer's first event is immediate; settings are taken while the trigger model runs; a binary answer
has one header. Not simulated: limit tests and math (CALC1, CALC2), offset compensation, guard, the moving filter (it
repeats), sweep abort on compliance, digital I/O, saved setups.
"""

from labkit_sim._instrument import ScpiInstrument
from labkit_sim._keithley_2400._core import Keithley2400Core
from labkit_sim._keithley_2400._models import MODEL_2450
from labkit_sim._keithley_2400._sense_commands import SENSE_COMMANDS
from labkit_sim._keithley_2400._source_commands import SOURCE_COMMANDS
from labkit_sim._keithley_2400._store_commands import STORE_COMMANDS
from labkit_sim._keithley_2400._sweep_commands import SWEEP_COMMANDS
from labkit_sim._keithley_2400._system_commands import LANGUAGE_COMMAND, SYSTEM_COMMANDS
from labkit_sim._keithley_2400._trigger_commands import TRIGGER_COMMANDS

_OWN = (*SYSTEM_COMMANDS, *SOURCE_COMMANDS, *SWEEP_COMMANDS, *SENSE_COMMANDS, *TRIGGER_COMMANDS, *STORE_COMMANDS)
_PATTERNS = {command.pattern for command in _OWN}


class Keithley2400(Keithley2400Core):
    """A 2400 on the wire."""

    TABLE = ScpiInstrument.TABLE.extended(
        *(command for command in ScpiInstrument.ERROR_COMMANDS if command.pattern not in _PATTERNS), *_OWN
    )


class Keithley2450Scpi2400(Keithley2400):
    """A 2450 whose command set is SCPI2400: the dialect over the ranges of a 2450."""

    MODEL = MODEL_2450
    TABLE = Keithley2400.TABLE.extended(LANGUAGE_COMMAND)


__all__ = ["Keithley2400", "Keithley2450Scpi2400"]
