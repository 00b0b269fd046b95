"""A virtual bench with a two-channel 2600B, channel a on the top of a device, talked to through PyVISA."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from labkit_sim import VirtualBench, World
from labkit_sim.devices import Device, Resistor
from pyvisa.resources import MessageBasedResource

from labkit.core import Bench

ADDRESS = "TCPIP0::192.168.0.26::inst0::INSTR"
PlugIn = Callable[..., MessageBasedResource]


class Smu:
    """A 2600B at the other end of a cable."""

    def __init__(self, bench: VirtualBench, resource: MessageBasedResource) -> None:
        self.bench = bench
        self.resource = resource

    @property
    def world(self) -> World:
        return self.bench.world

    @property
    def now(self) -> float:
        """The time of the bench (s)."""
        return float(self.bench.clock.now()) / 1e9

    def write(self, *messages: str) -> None:
        for message in messages:
            self.resource.write(message)

    def ask(self, expression: str) -> str:
        """Print an expression and read it."""
        return str(self.resource.query(f"print({expression})")).rstrip("\n")

    def number(self, expression: str) -> float:
        return float(self.ask(expression))

    def numbers(self, command: str, columns: int = 1) -> "np.ndarray":
        """Read what a command prints as numbers, in columns."""
        values = [float(value) for value in self.resource.query(command).split(",")]
        return np.array(values).reshape(-1, columns).squeeze()

    def error(self) -> int:
        return int(float(self.ask("errorqueue.next()").split("\t")[0]))

    def refuses(self, message: str) -> int:
        """Send what is to be refused; gives the error's code."""
        self.write("errorqueue.clear()", message)
        return self.error()

    def ready(self, channel: str = "smua", **settings: object) -> None:
        """Source voltage and measure current on fixed ranges, fast, without autozero and delays."""
        values = {"level": 0.0, "range": 2, "limit": 1e-3, "current": 1e-3, "plc": 0.01} | settings
        self.write(
            f"{channel}.source.rangev = {values['range']} {channel}.measure.rangei = {values['current']}",
            f"{channel}.source.levelv = {values['level']} {channel}.source.limiti = {values['limit']}",
            f"{channel}.measure.nplc = {values['plc']} {channel}.measure.autozero = 0 {channel}.measure.delay = 0",
            f"{channel}.nvbuffer1.clear() {channel}.nvbuffer1.appendmode = 1 {channel}.nvbuffer1.collecttimestamps = 1",
            f"{channel}.nvbuffer1.collectsourcevalues = 1",
            f"{channel}.source.output = 1",
        )
        assert self.error() == 0


@pytest.fixture
def connect(plug_in: PlugIn) -> Callable[..., Smu]:
    """Wire a 2600B to a device (`model`, `seed`, `bottom`: channel b instead of ground, options as keywords)."""

    def open_one(
        device: Device | None = None, model: str = "keithley_2636b", seed: int = 1, bottom: bool = False, **options: Any
    ) -> Smu:
        bench = VirtualBench(_document(model, bottom, options), device or Resistor(1e4), seed)
        return Smu(bench, plug_in(bench, ADDRESS))

    return open_one


@pytest.fixture
def smu(connect: Callable[..., Smu]) -> Smu:
    return connect()


def _document(model: str, bottom: bool, options: dict[str, Any]) -> Bench:
    limits = {"maximum_voltage": "20 V", "maximum_current": "1 A"}
    return Bench.model_validate(
        {
            "name": "a 2600B on a device",
            "instruments": {"smu": {"driver": model, "address": ADDRESS, "options": options}},
            "terminals": {
                "top": {"instrument": "smu", "channel": "a", **limits},
                "bottom": {"instrument": "smu", "channel": "b", **limits} if bottom else {"grounded": True},
            },
            "virtual": {"device": "resistor"},
        }
    )
