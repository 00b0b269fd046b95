"""A virtual bench with one 2450 on a two-terminal device, talked to through PyVISA as any client would."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from labkit_sim import VirtualBench, World
from labkit_sim.devices import Device, Resistor
from pyvisa.resources import MessageBasedResource

from labkit.core import Bench

ADDRESS = "USB0::0x05E6::0x2450::04501234::INSTR"
PlugIn = Callable[..., MessageBasedResource]
NO_ERROR = '0,"No error;0;0 0"'


class Smu:
    """A 2450 at the other end of a cable."""

    def __init__(self, bench: VirtualBench, resource: MessageBasedResource) -> None:
        self.bench = bench
        self.resource = resource
        self.address = ADDRESS

    @property
    def world(self) -> World:
        return self.bench.world

    @property
    def now(self) -> float:
        """The time of the bench (s)."""
        return float(self.bench.clock.now()) / 1e9

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
        self.write(":SYST:CLE", command)
        return self.error_code()

    def ready(self, **settings: object) -> None:
        """Source voltage and measure current on fixed ranges, fast, without autozero, read-back and delay."""
        values = {"level": 0.0, "range": 2, "limit": 1e-3, "current": 1e-3, "plc": 0.01} | settings
        self.write(
            f":SOUR:VOLT:RANG {values['range']};:SENS:CURR:RANG {values['current']}",
            f":SOUR:VOLT {values['level']};:SOUR:VOLT:ILIM {values['limit']}",
            f":SENS:CURR:NPLC {values['plc']};:SENS:CURR:AZER OFF",
            ":SOUR:VOLT:READ:BACK OFF;:SOUR:VOLT:DEL 0",
            ":OUTP ON",
        )
        assert self.ask(":SYST:ERR?") == NO_ERROR


@pytest.fixture
def connect(plug_in: PlugIn) -> Callable[..., Smu]:
    """Wire a 2450 to a device (`seed`, `line_frequency`, instrument options as keywords) and connect to it."""

    def open_one(device: Device | None = None, seed: int = 1, line_frequency: int = 50, **options: Any) -> Smu:
        bench = VirtualBench(_document(line_frequency, options), device or Resistor(1e4), seed)
        return Smu(bench, plug_in(bench, ADDRESS, timeout=600_000))

    return open_one


def _document(line_frequency: int, options: dict[str, Any]) -> Bench:
    terminal = {"instrument": "smu", "maximum_voltage": "200 V", "maximum_current": "1 A"}
    return Bench.model_validate(
        {
            "name": "one 2450",
            "instruments": {"smu": {"driver": "keithley_2450", "address": ADDRESS, "options": options}},
            "terminals": {"top": terminal, "bottom": {"grounded": True}},
            "line_frequency": line_frequency,
            "virtual": {"device": "memristive_synapse"},
        }
    )


@pytest.fixture
def smu(connect: Callable[..., Smu]) -> Smu:
    """A 2450 as after power-on, on 10 kohm."""
    return connect()
