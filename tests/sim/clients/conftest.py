"""A chip of equal resistors behind a switch matrix, with a 2450 on the row that the bench names."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pyvisa
from labkit_sim import VirtualBench
from labkit_sim.devices import Resistor

from labkit.core import Bench

SMU = "GPIB0::18::INSTR"


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
