"""A virtual bench with one B2900 on a two-terminal device, talked to through PyVISA as any client would."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from labkit_sim import VirtualBench, World
from labkit_sim.devices import Device, Resistor
from pyvisa.resources import MessageBasedResource

from labkit.core import Bench

ADDRESS = "USB0::0x0957::0x8C18::MY51140001::INSTR"
PlugIn = Callable[..., MessageBasedResource]
NO_ERROR = '+0,"No error"'


class Smu:
    """A B2900 at the other end of a cable."""

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

    def wait(self, duration: float) -> None:
        self.bench.clock.sleep_until(self.bench.clock.now() + round(duration * 1e9))

    def write(self, *commands: str) -> None:
        for command in commands:
            self.resource.write(command)

    def ask(self, query: str) -> str:
        return str(self.resource.query(query)).rstrip("\n")

    def number(self, query: str) -> float:
        return float(self.ask(query))

    def numbers(self, query: str) -> "np.ndarray":
        return np.array([float(text) for text in self.ask(query).split(",")])

    def error_code(self) -> int:
        return int(self.ask(":SYST:ERR?").split(",")[0])

    def refuses(self, command: str) -> int:
        """Send a command that is to be refused; gives the error code."""
        self.write("*CLS", command)
        return self.error_code()

    def ready(self, **settings: object) -> None:
        """Source voltage on channel 1 and measure on fixed ranges, fast, without wait times."""
        values = {"level": 0.0, "range": 2, "limit": 1e-3, "current": 1e-3, "aperture": 8e-6} | settings
        self.write(
            f":SOUR1:VOLT:RANG {values['range']};:SENS1:CURR:RANG {values['current']}",
            f":SOUR1:VOLT {values['level']};:SENS1:CURR:PROT {values['limit']}",
            f":SENS1:CURR:APER {values['aperture']};:SENS1:WAIT OFF;:SOUR1:WAIT OFF",
            ":OUTP1 ON",
        )
        assert self.ask(":SYST:ERR?") == NO_ERROR
        self.wait(0.01)


@pytest.fixture
def connect(plug_in: PlugIn) -> Callable[..., Smu]:
    """Wire a B2900 to a device (`model`, `seed`, instrument options as keywords) and connect to it."""

    def open_one(device: Device | None = None, model: str = "b2902a", seed: int = 1, **options: Any) -> Smu:
        bench = VirtualBench(_document(model, options), device or Resistor(1e4), seed)
        return Smu(bench, plug_in(bench, ADDRESS, timeout=600_000))

    return open_one


def _document(model: str, options: dict[str, Any]) -> Bench:
    terminal = {"instrument": "smu", "maximum_voltage": "200 V", "maximum_current": "1 A"}
    return Bench.model_validate(
        {
            "name": "one B2900",
            "instruments": {"smu": {"driver": f"keysight_{model}", "address": ADDRESS, "options": options}},
            "terminals": {"top": terminal, "bottom": {"grounded": True}},
            "line_frequency": 50,
            "virtual": {"device": "memristive_synapse"},
        }
    )


@pytest.fixture
def smu(connect: Callable[..., Smu]) -> Smu:
    """A B2902A as after power-on, on 10 kohm."""
    return connect()
