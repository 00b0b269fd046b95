"""The trigger model of one channel: idle, arm layer, trigger layer with source, measure and end pulse actions."""

from typing import Final

from labkit.core import Nanoseconds
from labkit_sim._process import Task, Until
from labkit_sim.keithley_2600 import _models as specs
from labkit_sim.keithley_2600._buffer import ReadingBuffer
from labkit_sim.keithley_2600._channel import Channel
from labkit_sim.keithley_2600._measure_table import QUANTITIES, MeasureTable
from labkit_sim.keithley_2600._settings import DC_VOLTS
from labkit_sim.keithley_2600._source_table import SourceTable
from labkit_sim.keithley_2600._sweep import SweepSource
from labkit_sim.tsp import (
    NO_EVENT,
    Action,
    Detector,
    EventBoard,
    Interpreter,
    Node,
    Process,
    Stimulus,
    TspError,
    Value,
    choice,
    flag,
    integer,
    number,
)

SOURCE_IDLE, SOURCE_HOLD = 0, 1
DISABLE, ENABLE, ASYNC = 0, 1, 2
LIMIT_AUTO = 0.0
_MOST_COUNT: Final = 2**31 - 1
_EVENTS = ("SWEEPING", "ARMED", "SOURCE_COMPLETE", "MEASURE_COMPLETE", "PULSE_COMPLETE", "SWEEP_COMPLETE", "IDLE")


class EventGate:
    """A point of the trigger model that waits for an event; without a stimulus it is open."""

    def __init__(self, channel: Channel, board: EventBoard) -> None:
        self.detector = Detector(channel.world)
        self.stimulus = Stimulus(board, self.detector.detect)

    def passed(self) -> Process:
        """Wait for the event."""
        if self.stimulus.event != NO_EVENT or self.detector.held:
            yield from self.detector.taken()

    def reset(self) -> None:
        """Choose no event and forget what was held."""
        self.stimulus.reset()
        self.detector.clear()

    def declare(self, node: Node) -> None:
        """Declare `stimulus` and `set`."""
        node.attribute("stimulus", lambda: self.stimulus.event, self.stimulus.choose)
        node.function("set", lambda *_: self.detector.detect())


