"""Instruments of the 2400's dialect as SourceMeters: a 2400, and a 2450 whose command set is SCPI2400.

A sequence runs as a source list that the arm timer paces, with one reading a point; what does not fit one pace, the
capabilities tell the planner (`one_pace`). Checked against simulated firmware, not on hardware.
"""

from collections.abc import Mapping

import numpy as np

from labkit.core import (
    BenchTerminal,
    Clock,
    Connection,
    Driver,
    ElectricalTerminal,
    Identity,
    InstrumentError,
    OutputState,
    Samples,
    Sequence,
    SourceMeterCapabilities,
    SourceMeterSetting,
    nanoseconds,
    no_samples,
)
from labkit_drivers import _keithley_2400_data as data
from labkit_drivers._keithley_2400_commands import Keithley2400Commands
from labkit_drivers._keithley_2400_list import SourceList, compile_list
from labkit_drivers._keithley_2400_readings import COLUMNS, read_samples
from labkit_drivers._link import Link
from labkit_drivers._output_state import state_of
from labkit_drivers._ranges import smallest_range
from labkit_drivers._safe import insist
from labkit_drivers._scpi_role import ScpiRole
from labkit_drivers._sourced_level import SourcedLevel, is_in_force

_MANUAL = "look the code up in the user's manual 2400S-900-01, appendix B"
_IDLE = 1 << 10
"""Bit of the operation register."""
_SECONDS_A_READING = 1e-3
"""Time allowed for the transfer of one reading: 56 characters."""
_LIMIT_TOLERANCE = 1e-5
"""The compliance comes back with seven digits."""


