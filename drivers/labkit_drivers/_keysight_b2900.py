"""Keysight B2902A and B2912A as SourceMeters, both channels over one connection.

Checked against simulated firmware, not on hardware.
"""

from collections import abc

import numpy as np

from labkit.core import (
    Clock,
    Connection,
    ElectricalTerminal,
    FloatArray,
    Identity,
    IntArray,
    OutputState,
    PlanRefused,
    Samples,
    SampleStatus,
    Sequence,
    SourceMeter,
    SourceMeterCapabilities,
    SourceMeterSetting,
    nanoseconds,
    no_samples,
)
from labkit_drivers import _keysight_b2900_data as data
from labkit_drivers._keysight_b2900_commands import (
    ELEMENTS,
    STATUS_COMPLIANCE,
    B2900Commands,
    pin_of,
)
from labkit_drivers._keysight_b2900_readings import OVERFLOW, is_plausible, samples_of
from labkit_drivers._keysight_b2900_run import Run, compile_sequence, described
from labkit_drivers._link import Link, number
from labkit_drivers._output_state import state_of
from labkit_drivers._ranges import smallest_range
from labkit_drivers._safe import insist
from labkit_drivers._scpi_role import ScpiRole
from labkit_drivers._sourced_level import SourcedLevel, is_in_force

_MANUAL = "look the code up in the B2900's SCPI command reference, chapter 5"
_SECONDS_A_READING = 1e-4
"""Time allowed for the transfer of one reading: 40 bytes over the slowest usual link (GPIB)."""
_QUICK = 100_000
"""An aperture (ns) for a voltage that need not be exact: 1 mV will do."""
_LIMIT_TOLERANCE = 2e-6
"""Read-back has seven digits."""


