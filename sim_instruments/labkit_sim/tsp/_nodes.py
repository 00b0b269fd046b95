"""Tables of an instrument's command set, as a firmware declares them: attributes, constants, functions, tables."""

from collections.abc import Callable, Generator, Mapping
from typing import Any

from labkit_sim._process import Wish

Value = Any
"""A value of Lua as Python sees it: None, bool, int, float, str, or an opaque table or function."""

Process = Generator[Wish, None, Value]
"""What a call does when it takes time in the world; its result is the call's."""

Action = Callable[..., "Value | Process"]
"""What stands behind a function: arguments of the call, to nothing (None), a value, a tuple of values, or a Process.

A `Node` among the values becomes its table, a list a table of its items. Raises TspError and TspRuntimeError.
"""

NIL = (None,)
"""What an action gives for an explicit nil; None is no value at all."""


class Setting:
    """A value that is checked and remembered. `check` gives the value to keep, or raises TspError."""

    def __init__(self, default: Value, check: Callable[[Value], Value]) -> None:
        self.default = self.value = default
        self._check = check

    def set(self, value: Value) -> None:
        """Take a new value; the old one stays where the new one is refused."""
        self.value = self._check(value)

    def reset(self) -> None:
        """Go back to the default."""
        self.value = self.default


class Node:
    """A table of the command set. `luatype` is the name that the instrument gives to its kind.

    An attribute is read with no argument and gives one value; it is written with the value assigned to it. `call` is
    the Lua function that calling the table calls, if any.
    """

    def __init__(self, luatype: str = "") -> None:
        self.luatype = luatype
        self.readers: dict[str, Action] = {}
        self.writers: dict[str, Action] = {}
        self.functions: dict[str, Action] = {}
        self.constants: dict[str, Value] = {}
        self.children: dict[str | int, Node] = {}
        self.read_item: Action | None = None
        self.write_item: Action | None = None
        self.call: Value = None

    def attribute(self, name: str, read: Action, write: Action | None = None) -> None:
        """Declare an attribute; without `write` it is read-only."""
        self.readers[name] = read
        if write is not None:
            self.writers[name] = write

    def function(self, name: str, action: Action) -> None:
        """Declare a function."""
        self.functions[name] = action

    def constant(self, name: str, value: Value) -> None:
        """Declare a constant: a number, a string, a boolean, or a function of Lua."""
        self.constants[name] = value

    def setting(self, name: str, default: Value, check: Callable[[Value], Value]) -> "Setting":
        """Declare an attribute that is only checked and remembered; gives what holds it."""
        held = Setting(default, check)
        self.attribute(name, lambda: held.value, held.set)
        return held

    def constants_from(self, values: Mapping[str, float]) -> None:
        """Declare constants by name."""
        self.constants.update(values)

    def child(self, name: str | int, node: "Node | None" = None) -> "Node":
        """Declare a table below this one, by name or index; gives it."""
        return self.children.setdefault(name, node or Node())

    def items(self, read: Action, write: Action | None = None) -> None:
        """Declare what an index that has no child gives: `read(index)`, `write(index, value)`."""
        self.read_item, self.write_item = read, write
