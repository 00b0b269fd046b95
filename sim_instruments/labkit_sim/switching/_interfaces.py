"""How a mainframe is reached, its set-ups and its front panel: accepted and remembered, without effect on relays.

Set-ups are not saved: recalling one resets the instrument.
"""

from labkit.core import Nanoseconds
from labkit_sim._process import Until
from labkit_sim.tsp import Node, Process, Setting, TspInstrument, Value, choice, flag, integer, number, text


def publish_interfaces(instrument: TspInstrument, gpib_address: int) -> None:
    """Publish `comm`, `gpib`, `lan`, `setup`, `display` and `beeper`."""
    interfaces = Node()
    for name in ("gpib", "lan", "usb"):
        interfaces.child(name).setting("enable", True, flag)
    gpib = Node()
    gpib.setting("address", gpib_address, lambda value: integer(value, 0, 30))
    lan = Node()
    lan.function("reset", lambda *_: None)
    lan.child("status").attribute("ipaddress", lambda: "127.0.0.1")
    setup = Node()
    setup.function("save", lambda *_: None)
    setup.function("recall", lambda *_: instrument.reset_all())
    tables = {"comm": interfaces, "gpib": gpib, "lan": lan, "setup": setup, "display": _display()}
    for name, node in {**tables, "beeper": _beeper(instrument)}.items():
        instrument.publish(name, node)


def _display() -> Node:
    node = Node()
    node.constants_from({"MAIN": 1, "USER": 2})
    node.setting("screen", 1, lambda value: choice(value, (1, 2)))
    shown = Setting("", text)
    node.function("clear", lambda *_: shown.reset())
    node.function("settext", lambda value=None, *_: shown.set(value))
    node.function("gettext", lambda *_: shown.value)
    return node


def _beeper(instrument: TspInstrument) -> Node:
    node = Node()
    node.constants_from({"ON": 1, "OFF": 0})
    node.setting("enable", 1, lambda value: choice(value, (0, 1)))

    def beep(duration: Value = None, frequency: Value = None, *_: Value) -> Process:
        seconds = number(duration, 0.0, 100.0)
        number(frequency, 20.0, 20_000.0)
        yield Until(Nanoseconds(instrument.world.now + round(seconds * 1e9)))

    node.function("beep", beep)
    return node
