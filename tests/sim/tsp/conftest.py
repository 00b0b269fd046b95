"""An instrument that has nothing but the TSP engine and a relay that takes time, fed as a bus feeds it."""

from collections.abc import Callable

import pytest
from labkit_sim import Station, Until, World
from labkit_sim.devices import Resistor
from labkit_sim.tsp import Node, Process, TriggerSystem, TspInstrument, TspRuntimeError, Value, choice, text

from labkit.core import Nanoseconds


class Relay(TspInstrument):
    """`relay.close("1A01")` takes 4 ms; `relay.rule` is 0, 1 or 2; `relay.overlapped(s)` works on by itself."""

    IDENTITY = "Keithley Instruments Inc., Model 1, {serial}, 1.0"
    MODEL, REVISION = "1", "1.0"

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self.triggers = TriggerSystem(station, self.interpreter)
        self.closed: list[str] = []
        relay = Node()
        relay.setting("rule", 1, lambda value: choice(value, (0, 1, 2)))
        relay.constant("OFF", 0)
        relay.attribute("count", lambda: len(self.closed))
        relay.function("close", self._close)
        relay.function("overlapped", self._overlapped)
        relay.function("fail", self._fail)
        self.publish("relay", relay)
        self.publish("trigger", self.triggers.trigger_node())
        self.publish("digio", self.triggers.digital_node())

    def trigger(self) -> None:
        super().trigger()
        self.triggers.command_trigger()

    def _close(self, name: Value = None, *_: Value) -> Process:
        channel = text(name)
        yield Until(Nanoseconds(self.world.now + 4_000_000))
        self.closed.append(channel)
        return len(self.closed), channel

    def _overlapped(self, time: Value, *_: Value) -> None:
        def work() -> Process:
            yield Until(Nanoseconds(self.world.now + round(time * 1e9)))

        self.begin_operation(work())

    def _fail(self, *_: Value) -> Value:
        raise TspRuntimeError("the relay is stuck")


class Terminal:
    """Somebody who types at the instrument; time passes while an answer is waited for."""

    def __init__(self, instrument: TspInstrument, world: World) -> None:
        self.instrument = instrument
        self.world = world

    @property
    def now(self) -> float:
        """The time of the world (s)."""
        return self.world.now * 1e-9

    def send(self, *messages: str) -> None:
        for message in messages:
            self.instrument.receive(message.encode("latin-1") + b"\n", True)

    def lines(self, within: float = 1.0) -> list[str]:
        """Let time pass and give what was printed, line by line."""
        self.world.advance_to(round(self.world.now + within * 1e9))
        found = []
        while self.instrument.output_ready():
            line, over = self.instrument.take(1 << 24, None)
            assert over
            found.append(line.decode("latin-1").removesuffix("\n"))
        return found

    def ask(self, message: str, within: float = 1.0) -> str:
        """Send a message, wait for its answer as long as it takes, and give the one line of it."""
        self.send(message)
        self.world.advance_until(self.instrument.output_ready, round(self.world.now + within * 1e9))
        line, _ = self.instrument.take(1 << 24, None)
        assert not self.instrument.output_ready()
        return line.decode("latin-1").removesuffix("\n")

    def error(self) -> tuple[int, str]:
        """Take the oldest error."""
        code, message, _, _ = self.ask("print(errorqueue.next())").split("\t")
        return int(float(code)), message

    def refuses(self, message: str) -> int:
        """Send what is to be refused; gives the error's code."""
        self.send("errorqueue.clear()", message)
        assert self.lines() == []
        return self.error()[0]


@pytest.fixture
def terminal() -> Terminal:
    world = World(Resistor(1e4), 1)
    return Terminal(Relay(Station(world, "relay", "123")), world)


@pytest.fixture
def other_terminal(terminal: Terminal) -> Callable[[], Terminal]:
    """A second instrument in the same world."""
    return lambda: Terminal(Relay(Station(terminal.world, "other", "124")), terminal.world)
