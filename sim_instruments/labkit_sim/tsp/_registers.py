"""The status model of TSP instruments: register sets in a tree, each summed up in a bit of the one above."""

from collections.abc import Callable, Mapping

from labkit_sim._errors import StatusRegister
from labkit_sim.tsp._arguments import integer
from labkit_sim.tsp._nodes import Node, Value

_ALL = 0x7FFF


class RegisterSet:
    """A condition register with its event register, enable mask and transition filters.

    `sources` give bits that are true now, asked whenever the registers are read; beside them bits are set by
    `set_bit`. An enabled event sets the bit of this set in the set above. `register` is given for the sets that the
    status byte sums up itself.
    """

    def __init__(
        self, bits: Mapping[str, int], changed: Callable[[], None], register: StatusRegister | None = None
    ) -> None:
        self._changed = changed
        self._bits = bits
        self._above: tuple[RegisterSet, int] | None = None
        self._below: dict[str, RegisterSet] = {}
        self._sources: dict[int, Callable[[], bool]] = {}
        self.register = register or StatusRegister(self._register_changed)

    def below(self, name: str, bits: Mapping[str, int], summary: int) -> "RegisterSet":
        """Add a register set that is summed up in the bit `summary` of this one."""
        found = RegisterSet(bits, self._changed)
        found._above = (self, summary)
        self._below[name] = found
        return found

    def source(self, bit: int, is_true: Callable[[], bool]) -> None:
        """Declare a bit that follows what is true now."""
        self._sources[bit] = is_true

    def set_bit(self, bit: int, on: bool) -> None:
        """Set or clear a condition."""
        self.register.set_bit(bit, on)

    def refresh(self) -> None:
        """Bring all conditions, of this set and those below, up to now."""
        for found in self._below.values():
            found.refresh()
        for bit, is_true in self._sources.items():
            self.register.set_bit(bit, is_true())

    def reset(self) -> None:
        """Do what `status.reset()` does to a register set: no enables, default filters, no events."""
        for found in self._below.values():
            found.reset()
        self.register.preset()
        self.register.event = 0
        self._register_changed()

    def _register_changed(self) -> None:
        if self._above is not None:
            above, summary = self._above
            above.set_bit(summary, self.register.summary)
        self._changed()

    def node(self) -> Node:
        """Give the table of this register set, those below in it."""
        node = Node()
        node.constants_from(self._bits)
        node.attribute("condition", self._read_condition)
        node.attribute("event", self._take_event)
        node.attribute("enable", lambda: self.register.enable, lambda value: self._write("enable", value))
        node.attribute("ptr", lambda: self.register.rising, lambda value: self._write("ptr", value))
        node.attribute("ntr", lambda: self.register.falling, lambda value: self._write("ntr", value))
        for name, found in self._below.items():
            node.child(name, found.node())
        return node

    def _read_condition(self) -> int:
        self.refresh()
        return self.register.condition

    def _take_event(self) -> int:
        self.refresh()
        event = self.register.take_event()
        self._register_changed()
        return event

    def _write(self, register: str, value: Value) -> None:
        mask = integer(value, 0, 0xFFFF) & _ALL
        if register == "enable":
            self.register.enable = mask
        elif register == "ptr":
            self.register.rising = mask
        else:
            self.register.falling = mask
        self._register_changed()