class Keithley2400(ScpiRole):
    """One 2400: source of voltage, meter of current.

    Every output goes on only after the compliance was written, read back and found equal.
    """

    def __init__(self, connection: Connection, terminal: ElectricalTerminal, clock: Clock, model: str) -> None:
        link = Link(connection)
        self._model = model
        self._terminal = terminal
        self._commands = Keithley2400Commands(link, connection.name)
        super().__init__(connection, link, self._commands, _MANUAL)
        self._check_identity()
        self._commands.prepare()
        self._capabilities = data.capabilities(model, self._ask_number(":SYST:LFR?", "the line frequency"))
        self.check_errors()
        self._source = SourcedLevel(terminal, clock, self._write_level)
        self._setting: SourceMeterSetting | None = None
        self._loaded: Sequence | None = None
        self._program: SourceList | None = None
        self._running = False

    @property
    def capabilities(self) -> SourceMeterCapabilities:
        """What the instrument can deliver at its line frequency."""
        return self._capabilities

    def _check_identity(self) -> None:
        idn = self._ask("*IDN?")
        if f"MODEL {self._model}" not in idn:
            raise self._error(
                f"is {idn!r}, not a Keithley {self._model}", "correct the driver or the address in bench.yaml"
            )
        if self._model == "2450" and (language := self._ask("*LANG?")) != "SCPI2400":
            raise self._error(
                f"speaks {language}, not SCPI2400",
                "use the driver keithley_2450, or set the command set to SCPI2400 and restart the instrument",
            )
        self._idn = idn

    def identity(self) -> Identity:
        """Ask who it is, and the settings in force."""
        self._check_identity()
        settings = self._ask_all((":SOUR:VOLT:RANG?", ":SENS:CURR:RANG?", ":SENS:CURR:NPLC?", ":SENS:CURR:PROT?"))
        name = "keithley_2400" if self._model == "2400" else "keithley_2450_scpi2400"
        return Identity(self._connection.name, name, self._connection.address, self._idn, settings)

    def configure(self, setting: SourceMeterSetting) -> None:
        """Set ranges, aperture and compliance, reading the compliance back."""
        self._setting = None
        self._source.check_setting(setting)
        able = self._capabilities
        self._single()
        self._commands.source_range = smallest_range(able.source_voltage, setting.voltage_range, 1.0).full_scale
        measure = smallest_range(able.measure_current, setting.current_range, able.overrange)
        # The compliance may be far below the range in force, and no range may exceed that of the compliance.
        self._commands.write(":SENS:CURR:RANG:AUTO ON")
        self._commands.limit_current = setting.compliance
        self._commands.measure_range = measure.full_scale
        self._commands.power_line_cycles = setting.aperture * able.line_frequency
        self.check_errors()
        self._compare_limit(setting.compliance)
        self._setting = setting

    def _compare_limit(self, compliance: float) -> None:
        in_force = self._ask_number(":SENS:CURR:PROT?", "the compliance")
        if not is_in_force(in_force, compliance, _LIMIT_TOLERANCE):
            raise self._error(
                f"has a compliance of {in_force:g} A where {compliance:g} A was set; the output stays off",
                f"choose a compliance of at least {self._capabilities.compliance_current[0]:g} A",
            )

    def _write_level(self, level: float) -> None:
        self._commands.level = level

    def enable_output(self) -> None:
        """Switch the output on at 0 V, after a last look at the compliance."""
        if self._setting is None:
            raise self._error("has no compliance set; the output stays off", "call configure first")
        self._compare_limit(self._setting.compliance)
        self._source.set(0.0)
        self._commands.output = True
        if self._ask_number(":OUTP?", "the output state") != 1:
            self.check_errors()
            raise self._error("did not switch its output on", "check the interlock and the front panel")
        self.check_errors()

    def output_state(self) -> OutputState:
        """Ask for output, level, compliance and whether it limits."""
        queries = (":OUTP?", ":SOUR:VOLT?", ":SENS:CURR:PROT?", ":SENS:CURR:PROT:TRIP?")
        return state_of(self._ask_number(query, "the state of the output") for query in queries)

    def set_level(self, level: float) -> None:
        """Source a voltage (V) from now on: the output begins to change after 7 ms."""
        self._source.set(level)

    def ramp_to(self, level: float, rate: float) -> None:
        """Go to a voltage (V) in small steps at a rate (V/s)."""
        self._source.ramp_to(level, rate)

    def _single(self) -> None:
        """Make the trigger model ready for single readings; a loaded list is loaded no more."""
        self._commands.set_single()
        self._loaded = self._program = None

    def measure(self) -> tuple[float, float, int]:
        """Take one reading now: programmed voltage (V), current (A), status."""
        if self._program is not None:
            self._single()
        samples = self._samples(self._ask(":READ?"), 1)
        return float(samples.voltage[0]), float(samples.current[0]), int(samples.status[0])

    def load(self, sequence: Sequence) -> None:
        """Write a sequence into the source list, the output unchanged; what is loaded already stays.

        Raises PlanRefused for one that does not fit one pace.
        """
        if sequence == self._loaded:
            return
        if self._setting is None:
            raise self._error("has no aperture set", "call configure first")
        program = compile_list(sequence, nanoseconds(self._setting.aperture))
        for level in set(program.levels):
            self._source.check(level)
        self._loaded = self._program = None
        self._commands.set_single()
        self._commands.write_list(program.levels)
        self._commands.set_pace(program)
        self.check_errors()
        self._loaded, self._program = sequence, program

    def start(self) -> None:
        """Begin the loaded list and the count of time, in one message."""
        program = self._ready()
        self._commands.start_list(listed=any(level != self._source.level for level in program.levels))
        self._running = True

    def _ready(self) -> SourceList:
        if self._program is None:
            raise self._error("has nothing loaded", "call load first")
        return self._program

    def finished(self) -> bool:
        """Tell whether the trigger model is idle again; the level of the list's end then stays."""
        if not int(self._ask_number(":STAT:OPER:COND?", "the operation register")) & _IDLE:
            return False
        if self._running:
            self._source.level = self._ready().levels[-1]
            self._commands.settle_at(self._source.level)
            self._running = False
        return True

    def fetch(self) -> Samples:
        """Read back the readings of the sequence; time counts from the start."""
        program = self._ready()
        if not len(program.read):
            return no_samples()
        count = len(program.levels)
        self._link.wait_at_most(self._connection.timeout + count * _SECONDS_A_READING)
        samples = self._samples(self._ask(":FETC?"), count)
        self._link.wait_at_most(self._connection.timeout)
        if not np.all(np.diff(samples.time) > 0):
            raise self._error("sent readings out of order", "check the cable, then run again")
        chosen = program.read
        return Samples(samples.time[chosen], samples.voltage[chosen], samples.current[chosen], samples.status[chosen])

    def _samples(self, answer: str, count: int) -> Samples:
        if answer.count(",") + 1 != count * COLUMNS:
            self.check_errors()
        return read_samples(answer, count, self._connection)

    def abort(self) -> None:
        """Stop a list, leaving the output on where it is."""
        self._commands.write(":ABOR")
        self._running = False
        self._loaded = self._program = None

    def make_safe(self) -> None:
        """Stop, go to 0 V at the terminal's ramp rate, switch off, and confirm that the output is off."""
        insist(self._link, lambda: self._commands.write(":ABOR"), self._ramp_down, self._switch_off)

    def _ramp_down(self) -> None:
        if self._ask_number(":OUTP?", "the output state") != 1:
            return
        present = self._present_level() if self._running else self._ask_number(":SOUR:VOLT?", "the source level")
        self._source.ramp_down(present)

    def _present_level(self) -> float:
        """Measure the voltage: after a list that was cut short the programmed level is not the one at the terminals."""
        self._commands.write(":SENS:FUNC 'VOLT';:ARM:COUN 1;:ARM:SOUR IMM;:SOUR:DEL 0")
        return float(self._samples(self._ask(":READ?"), 1).voltage[0])

    def _switch_off(self) -> None:
        self._commands.output = False
        if self._ask_number(":OUTP?", "the output state") != 0:
            raise self._error("does not confirm that its output is off", "switch it off at the front panel")
        self._source.level = 0.0
        if self._running:
            self._commands.settle_at(0.0)
        self._running = False
        self._loaded = self._program = None


def _driver(name: str, title: str, model: str) -> Driver:
    def open_it(
        connection: Connection, terminals: Mapping[str, BenchTerminal], clock: Clock
    ) -> Mapping[str, Keithley2400]:
        if len(terminals) != 1:
            raise InstrumentError(
                f"{connection.name}: a {model} has one channel, but serves the terminals {', '.join(terminals)}",
                "give each terminal an instrument of its own in bench.yaml",
            )
        ((terminal_name, terminal),) = terminals.items()
        if not isinstance(terminal, ElectricalTerminal):
            raise InstrumentError(
                f"{connection.name}: terminal {terminal_name} is no electrical one", "correct bench.yaml"
            )
        return {terminal_name: Keithley2400(connection, terminal, clock, model)}

    def describe(terminal: BenchTerminal, line_frequency: float) -> SourceMeterCapabilities:
        return data.capabilities(model, line_frequency)

    return Driver(name=name, title=title, role="source meter", models=(model,), open=open_it, describe=describe)


KEITHLEY_2400 = _driver("keithley_2400", "Keithley 2400 SourceMeter", "2400")
KEITHLEY_2450_SCPI2400 = _driver("keithley_2450_scpi2400", "Keithley 2450 SourceMeter, command set SCPI2400", "2450")
