"""A 2400, or a 2450 in the same dialect, on a resistor of 10 kohm."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from labkit_sim import VirtualBench
from labkit_sim.devices import Device, Resistor
from pyvisa.resources import MessageBasedResource

from labkit.core import Bench

ADDRESS = "GPIB0::24::INSTR"
RESISTANCE = 1e4

OpenBench = Callable[..., VirtualBench]
Connect = Callable[[VirtualBench], MessageBasedResource]


@pytest.fixture
def open_bench() -> Iterator[OpenBench]:
    opened: list[VirtualBench] = []

    def open_one(driver: str = "keithley_2400", device: Device | None = None, **options: Any) -> VirtualBench:
        document = {
            "name": "a 2400 on a resistor",
            "instruments": {"smu": {"driver": driver, "address": ADDRESS, "options": options}},
            "terminals": {
                "top": {"instrument": "smu", "maximum_voltage": "200 V", "maximum_current": "1 A"},
                "bottom": {"grounded": True},
            },
            "virtual": {"device": "resistor", "seed": 3},
        }
        bench = VirtualBench(Bench.model_validate(document), device or Resistor(RESISTANCE))
        opened.append(bench)
        return bench

    yield open_one
    for bench in opened:
        bench.close()


@pytest.fixture
def bench(open_bench: OpenBench) -> VirtualBench:
    return open_bench()


@pytest.fixture
def connect(plug_in: Callable[..., MessageBasedResource]) -> Connect:
    return lambda bench: plug_in(bench, ADDRESS, timeout=2000)


@pytest.fixture
def smu(bench: VirtualBench, connect: Connect) -> MessageBasedResource:
    return connect(bench)
