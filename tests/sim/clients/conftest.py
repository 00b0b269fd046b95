"""A chip of equal resistors behind a switch matrix, and a resistor between a generator and a 2450."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import pyvisa
from labkit_sim import Sampling, VirtualBench
from labkit_sim.devices import Resistor

from labkit.core import Bench, FloatArray, IntArray, Nanoseconds

SMU = "GPIB0::18::INSTR"

collect_ignore = [] if sys.version_info < (3, 13) else ["test_keithley2600_2636b.py"]
"""The package keithley2600 needs xdrlib, which Python 3.13 has no more."""


class Chip:
    """Resistors with a common ground, each on a column of the matrix."""

    resistance = 1e4

    def __init__(self, driver: str, address: str, row: str, columns: list[str]) -> None:
        cells = {f"a{k}": {"top": column} for k, column in enumerate(columns, 1)}
        document = {
            "name": "a chip",
            "instruments": {
                "matrix": {"driver": driver, "address": address},
                "smu": {"driver": "keithley_2450", "address": SMU},
            },
            "terminals": {
                "top": {"instrument": "smu", "maximum_voltage": "5 V", "maximum_current": "10 mA"},
                "bottom": {"grounded": True},
            },
            "switch": {"instrument": "matrix", "rows": {"top": row}, "cells": cells},
            "virtual": {"device": "resistor"},
        }
        devices = {cell: Resistor(self.resistance) for cell in cells}
        self.bench = VirtualBench(Bench.model_validate(document), devices)
        self._manager = pyvisa.ResourceManager(self.bench.visa_library)
        self._smu: Any = self._manager.open_resource(SMU, read_termination="\n", write_termination="\n")

    def source(self) -> None:
        """Put 1 V on the row."""
        for line in (":SOUR:VOLT:RANG 2", ":SOUR:VOLT 1", ":SENS:CURR:RANG 1e-3", ":SOUR:VOLT:ILIM 1e-3", ":OUTP ON"):
            self._smu.write(line)

    def current(self) -> float:
        """Measure what flows into the row (A)."""
        return float(self._smu.query(":MEAS:CURR?"))

    def conducting(self) -> float:
        """Measure how many resistors are connected in parallel."""
        return self.current() * self.resistance

    def close(self) -> None:
        self._manager.close()
        self.bench.close()


@pytest.fixture
def open_chip() -> Iterator[Callable[..., Chip]]:
    opened: list[Chip] = []

    def make(driver: str, address: str, row: str, columns: list[str]) -> Chip:
        opened.append(Chip(driver, address, row, columns))
        return opened[-1]

    yield make
    for chip in opened:
        chip.close()


GENERATOR = "USB0::0x0957::0x2C07::MY52701054::INSTR"


class Loop:
    """A generator's channel 1 on a resistor, whose other end a 2450 holds at 0 V and measures the current of."""

    def __init__(self, driver: str, resistance: float) -> None:
        document = {
            "name": "a loop",
            "instruments": {
                "generator": {"driver": driver, "address": GENERATOR},
                "smu": {"driver": "keithley_2450", "address": SMU},
            },
            "terminals": {
                "top": {"instrument": "generator", "channel": "1", "load": "high", "maximum_voltage": "10 V"},
                "bottom": {"instrument": "smu", "maximum_voltage": "5 V", "maximum_current": "1 A"},
            },
            "virtual": {"device": "resistor", "seed": 5},
        }
        self.resistance = resistance
        self.bench = VirtualBench(Bench.model_validate(document), Resistor(resistance))
        self.manager = pyvisa.ResourceManager(self.bench.visa_library)
        self._smu: Any = self.manager.open_resource(SMU, read_termination="\n", write_termination="\n")
        for line in (":SOUR:VOLT:RANG 2", ":SOUR:VOLT 0", ":SENS:CURR:RANG 1", ":SOUR:VOLT:ILIM 1", ":OUTP ON"):
            self._smu.write(line)

    @property
    def world(self) -> Any:
        return self.bench.world

    def current(self) -> float:
        """Let the 2450 measure what flows through the resistor (A)."""
        self._smu.write(f":SENS:CURR:RANG {2.5 / self.resistance:.3g}")
        return -float(self._smu.query(":MEAS:CURR?"))

    def sampled(self, act: Callable[[], object], rate: float, duration: float) -> FloatArray:
        """Sample the current (A) through the resistor from before an action on."""
        taken: list[FloatArray] = []

        def sink(times: IntArray, voltage: FloatArray, current: FloatArray) -> None:
            taken.append(-current)

        step, count = Nanoseconds(round(1e9 / rate)), round(duration * rate)
        begin = self.world.now
        self.world.sample(Sampling("bottom", begin, step, count, Nanoseconds(0), sink))
        act()
        self.bench.clock.sleep_until(Nanoseconds(begin + (count + 1) * step))
        self.world.collect()
        return np.concatenate(taken)

    def pass_time(self, duration: float) -> None:
        clock = self.bench.clock
        clock.sleep_until(Nanoseconds(clock.now() + round(duration * 1e9)))

    def close(self) -> None:
        self.manager.close()
        self.bench.close()


@pytest.fixture
def open_loop() -> Iterator[Callable[..., Loop]]:
    opened: list[Loop] = []

    def make(driver: str, resistance: float = 1e4) -> Loop:
        opened.append(Loop(driver, resistance))
        return opened[-1]

    yield make
    for loop in opened:
        loop.close()


@pytest.fixture
def on_a_resistor() -> Iterator[Callable[..., tuple[VirtualBench, str]]]:
    """Wire a channel of a source meter to a resistor; gives the bench and the address."""
    opened: list[VirtualBench] = []

    def make(
        driver: str, resistance: float, address: str = "TCPIP0::192.168.0.26::inst0::INSTR", channel: str = "a"
    ) -> tuple[VirtualBench, str]:
        limits = {"maximum_voltage": "20 V", "maximum_current": "1 A"}
        document = {
            "name": "a source meter on a resistor",
            "instruments": {"smu": {"driver": driver, "address": address}},
            "terminals": {"top": {"instrument": "smu", "channel": channel, **limits}, "bottom": {"grounded": True}},
            "virtual": {"device": "resistor"},
        }
        opened.append(VirtualBench(Bench.model_validate(document), Resistor(resistance)))
        return opened[-1], address

    yield make
    for bench in opened:
        bench.close()