class TriggerModel:
    """Runs a sweep by itself. Its limits hold while it sources; LIMIT_AUTO is the limit of the source.

    The source action takes 10 us up to its completion, the edge on the wire being as late as that of any setting, the
    end pulse action 20 us; both are assumed. A measure action of ASYNC begins the reading and goes on.
    """

    def __init__(
        self, channel: Channel, source: SourceTable, meter: MeasureTable, board: EventBoard, interpreter: Interpreter
    ) -> None:
        self._channel, self._meter, self._board = channel, meter, board
        self._source = source
        self.sweep = SweepSource(source, interpreter)
        self.events = {name: board.new() for name in _EVENTS}
        self._gates = {name: EventGate(channel, board) for name in ("arm", "source", "measure", "endpulse")}
        self.task: Task | None = None
        self._readings: list[Task] = []
        self.latch = False
        self.reset()

    def reset(self) -> None:
        """Go back to the settings of `smuX.reset()`, sweep ended."""
        self.stop()
        self.sweep.reset()
        for gate in self._gates.values():
            gate.reset()
        self._arm_count = self._count = 1
        self._auto_clear = False
        self._source_action = self._measure_action = DISABLE
        self._end_pulse = self._end_sweep = SOURCE_IDLE
        self._current_limit = self._voltage_limit = LIMIT_AUTO
        self._quantities = ""
        self._buffers: dict[str, ReadingBuffer] = {}

    @property
    def sweeping(self) -> bool:
        """Whether a sweep is under way."""
        return self.task is not None and not self.task.done

    def take_sweeping(self) -> bool:
        """Tell whether the status shows a sweep: one under way, or one that is over but has not been seen yet.

        A controller that waits for the bit to rise would wait for ever where virtual time has passed in a jump.
        """
        seen, self.latch = self.latch, False
        return self.sweeping or seen

    def stop(self) -> None:
        """End a sweep; the source goes back to its level."""
        task, self.task = self.task, None
        self.latch = False
        if task is not None and not task.done:
            task.cancel()
            for reading in self._readings:
                reading.cancel()
            self._channel.end_sweep()

    # Running

    def prepare(self) -> Process:
        """Check the sweep and give the process that runs it; raises TspError where it can not be sourced."""
        if self.sweeping:
            raise TspError(-213, "Init ignored")
        if self._source_action and not self.sweep.levels:
            raise TspError(1401, "Parameter is invalid: no sweep is configured")
        if self._source_action and self.sweep.quantity == self._channel.source.function:
            largest = max(self.sweep.levels, key=abs)
            if self._source.choose_range(self.sweep.quantity, largest):
                self._channel.source_changed(range_changed=True)
        for buffer in self._buffers.values():
            buffer.begin()
        for gate in self._gates.values():
            gate.detector.clear()
        self.latch = True
        return self._run()

    def _fire(self, name: str) -> None:
        self._board.fire(self.events[name])

    def _run(self) -> Process:
        self._fire("SWEEPING")
        self._readings.clear()
        k = 0
        for _ in range(self._arm_count):
            yield from self._gates["arm"].passed()
            if self._auto_clear:
                for name in ("source", "measure", "endpulse"):
                    self._gates[name].detector.clear()
            self._fire("ARMED")
            for _ in range(self._count):
                yield from self._step(k)
                k += 1
        yield from self._readings
        if self._end_sweep == SOURCE_IDLE:
            self._channel.end_sweep()
        self._fire("SWEEP_COMPLETE")
        self._fire("IDLE")

    def _step(self, k: int) -> Process:
        world = self._channel.world
        yield from self._gates["source"].passed()
        if self._source_action and self.sweep.quantity == self._channel.source.function:
            self._channel.sweep_to(self.sweep.levels[k % len(self.sweep.levels)], self._limit())
            yield Until(Nanoseconds(max(world.now + specs.SOURCE_ACTION, self._channel.settled_at)))
        self._fire("SOURCE_COMPLETE")
        yield from self._gates["measure"].passed()
        if self._measure_action == ASYNC:
            self._readings.append(world.spawn(self._measured()))
        elif self._measure_action:
            yield from self._measured()
        yield from self._gates["endpulse"].passed()
        if self._end_pulse == SOURCE_IDLE:
            self._channel.end_sweep()
        yield Until(Nanoseconds(world.now + specs.END_PULSE_ACTION))
        self._fire("PULSE_COMPLETE")

    def _measured(self) -> Process:
        if self._quantities:
            yield from self._meter.take(self._quantities, 1, 0.0, self._buffers)
        self._fire("MEASURE_COMPLETE")

    def _limit(self) -> float:
        source = self._channel.source
        if source.function == DC_VOLTS:
            return self._current_limit or source.current_limit
        return self._voltage_limit or source.voltage_limit

    # The table

    def node(self) -> Node:
        """Give the table `smuX.trigger`, without `initiate`."""
        node = Node()
        for name, event in self.events.items():
            node.constant(f"{name}_EVENT_ID", event)
        node.attribute("count", lambda: self._count, self._set_count)
        node.attribute("autoclear", lambda: int(self._auto_clear), self._set_auto_clear)
        arm = node.child("arm")
        arm.attribute("count", lambda: self._arm_count, self._set_arm_count)
        source, measure = node.child("source"), node.child("measure")
        self._declare_source(source)
        self._declare_measure(measure)
        end_pulse, end_sweep = node.child("endpulse"), node.child("endsweep")
        end_pulse.attribute("action", lambda: self._end_pulse, self._set_end_pulse)
        end_sweep.attribute("action", lambda: self._end_sweep, self._set_end_sweep)
        for name, table in (("arm", arm), ("source", source), ("measure", measure), ("endpulse", end_pulse)):
            self._gates[name].declare(table)
        return node

    def _declare_source(self, node: Node) -> None:
        node.attribute("action", lambda: self._source_action, self._set_source_action)
        node.attribute("limiti", lambda: self._current_limit, self._set_current_limit)
        node.attribute("limitv", lambda: self._voltage_limit, self._set_voltage_limit)
        self.sweep.declare(node)

    def _declare_measure(self, node: Node) -> None:
        node.attribute("action", lambda: self._measure_action, self._set_measure_action)

        def chooser(quantities: str) -> Action:
            def choose(*tables: Value) -> None:
                self._buffers = self._meter.buffers_of(quantities, tables)
                self._quantities = quantities

            return choose

        for quantities in (*QUANTITIES, "iv"):
            node.function(quantities, chooser(quantities))

    def _set_count(self, value: Value) -> None:
        self._count = integer(value, 1, _MOST_COUNT)

    def _set_arm_count(self, value: Value) -> None:
        self._arm_count = integer(value, 1, _MOST_COUNT)

    def _set_auto_clear(self, value: Value) -> None:
        self._auto_clear = flag(value)

    def _set_source_action(self, value: Value) -> None:
        self._source_action = choice(value, (DISABLE, ENABLE))

    def _set_measure_action(self, value: Value) -> None:
        self._measure_action = choice(value, (DISABLE, ENABLE, ASYNC))

    def _set_end_pulse(self, value: Value) -> None:
        self._end_pulse = choice(value, (SOURCE_IDLE, SOURCE_HOLD))

    def _set_end_sweep(self, value: Value) -> None:
        self._end_sweep = choice(value, (SOURCE_IDLE, SOURCE_HOLD))

    def _set_current_limit(self, value: Value) -> None:
        model = self._channel.model
        found = number(value)
        if found != LIMIT_AUTO:
            found = number(value, model.smallest_current_limit, model.envelope[0][1] * specs.OVERRANGE_SOURCE)
        self._current_limit = found

    def _set_voltage_limit(self, value: Value) -> None:
        model = self._channel.model
        found = number(value)
        if found != LIMIT_AUTO:
            found = number(value, model.smallest_voltage_limit, model.envelope[-1][0] * specs.OVERRANGE_SOURCE)
        self._voltage_limit = found
