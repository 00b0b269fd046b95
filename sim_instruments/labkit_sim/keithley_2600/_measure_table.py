"""The table `smuX.measure`: settings of the meter, and the functions that take readings."""

from collections.abc import Callable

from labkit.core import Nanoseconds, Range
from labkit_sim._process import Until
from labkit_sim.keithley_2600._acquisition import CURRENT, POWER, RESISTANCE, VOLTAGE
from labkit_sim.keithley_2600._buffer import BufferTables, ReadingBuffer, Readings
from labkit_sim.keithley_2600._channel import Channel
from labkit_sim.keithley_2600._models import LONGEST_NPLC, SHORTEST_NPLC, holding
from labkit_sim.keithley_2600._settings import AUTOZERO_ONCE, DELAY_AUTO, Measure, Meter
from labkit_sim.tsp import Interpreter, Node, Process, TspError, Value, choice, flag, integer, number

QUANTITIES = (CURRENT, VOLTAGE, RESISTANCE, POWER)
_MOST_READINGS = 1_000_000
_LONGEST_TIME = 1000.0
_MOST_AVERAGED = 100


class MeasureTable:
    """Reads and writes the meter's settings and takes readings. `report` takes errors of readings under way."""

    def __init__(
        self,
        channel: Channel,
        buffers: BufferTables,
        interpreter: Interpreter,
        begin_operation: Callable[[Process], object],
        report: Callable[[TspError], None],
    ) -> None:
        self._channel = channel
        self._buffers = buffers
        self._interpreter = interpreter
        self._begin_operation = begin_operation
        self._report = report
        self.overlapping = 0

    def node(self) -> Node:
        """Give the table."""
        node = Node()
        self._declare_settings(node)
        for letter in (VOLTAGE, CURRENT):
            self._declare_ranges(node, letter)
        for quantities in (*QUANTITIES, "iv"):
            node.function(quantities, self._measurer(quantities))
            node.function(f"overlapped{quantities}", self._overlapped_measurer(quantities))
        self._declare_filter(node.child("filter"))
        self._declare_relatives(node.child("rel"))
        return node

    @property
    def _settings(self) -> Measure:
        return self._channel.measure

    def _declare_settings(self, node: Node) -> None:
        node.attribute("nplc", lambda: self._settings.power_line_cycles, self._set_power_line_cycles)
        node.attribute("autozero", lambda: self._settings.auto_zero, self._set_auto_zero)
        node.attribute("count", lambda: self._settings.count, self._set_count)
        node.attribute("interval", lambda: self._settings.interval, self._set_interval)
        node.attribute("delay", lambda: self._settings.delay, self._set_delay)
        node.attribute("delayfactor", lambda: self._settings.delay_factor, self._set_delay_factor)
        node.setting("highcrangedelayfactor", 10, lambda value: number(value, 1, 100))
        node.setting("analogfilter", 1, lambda value: choice(value, (0, 1)))

    def _set_power_line_cycles(self, value: Value) -> None:
        self._settings.power_line_cycles = number(value, SHORTEST_NPLC, LONGEST_NPLC)

    def _set_auto_zero(self, value: Value) -> Process | None:
        self._settings.auto_zero = choice(value, (0, 1, 2))
        return self._zero_once() if self._settings.auto_zero == AUTOZERO_ONCE else None

    def _zero_once(self) -> Process:
        yield Until(Nanoseconds(self._channel.world.now + 2 * self._channel.aperture()))

    def _set_count(self, value: Value) -> None:
        self._settings.count = integer(value, 1, _MOST_READINGS)

    def _set_interval(self, value: Value) -> None:
        self._settings.interval = number(value, 0.0, _LONGEST_TIME)

    def _set_delay(self, value: Value) -> None:
        found = number(value, DELAY_AUTO, _LONGEST_TIME)
        if found < 0 and found != DELAY_AUTO:
            raise TspError(1102)
        self._settings.delay = found

    def _set_delay_factor(self, value: Value) -> None:
        self._settings.delay_factor = number(value, 0.0, _LONGEST_TIME)

    # Ranges

    def _declare_ranges(self, node: Node, letter: str) -> None:
        def meter() -> Meter:
            return self._settings.voltage if letter == VOLTAGE else self._settings.current

        model = self._channel.model
        ranges = model.measure_voltage if letter == VOLTAGE else model.measure_current

        def set_range(value: Value) -> None:
            meter().full_scale, meter().auto_range = _range(ranges, value), False

        def set_auto_range(value: Value) -> None:
            meter().auto_range = bool(choice(value, (0, 1, 2)))

        def set_lowest(value: Value) -> None:
            meter().lowest = _range(ranges, value)

        node.attribute(f"range{letter}", lambda: self._channel.digitizer(letter).range.full_scale, set_range)
        node.attribute(f"autorange{letter}", lambda: int(meter().auto_range), set_auto_range)
        node.attribute(f"lowrange{letter}", lambda: meter().lowest, set_lowest)

    # Filter, relative offset

    def _declare_filter(self, node: Node) -> None:
        settings = self._channel

        def set_enable(value: Value) -> None:
            settings.measure.filter_on = flag(value)

        def set_count(value: Value) -> None:
            settings.measure.filter_count = integer(value, 1, _MOST_AVERAGED)

        def set_type(value: Value) -> None:
            settings.measure.filter_type = choice(value, (0, 1, 2))

        node.attribute("enable", lambda: int(settings.measure.filter_on), set_enable)
        node.attribute("count", lambda: settings.measure.filter_count, set_count)
        node.attribute("type", lambda: settings.measure.filter_type, set_type)

    def _declare_relatives(self, node: Node) -> None:
        for letter in QUANTITIES:
            node.attribute(
                f"enable{letter}",
                lambda letter=letter: int(self._relative(letter)[0]),
                lambda value, letter=letter: self._set_relative(letter, flag(value), self._relative(letter)[1]),
            )
            node.attribute(
                f"level{letter}",
                lambda letter=letter: self._relative(letter)[1],
                lambda value, letter=letter: self._set_relative(letter, self._relative(letter)[0], number(value)),
            )

    def _relative(self, letter: str) -> tuple[bool, float]:
        return self._settings.relatives.get(letter, (False, 0.0))

    def _set_relative(self, letter: str, on: bool, level: float) -> None:
        self._settings.relatives[letter] = (on, level)

    # Readings

    def buffers_of(self, quantities: str, tables: tuple[Value, ...]) -> dict[str, ReadingBuffer]:
        """Give the buffer of each quantity for the arguments of a call; there may be none."""
        if not tables or tables[0] is None:
            return {}
        if len(tables) < len(quantities):
            raise TspError(-109)
        return {
            quantity: self._buffers.buffer_of(self._interpreter.node_of(table))
            for quantity, table in zip(quantities, tables, strict=False)
        }

    def _measurer(self, quantities: str) -> Callable[..., Process]:
        def measure(*tables: Value) -> Process:
            buffers = self.buffers_of(quantities, tables)
            for buffer in buffers.values():
                buffer.begin()
            return self._measured(quantities, buffers)

        return measure

    def _overlapped_measurer(self, quantities: str) -> Callable[..., None]:
        def measure(*tables: Value) -> None:
            buffers = self.buffers_of(quantities, tables)
            if not buffers:
                raise TspError(-109)
            for buffer in buffers.values():
                buffer.begin()
            self._begin_operation(self._overlapped(quantities, buffers))

        return measure

    def _overlapped(self, quantities: str, buffers: dict[str, ReadingBuffer]) -> Process:
        self.overlapping += 1
        try:
            yield from self._measured(quantities, buffers)
        finally:
            self.overlapping -= 1

    def _measured(self, quantities: str, buffers: dict[str, ReadingBuffer]) -> Process:
        settings = self._settings
        last = yield from self.take(quantities, settings.count, settings.interval, buffers)
        return tuple(last[quantity] for quantity in quantities)

    def take(self, quantities: str, count: int, interval: float, buffers: dict[str, ReadingBuffer]) -> Process:
        """Take readings into buffers; gives the last of each quantity. A full buffer takes no more, with an error."""
        last: dict[str, float] = dict.fromkeys(quantities, float("nan"))
        full = False

        def sink(done: dict[str, Readings]) -> None:
            nonlocal full
            for quantity, rows in done.items():
                if len(rows):
                    last[quantity] = float(rows["reading"][-1])
                if quantity in buffers and not buffers[quantity].store(rows):
                    full = True

        yield from self._channel.take(quantities, count, interval, sink)
        if full:
            self._report(TspError(4915, "Attempting to store past capacity of reading buffer"))
        return last

    def measure_and_step(self, quantities: str, set_level: Callable[[Value], object]) -> Callable[..., Process]:
        """Give a function that takes a reading and then sets the source level."""

        def measure(level: Value = None, *_: Value) -> Process:
            result = yield from self._measured(quantities, {})
            set_level(level)
            return result

        return measure


def _range(ranges: tuple[Range, ...], value: Value) -> float:
    found = holding(ranges, number(value))
    if found is None:
        raise TspError(1101)
    return found.full_scale
