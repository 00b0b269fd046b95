"""Unmodified QCoDeS' driver of the 2400 over a raw socket, across a resistor."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from labkit_sim.devices import Resistor
from qcodes.instrument_drivers.Keithley import Keithley2400

from labkit.core import Bench

Network = Any
"""The fixture of tests/sim/conftest.py."""

RESISTANCE = 1e5


@pytest.fixture
def smu(network: Network) -> Iterator[Keithley2400]:
    bench = Bench.model_validate(
        {
            "name": "a served 2400",
            "instruments": {"smu": {"driver": "keithley_2400", "address": "GPIB0::24::INSTR"}},
            "terminals": {
                "top": {"instrument": "smu", "maximum_voltage": "5 V", "maximum_current": "10 mA"},
                "bottom": {"grounded": True},
            },
            "virtual": {"device": "resistor", "clock": "real", "time_factor": network.FASTER},
        }
    )
    server = network.serve(bench, device=Resistor(RESISTANCE))
    opened = Keithley2400("smu", network.place(server, "smu", "raw socket").resource, visalib="@py")
    yield opened
    opened.close()


def test_the_line_of_a_resistor(smu: Keithley2400) -> None:
    smu.mode("VOLT")
    smu.rangev(2)
    smu.compliancei(1e-3)
    smu.output(True)
    volts = np.linspace(-1, 1, 5)
    amperes = []
    for volt in volts:
        smu.volt(float(volt))
        amperes.append(smu.curr())
    smu.output(False)
    assert amperes == pytest.approx(volts / RESISTANCE, rel=3e-3, abs=2e-8)
