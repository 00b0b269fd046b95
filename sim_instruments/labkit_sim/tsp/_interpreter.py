"""Client scripts in a real Lua, shut in: no files, no processes, no host objects, and a budget of instructions.

Lua 5.2 stands for the instruments' Lua 5.0, with the functions of the older language that 5.2 has lost. It is chosen
because a script may wait anywhere there, within `pcall`, an iterator or an assignment to an attribute, as it may in
the instrument; Lua 5.1 can not do that. What differs: `goto` is a reserved word, functions with `...` have no table
`arg`, and there is no `setfenv`.
"""

import atexit
import re
from collections.abc import Callable, Generator
from gc import collect, freeze
from importlib.resources import files
from itertools import count
from types import GeneratorType
from typing import Any
from weakref import finalize, ref

import numpy as np
from lupa import lua52

from labkit.core import Nanoseconds
from labkit_sim._process import Until, Wish
from labkit_sim._world import World
from labkit_sim.tsp._errors import RUNTIME, SYNTAX, TspError, TspRuntimeError
from labkit_sim.tsp._nodes import Action, Node, Process, Value

ACCESS_TIME = 10e-6
"""What reading or writing an attribute or calling a function takes (s); an assumption."""
INSTRUCTION_TIME = 0.2e-6
"""What an instruction of the Lua machine takes (s); an assumption."""

_SLICE = 1_000  # instructions from one look at the budget to the next
_QUIET_SLICES = 20_000  # without waiting for anything
_TOTAL_SLICES = 1_000_000  # in one message
_MEMORY = 64 << 20  # bytes
_QUIET_WORK = 2.0  # s of the host's processor, without waiting for anything
_PATTERN_STEPS = 3e9  # that matching a pattern may take at worst

_VALUES, _WAITS, _FAILS = 0, 1, 2
_PLACE = re.compile(r"^[^:\n]*:(\d+): ", re.DOTALL)

_KEPT: list[lua52.LuaRuntime] = []
_LEFT: list[lua52.LuaRuntime] = []
"""Runtimes are never given up, and swept once their interpreter is gone. Python's collector takes a runtime and what it
has handed out down in any order, and a runtime that goes first takes the process with it. One that is swept holds
about 0.05 MB."""

Report = Callable[[TspError], None]


