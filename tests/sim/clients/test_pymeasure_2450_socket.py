"""Unmodified pymeasure over a raw socket and over HiSLIP: I-V of a resistor, and a light step seen as photocurrent."""

from typing import Any

import numpy as np
import pytest
from labkit_sim.devices import Resistor
from pymeasure.instruments.keithley import Keithley2450

Network = Any
"""The fixture of tests/sim/conftest.py."""


@pytest.mark.parametrize("transport", ["raw socket", "HiSLIP"])
def test_pymeasure_measures_a_resistor(network: Network, transport: str) -> None:
    server = network.serve(device=Resistor(1e6))
    resource = network.place(server, "smu", transport).resource
    with_ends = {"read_termination": "\n", "write_termination": "\n"} if transport == "raw socket" else {}
    smu = Keithley2450(resource, visa_library="@py", timeout=3000, **with_ends)
    smu.apply_voltage(voltage_range=2, compliance_current=1e-4)
    smu.measure_current(nplc=1, current=1e-5, auto_range=False)
    smu.enable_source()
    volts = np.array([-1.0, -0.5, 0.5, 1.0])
    amperes = []
    for volt in volts:
        smu.source_voltage = float(volt)
        amperes.append(smu.current)
    smu.disable_source()
    assert smu.source_enabled is False or smu.source_enabled == 0
    smu.adapter.close()
    assert volts / np.array(amperes) == pytest.approx(1e6, rel=3e-3)


def test_two_programs_one_lights_and_one_measures(network: Network) -> None:
    """The light is switched by one connection, the photocurrent read by another: they meet in the device."""
    server = network.serve()
    smu = Keithley2450(
        network.place(server, "smu", "raw socket").resource,
        visa_library="@py",
        timeout=3000,
        read_termination="\n",
        write_termination="\n",
    )
    led = network.visa(server, "led")
    smu.apply_voltage(voltage_range=2, compliance_current=1e-3)
    smu.measure_current(nplc=1, current=1e-3, auto_range=False)
    smu.source_voltage = 1.0
    smu.enable_source()
    dark = smu.current
    led.write("SOUR1:CURR:LIM 0.1;:SOUR1:MOD CC;:SOUR1:CCUR:CURR 0.05;:OUTP1:STAT 1")
    assert led.query("OUTP1:STAT?").strip() == "1"
    lit = smu.current
    led.write("OUTP1:STAT 0")
    assert led.query("OUTP1:STAT?").strip() == "0"
    after = smu.current
    smu.adapter.close()
    # 1 uS of dark conductance; 5 mW/cm^2 (50 W/m^2) on 1 mm^2 at 1 A/W are 50 uA
    assert dark == pytest.approx(1e-6, abs=2e-7)
    assert lit - dark == pytest.approx(50e-6, rel=0.02)
    assert after == pytest.approx(dark, abs=2e-7)
