"""Scripts in the instrument's memory: named ones, the anonymous one, and `script.*`."""

from collections.abc import Callable
from dataclasses import dataclass

from labkit_sim.tsp._arguments import text
from labkit_sim.tsp._errors import TspError, TspRuntimeError
from labkit_sim.tsp._interpreter import Interpreter
from labkit_sim.tsp._nodes import NIL, Node, Process, Value

_MEMORY = 16 << 20
"""Characters of all scripts together; an assumption."""


@dataclass(slots=True)
class Script:
    """A compiled script; `autorun` is remembered, since the instrument never restarts."""

    name: str
    source: str
    function: Value
    autorun: str = "no"


class Scripts:
    """All scripts of an instrument, published as `script`, and each named one as a global table."""

    def __init__(self, interpreter: Interpreter, write_line: Callable[[bytes], Process]) -> None:
        self._interpreter = interpreter
        self._write_line = write_line
        self._named: dict[str, Script] = {}
        self._anonymous: Script | None = None
        interpreter.publish("script", self._node())
        interpreter.set_global("run", interpreter.indirect(self._anonymous_function))

    def load(self, source: str, name: str = "") -> Script:
        """Compile a script and keep it under its name; raises TspError -285 and keeps the old one."""
        if len(source) + sum(len(kept.source) for kept in self._named.values() if kept.name != name) > _MEMORY:
            raise TspError(-225, "Out of memory")
        script = Script(name, source, self._interpreter.compile(source, name or "anonymous"))
        if name:
            self._named[name] = script
            self._interpreter.publish(name, self._script_node(script))
        else:
            self._anonymous = script
        return script

    def _node(self) -> Node:
        node = Node()
        node.function("new", self._new)
        node.function("newautorun", self._new)
        node.function("load", self._load_file)
        node.constant("run", self._interpreter.indirect(self._anonymous_function))
        node.function("delete", self._delete)
        node.function("restore", lambda name: None)
        node.attribute("anonymous", self._anonymous_node)
        user = node.child("user")
        user.function("catalog", self._catalog)
        user.attribute("scripts", lambda: [self._script_node(script) for script in self._named.values()])
        factory = node.child("factory")
        factory.function("catalog", lambda: self._iterator(["KIGeneral", "KISweep", "KIPulse", "KISavebuffer"]))
        return node

    def _script_node(self, script: Script) -> Node:
        node = Node("script")
        node.attribute("name", lambda: script.name, lambda value: self._rename(script, text(value)))
        node.attribute("source", lambda: script.source)
        node.attribute("autorun", lambda: script.autorun, lambda value: self._set_autorun(script, text(value)))
        node.constant("run", script.function)
        node.function("save", lambda *_: None)
        node.function("list", lambda *_: self._list(script))
        node.call = script.function
        return node

    def _list(self, script: Script) -> Process:
        for line in (f"loadscript {script.name}".rstrip(), *script.source.split("\n"), "endscript"):
            yield from self._write_line(line.encode("latin-1", "replace"))

    @staticmethod
    def _set_autorun(script: Script, value: str) -> None:
        if value not in ("yes", "no"):
            raise TspError(1401)
        script.autorun = value

    def _rename(self, script: Script, name: str) -> None:
        if not name.isidentifier():
            raise TspError(1401)
        if self._named.pop(script.name, None) is not None:
            self._interpreter.forget(script.name)
        script.name = name
        self._named[name] = script
        self._interpreter.publish(name, self._script_node(script))

    def _new(self, source: Value = None, name: Value = None) -> Node:
        return self._script_node(self.load(text(source), text(name) if name is not None else ""))

    def _load_file(self, *_: Value) -> Value:
        raise TspError(2203)  # no flash drive

    def _anonymous_function(self) -> Value:
        if self._anonymous is None:
            raise TspRuntimeError("there is no anonymous script")
        return (self._anonymous.function,)

    def _anonymous_node(self) -> Value:
        return NIL if self._anonymous is None else self._script_node(self._anonymous)

    def _delete(self, name: Value = None) -> None:
        script = self._named.pop(text(name), None)
        if script is not None:
            self._interpreter.forget(script.name)

    def _catalog(self) -> Value:
        return self._iterator(list(self._named))

    def _iterator(self, names: list[str]) -> Value:
        """Give what a generic `for` takes: a function that gives one name after the other."""
        left = iter(names)
        return self._interpreter.function(lambda *_: (next(left, None),))