class Interpreter:
    """One instrument's Lua. `report` takes errors that do not end a script, `write` what is printed."""

    def __init__(self, world: World, report: Report, write: Action, random: np.random.Generator) -> None:
        self._world = world
        self._report = report
        self._actions: dict[int, Action] = {}
        self._nodes: dict[int, tuple[Node, range]] = {}
        self._handles = count()
        self._forget_at = 1_000
        self._process: Process | None = None
        runtime = lua52.LuaRuntime(
            unpack_returned_tuples=True,
            register_eval=False,
            register_builtins=False,
            attribute_filter=_no_attributes,
            encoding="latin-1",
            max_memory=_MEMORY,
        )
        settings = runtime.table_from(
            {
                "dispatch": _dispatcher(self),
                "print": self._handle(write),
                "random": random.random,
                "access_time": ACCESS_TIME,
                "slice": _SLICE,
                "slice_time": _SLICE * INSTRUCTION_TIME,
                "quiet_slices": _QUIET_SLICES,
                "total_slices": _TOTAL_SLICES,
                "quiet_work": _QUIET_WORK,
                "pattern_steps": _PATTERN_STEPS,
            }
        )
        self._runtime = runtime
        _keep(self, runtime)
        self._trusted = runtime.execute(files("labkit_sim.tsp").joinpath("prelude.lua").read_text("utf-8"), settings)

    # What scripts see

    def publish(self, name: str, node: Node) -> None:
        """Make a table of the command set known under a global name."""
        self.set_global(name, self._table(node))

    def publish_function(self, name: str, action: Action) -> None:
        """Make a function of the command set known under a global name."""
        self.set_global(name, self.function(action))

    def function(self, action: Action) -> Value:
        """Give a function of Lua that does an action."""
        return self._trusted.exported(self._handle(action))

    def indirect(self, action: Action) -> Value:
        """Give a function of Lua that calls the function which an action gives."""
        return self._trusted.indirect(self._handle(action))

    def set_global(self, name: str, value: Value) -> None:
        """Set a global variable, whatever a script has done to the table of globals."""
        self._trusted.set_global(name, value)

    def forget(self, name: str) -> None:
        """Take a global name away."""
        self.set_global(name, None)

    def _handle(self, action: Action | None) -> int | None:
        if action is None:
            return None
        handle = next(self._handles)
        self._actions[handle] = action
        return handle

    def _table(self, node: Node) -> Value:
        """Make the table of a node; what belongs to it is let go when Lua lets the table go."""
        if len(self._nodes) > self._forget_at:
            self._forget_gone()
        owner = next(self._handles)
        first = owner + 1
        table, getters, setters, objects = self._trusted.new_node(
            owner, node.luatype or None, self._handle(node.read_item), self._handle(node.write_item), node.call
        )
        for name, action in node.readers.items():
            getters[name] = self.function(action)
        for name, action in node.writers.items():
            setters[name] = self.function(action)
        for name, action in node.functions.items():
            objects[name] = self.function(action)
        for name, value in node.constants.items():
            objects[name] = value
        self._nodes[owner] = node, range(first, next(self._handles))
        for key, child in node.children.items():
            objects[key] = self._table(child)
        return table

    def _forget_gone(self) -> None:
        """Forget the nodes whose tables Lua has let go."""
        for owner in self.list_of(self._trusted.take_gone()) or ():
            _, handles = self._nodes.pop(owner)
            for handle in handles:
                self._actions.pop(handle, None)
        self._forget_at = len(self._nodes) + 1_000

    # What scripts hand over

    def node_of(self, value: Value) -> Node | None:
        """Give the table of the command set that a value is, or None."""
        if lua52.lua_type(value) != "table":
            return None
        owner = self._trusted.owner(value)
        return None if owner is None else self._nodes[owner][0]

    def list_of(self, value: Value) -> list[Value] | None:
        """Give the items 1, 2, ... of a Lua table, or None for what is none."""
        if lua52.lua_type(value) != "table":
            return None
        return [self._trusted.item(value, index) for index in range(1, self._trusted.length(value) + 1)]

    def is_function(self, value: Value) -> bool:
        """Tell whether a value is a function."""
        return bool(lua52.lua_type(value) == "function")

    # Running

    def compile(self, source: str, name: str = "chunk") -> Value:
        """Compile a chunk to a function; raises TspError -285."""
        self._make_room()
        try:
            compiled = self._trusted.compile(source, name)
        except lua52.LuaError as error:  # out of memory
            raise TspError(SYNTAX, _described("TSP Syntax error", _message(error))) from None
        if isinstance(compiled, tuple):
            raise TspError(SYNTAX, _described("TSP Syntax error", str(compiled[1])))
        return compiled

    def _make_room(self) -> None:
        """Collect what a script has left behind, where little memory is left: a dead script must not starve others.

        Python's collector comes first, because a thread of Lua is kept by the error that ended it.
        """
        if self._runtime.get_memory_used() > _MEMORY // 2:
            collect()
            self._runtime.gccollect()
            self._runtime.gccollect()

    def trust(self, source: str, name: str) -> None:
        """Run a chunk of the instrument's own that defines functions and does not wait."""
        self.compile(source, name)()

    def run(self, function: Value) -> Generator[Wish, None, None]:
        """Run a function as a process of the world; raises TspError -286 where it ends with an error."""
        thread = self._trusted.run.coroutine(function)
        answer: tuple[Value, ...] | None = None
        while True:
            try:
                request = thread.send(answer)
            except StopIteration:
                return
            except lua52.LuaError as error:
                raise TspError(RUNTIME, _described("TSP Runtime error", _message(error))) from None
            answer = yield from self._served(request[1])

    def _served(self, time: float | None) -> Generator[Wish, None, tuple[Value, ...]]:
        """Let time (s) pass for a script, or the process that it has called for."""
        if time is not None:
            yield Until(Nanoseconds(self._world.now + round(time * 1e9)))
            return (_VALUES,)
        process, self._process = self._process, None
        if process is None:
            return (_VALUES,)
        try:
            return self._packed((yield from process))
        except TspError as error:
            self._report(error)
            return (_VALUES,)
        except TspRuntimeError as error:
            return _FAILS, str(error)

    def call(self, handle: int, arguments: tuple[Value, ...]) -> tuple[Value, ...]:
        """Do what a script has called: its values, an error, or that the script waits for a process."""
        try:
            result = self._actions[handle](*arguments)
        except TspError as error:
            self._report(error)
            return (_VALUES,)
        except TspRuntimeError as error:
            return _FAILS, str(error)
        if isinstance(result, GeneratorType):
            self._process = result
            return (_WAITS,)
        return self._packed(result)

    def _packed(self, result: Value) -> tuple[Value, ...]:
        if result is None:
            return (_VALUES,)
        if isinstance(result, tuple):
            return _VALUES, *(self._converted(value) for value in result)
        return _VALUES, self._converted(result)

    def _converted(self, value: Value) -> Value:
        if isinstance(value, Node):
            return self._table(value)
        if isinstance(value, list):
            return self._runtime.table_from([self._converted(item) for item in value])
        return value


def _dispatcher(interpreter: Interpreter) -> Callable[..., tuple[Value, ...]]:
    """Give the one host function that Lua knows; it holds the interpreter weakly, so that both can be let go."""
    weak = ref(interpreter)

    def dispatch(handle: int, *arguments: Any) -> tuple[Value, ...]:
        found = weak()
        if found is None:
            return (_VALUES,)
        return found.call(int(handle), arguments)

    return dispatch


def _no_attributes(_subject: object, name: object, _setting: bool) -> object:
    raise AttributeError(f"no attribute {name!r}")


def _message(error: Exception) -> str:
    return "not enough memory" if isinstance(error, lua52.LuaMemoryError) else str(error)


def _described(kind: str, message: str) -> str:
    """Write an error of Lua as the instruments do: "TSP Runtime error at line 1: attempt to ...", in old quotes."""
    place = _PLACE.match(message)
    text = message[place.end() :] if place else message
    text = re.sub(r"'([^'\n]*)'", r"`\1'", text).split("\n")[0].replace("\t", " ")
    return f"{kind} at line {place[1]}: {text}" if place else f"{kind}: {text}"


def _keep(interpreter: Interpreter, runtime: lua52.LuaRuntime) -> None:
    if not _KEPT:
        atexit.register(freeze)  # nor does the last collection, when Python ends, take any down
    while _LEFT:
        _LEFT.pop().gccollect()
    _KEPT.append(runtime)
    finalize(interpreter, _LEFT.append, runtime)
