"""Keithley 2636B, 2602B, 2614B as SourceMeters, in TSP. Checked against simulated firmware, not on hardware.

The accuracy of the 2636B's low ranges is unverified: see `_keithley_2600_data`.
"""

from labkit.core import (
    Clock,
    ElectricalTerminal,
    Identity,
    OutputState,
    Samples,
    SampleStatus,
    Sequence,
    SourceMeterCapabilities,
    SourceMeterSetting,
    nanoseconds,
)
from labkit_drivers._keithley_2600_layout import described, steps_of
from labkit_drivers._keithley_2600_mainframe import Mainframe
from labkit_drivers._keithley_2600_memory import MANUAL, SequenceMemory
from labkit_drivers._keithley_2600_readings import OVERFLOW
from labkit_drivers._link import number
from labkit_drivers._output_state import state_of
from labkit_drivers._ranges import smallest_range
from labkit_drivers._safe import insist
from labkit_drivers._sourced_level import SourcedLevel, is_in_force
from labkit_drivers._tsp_role import TspRole

_LIMIT_TOLERANCE = 1e-6
_QUICK = 0.01
"""An aperture (PLC) for a voltage that need not be exact: 1 mV will do."""


class Keithley2600Channel(TspRole):
    """One channel of a 2600B: source of voltage, meter of current.

    The output goes on only after both current limits, that of the source and that of sweeps, were written, read back
    and found equal to what was asked. Levels and limits of the bench's terminal are checked again here.
    """

    def __init__(self, mainframe: Mainframe, terminal: ElectricalTerminal, clock: Clock, line_frequency: float) -> None:
        super().__init__(mainframe.connection, mainframe.link, mainframe.commands, MANUAL)
        self._mainframe = mainframe
        self._smu = f"smu{terminal.channel}"
        self._channel = mainframe.commands.channel(terminal.channel)
        self._terminal = terminal
        self._capabilities = described(mainframe.model, line_frequency)
        self._channel.prepare()
        self._memory = SequenceMemory(mainframe, terminal.channel)
        self.check_errors()
        mainframe.users += 1
        self._source = SourcedLevel(terminal, clock, self._write_level)
        self._setting: SourceMeterSetting | None = None

    @property
    def capabilities(self) -> SourceMeterCapabilities:
        """What the channel can deliver at its line frequency."""
        return self._capabilities

    def identity(self) -> Identity:
        """Ask who it is, and the settings in force."""
        idn = self._mainframe.check_identity()
        names = ("source.rangev", "measure.rangei", "measure.nplc", "source.limiti", "trigger.source.limiti")
        chunks = [f"{self._smu}.{name}" for name in names]
        settings = tuple((chunk, self._ask(f"print({chunk})")) for chunk in chunks)
        driver = f"keithley_{self._mainframe.model.name.lower()}"
        return Identity(self._connection.name, driver, self._connection.address, idn, settings)

    def configure(self, setting: SourceMeterSetting) -> None:
        """Set ranges, aperture and current limits, reading the limits back."""
        self._setting = None
        self._source.check_setting(setting)
        able, channel = self._capabilities, self._channel
        channel.source_range = smallest_range(able.source_voltage, setting.voltage_range, 1.0).full_scale
        channel.measure_range = smallest_range(able.measure_current, setting.current_range, able.overrange).full_scale
        channel.power_line_cycles = setting.aperture * able.line_frequency
        channel.limit_current = setting.compliance
        # In a sweep this one is in force instead, and what an earlier user left there would go unnoticed.
        channel.sweep_limit_current = setting.compliance
        channel.refresh_zero()
        self._compare_limits(setting.compliance)
        self.check_errors()
        self._setting = setting

    def _compare_limits(self, compliance: float) -> None:
        chunk = f"print({self._smu}.source.limiti,{self._smu}.trigger.source.limiti)"
        for in_force in self._ask_numbers(chunk, 2, "the current limits"):
            if not is_in_force(in_force, compliance, _LIMIT_TOLERANCE):
                least = self._capabilities.compliance_current[0]
                raise self._error(
                    f"has a current limit of {in_force:g} A where {compliance:g} A was set; the output stays off",
                    f"choose a compliance of at least {least:g} A",
                )

    def _write_level(self, level: float) -> None:
        self._channel.level = level

    def enable_output(self) -> None:
        """Switch the output on at 0 V, after a last look at the current limits."""
        setting = self._setting
        if setting is None:
            raise self._error("has no compliance set; the output stays off", "call configure first")
        self._compare_limits(setting.compliance)
        self._source.set(0.0)
        self._channel.output = True
        if self._ask_number(f"print({self._smu}.source.output)", "the output state") != 1:
            self.check_errors()
            raise self._error("did not switch its output on", "check the interlock and the front panel")
        self.check_errors()

    def output_state(self) -> OutputState:
        """Ask for output, level, current limit and whether it limits, in one message."""
        source = f"{self._smu}.source"
        limited = f"({source}.compliance and 1 or 0)"
        chunk = f"print({source}.output,{source}.levelv,{source}.limiti,{limited})"
        return state_of(self._ask_numbers(chunk, 4, "the state of the output"))

    def set_level(self, level: float) -> None:
        """Source a voltage (V) from now on."""
        self._source.set(level)

    def ramp_to(self, level: float, rate: float) -> None:
        """Go to a voltage (V) in small steps at a rate (V/s)."""
        self._source.ramp_to(level, rate)

    def measure(self) -> tuple[float, float, int]:
        """Take one reading now: voltage (V) and current (A) as measured at once, status."""
        answer = self._ask(f"do local i,v={self._smu}.measure.iv() print(i,v,{self._smu}.source.compliance) end")
        found = answer.split("\t")
        if len(found) != 3 or found[2] not in ("true", "false"):
            raise self._error(f"answered {answer!r} to a reading", "check the cable, then run again")
        current, voltage = (number(text, self._connection, "a reading") for text in found[:2])
        status = SampleStatus.COMPLIANCE if found[2] == "true" else SampleStatus.OK
        if abs(current) > OVERFLOW:
            return voltage, float("nan"), status | SampleStatus.OVERLOAD
        return voltage, current, int(status)

    def load(self, sequence: Sequence) -> None:
        """Write a sequence into the instrument, the output unchanged; a script that is there already stays."""
        if self._setting is None:
            raise self._error("has no aperture set", "call configure first")
        for step in steps_of(sequence):
            self._source.check(step.level)
        self._memory.load(sequence, nanoseconds(self._setting.aperture), self._source.level)

    def start(self) -> None:
        """Begin the loaded sequence, returning at once."""
        self._source.level = self._memory.start()

    def finished(self) -> bool:
        """Tell whether the sequence has ended; raises InstrumentError when it died."""
        return self._memory.finished()

    def fetch(self) -> Samples:
        """Read back all readings; `voltage` is the programmed source value."""
        return self._memory.fetch()

    def abort(self) -> None:
        """Stop a sequence, the other channel undisturbed."""
        self._memory.abort()

    def make_safe(self) -> None:
        """Stop, go to 0 V at the terminal's ramp rate, switch off, and confirm that the output is off."""
        insist(self, self._memory.stop, self._ramp_down, self._switch_off)

    def recover(self) -> None:
        """Make the line usable again, nothing running; raises InstrumentError.

        A question that a fault cut off may be answered later, even on a new connection: a script or a reading was in
        the way. So the answer of now is waited for.
        """
        self._link.recover()
        self._wire.write("abort")
        self.synchronize()

    def _ramp_down(self) -> None:
        if self._ask_number(f"print({self._smu}.source.output)", "the output state") != 1:
            return
        # After a sweep that was cut short, the programmed level is not the one at the terminals. It is measured at the
        # shortest aperture: that of the run may be seconds, and nobody waits for digits here.
        nplc = f"{self._smu}.measure.nplc"
        shortly = f"local n={nplc} {nplc}={_QUICK} local v={self._smu}.measure.v() {nplc}=n print(v)"
        self._source.ramp_down(self._ask_number(f"do {shortly} end", "the voltage"))

    def _switch_off(self) -> None:
        self._channel.output = False
        if self._ask_number(f"print({self._smu}.source.output)", "the output state") != 0:
            raise self._error("does not confirm that its output is off", "switch it off at the front panel")
        self._source.level = 0.0

    def close(self) -> None:
        """Give up the channel, its output as it is; the last one closes the connection."""
        self._mainframe.leave()
