"""A small virtual bench for the tests of firmware and bus: one DC2200 that lights a photoconductor."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pyvisa
from labkit_sim import VirtualBench
from labkit_sim.devices import Photoconductor
from pyvisa.resources import MessageBasedResource

from labkit.core import Bench

LED_ADDRESS = "USB0::0x1313::0x80C8::M00123456::INSTR"

OpenBench = Callable[..., VirtualBench]


def bench_document(**virtual: Any) -> Bench:
    return Bench.model_validate(
        {
            "name": "light on a photoconductor",
            "instruments": {"led": {"driver": "thorlabs_dc2200", "address": LED_ADDRESS}},
            "terminals": {
                "light": {
                    "instrument": "led",
                    "wavelength": "455 nm",
                    "maximum_irradiance": "10 mW/cm^2",
                    "maximum_current": "1 A",
                    "calibration": [
                        {"current": "0 mA", "irradiance": "0 mW/cm^2"},
                        {"current": "500 mA", "irradiance": "6 mW/cm^2"},
                        {"current": "1 A", "irradiance": "10 mW/cm^2"},
                    ],
                    "calibration_uncertainty": "5 %",
                },
                "bottom": {"grounded": True},
            },
            "virtual": {"device": "photoconductor", "seed": 7, **virtual},
        }
    )


@pytest.fixture
def open_bench() -> Iterator[OpenBench]:
    """Open virtual benches (keywords go to their `virtual:` section) and close them after the test."""
    opened: list[VirtualBench] = []

    def open_one(seed: int | None = None, **virtual: Any) -> VirtualBench:
        device = Photoconductor(dark=1e-9, responsivity=1.0, area=1e-8)
        opened.append(VirtualBench(bench_document(**virtual), device, seed))
        return opened[-1]

    yield open_one
    for bench in opened:
        bench.close()


@pytest.fixture
def bench(open_bench: OpenBench) -> VirtualBench:
    return open_bench()


@pytest.fixture
def connect() -> Iterator[Callable[[VirtualBench], MessageBasedResource]]:
    """Open the LED driver of a bench with PyVISA, and close everything after the test."""
    managers: list[pyvisa.ResourceManager] = []

    def open_one(bench: VirtualBench) -> MessageBasedResource:
        manager = pyvisa.ResourceManager(bench.visa_library)
        managers.append(manager)
        resource = manager.open_resource(LED_ADDRESS, read_termination="\n", write_termination="\n")
        assert isinstance(resource, MessageBasedResource)
        return resource

    yield open_one
    for manager in managers:
        manager.close()


@pytest.fixture
def led(bench: VirtualBench, connect: Callable[[VirtualBench], MessageBasedResource]) -> MessageBasedResource:
    return connect(bench)
