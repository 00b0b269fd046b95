"""Display, beeper and interfaces: settings that are accepted and remembered, without effect on a measurement."""

from labkit.core import Nanoseconds
from labkit_sim._process import Until
from labkit_sim._world import World
from labkit_sim.tsp import Interpreter, Node, Process, Setting, Value, choice, flag, integer, number, text

_SCREENS = {"SMUA": 0, "SMUB": 1, "SMUA_SMUB": 2, "USER": 3}
_KEYS = {
    "KEY_RIGHT": 103, "KEY_LEFT": 104, "KEY_ENTER": 82, "KEY_EXIT": 75, "KEY_MENU": 68, "KEY_RUN": 71,
    "KEY_OUTPUTA": 88, "KEY_OUTPUTB": 96, "KEY_TRIG": 70, "KEY_STORE": 67, "KEY_RECALL": 69,
}  # fmt: skip


def publish_front_panel(interpreter: Interpreter, world: World) -> None:
    """Publish `display`, `beeper`, `gpib`, `lan`, `serial`, `tsplink` and `setup`."""
    interpreter.publish("display", _display())
    interpreter.publish("beeper", _beeper(world))
    interpreter.publish("setup", _setup())
    gpib = Node()
    gpib.setting("address", 26, lambda value: integer(value, 0, 30))
    interpreter.publish("gpib", gpib)
    interpreter.publish("lan", _lan())
    serial = Node()
    serial.setting("baud", 9600, lambda value: choice(value, (300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600)))
    interpreter.publish("serial", serial)
    interpreter.publish("tsplink", _tsp_link())


def _display() -> Node:
    node = Node()
    node.constants_from(_SCREENS)
    node.constants_from(_KEYS)
    node.constants_from({"MEASURE_DCAMPS": 0, "MEASURE_DCVOLTS": 1, "MEASURE_OHMS": 2, "MEASURE_WATTS": 3})
    node.constants_from({"DIGITS_4_5": 4, "DIGITS_5_5": 5, "DIGITS_6_5": 6, "LOCKOUT": 1, "UNLOCK": 0})
    node.setting("screen", 2, lambda value: choice(value, (0, 1, 2, 3)))
    node.setting("locallockout", 0, lambda value: choice(value, (0, 1)))
    node.setting("numpad", 1, lambda value: choice(value, (0, 1)))
    shown = Setting("", text)
    node.function("clear", lambda *_: shown.reset())
    node.function("settext", lambda value=None, *_: shown.set(value))
    node.function("gettext", lambda *_: shown.value)
    node.function("setcursor", lambda *_: None)
    node.function("getcursor", lambda *_: (1, 1, 0))
    for name in ("sendkey", "waitkey", "getlastkey", "inputvalue", "prompt", "menu"):
        node.function(name, lambda *_: (None,))
    loadmenu = node.child("loadmenu")
    for name in ("add", "delete", "catalog"):
        loadmenu.function(name, lambda *_: (None,))
    for letter in "ab":
        channel = node.child(f"smu{letter}")
        channel.setting("digits", 5, lambda value: choice(value, (4, 5, 6)))
        channel.child("measure").setting("func", 1, lambda value: choice(value, (0, 1, 2, 3)))
    return node


def _beeper(world: World) -> Node:
    node = Node()
    node.constants_from({"ON": 1, "OFF": 0})
    node.setting("enable", 1, lambda value: int(flag(value)))

    def beep(duration: Value = None, frequency: Value = None, *_: Value) -> Process:
        seconds = number(duration, 0.0, 100.0)
        number(frequency, 20.0, 20_000.0)
        yield Until(Nanoseconds(world.now + round(seconds * 1e9)))

    node.function("beep", beep)
    return node


def _setup() -> Node:
    node = Node()
    node.setting("poweron", 0, lambda value: integer(value, 0, 5))
    for name in ("save", "recall"):
        node.function(name, lambda *_: None)
    return node


def _lan() -> Node:
    node = Node()
    node.setting("linktimeout", 20.0, lambda value: number(value, 0.1, 3600.0))
    status = node.child("status")
    status.attribute("ipaddress", lambda: "127.0.0.1")
    status.child("port").constants_from({"rawsocket": 5025, "dst": 5030, "telnet": 23, "vxi11": 1024})
    for name in ("applysettings", "reset", "restoredefaults"):
        node.function(name, lambda *_: None)
    return node


def _tsp_link() -> Node:
    node = Node()
    node.setting("node", 1, lambda value: integer(value, 1, 64))
    node.setting("group", 0, lambda value: integer(value, 0, 64))
    node.attribute("state", lambda: "offline")
    node.function("reset", lambda *_: 1)
    return node
