"""Keithley 2636B, 2602B, 2614B as SourceMeters, in TSP. Checked against simulated firmware, not on hardware.

The accuracy of the 2636B's low ranges is unverified: see `_keithley_2600_data`.
"""

from dataclasses import dataclass

import numpy as np

from labkit.core import (
    Clock,
    ElectricalTerminal,
    FloatArray,
    Identity,
    LimitExceeded,
    Nanoseconds,
    PlanRefused,
    Samples,
    SampleStatus,
    Sequence,
    SourceMeterCapabilities,
    SourceMeterSetting,
    nanoseconds,
    no_samples,
    sequence_samples,
)
from labkit_drivers import _keithley_2600_data as data
from labkit_drivers._keithley_2600_mainframe import Mainframe
from labkit_drivers._keithley_2600_script import Script, Way, compile_sequence, final_level, steps_of
from labkit_drivers._link import number
from labkit_drivers._ranges import smallest_range
from labkit_drivers._safe import insist
from labkit_drivers._tsp_role import TspRole

_MANUAL = "look the code up in reference manual 2600BS-901-01, section 'Error summary list'"
_OVERFLOW = 9.0e37
_COMPLIANCE_BIT = 0x40
"""Of a reading's status in a buffer (reference manual, bufferVar.statuses, B6)."""
_COLUMNS = ("timestamps", "sourcevalues", "readings", "statuses")
_SECONDS_A_READING = 1e-4
_LIMIT_TOLERANCE = 1e-6
_RAMP_STEPS = 20
_SWEEPING = {"a": 2, "b": 4}
"""Bits of status.operation.sweeping.condition."""
_FIRST_TIMER = {"a": 1, "b": 5}
"""Four of the eight trigger timers for each channel, so that both may run at a time."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    sequence: Sequence
    aperture: Nanoseconds
    script: Script
    final_level: float
    lead: float


class Keithley2600Channel(TspRole):
    """One channel of a 2600B: source of voltage, meter of current.

    The output goes on only after both current limits, that of the source and that of sweeps, were written, read back
    and found equal to what was asked. Levels and limits of the bench's terminal are checked again here.
    """

    def __init__(self, mainframe: Mainframe, terminal: ElectricalTerminal, clock: Clock, line_frequency: float) -> None:
        super().__init__(mainframe.connection, mainframe.link, mainframe.commands, _MANUAL)
        self._mainframe = mainframe
        self._letter = terminal.channel
        self._smu = f"smu{terminal.channel}"
        self._channel = mainframe.commands.channel(terminal.channel)
        self._terminal = terminal
        self._clock = clock
        self._capabilities = mainframe.model.capabilities(line_frequency)
        self._channel.prepare()
        self.check_errors()
        mainframe.users += 1
        self._level = 0.0
        self._setting: SourceMeterSetting | None = None
        self._loaded: _Loaded | None = None

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
        self._check_limits(setting)
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
            if abs(in_force - compliance) > _LIMIT_TOLERANCE * compliance:
                least = self._capabilities.compliance_current[0]
                raise self._error(
                    f"has a current limit of {in_force:g} A where {compliance:g} A was set; the output stays off",
                    f"choose a compliance of at least {least:g} A",
                )

    def _check_limits(self, setting: SourceMeterSetting) -> None:
        if setting.compliance > self._terminal.maximum_current:
            raise LimitExceeded(
                f"compliance {setting.compliance:g} A is above the bench's {self._terminal.maximum_current:g} A",
                "lower the protocol's compliance, or raise maximum_current in bench.yaml if the device bears it",
            )
        self._check_level(setting.voltage_range)

    def _check_level(self, level: float) -> None:
        if abs(level) > self._terminal.maximum_voltage:
            raise LimitExceeded(
                f"{level:g} V is above the bench's {self._terminal.maximum_voltage:g} V",
                "lower the level, or raise maximum_voltage in bench.yaml if the device bears it",
            )

    def enable_output(self) -> None:
        """Switch the output on at 0 V, after a last look at the current limits."""
        setting = self._setting
        if setting is None:
            raise self._error("has no compliance set; the output stays off", "call configure first")
        self._compare_limits(setting.compliance)
        self._channel.level = 0.0
        self._level = 0.0
        self._channel.output = True
        if self._ask_number(f"print({self._smu}.source.output)", "the output state") != 1:
            self.check_errors()
            raise self._error("did not switch its output on", "check the interlock and the front panel")
        self.check_errors()

    def set_level(self, level: float) -> None:
        """Source a voltage (V) from now on."""
        self._check_level(level)
        self._channel.level = level
        self._level = level

    def ramp_to(self, level: float, rate: float) -> None:
        """Go to a voltage in small steps at a rate (V/s)."""
        self._check_level(level)
        start, began = self._level, self._clock.now()
        duration = abs(level - start) / rate
        for k in range(1, _RAMP_STEPS + 1) if duration > 0 else ():
            self.set_level(start + (level - start) * k / _RAMP_STEPS)
            self._clock.sleep_until(Nanoseconds(began + nanoseconds(duration * k / _RAMP_STEPS)))

    def measure(self) -> tuple[float, float, int]:
        """Take one reading now: voltage (V) and current (A) as measured at once, status."""
        answer = self._ask(f"do local i,v={self._smu}.measure.iv() print(i,v,{self._smu}.source.compliance) end")
        found = answer.split("\t")
        if len(found) != 3 or found[2] not in ("true", "false"):
            raise self._error(f"answered {answer!r} to a reading", "check the cable, then run again")
        current, voltage = (number(text, self._connection, "a reading") for text in found[:2])
        status = SampleStatus.COMPLIANCE if found[2] == "true" else SampleStatus.OK
        if abs(current) > _OVERFLOW:
            return voltage, float("nan"), status | SampleStatus.OVERLOAD
        return voltage, current, int(status)

    def load(self, sequence: Sequence) -> None:
        """Write a sequence into the instrument, the output unchanged; a script that is there already stays."""
        setting = self._setting
        if setting is None:
            raise self._error("has no aperture set", "call configure first")
        loaded, aperture = self._loaded, nanoseconds(setting.aperture)
        if loaded is None or (loaded.sequence, loaded.aperture) != (sequence, aperture):
            self._loaded = None
            self._check_sequence(sequence)
            script = compile_sequence(sequence, aperture)
            self._take_turn(script.way)
            self._loaded = _Loaded(sequence, aperture, script, final_level(sequence), self._write(script))
        elif loaded.script.way is Way.TRIGGER_MODEL:
            self._take_turn(Way.TRIGGER_MODEL)
            self._wire.write(self._arm())

    def _check_sequence(self, sequence: Sequence) -> None:
        readings = sequence_samples(sequence)
        if readings > data.BUFFER:
            raise PlanRefused(f"{readings} readings exceed the buffer of {data.BUFFER}", "make the block shorter")
        for step in steps_of(sequence):
            self._check_level(step.level)
            if step.trigger and not self._mainframe.trigger_line:
                raise PlanRefused(
                    f"{self._connection.name}: a step asks for a trigger pulse, but no line leaves the instrument",
                    'state `trigger_lines` in bench.yaml, from "instrument:line" with a digital line from 1 to 14',
                )

    def _take_turn(self, way: Way) -> None:
        others = {letter: other for letter, other in self._mainframe.loaded.items() if letter != self._letter}
        if Way.SCRIPT in others.values() or (others and way is Way.SCRIPT):
            raise PlanRefused(
                f"{self._connection.name}: both channels have a sequence, and one needs the instrument's script",
                "make steps without a reading longer than one reading, take fewer readings, or use a second instrument",
            )
        self._mainframe.loaded[self._letter] = way

    def _write(self, script: Script) -> float:
        """Send a script; gives the time from the first edge to the first reading (s)."""
        name = f"labkit.{self._letter}"
        body = ("function(step)", *script.lines, "end")
        if script.way is Way.SCRIPT:
            self._run((f"{name}=nil", f"{name}={body[0]}", *body[1:]))
            self._confirm(f"print({name} and 1 or 0)", 1.0)
            return script.lead / 1e9
        self._run((f"{name}=nil", f"{name}=labkit.lay({body[0]}", *body[1:-1], "end)", self._arm()))
        self._confirm(f"print({name} and {name}.n or 0)", float(len(script.kept)))
        return self._ask_number(f"print({name}.delay[1])", "the delay of the first reading")

    def _run(self, lines: tuple[str, ...]) -> None:
        self._mainframe.commands.run(lines)

    def _confirm(self, chunk: str, expected: float) -> None:
        found = self._ask_number(chunk, "what the script has laid out")
        self.check_errors()
        if found != expected:
            raise self._error(f"laid out {found:g} readings of {expected:g}", "run again; look at the error queue")

    def _arm(self) -> str:
        first = _FIRST_TIMER[self._letter]
        return f"labkit.arm({self._smu},labkit.{self._letter},{first},{self._mainframe.trigger_line})"

    def start(self) -> None:
        """Clear the buffer and start the sequence, in one message: the start is known within one transfer."""
        loaded = self._in_memory()
        run = f"{self._smu}.trigger.initiate()"
        if loaded.script.way is Way.SCRIPT:
            run = f"labkit.play({self._smu},labkit.{self._letter},{self._mainframe.trigger_line})"
        self._wire.write(f"{self._smu}.nvbuffer1.clear() {run}")
        self._level = loaded.final_level

    def _in_memory(self) -> _Loaded:
        if self._loaded is None:
            raise self._error("has no sequence loaded", "call load first")
        return self._loaded

    def finished(self) -> bool:
        """Tell whether all readings are there; a sequence that stopped short of them is an error."""
        loaded = self._in_memory()
        chunk = f"print({self._smu}.nvbuffer1.n,status.operation.sweeping.condition)"
        count, sweeping = self._ask_numbers(chunk, 2, "the number of readings")
        if count == len(loaded.script.kept):
            return True
        if int(sweeping) & _SWEEPING[self._letter]:
            return False
        self.check_errors()
        raise self._error(
            f"stopped after {count:.0f} readings of {len(loaded.script.kept)}", "run again; look at the error queue"
        )

    def fetch(self) -> Samples:
        """Read the buffer back in one block; time counts from the first edge of the sequence.

        `voltage` is the programmed source value: in compliance the device has less.
        """
        loaded = self._in_memory()
        self._mainframe.loaded.pop(self._letter, None)
        kept = loaded.script.kept
        if not len(kept):
            return no_samples()
        buffer, count = f"{self._smu}.nvbuffer1", len(kept)
        self._link.wait_at_most(self._connection.timeout + count * _SECONDS_A_READING)
        columns = ",".join(f"{buffer}.{name}" for name in _COLUMNS)
        # The trigger model leaves the programmed level as it was before the sweep; from now on it is the one held.
        self._wire.write(
            f"{self._smu}.source.levelv={loaded.final_level:.9g} format.data=format.REAL64 "
            f"printbuffer(1,{count},{columns}) format.data=format.ASCII"
        )
        table = self._link.read_block(count * len(_COLUMNS)).reshape(count, len(_COLUMNS))
        self._link.wait_at_most(self._connection.timeout)
        self._check_plausible(table)
        return self._samples(table, kept, loaded.lead)

    def _samples(self, table: FloatArray, kept: "np.ndarray[tuple[int], np.dtype[np.bool_]]", lead: float) -> Samples:
        time, voltage, current, flags = table[kept].T
        status = np.zeros(len(time), dtype=np.uint8)
        status[(flags.astype(np.int64) & _COMPLIANCE_BIT) != 0] |= np.uint8(SampleStatus.COMPLIANCE)
        overload = np.abs(current) > _OVERFLOW
        status[overload] |= np.uint8(SampleStatus.OVERLOAD)
        return Samples(time - table[0, 0] + lead, voltage.copy(), np.where(overload, np.nan, current), status)

    def _check_plausible(self, table: FloatArray) -> None:
        """Refuse a block with numbers that no 2600B sends: a block has no checksum, but a garbled one shows."""
        able = self._capabilities
        time, level, current, flags = table.T
        in_order = bool(np.all(np.diff(time) > 0)) and bool(np.all(time >= 0))
        possible = np.abs(current) <= able.measure_current[-1].full_scale * 10 * able.overrange
        readable = bool(np.all(possible | (np.abs(current) > _OVERFLOW)))
        sourced = bool(np.all(np.abs(level) <= able.source_voltage[-1].full_scale * able.overrange))
        flagged = bool(np.all((flags >= 0) & (flags < 256) & (flags % 1 == 0)))
        if not (np.isfinite(table).all() and in_order and readable and sourced and flagged):
            raise self._error("sent a garbled block of readings", "check the cable, then run again")

    def abort(self) -> None:
        """Stop a sequence, whoever keeps its time."""
        self._wire.write("abort")
        self._wire.write(self._stop_chunk())
        self._forget()

    def _stop_chunk(self) -> str:
        first = _FIRST_TIMER[self._letter]
        return f"{self._smu}.abort() for k={first},{first + 3} do trigger.timer[k].reset() end"

    def _forget(self) -> None:
        self._loaded = None
        self._mainframe.loaded.pop(self._letter, None)

    def make_safe(self) -> None:
        """Stop, go to 0 V at the terminal's ramp rate, switch off, and confirm that the output is off."""
        insist(self._link, self._stop)
        insist(self._link, self._ramp_down)
        insist(self._link, self._switch_off)

    def _stop(self) -> None:
        self._wire.write("abort")
        self._ask_number(f"{self._stop_chunk()} print(1)", "that it stopped")
        self._forget()

    def _ramp_down(self) -> None:
        if self._ask_number(f"print({self._smu}.source.output)", "the output state") != 1:
            return
        # After a sweep that was cut short, the programmed level is not the one at the terminals.
        most = self._terminal.maximum_voltage
        present = self._ask_number(f"print({self._smu}.measure.v())", "the voltage")
        self._level = float(np.clip(present, -most, most))
        self.ramp_to(0.0, self._terminal.ramp_rate)

    def _switch_off(self) -> None:
        self._channel.output = False
        if self._ask_number(f"print({self._smu}.source.output)", "the output state") != 0:
            raise self._error("does not confirm that its output is off", "switch it off at the front panel")
        self._level = 0.0

    def close(self) -> None:
        """Give up the channel, its output as it is; the last one closes the connection."""
        self._mainframe.leave()
