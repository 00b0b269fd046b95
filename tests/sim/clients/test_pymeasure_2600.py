"""Unmodified pymeasure driver of the 2600 series, among it trap 1: its `%f` makes a compliance of 1e-7 A a refusal."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pymeasure.adapters import VISAAdapter
from pymeasure.instruments.keithley import Keithley2600

RESISTANCE = 1e4


@pytest.fixture(params=["keithley_2636b", "keithley_2602b", "keithley_2614b"])
def smu(request: pytest.FixtureRequest, on_a_resistor: Callable[..., Any]) -> Iterator[Keithley2600]:
    bench, address = on_a_resistor(request.param, RESISTANCE)
    adapter = VISAAdapter(address, visa_library=bench.visa_library)
    with pytest.warns(FutureWarning, match="SCPI"):
        driver = Keithley2600(adapter)
    yield driver
    adapter.close()


def test_the_line_of_a_resistor(smu: Keithley2600) -> None:
    channel = smu.ChA
    channel.apply_voltage(2, compliance_current=1e-3)
    channel.measure_current(nplc=1, current=1e-3, auto_range=True)
    channel.source_output = "ON"
    for voltage in np.linspace(-2, 2, 9):
        channel.source_voltage = voltage
        expected = voltage / RESISTANCE
        assert abs(channel.current - expected) < 1e-3 * abs(expected) + 2e-3 / RESISTANCE
        assert abs(channel.voltage - voltage) < 5e-4 * abs(voltage) + 4e-3
    assert channel.resistance == pytest.approx(RESISTANCE, rel=3e-3)
    assert smu.next_error == (0, "Queue Is Empty")
    channel.source_output = "OFF"
    assert channel.source_output == "OFF"


def test_a_small_compliance_is_refused_and_the_default_stays(smu: Keithley2600) -> None:
    default = smu.ChA.compliance_current
    smu.ChA.compliance_current = 1e-7
    assert smu.next_error == (1102, "Parameter too small")
    assert smu.ChA.compliance_current == default
    assert default >= 0.1


def test_a_current_source(smu: Keithley2600) -> None:
    smu.ChA.apply_current(1e-3, compliance_voltage=5)
    smu.ChA.measure_voltage(nplc=1)
    smu.ChA.source_current = 1e-4
    smu.ChA.source_output = "ON"
    assert smu.ChA.voltage == pytest.approx(1.0, rel=6e-3)
    assert smu.ChB.source_output == "OFF"
