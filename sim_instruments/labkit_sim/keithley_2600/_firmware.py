"""Firmware of the two-channel 2600B SourceMeters, in TSP (reference manual 2600BS-901-01).

Sources and meters `smua` and `smub` with ranges, limits, filters and reading buffers, the SMU trigger model, timers,
blenders and digital lines, the factory scripts KISweep and KIPulse, the status model and the front panel's settings.

Assumed, beside the times in `_models`: an attribute or a call costs a script 10 us and an instruction of Lua 0.2 us;
automatic zeroing takes two further apertures when the aperture has changed or 10 s have passed; the interlock is open
unless the bench's option `interlock` is true, and blocks the 200 V range (802); reading an unknown attribute gives nil
and setting one is an error (-286); numbers of errors that the manual's table was not at hand for are in `_errors`.

Limits are looked at when the status registers are read, so that they request no service by themselves.

Not simulated: KIPulse's time-out for a trigger line that stays silent, TSP-Link, tspnet, files and flash drives,
calibration, the settling modes, guarding and lead resistance (remote sense changes nothing but a status bit), source
noise, over-temperature, deep settling tails after a range change; an output that is off is an open wire also in
OUTPUT_NORMAL, where the instrument holds 0 V with a small limit.
"""

from importlib.resources import files
from typing import ClassVar

from labkit_sim._station import Station
from labkit_sim.keithley_2600._buffer import BufferTables, ReadingBuffer
from labkit_sim.keithley_2600._channel import Channel
from labkit_sim.keithley_2600._front_panel import publish_front_panel
from labkit_sim.keithley_2600._models import MODEL_2602B, MODEL_2614B, MODEL_2636B, Model
from labkit_sim.keithley_2600._smu_table import SourceMeasureUnit
from labkit_sim.tsp import CHANNEL_BITS, Process, RegisterSet, TriggerSystem, TspError, TspInstrument, Value, integer

_CHANNELS = ("a", "b")
_SMU_BITS = {"SMUA": 2, "SMUB": 4}


class Keithley2600(TspInstrument):
    """A two-channel 2600B."""

    SPECIFICATION: ClassVar[Model]
    REVISION = "3.2.2"

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        model = self.SPECIFICATION
        self._buffers = BufferTables()
        self.triggers = TriggerSystem(station, self.interpreter, lines=model.digital_lines)
        draw = station.accuracy()
        self.channels = {
            letter: SourceMeasureUnit(
                Channel(station, model, letter, draw, self.line_frequency),
                self._buffers,
                self.triggers.board,
                self.interpreter,
                self.begin_operation,
                self.report,
            )
            for letter in _CHANNELS
        }
        for letter, unit in self.channels.items():
            self.publish(f"smu{letter}", unit.node())
        self.publish("trigger", self.triggers.trigger_node())
        if model.digital_lines:
            self.publish("digio", self.triggers.digital_node())
        self.interpreter.publish_function("printbuffer", self._print_buffers)
        publish_front_panel(self.interpreter, self.world)
        self._declare_status()
        self.interpreter.trust(files("labkit_sim.keithley_2600").joinpath("factory.lua").read_text("utf-8"), "factory")

    def reset(self) -> None:
        """Do what `reset()` does: both channels, triggers and number formats go back to their defaults."""
        super().reset()
        for unit in self.channels.values():
            unit.reset()
        self.triggers.reset()

    def trigger(self) -> None:
        """Act on `*TRG` or a trigger from the bus."""
        super().trigger()
        self.triggers.command_trigger()

    def end_operations(self) -> None:
        """Give up sweeps and overlapped measurements."""
        super().end_operations()
        for unit in self.channels.values():
            unit.abort()

    # Buffers

    def _print_buffers(self, first: Value = None, last: Value = None, *tables: Value) -> Process:
        columns = [self._buffers.column_of(self.interpreter.node_of(table)) for table in tables]
        if not columns:
            raise TspError(-109)
        begin = integer(first)
        end = min(integer(last), *(len(buffer) for buffer, _ in columns), 1 << 31)
        if begin < 1 or begin > end:
            raise TspError(4900, f"Reading buffer index {begin if begin < 1 else integer(last)} is invalid")
        parts = [self._column(buffer, name, begin - 1, end) for buffer, name in columns]
        return self.write_line(self.format.numbers([value for row in zip(*parts, strict=True) for value in row]))

    @staticmethod
    def _column(buffer: ReadingBuffer, name: str, begin: int, end: int) -> list[float]:
        return [float(value) for value in buffer.column(name, begin, end)]

    # Status

    def _declare_status(self) -> None:
        instrument = self.measurement.below("instrument", _SMU_BITS, 8192)
        sweeping = self.operation_set.below("sweeping", _SMU_BITS, 8)
        measuring = self.operation_set.below("measuring", _SMU_BITS, 16)
        for letter, unit in self.channels.items():
            bit = _SMU_BITS[f"SMU{letter.upper()}"]
            self._declare_limits(instrument.below(f"smu{letter}", CHANNEL_BITS, bit), unit)
            sweeping.source(bit, unit.trigger.take_sweeping)
            measuring.source(bit, unit.is_measuring)
        self.publish_status()

    @staticmethod
    def _declare_limits(register: RegisterSet, unit: SourceMeasureUnit) -> None:
        register.source(1, unit.voltage_limited)
        register.source(2, unit.current_limited)
        register.source(256, unit.buffers_hold_readings)


class Keithley2636B(Keithley2600):
    """A 2636B: 200 V, 1.5 A, current ranges down to 100 pA."""

    SPECIFICATION, MODEL = MODEL_2636B, MODEL_2636B.name
    IDENTITY = f"Keithley Instruments Inc., Model {MODEL_2636B.name}, {{serial}}, 3.2.2"


class Keithley2602B(Keithley2600):
    """A 2602B: 40 V, 3 A."""

    SPECIFICATION, MODEL = MODEL_2602B, MODEL_2602B.name
    IDENTITY = f"Keithley Instruments Inc., Model {MODEL_2602B.name}, {{serial}}, 3.2.2"


class Keithley2614B(Keithley2600):
    """A 2614B: 200 V, 1.5 A, without digital lines."""

    SPECIFICATION, MODEL = MODEL_2614B, MODEL_2614B.name
    IDENTITY = f"Keithley Instruments Inc., Model {MODEL_2614B.name}, {{serial}}, 3.2.2"
