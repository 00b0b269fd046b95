"""The table `smua` or `smub` of an instrument."""

from collections.abc import Callable
from typing import Final

from labkit_sim._process import Task
from labkit_sim.keithley_2600._buffer import BufferTables, ReadingBuffer
from labkit_sim.keithley_2600._channel import Channel
from labkit_sim.keithley_2600._measure_table import QUANTITIES, MeasureTable
from labkit_sim.keithley_2600._settings import DC_AMPS, DC_VOLTS
from labkit_sim.keithley_2600._source_table import SourceTable
from labkit_sim.keithley_2600._trigger_model import TriggerModel
from labkit_sim.tsp import EventBoard, Interpreter, Node, Process, TspError, Value, choice, integer, number

_LARGEST_BUFFER = 140_000

CONSTANTS: Final = {
    "OUTPUT_OFF": 0,
    "OUTPUT_ON": 1,
    "OUTPUT_HIGH_Z": 2,
    "OUTPUT_NORMAL": 0,
    "OUTPUT_ZERO": 1,
    "OUTPUT_DCAMPS": 0,
    "OUTPUT_DCVOLTS": 1,
    "OE_NONE": 0,
    "OE_OUTPUT_OFF": 1,
    "SENSE_LOCAL": 0,
    "SENSE_REMOTE": 1,
    "SENSE_CALA": 3,
    "AUTORANGE_OFF": 0,
    "AUTORANGE_ON": 1,
    "AUTORANGE_FOLLOW_LIMIT": 2,
    "AUTOZERO_OFF": 0,
    "AUTOZERO_ONCE": 1,
    "AUTOZERO_AUTO": 2,
    "FILTER_OFF": 0,
    "FILTER_ON": 1,
    "FILTER_MOVING_AVG": 0,
    "FILTER_REPEAT_AVG": 1,
    "FILTER_MEDIAN": 2,
    "DISABLE": 0,
    "ENABLE": 1,
    "ASYNC": 2,
    "SOURCE_IDLE": 0,
    "SOURCE_HOLD": 1,
    "LIMIT_AUTO": 0,
    "DELAY_OFF": 0,
    "DELAY_AUTO": -1,
    "SETTLE_SMOOTH": 0,
    "SETTLE_FAST_RANGE": 1,
    "SETTLE_FAST_POLARITY": 2,
    "SETTLE_DIRECT_IRANGE": 3,
    "SETTLE_SMOOTH_100NA": 128,
    "REL_OFF": 0,
    "REL_ON": 1,
}


class SourceMeasureUnit:
    """One channel with its tables, buffers and trigger model."""

    def __init__(
        self,
        channel: Channel,
        buffers: BufferTables,
        board: EventBoard,
        interpreter: Interpreter,
        begin_operation: Callable[[Process], Task],
        report: Callable[[TspError], None],
    ) -> None:
        self.channel = channel
        self._buffers = buffers
        self._interpreter = interpreter
        self._begin_operation = begin_operation
        self._source = SourceTable(channel)
        self.meter = MeasureTable(channel, buffers, interpreter, begin_operation, report)
        self.trigger = TriggerModel(channel, self._source, self.meter, board, interpreter)
        self._dedicated = (ReadingBuffer(), ReadingBuffer())

    def reset(self) -> None:
        """Do what `smuX.reset()` does; dedicated buffers lose their readings."""
        self.trigger.reset()
        self.channel.reset()
        for buffer in self._dedicated:
            buffer.reset()

    def abort(self) -> None:
        """End what is under way on this channel."""
        self.trigger.stop()

    def voltage_limited(self) -> bool:
        """Whether the voltage limit holds a current source back."""
        return self.channel.source.function == DC_AMPS and self.channel.limited()

    def current_limited(self) -> bool:
        """Whether the current limit holds a voltage source back."""
        return self.channel.source.function == DC_VOLTS and self.channel.limited()

    def buffers_hold_readings(self) -> bool:
        """Whether a dedicated buffer has readings."""
        return any(len(buffer) for buffer in self._dedicated)

    def is_measuring(self) -> bool:
        """Whether an overlapped measurement is under way."""
        return self.meter.overlapping > 0

    def node(self) -> Node:
        """Give the table."""
        node, source = Node(), self._source.node()
        node.constants_from(CONSTANTS)
        node.child("source", source)
        node.child("measure", self.meter.node())
        node.child("trigger", self.trigger.node()).function("initiate", lambda *_: self._initiate())
        for index, buffer in enumerate(self._dedicated, 1):
            node.child(f"nvbuffer{index}", self._buffers.table(buffer))
        node.attribute("sense", lambda: int(self.channel.measure.remote_sense), self._set_sense)
        node.function("reset", lambda *_: self.reset())
        node.function("abort", lambda *_: self.abort())
        node.function("makebuffer", self._make_buffer)
        node.function("savebuffer", lambda *_: None)
        for quantities in (*QUANTITIES, "iv"):
            node.function(f"measure{quantities}andstep", self.meter.measure_and_step(quantities, self._step(source)))
        self._declare_statistics(node.child("buffer"))
        self._declare_contact(node.child("contact"))
        return node

    def _step(self, source: Node) -> Callable[[Value], object]:
        def set_level(level: Value) -> None:
            source.writers["levelv" if self.channel.source.function == DC_VOLTS else "leveli"](level)

        return set_level

    def _initiate(self) -> None:
        self.trigger.task = self._begin_operation(self.trigger.prepare())

    def _set_sense(self, value: Value) -> None:
        self.channel.measure.remote_sense = bool(choice(value, (0, 1, 3)))

    def _make_buffer(self, size: Value = None, *_: Value) -> Node:
        return self._buffers.table(ReadingBuffer(integer(size, 1, _LARGEST_BUFFER)))

    def _declare_statistics(self, node: Node) -> None:
        def statistics(table: Value = None, *_: Value) -> Value:
            buffer = self._buffers.buffer_of(self._interpreter.node_of(table))
            readings = buffer.column("reading", 0, len(buffer))
            if not len(readings):
                return (None,)
            found = Node()
            found.constants_from({"n": len(readings), "mean": float(readings.mean())})
            found.constant("stddev", float(readings.std(ddof=1)) if len(readings) > 1 else 0.0)
            for name, value in (("min", readings.min()), ("max", readings.max())):
                found.child(name).constant("reading", float(value))
            return found

        node.function("getstats", statistics)
        node.function("recalculatestats", lambda *_: None)

    @staticmethod
    def _declare_contact(node: Node) -> None:
        node.constants_from({"CONTACT_FAST": 0, "CONTACT_MEDIUM": 1, "CONTACT_SLOW": 2})
        node.setting("speed", 0, lambda value: choice(value, (0, 1, 2)))
        node.setting("threshold", 50.0, lambda value: number(value, 0.0, 1e37))
        node.function("check", lambda *_: True)
        node.function("r", lambda *_: (0.0, 0.0))
