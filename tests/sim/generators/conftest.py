"""A generator on the two terminals of a resistor: channel 1 on the top, channel 2 on nothing, and who watches it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from labkit_sim import VirtualBench
from labkit_sim.devices import Device, Resistor
from pyvisa.resources import MessageBasedResource

from labkit.core import Bench, Nanoseconds

ADDRESSES = {
    "keysight_33522b": "USB0::0x0957::0x2C07::MY52701054::INSTR",
    "keysight_33622a": "USB0::0x0957::0x5707::MY53801234::INSTR",
    "keysight_81160a": "USB0::0x0957::0x4108::MY51400123::INSTR",
}

Edge = tuple[int, float]
"""When (ns) and to which voltage of the source behind its 50 ohm."""


@dataclass
class Station:
    """A virtual bench with one generator, and the message-based resource to talk to it."""

    bench: VirtualBench
    wire: MessageBasedResource

    def write(self, *messages: str) -> None:
        for message in messages:
            self.wire.write(message)

    def ask(self, message: str) -> str:
        return str(self.wire.query(message))

    def value(self, message: str) -> float:
        return float(self.ask(message))

    def errors(self) -> list[int]:
        """Empty the error queue."""
        found: list[int] = []
        while code := int(self.ask("SYST:ERR?").split(",")[0]):
            found.append(code)
        return found

    def pass_time(self, duration: float) -> None:
        clock = self.bench.clock
        clock.sleep_until(Nanoseconds(clock.now() + round(duration * 1e9)))

    def at_device(self) -> float:
        """The voltage across the resistor now."""
        return self.bench.world.response("top")[0]

    def source(self) -> float:
        """The voltage of the source of channel 1, behind its 50 ohm."""
        drive = self.bench.world.drive("top")
        assert drive is not None
        assert drive.resistance == 50.0
        return drive.voltage

    def watch(self, terminal: str = "top") -> list[Edge]:
        """Note every change of a source from now on."""
        world, edges = self.bench.world, []
        set_drive = world.set_drive

        def noting(driven: str, voltage: float, limit: float = float("inf"), resistance: float = 0.0) -> None:
            if driven == terminal and not (edges and edges[-1][1] == voltage):
                edges.append((int(world.now), voltage))
            set_drive(driven, voltage, limit, resistance)

        world.set_drive = noting  # type: ignore[method-assign] # what is seen is what the world is told
        return edges


OpenGenerator = Callable[..., Station]


@pytest.fixture
def generator(plug_in: Callable[..., MessageBasedResource]) -> OpenGenerator:
    """Open a generator by its driver's name, on a resistor of 1 Mohm unless told otherwise.

    It acts on a command as the transfer ends: what comes a nanosecond later can be told.
    """

    def open_one(driver: str, device: Device | None = None, seed: int = 3) -> Station:
        document = Bench.model_validate(
            {
                "name": "generator",
                "instruments": {"generator": {"driver": driver, "address": ADDRESSES[driver]}},
                "terminals": {
                    "top": {"instrument": "generator", "channel": "1", "load": "high", "maximum_voltage": "10 V"},
                    "bottom": {"grounded": True},
                },
                "virtual": {"device": "resistor", "seed": seed, "acts_at": 1},
            }
        )
        bench = VirtualBench(document, device or Resistor(1e6))
        return Station(bench, plug_in(bench, ADDRESSES[driver]))

    return open_one


@pytest.fixture
def gen(generator: OpenGenerator) -> Station:
    """A 33522B, its queue empty."""
    return generator("keysight_33522b")


@pytest.fixture
def pulser(generator: OpenGenerator) -> Station:
    """An 81160A."""
    return generator("keysight_81160a")