class KeysightB2900(ScpiRole):
    """One channel of a B2902A or B2912A: source of voltage, meter of current and voltage.

    Every output goes on only after the current limit was written, read back and found equal. Levels and limits of the
    bench's terminal are checked again here, below the planner.
    """

    def __init__(
        self,
        connection: Connection,
        link: Link,
        commands: B2900Commands,
        terminal: ElectricalTerminal,
        clock: Clock,
        model: data.Model,
    ) -> None:
        super().__init__(connection, link, commands, _MANUAL)
        self._channel = commands.channel_tables[terminal.channel]
        self._terminal = terminal
        self._model = model
        self._pin = pin_of(connection)
        self._idn = ""
        self._check_identity()
        self._capabilities = described(model, self._ask_number(":SYST:LFR?", "the line frequency"))
        self._source = SourcedLevel(terminal, clock, self._write_level)
        self._setting: SourceMeterSetting | None = None
        self._aperture_in_force = 0
        self._loaded: tuple[Sequence, Run] | None = None

    @property
    def capabilities(self) -> SourceMeterCapabilities:
        """What the channel can deliver at its line frequency."""
        return self._capabilities

    def _check_identity(self) -> None:
        self._idn = self._ask("*IDN?")
        if f",{self._model.name}," not in self._idn:
            raise self._error(
                f"is {self._idn!r}, not a Keysight {self._model.name}",
                "correct the driver or the address in bench.yaml",
            )

    def identity(self) -> Identity:
        """Ask who it is, and the settings in force."""
        self._check_identity()
        c = self._terminal.channel
        queries = (f":SOUR{c}:VOLT:RANG?", f":SENS{c}:CURR:RANG?", f":SENS{c}:CURR:APER?", f":SENS{c}:CURR:PROT?")
        driver = f"keysight_{self._model.name.lower()}"
        settings = self._ask_all(queries)
        return Identity(self._connection.name, driver, self._connection.address, self._idn, settings)

    def configure(self, setting: SourceMeterSetting) -> None:
        """Set ranges, aperture and current limit, reading the limit back."""
        self._source.check_setting(setting)
        able, channel = self._capabilities, self._channel
        channel.source_range = smallest_range(able.source_voltage, setting.voltage_range, 1.0).full_scale
        measure = smallest_range(able.measure_current, setting.current_range, able.overrange)
        channel.measure_range = measure.full_scale
        channel.limit_current = setting.compliance
        self._setting, self._loaded = setting, None
        self._set_aperture(nanoseconds(setting.aperture))
        self._check_compliance("the output stays off")
        self.check_errors()

    def _set_aperture(self, aperture: int) -> None:
        self._channel.aperture = aperture / 1e9
        self._aperture_in_force = aperture

    def _check_compliance(self, consequence: str) -> None:
        if self._setting is None:
            raise self._error(f"has no compliance set; {consequence}", "call configure first")
        wanted = self._setting.compliance
        in_force = self._ask_number(f":SENS{self._terminal.channel}:CURR:PROT?", "the current limit")
        if not is_in_force(in_force, wanted, _LIMIT_TOLERANCE):
            smallest = self._capabilities.compliance_current[0]
            raise self._error(
                f"has a current limit of {in_force:g} A where {wanted:g} A was set; {consequence}",
                f"choose a compliance of at least {smallest:g} A, or run again",
            )

    def _write_level(self, level: float) -> None:
        self._channel.level = level

    def enable_output(self) -> None:
        """Switch the output on at 0 V, after a last look at the current limit."""
        self._check_compliance("the output stays off")
        self._source.set(0.0)
        self._channel.output = True
        if not self._is_on():
            raise self._error("did not switch its output on", "check the interlock and the front panel")
        self.check_errors()

    def _is_on(self) -> bool:
        return self._ask_number(f":OUTP{self._terminal.channel}?", "the output state") == 1

    def output_state(self) -> OutputState:
        """Ask for output, level, current limit and whether it limits."""
        c = self._terminal.channel
        queries = (f":OUTP{c}?", f":SOUR{c}:VOLT?", f":SENS{c}:CURR:PROT?", f":SENS{c}:CURR:PROT:TRIP?")
        return state_of(self._ask_number(query, "the state of the output") for query in queries)

    def set_level(self, level: float) -> None:
        """Source a voltage (V) from now on."""
        self._source.set(level)

    def ramp_to(self, level: float, rate: float) -> None:
        """Go to a voltage (V) in small steps at a rate (V/s)."""
        self._source.ramp_to(level, rate)

    def measure(self) -> tuple[float, float, int]:
        """Take one reading now: voltage (V), current (A), status."""
        if self._setting is not None and self._aperture_in_force != nanoseconds(self._setting.aperture):
            self._set_aperture(nanoseconds(self._setting.aperture))
        answer = self._ask(f":MEAS? (@{self._terminal.channel})").split(",")
        if len(answer) != len(ELEMENTS):
            raise self._error(f"answered {answer!r} to :MEAS?", "check the cable, then run again")
        measured, current, _, flags, level = (number(text, self._connection, "a reading") for text in answer)
        limited = bool(int(flags) & STATUS_COMPLIANCE)
        status = SampleStatus.COMPLIANCE if limited else SampleStatus.OK
        voltage = measured if limited and abs(measured) < OVERFLOW else level
        if not abs(current) < OVERFLOW:
            return voltage, float("nan"), int(status | SampleStatus.OVERLOAD)
        return voltage, current, int(status)

    def load(self, sequence: Sequence) -> None:
        """Write a sequence into list and trigger layers, the output unchanged; what is loaded already stays."""
        if self._loaded is not None and sequence == self._loaded[0] and self._loaded[1].transient is None:
            return
        setting = self._setting
        if setting is None:
            raise self._error("has no compliance set", "call configure first")
        run = compile_sequence(sequence, nanoseconds(setting.aperture), self._source.level, self._model)
        self._loaded = None
        if run.transient is not None:
            self._load_transient(run)
        if run.acquisition is not None:
            self._channel.write_acquisition(run.acquisition)
            self._aperture_in_force = run.acquisition.aperture
        self.check_errors()
        self._loaded = sequence, run

    def _load_transient(self, run: Run) -> None:
        transient = run.transient
        if transient is None:
            return
        for level in np.unique(transient.levels).tolist():
            self._source.check(level)
        if transient.pulse and not self._pin:
            raise PlanRefused(
                f"{self._connection.name} is to put out trigger pulses, but the bench has no trigger line from it",
                "name the cable under `trigger_lines` in bench.yaml",
            )
        self._channel.write_transient(transient)
        if self._pin:
            self._channel.write_trigger_pulses(self._pin, transient.pulse)
        held = self._ask_number(f":SOUR{self._terminal.channel}:LIST:VOLT:POIN?", "the number of list points")
        if held != len(transient.levels):
            raise PlanRefused(
                f"{self._connection.name} holds {held:g} of {len(transient.levels)} list points",
                "update its firmware (the first ones held 2500 points), or make the block shorter",
            )

    def start(self) -> None:
        """Initiate both device actions with one command: they run on one time base from this instant."""
        self.start_together(())

    def starts_with(self, other: SourceMeter) -> bool:
        """Tell whether the other channel of this instrument has the same device actions to begin."""
        actions = self.pending(self._link)
        return bool(actions) and isinstance(other, KeysightB2900) and other.pending(self._link) == actions

    def start_together(self, others: abc.Sequence[SourceMeter]) -> None:
        """Initiate the device actions of both channels with one command (SCPI reference, channel lists)."""
        channels = [self, *(other for other in others if isinstance(other, KeysightB2900))]
        if actions := self._run().actions:
            self._wire.write(f":INIT:{actions} (@{','.join(sorted(channel.number for channel in channels))})")
        for channel in channels:
            channel.note_started()

    @property
    def number(self) -> str:
        """The channel, `1` or `2`."""
        return self._terminal.channel

    def pending(self, link: Link) -> str:
        """Name the device actions of the loaded sequence; none for a channel of another instrument."""
        return self._loaded[1].actions if self._loaded is not None and link is self._link else ""

    def note_started(self) -> None:
        """Take note that the loaded sequence was begun: it leaves its last level."""
        self._source.level = self._run().final

    def _run(self) -> Run:
        if self._loaded is None:
            raise self._error("has no sequence loaded", "call load first")
        return self._loaded[1]

    def finished(self) -> bool:
        """Tell whether both device actions are idle."""
        return self._channel.is_idle(int(self._ask_number(":STAT:OPER:COND?", "the operation status")))

    def fetch(self) -> Samples:
        """Read the sense data back in one block; time counts from the first edge of the sequence."""
        acquisition = self._run().acquisition
        if acquisition is None:
            return no_samples()
        table = self._read_back(acquisition.bursts.events)
        if not is_plausible(table, data.OVERRANGE * self._capabilities.measure_current[-1].full_scale):
            raise self._error("sent a garbled block of readings", "check the cable, then run again")
        return samples_of(table, acquisition)

    def edges(self) -> IntArray:
        """Tell when the steps began: the timer of the source keeps them, and its common period may have moved them."""
        return self._run().edges

    def _read_back(self, count: int) -> FloatArray:
        self._link.wait_at_most(self._connection.timeout + count * _SECONDS_A_READING)
        self._wire.write(f":FORM REAL,64;:FETC:ARR? (@{self._terminal.channel})")
        table = self._link.read_block(count * len(ELEMENTS)).reshape(count, len(ELEMENTS))
        self._wire.write(":FORM ASC")
        self._link.wait_at_most(self._connection.timeout)
        return table

    def abort(self) -> None:
        """Stop both device actions."""
        self._channel.abort()
        self._loaded = None

    def make_safe(self) -> None:
        """Stop, go to 0 V at the terminal's ramp rate, switch off, and confirm that the output is off."""
        self._loaded = None
        insist(self._link, self._stop, self._ramp_down, self._switch_off)

    def _stop(self) -> None:
        self._channel.abort()
        self._wire.write(":FORM ASC")

    def _ramp_down(self) -> None:
        if not self._is_on():
            return
        # What is on after a list is its last level, which :SOUR:VOLT? does not tell. It is measured at a short
        # aperture: that of the run may be seconds, and nobody waits for digits here.
        self._set_aperture(_QUICK)
        present = number(self._ask(f":MEAS:VOLT? (@{self._terminal.channel})"), self._connection, "a voltage")
        self._source.ramp_down(present)

    def _switch_off(self) -> None:
        self._channel.output = False
        if self._is_on():
            raise self._error("does not confirm that its output is off", "switch it off at the front panel")
        self._source.level = 0.0
