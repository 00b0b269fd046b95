"""`channel.*` of the 707B, 708B and 3706A: relays that are told to open and close, and what they are asked."""

from collections.abc import Iterable, Sequence

from labkit.core import Crosspoint, Nanoseconds, nanoseconds
from labkit_sim._process import Task, Until
from labkit_sim._relays import Order, Relays
from labkit_sim._station import Station
from labkit_sim.switching._cards import Channel
from labkit_sim.switching._channel_lists import FORBIDDEN_CHANNEL, ChannelTable, invalid
from labkit_sim.tsp import NIL, Node, Process, TspError, Value, choice, integer, number, text

OFF, BREAK_BEFORE_MAKE, MAKE_BEFORE_BREAK = 0, 1, 2
_ORDERS = {OFF: Order.TOGETHER, BREAK_BEFORE_MAKE: Order.BREAK_FIRST, MAKE_BEFORE_BREAK: Order.MAKE_FIRST}
_DELAY_STEP = 10e-6
_LONGEST_DELAY = 60.0


class Channels:
    """The relays of an instrument and their settings. What is closed is what was commanded."""

    def __init__(self, station: Station, table: ChannelTable) -> None:
        self.table = table
        self._world = station.world
        self._relays = Relays(station)
        self._backplane: set[Channel] = set()
        self._by_crosspoint = {channel.crosspoint: channel for channel in table.channels if channel.crosspoint}
        self.delays: dict[Channel, float] = {}
        self.forbidden: set[Channel] = set()
        self._counts: dict[Channel, int] = {}
        self._rule = BREAK_BEFORE_MAKE
        self._sequential = False

    @property
    def closed(self) -> set[Channel]:
        """The channels that are closed."""
        return {self._by_crosspoint[point] for point in self._relays.closed} | self._backplane

    def reset(self) -> Process:
        """Open all and take the settings of `reset()`; over when the relays have settled."""
        self.delays.clear()
        self.forbidden.clear()
        self._rule, self._sequential = BREAK_BEFORE_MAKE, False
        return self.switch(self.closed, ())

    # Motions

    def switch(self, opening: Iterable[Channel], closing: Iterable[Channel]) -> Process:
        """Open and close by the connection rule; over when relays and user delays have settled.

        Raises TspError, before anything moves, when one that is to close is forbidden.
        """
        closing = list(closing)
        for channel in closing:
            if channel in self.forbidden:
                raise TspError(FORBIDDEN_CHANNEL, f"Channel {channel.name} is forbidden to close")
        made = [channel for channel in closing if channel not in self.closed]
        for channel in made:
            self._counts[channel] = self._counts.get(channel, 0) + 1
        task = self._move(set(opening) - set(closing), made)
        delay = max((self.delays.get(channel, 0.0) for channel in made), default=0.0)
        return self._settled(task, delay)

    def _settled(self, task: Task | None, delay: float) -> Process:
        if task is not None:
            yield task
        if delay:
            yield Until(Nanoseconds(self._world.now + nanoseconds(delay)))

    def _move(self, opening: Iterable[Channel], closing: Iterable[Channel]) -> Task | None:
        opening, closing = self.table.in_order(list(opening)), self.table.in_order(list(closing))
        self._backplane -= {channel for channel in opening if channel.crosspoint is None}
        self._backplane |= {channel for channel in closing if channel.crosspoint is None}
        broken, made = _crosspoints(opening), _crosspoints(closing)
        order = _ORDERS[self._rule]
        if not self._sequential:
            return self._relays.move(broken, made, order)
        singles = [((point,), ()) for point in broken], [((), (point,)) for point in made]
        motions = singles[1] + singles[0] if order is Order.MAKE_FIRST else singles[0] + singles[1]
        task = None
        for one_broken, one_made in motions:
            task = self._relays.move(one_broken, one_made, order) or task
        return task

    # Commands

    def node(self) -> Node:
        """Give the table `channel`."""
        node = Node()
        node.constants_from({"OFF": OFF, "ON": 1})
        node.constants_from({"BREAK_BEFORE_MAKE": BREAK_BEFORE_MAKE, "MAKE_BEFORE_BREAK": MAKE_BEFORE_BREAK})
        node.attribute("connectrule", lambda: self._rule, self._set_rule)
        node.attribute("connectsequential", lambda: int(self._sequential), self._set_sequential)
        node.function("open", self._open)
        node.function("close", self._close)
        node.function("exclusiveclose", self._exclusive_close)
        node.function("exclusiveslotclose", self._exclusive_slot_close)
        node.function("reset", self._reset_channels)
        node.function("getclose", self._get_close)
        node.function("getstate", self._get_state)
        node.function("getcount", self._get_count)
        node.function("getimage", self._get_image)
        node.function("setdelay", self._set_delay)
        node.function("getdelay", self._get_delay)
        node.function("setforbidden", self._set_forbidden)
        node.function("clearforbidden", self._clear_forbidden)
        node.function("getforbidden", self._get_forbidden)
        node.function("createspecifier", self._create_specifier)
        return node

    def _set_rule(self, value: Value) -> None:
        self._rule = choice(value, tuple(_ORDERS))

    def _set_sequential(self, value: Value) -> None:
        self._sequential = bool(choice(value, (0, 1)))

    def _asked(self, channels: Value, slots: bool = True, patterns: bool = True) -> list[Channel]:
        """Read a list that must name something."""
        found = self.table.read(text(channels), slots, patterns)
        if not found:
            raise invalid("it is empty")
        return found

    def _open(self, channels: Value = None, *_: Value) -> Process:
        return self.switch(self._asked(channels), ())

    def _close(self, channels: Value = None, *_: Value) -> Process:
        return self.switch((), self._asked(channels, slots=False))

    def _exclusive_close(self, channels: Value = None, *_: Value) -> Process:
        return self.switch(self.closed, self.table.read(text(channels), slots=False))

    def _exclusive_slot_close(self, channels: Value = None, *_: Value) -> Process:
        wanted = self._asked(channels, slots=False)
        slots = {channel.slot for channel in wanted}
        return self.switch({channel for channel in self.closed if channel.slot in slots}, wanted)

    def _reset_channels(self, channels: Value = None, *_: Value) -> Process:
        found = self._asked(channels)
        for channel in found:
            self.delays.pop(channel, None)
            self.forbidden.discard(channel)
        return self.switch(found, ())

    def _get_close(self, channels: Value = None, *_: Value) -> Value:
        asked = set(self._asked(channels))
        found = [channel.name for channel in self.table.in_order(self.closed & asked)]
        return ";".join(found) if found else NIL

    def _get_state(self, channels: Value = None, *_: Value) -> str:
        closed = self.closed
        return ",".join("1" if channel in closed else "0" for channel in self._asked(channels))

    def _get_count(self, channels: Value = None, *_: Value) -> str:
        return ",".join(str(self._counts.get(channel, 0)) for channel in self._asked(channels))

    def _get_image(self, channels: Value = None, *_: Value) -> str:
        parts = self.table.parts(text(channels))
        return ";".join(",".join(channel.name for channel in part) for part in parts)

    def _set_delay(self, channels: Value = None, delay: Value = None, *_: Value) -> None:
        found = self._asked(channels, patterns=False)
        steps = round(number(delay, 0.0, _LONGEST_DELAY) / _DELAY_STEP)
        self.delays |= dict.fromkeys(found, steps * _DELAY_STEP)

    def _get_delay(self, channels: Value = None, *_: Value) -> Value:
        try:
            found = self._asked(channels, patterns=False)
        except TspError:
            return NIL
        return ",".join(f"{self.delays.get(channel, 0.0):.9e}" for channel in found)

    def _set_forbidden(self, channels: Value = None, *_: Value) -> None:
        self.forbidden |= set(self._asked(channels, patterns=False))

    def _clear_forbidden(self, channels: Value = None, *_: Value) -> None:
        self.forbidden -= set(self._asked(channels, patterns=False))

    def _get_forbidden(self, channels: Value = None, *_: Value) -> Value:
        asked = set(self._asked(channels))
        found = [channel.name for channel in self.table.in_order(self.forbidden & asked)]
        return ",".join(found) if found else NIL

    def _create_specifier(self, slot: Value = None, row: Value = None, column: Value = None, *_: Value) -> str:
        matrix = [channel for channel in self.table.channels if channel.slot == integer(slot) and channel.crosspoint]
        rows = list(dict.fromkeys(channel.name[1] for channel in matrix))
        label = rows[integer(row, 1, len(rows)) - 1]
        return self.table.read(f"{integer(slot)}{label}{integer(column, 1, 99):02d}")[0].name


def _crosspoints(channels: Sequence[Channel]) -> list[Crosspoint]:
    return [channel.crosspoint for channel in channels if channel.crosspoint is not None]
