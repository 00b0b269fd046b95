"""What every TSP instrument has beside its own tables: time, errors, `localnode`, number formats, scripts' helpers."""

from typing import TYPE_CHECKING

from labkit.core import Nanoseconds
from labkit_sim._process import Until
from labkit_sim.tsp._arguments import flag, integer, number, text
from labkit_sim.tsp._errors import TspError, severity
from labkit_sim.tsp._nodes import Node, Process, Value

if TYPE_CHECKING:
    from labkit_sim.tsp._instrument import TspInstrument

_LONGEST_DELAY = 100_000.0
_LONGEST_STRING = 255
_MOST_USER_STRINGS = 1_000
_EPOCH = 1_767_225_600  # 2026-01-01 UTC, which is when each world begins


def publish_system(instrument: "TspInstrument") -> None:
    """Publish the common tables and functions of an instrument."""
    interpreter = instrument.interpreter
    interpreter.publish("format", instrument.format.node())
    interpreter.publish("errorqueue", _error_queue(instrument))
    interpreter.publish("localnode", _local_node(instrument))
    interpreter.publish("timer", _timer(instrument))
    interpreter.publish("os", _operating_system(instrument))
    interpreter.publish("userstring", _user_strings(instrument))
    interpreter.publish("dataqueue", _data_queue(instrument))
    interpreter.publish_function("delay", lambda time=None: _delay(instrument, time))
    interpreter.publish_function("waitcomplete", lambda *_: instrument.operations_over())
    interpreter.publish_function("opc", lambda *_: instrument.complete_when_idle())
    interpreter.publish_function("reset", lambda *_: instrument.reset_all())
    interpreter.publish_function("printnumber", lambda *values: _print_numbers(instrument, values))


def _delay(instrument: "TspInstrument", time: Value) -> Process:
    seconds = number(time, 0.0, _LONGEST_DELAY)
    yield Until(Nanoseconds(instrument.world.now + round(seconds * 1e9)))


def _print_numbers(instrument: "TspInstrument", values: tuple[Value, ...]) -> Process:
    return instrument.write_line(instrument.format.numbers([number(value) for value in values]))


def _error_queue(instrument: "TspInstrument") -> Node:
    node = Node()
    node.attribute("count", lambda: len(instrument.errors))

    def next_error(*_: Value) -> Value:
        entry = instrument.next_error()
        if entry is None:
            return 0, "Queue Is Empty", 0, 0
        return entry.code, entry.message, severity(entry.code), 1

    node.function("next", next_error)
    node.function("clear", lambda *_: instrument.clear_errors())
    return node


def _local_node(instrument: "TspInstrument") -> Node:
    node = Node()
    node.attribute("model", lambda: instrument.MODEL)
    node.attribute("serialno", lambda: instrument.station.serial)
    node.attribute("revision", lambda: instrument.REVISION)
    node.attribute("description", lambda: f"Keithley Instruments SMU {instrument.MODEL} - {instrument.station.serial}")
    frequency = instrument.line_frequency
    node.attribute("linefreq", lambda: frequency.value, frequency.set)
    node.setting("autolinefreq", True, flag)
    node.setting("password", "", text)
    node.setting("passwordmode", 0, lambda value: integer(value, 0, 3))
    node.function("reset", lambda *_: instrument.reset_all())
    node.constants_from({"ENABLE": 1, "DISABLE": 0, "PASSWORD_NONE": 0, "PASSWORD_ALL": 3})

    def set_prompts(value: Value) -> None:
        instrument.prompts = flag(value)

    def set_show_errors(value: Value) -> None:
        instrument.show_errors = flag(value)

    node.attribute("prompts", lambda: int(instrument.prompts), set_prompts)
    node.attribute("prompts4882", lambda: 0, lambda value: None)
    node.attribute("showerrors", lambda: int(instrument.show_errors), set_show_errors)
    return node


def _timer(instrument: "TspInstrument") -> Node:
    world, began = instrument.world, [0]
    node = Node()

    def reset(*_: Value) -> None:
        began[0] = world.now

    node.function("reset", reset)
    node.child("measure").function("t", lambda *_: round((world.now - began[0]) * 1e-9, 6))
    return node


def _operating_system(instrument: "TspInstrument") -> Node:
    node = Node()
    node.function("time", lambda *_: _EPOCH + instrument.world.now // 1_000_000_000)
    for name in ("remove", "rename"):  # of files on a flash drive, which there is not
        node.function(name, lambda *_: (None, "No such file or directory"))
    return node


def _user_strings(instrument: "TspInstrument") -> Node:
    kept: dict[str, str] = {}
    node = Node()

    def add(name: Value = None, value: Value = None) -> None:
        if len(kept) >= _MOST_USER_STRINGS:
            raise TspError(-225, "Out of memory")
        kept[_short(name)] = _short(value)

    def catalog(*_: Value) -> Value:
        left = iter(tuple(kept))
        return instrument.interpreter.function(lambda *_: (next(left, None),))

    node.function("add", add)
    node.function("get", lambda name=None, *_: (kept.get(text(name)),))
    node.function("delete", lambda name=None, *_: kept.pop(text(name), None) and None)
    node.function("catalog", catalog)
    return node


def _short(value: Value) -> str:
    found = text(value)
    if len(found) > _LONGEST_STRING:
        raise TspError(1101)
    return found


def _data_queue(instrument: "TspInstrument") -> Node:
    kept: list[Value] = []
    capacity = 128
    node = Node()
    node.attribute("count", lambda: len(kept))
    node.constant("CAPACITY", capacity)

    def add(value: Value = None, timeout: Value = 0) -> bool:
        if len(kept) >= capacity:
            return False
        kept.append(_short(value) if isinstance(value, str) else value)
        return True

    def take(timeout: Value = 0) -> Process:
        deadline = instrument.world.now + round(number(timeout, 0.0, _LONGEST_DELAY) * 1e9)
        if not kept:
            yield Until(Nanoseconds(deadline))
        return (kept.pop(0) if kept else None,)

    node.function("add", add)
    node.function("next", take)
    node.function("clear", lambda *_: kept.clear())
    return node
