"""Keithley 2450 as a SourceMeter, in its native SCPI. Checked against simulated firmware, not on hardware."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from labkit.core import (
    BenchTerminal,
    Check,
    Clock,
    Connection,
    Driver,
    ElectricalTerminal,
    FloatArray,
    Identity,
    InstrumentError,
    OutputState,
    PlanRefused,
    Samples,
    SampleStatus,
    Sequence,
    SourceMeterCapabilities,
    SourceMeterSetting,
    StatusArray,
    nanoseconds,
    no_samples,
    sequence_samples,
)
from labkit_drivers import _keithley_2450_data as data
from labkit_drivers._keithley_2450_checks import interlock_check, trigger_check
from labkit_drivers._keithley_2450_commands import (
    BINARY_ELEMENTS,
    SOURCE_STATUS_LIMIT,
    Keithley2450Commands,
)
from labkit_drivers._keithley_2450_readings import OVERFLOW, is_plausible
from labkit_drivers._keithley_2450_trigger import TRIGGER_EVENT, compile_sequence, described, final_level
from labkit_drivers._link import Link, number
from labkit_drivers._output_state import state_of
from labkit_drivers._ranges import smallest_range
from labkit_drivers._safe import insist
from labkit_drivers._scpi_role import ScpiRole
from labkit_drivers._sourced_level import SourcedLevel, is_in_force

_MANUAL = "look the code up in the 2450's reference manual, section 'Error and status messages'"
_NEAR_LIMIT = 0.9
_LIMIT_TOLERANCE = 1e-6
_SECONDS_A_READING = 1e-4
"""Time allowed for the transfer of one reading: 24 bytes over the slowest usual link (GPIB)."""


class Keithley2450(ScpiRole):
    """One 2450: source of voltage, meter of current.

    Every output goes on only after the current limit was written, read back and found equal. Levels and limits of the
    bench's terminal are checked again here, below the planner.
    """

    def __init__(self, connection: Connection, terminal: ElectricalTerminal, clock: Clock) -> None:
        link = Link(connection)
        self._commands = Keithley2450Commands(link, connection.name)
        super().__init__(connection, link, self._commands, _MANUAL)
        self._terminal = terminal
        self._check_identity()
        self._capabilities = described(self._ask_number(":SYST:LFR?", "the line frequency"))
        if terminal.maximum_voltage > data.INTERLOCK_VOLTAGE:
            closed = self._ask_number(":OUTP:INT:TRIP?", "the interlock") != 0
            self._capabilities = replace(self._capabilities, interlock=closed)
        self._commands.prepare()
        if connection.trigger_output:
            self._commands.tie_trigger_output(connection.trigger_output, TRIGGER_EVENT)
        self.check_errors()
        self._source = SourcedLevel(terminal, clock, self._write_level)
        self._setting: SourceMeterSetting | None = None
        self._aperture = nanoseconds(self._capabilities.apertures[0])
        self._loaded: Sequence | None = None
        self._lead = 0.0
        self._planned = 0
        self._final_level = 0.0

    @property
    def capabilities(self) -> SourceMeterCapabilities:
        """What the 2450 can deliver at its line frequency."""
        return self._capabilities

    def _check_identity(self) -> None:
        idn = self._ask("*IDN?")
        if "MODEL 2450" not in idn:
            raise self._error(f"is {idn!r}, not a Keithley 2450", "correct the driver or the address in bench.yaml")
        language = self._ask("*LANG?")
        if language != "SCPI":
            raise self._error(
                f"speaks {language}, not SCPI",
                "set the command set to SCPI on the front panel (Menu, System, Settings) and restart the instrument",
            )
        self._idn = idn

    def identity(self) -> Identity:
        """Ask who it is, and the settings in force."""
        self._check_identity()
        queries = (":SOUR:VOLT:RANG?", ":SENS:CURR:RANG?", ":SENS:CURR:NPLC?", ":SOUR:VOLT:ILIM?")
        return Identity(
            self._connection.name, "keithley_2450", self._connection.address, self._idn, self._ask_all(queries)
        )

    def checks(self) -> tuple[Check, ...]:
        """Look at interlock and trigger output with the source off; the line is left as a run wants it."""
        found = [interlock_check(self._ask_number(":OUTP:INT:TRIP?", "the interlock"), self._terminal)]
        if line := self._connection.trigger_output:
            found.append(trigger_check(self._commands, line))
            self._commands.tie_trigger_output(line, TRIGGER_EVENT)
        return tuple(found)

    def configure(self, setting: SourceMeterSetting) -> None:
        """Set ranges, aperture and current limit, reading the limit back."""
        self._source.check_setting(setting)
        ranges = self._capabilities
        self._commands.source_range = smallest_range(ranges.source_voltage, setting.voltage_range, 1.0).full_scale
        measure = smallest_range(ranges.measure_current, setting.current_range, ranges.overrange)
        self._commands.measure_range = measure.full_scale
        self._commands.power_line_cycles = setting.aperture * ranges.line_frequency
        self._commands.limit_current = setting.compliance
        self._compare_limit(
            setting.compliance,
            f"choose a compliance of at least {data.LIMIT_OF_RANGE:.0%} of the range {measure.full_scale:g} A",
        )
        self.check_errors()
        self._aperture = nanoseconds(setting.aperture)
        self._setting = setting
        self._loaded = None

    def _compare_limit(self, compliance: float, remedy: str) -> None:
        in_force = self._ask_number(":SOUR:VOLT:ILIM?", "the current limit")
        if not is_in_force(in_force, compliance, _LIMIT_TOLERANCE):
            raise self._error(
                f"has a current limit of {in_force:g} A where {compliance:g} A was set; the output stays off", remedy
            )

    def _write_level(self, level: float) -> None:
        self._commands.level = level

    def enable_output(self) -> None:
        """Switch the output on at 0 V, after a last look at the current limit."""
        setting = self._setting
        if setting is None:
            raise self._error("has no compliance set; the output stays off", "call configure first")
        self._compare_limit(setting.compliance, "leave its front panel alone, and run again")
        self._source.set(0.0)
        self._commands.output = True
        if self._ask_number(":OUTP?", "the output state") != 1:
            raise self._error("did not switch its output on", "check the interlock and the front panel")
        self.check_errors()

    def output_state(self) -> OutputState:
        """Ask for output, level, current limit and whether it limits."""
        queries = (":OUTP?", ":SOUR:VOLT?", ":SOUR:VOLT:ILIM?", ":SOUR:VOLT:ILIM:TRIP?")
        return state_of(self._ask_number(query, "the state of the output") for query in queries)

    def set_level(self, level: float) -> None:
        """Source a voltage (V) from now on."""
        self._source.set(level)

    def ramp_to(self, level: float, rate: float) -> None:
        """Go to a voltage (V) in small steps at a rate (V/s)."""
        self._source.ramp_to(level, rate)

    def measure(self) -> tuple[float, float, int]:
        """Take one reading now: voltage (V), current (A), status."""
        answer = self._ask(':READ? "defbuffer1",SOUR,READ,SOURSTAT').split(",")
        if len(answer) != 3:
            raise self._error(f"answered {answer!r} to :READ?", "check the cable, then run again")
        voltage, current, flags = (number(text, self._connection, "a reading") for text in answer)
        status = SampleStatus.COMPLIANCE if int(flags) & SOURCE_STATUS_LIMIT else SampleStatus.OK
        if abs(current) > OVERFLOW:
            return voltage, float("nan"), status | SampleStatus.OVERLOAD
        return voltage, current, int(status)

    def load(self, sequence: Sequence) -> None:
        """Write a sequence into the trigger model, the output unchanged; what is loaded already stays."""
        if sequence == self._loaded:
            return
        planned = sequence_samples(sequence)
        if planned > data.BUFFER:
            raise PlanRefused(f"{planned} readings exceed the buffer of {data.BUFFER}", "make the block shorter")
        program = compile_sequence(sequence, self._aperture, self._source.level)
        if len(program.levels) > data.LIST_VALUES:
            raise PlanRefused(f"{len(program.levels)} levels exceed the list of {data.LIST_VALUES}", "use larger steps")
        for level in program.levels:
            self._source.check(level)
        self._loaded = None
        if program.levels:
            self._commands.write_source_list(program.levels, data.LIST_COMMAND_VALUES)
        self._commands.write(':TRIG:LOAD "Empty"')
        for command in program.commands:
            self._commands.write(command)
        self.check_errors()
        self._loaded = sequence
        self._lead = (program.lead or 0) / 1e9
        self._planned = planned
        self._final_level = final_level(sequence)

    def start(self) -> None:
        """Clear the buffer and start the trigger model, in one message: the start is known within one transfer."""
        self._commands.write(':TRAC:CLE "defbuffer1";:INIT')
        self._source.level = self._final_level

    def finished(self) -> bool:
        """Tell whether the trigger model has come to its end."""
        state = self._ask(":TRIG:STAT?").strip('"').split(";")[0].upper()
        if state in ("RUNNING", "WAITING"):
            return False
        if state != "IDLE":
            self.check_errors()
            raise self._error(
                f"trigger model is in state {state!r} where its end was due", "run again; look at the error queue"
            )
        return True

    def fetch(self) -> Samples:
        """Read the buffer back in one block; time counts from the first edge of the sequence."""
        count = int(self._ask_number(':TRAC:ACT? "defbuffer1"', "the number of readings"))
        if count != self._planned:
            self.check_errors()
            raise self._error(f"took {count} readings of {self._planned}", "run again; look at the error queue")
        if count == 0:
            return no_samples()
        return self._read_buffer(count).shifted(self._lead)

    def _read_buffer(self, count: int) -> Samples:
        self._link.wait_at_most(self._connection.timeout + count * _SECONDS_A_READING)
        self._commands.write(":FORM REAL")
        self._commands.write(f':TRAC:DATA? 1,{count},"defbuffer1",{",".join(BINARY_ELEMENTS)}')
        table = self._link.read_block(count * len(BINARY_ELEMENTS)).reshape(count, len(BINARY_ELEMENTS))
        self._commands.write(":FORM ASC")
        if not is_plausible(table):
            raise self._error("sent a garbled block of readings", "check the cable, then run again")
        current = table[:, 2].copy()
        status = self._statuses(current)
        self._link.wait_at_most(self._connection.timeout)
        overload = np.abs(current) > OVERFLOW
        status[overload] |= np.uint8(SampleStatus.OVERLOAD)
        current[overload] = np.nan
        return Samples(table[:, 0].copy(), table[:, 1].copy(), current, status)

    def _statuses(self, current: FloatArray) -> StatusArray:
        """Ask for the source's status of each reading, in text, only when one may have been at the limit.

        At the limit the current is the limit within its accuracy, so that smaller currents need no question.
        """
        status = np.zeros(len(current), dtype=np.uint8)
        limit = self._setting.compliance if self._setting is not None else 0.0
        if not np.any(np.abs(current) > _NEAR_LIMIT * limit):
            return status
        answer = self._ask(f':TRAC:DATA? 1,{len(current)},"defbuffer1",SOURSTAT').split(",")
        if len(answer) != len(current):
            raise self._error(f"sent {len(answer)} statuses of {len(current)}", "check the cable, then run again")
        flags = np.array([int(number(text, self._connection, "a status")) for text in answer])
        status[(flags & SOURCE_STATUS_LIMIT) != 0] |= np.uint8(SampleStatus.COMPLIANCE)
        return status

    def abort(self) -> None:
        """Stop the trigger model."""
        self._commands.write(":ABOR")
        self._loaded = None

    def make_safe(self) -> None:
        """Stop, go to 0 V at the terminal's ramp rate, switch off, and confirm that the output is off."""
        insist(self._link, self._stop, self._ramp_down, self._switch_off)

    def _stop(self) -> None:
        self._commands.write(":ABOR;:FORM ASC")  # whoever was ended while readings came left them binary

    def _ramp_down(self) -> None:
        if self._ask_number(":OUTP?", "the output state") == 1:
            self._source.ramp_down(self._ask_number(":SOUR:VOLT?", "the source level"))

    def _switch_off(self) -> None:
        self._commands.output = False
        if self._ask_number(":OUTP?", "the output state") != 0:
            raise self._error("does not confirm that its output is off", "switch it off at the front panel")
        self._source.level = 0.0


def _open(connection: Connection, terminals: Mapping[str, BenchTerminal], clock: Clock) -> "Mapping[str, Keithley2450]":
    if len(terminals) != 1:
        raise InstrumentError(
            f"{connection.name}: a 2450 has one channel, but serves the terminals {', '.join(terminals)}",
            "give each terminal an instrument of its own in bench.yaml",
        )
    ((name, terminal),) = terminals.items()
    if not isinstance(terminal, ElectricalTerminal):
        raise InstrumentError(f"{connection.name}: terminal {name} is no electrical one", "correct bench.yaml")
    return {name: Keithley2450(connection, terminal, clock)}


def _describe(terminal: BenchTerminal, line_frequency: float) -> SourceMeterCapabilities:
    return described(line_frequency)


KEITHLEY_2450 = Driver(
    name="keithley_2450",
    title="Keithley 2450 SourceMeter, native SCPI",
    role="source meter",
    models=("2450",),
    open=_open,
    describe=_describe,
)
