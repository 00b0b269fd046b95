"""Unmodified QCoDeS over a raw socket: a sweep from the instrument's own memory, across a resistor."""

from collections.abc import Iterator
from typing import Any

import pytest
from labkit_sim.devices import Resistor
from qcodes.instrument_drivers.Keithley import Keithley2450

Network = Any
"""The fixture of tests/sim/conftest.py."""


@pytest.fixture
def smu(network: Network) -> Iterator[Keithley2450]:
    server = network.serve(device=Resistor(1e6))
    opened = Keithley2450("smu", network.place(server, "smu", "raw socket").resource, visalib="@py")
    yield opened
    opened.close()


def test_qcodes_sweeps_a_resistor(smu: Keithley2450) -> None:
    assert smu.get_idn()["model"] == "2450"
    smu.source.function("voltage")
    smu.source.range(2)
    smu.source.limit(1e-4)
    smu.sense.function("current")
    smu.sense.range(1e-5)
    smu.source.sweep_setup(0, 1, 5, 0.0)
    with smu.output_enabled.set_to(True):
        readings = smu.sense.sweep()
    assert list(readings) == pytest.approx([0, 2.5e-7, 5e-7, 7.5e-7, 1e-6], abs=3e-9)
