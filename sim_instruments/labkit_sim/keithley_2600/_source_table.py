"""The table `smuX.source`: levels, ranges and limits of one channel, checked against what the model can do."""

from labkit.core import Range
from labkit_sim.keithley_2600._channel import Channel
from labkit_sim.keithley_2600._models import OVERRANGE_SOURCE, holding
from labkit_sim.keithley_2600._settings import DC_AMPS, DC_VOLTS, DELAY_AUTO, Function
from labkit_sim.tsp import Node, TspError, Value, choice, flag, number

INTERLOCK = 802
_TOO_BIG, _TOO_SMALL = 1101, 1102
_LONGEST_DELAY = 1000.0


class SourceTable:
    """Reads and writes the source's settings; what is refused leaves the old value."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def node(self) -> Node:
        """Give the table."""
        node = Node()
        node.attribute("func", lambda: self._channel.source.function, self._set_function)
        node.attribute("output", lambda: int(self._channel.source.output), self._set_output)
        node.attribute("compliance", self._channel.limited)
        node.attribute("delay", lambda: self._channel.source.delay, self._set_delay)
        node.attribute("offmode", lambda: self._channel.source.off_mode, self._set_off_mode)
        node.attribute("highc", lambda: int(self._channel.source.high_capacitance), self._set_high_capacitance)
        node.attribute("limitv", lambda: self._channel.source.voltage_limit, self._set_voltage_limit)
        node.attribute("limiti", lambda: self._channel.source.current_limit, self._set_current_limit)
        node.attribute("limitp", lambda: self._channel.source.power_limit, self._set_power_limit)
        for letter, quantity in (("v", DC_VOLTS), ("i", DC_AMPS)):
            self._declare_function(node, letter, quantity)
        model = self._channel.model
        node.setting("settling", 0, lambda value: choice(value, (0, 1, 2, 3, 128)))
        node.setting("sink", 0, lambda value: choice(value, (0, 1)))
        node.setting("offfunc", DC_VOLTS, lambda value: choice(value, (DC_AMPS, DC_VOLTS)))
        node.setting("offlimiti", 1e-3, lambda value: number(value, model.smallest_current_limit, 1.0))
        node.setting("offlimitv", model.default_voltage_limit, lambda value: number(value, 0.0, 200.0))
        node.setting("outputenableaction", 0, lambda value: choice(value, (0, 1, 2)))
        return node

    def _declare_function(self, node: Node, letter: str, quantity: int) -> None:
        def function() -> Function:
            source = self._channel.source
            return source.voltage if quantity == DC_VOLTS else source.current

        node.attribute(f"level{letter}", lambda: function().level, lambda value: self._set_level(quantity, value))
        node.attribute(f"range{letter}", lambda: function().full_scale, lambda value: self._set_range(quantity, value))
        node.attribute(
            f"autorange{letter}",
            lambda: int(function().auto_range),
            lambda value: self._set_auto_range(quantity, flag(value)),
        )
        node.attribute(
            f"lowrange{letter}", lambda: function().lowest, lambda value: self._set_lowest_range(quantity, value)
        )

    # Function, output

    def _set_function(self, value: Value) -> None:
        channel = self._channel
        function = choice(value, (DC_AMPS, DC_VOLTS))
        if function != channel.source.function:
            channel.source.function = function
            channel.source_changed(range_changed=True)

    def _set_output(self, value: Value) -> None:
        channel = self._channel
        wanted = choice(value, (0, 1, 2))  # 2 is OUTPUT_HIGH_Z: off, whatever the off mode
        if wanted == 1 and channel.needs_interlock():
            raise TspError(INTERLOCK, "OUTPUT blocked by interlock")
        channel.set_output(wanted == 1)

    def _set_off_mode(self, value: Value) -> None:
        self._channel.source.off_mode = choice(value, (0, 1, 2))

    def _set_high_capacitance(self, value: Value) -> None:
        self._channel.source.high_capacitance = flag(value)

    def _set_delay(self, value: Value) -> None:
        found = number(value, DELAY_AUTO, _LONGEST_DELAY)
        if found < 0 and found != DELAY_AUTO:
            raise TspError(_TOO_SMALL)
        self._channel.source.delay = found

    # Limits

    def _set_current_limit(self, value: Value) -> None:
        channel = self._channel
        model, source = channel.model, channel.source
        source.current_limit = number(
            value, model.smallest_current_limit, model.largest_current(source.voltage.full_scale) * OVERRANGE_SOURCE
        )
        if source.function == DC_VOLTS:
            channel.source_changed()

    def _set_voltage_limit(self, value: Value) -> None:
        channel = self._channel
        model, source = channel.model, channel.source
        largest = model.largest_voltage(source.current.full_scale) * OVERRANGE_SOURCE
        limit = number(value, model.smallest_voltage_limit, largest)
        before, source.voltage_limit = source.voltage_limit, limit
        if source.output and channel.needs_interlock():
            source.voltage_limit = before
            raise TspError(INTERLOCK, "OUTPUT blocked by interlock")
        if source.function == DC_AMPS:
            channel.source_changed()

    def _set_power_limit(self, value: Value) -> None:
        self._channel.source.power_limit = number(value, 0.0, 1000.0)
        self._channel.source_changed()

    # Levels and ranges

    def ranges(self, quantity: int) -> tuple[Range, ...]:
        """Give the source ranges of a function."""
        model = self._channel.model
        return model.source_voltage if quantity == DC_VOLTS else model.source_current

    def checked_level(self, quantity: int, value: Value) -> float:
        """Take a level that the function can source on some range."""
        most = self.ranges(quantity)[-1].full_scale * OVERRANGE_SOURCE
        return number(value, -most, most)

    def choose_range(self, quantity: int, level: float) -> bool:
        """Bring the range of a function up, or with autorange down, to a level; gives whether it changed.

        Raises TspError, nothing changed, for a level beyond a fixed range, and where limit or interlock forbid it.
        """
        function = self._function(quantity)
        full_scale = self._range_for(quantity, level)
        if full_scale == function.full_scale:
            return False
        self._check_envelope(quantity, full_scale)
        before, function.full_scale = function.full_scale, full_scale
        if self._channel.source.output and self._channel.needs_interlock():
            function.full_scale = before
            raise TspError(INTERLOCK, "OUTPUT blocked by interlock")
        return True

    def _function(self, quantity: int) -> Function:
        source = self._channel.source
        return source.voltage if quantity == DC_VOLTS else source.current

    def _range_for(self, quantity: int, level: float) -> float:
        function = self._function(quantity)
        if not function.auto_range:
            if abs(level) > function.full_scale * OVERRANGE_SOURCE:
                raise TspError(_TOO_BIG if level > 0 else _TOO_SMALL)
            return function.full_scale
        found = holding(self.ranges(quantity), max(abs(level), function.lowest))
        return found.full_scale if found else self.ranges(quantity)[-1].full_scale

    def _check_envelope(self, quantity: int, full_scale: float) -> None:
        """Refuse a range on which the limit of the other quantity is more than the model can deliver."""
        model, source = self._channel.model, self._channel.source
        if quantity == DC_VOLTS and source.function == DC_VOLTS:
            excess = source.current_limit > model.largest_current(full_scale) * OVERRANGE_SOURCE
        else:
            excess = (
                quantity == DC_AMPS
                and source.function == DC_AMPS
                and source.voltage_limit > model.largest_voltage(full_scale) * OVERRANGE_SOURCE
            )
        if excess:
            raise TspError(_TOO_BIG)

    def _set_level(self, quantity: int, value: Value) -> None:
        level = self.checked_level(quantity, value)
        changed = self.choose_range(quantity, level)
        self._function(quantity).level = level
        if quantity == self._channel.source.function:
            self._channel.source_changed(changed)

    def _set_range(self, quantity: int, value: Value) -> None:
        found = holding(self.ranges(quantity), number(value))
        if found is None:
            raise TspError(_TOO_BIG)
        function = self._function(quantity)
        if abs(function.level) > found.full_scale * OVERRANGE_SOURCE:
            raise TspError(_TOO_SMALL)
        before = function.auto_range, function.full_scale
        self._check_envelope(quantity, found.full_scale)
        function.auto_range, function.full_scale = False, found.full_scale
        if self._channel.source.output and self._channel.needs_interlock():
            function.auto_range, function.full_scale = before
            raise TspError(INTERLOCK, "OUTPUT blocked by interlock")
        if quantity == self._channel.source.function and found.full_scale != before[1]:
            self._channel.source_changed(range_changed=True)

    def _set_auto_range(self, quantity: int, on: bool) -> None:
        function = self._function(quantity)
        function.auto_range = on
        if on and self.choose_range(quantity, function.level) and quantity == self._channel.source.function:
            self._channel.source_changed(range_changed=True)

    def _set_lowest_range(self, quantity: int, value: Value) -> None:
        found = holding(self.ranges(quantity), number(value))
        if found is None:
            raise TspError(_TOO_BIG)
        self._function(quantity).lowest = found.full_scale
        self._set_auto_range(quantity, self._function(quantity).auto_range)
