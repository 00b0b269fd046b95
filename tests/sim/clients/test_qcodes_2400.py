"""Unmodified QCoDeS' driver of the 2400 across a resistor."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import pyvisa
from labkit_sim import VirtualBench
from pyvisa.resources import MessageBasedResource
from qcodes.instrument_drivers.Keithley import Keithley2400

ADDRESS = "GPIB0::24::INSTR"
RESISTANCE = 2.2e4


@pytest.fixture
def bench(on_a_resistor: Callable[..., tuple[VirtualBench, str]]) -> VirtualBench:
    return on_a_resistor("keithley_2400", RESISTANCE, ADDRESS, "1")[0]


@pytest.fixture
def smu(bench: VirtualBench) -> Iterator[Keithley2400]:
    resource = pyvisa.ResourceManager(bench.visa_library).open_resource(ADDRESS)
    assert isinstance(resource, MessageBasedResource)
    opened = Keithley2400("smu", None, resource=resource, timeout=60)
    yield opened
    opened.close()


def test_the_line_of_a_resistor(bench: VirtualBench, smu: Keithley2400) -> None:
    assert smu.get_idn()["model"] == "2400"
    smu.mode("VOLT")
    smu.rangev(2)
    smu.compliancei(1e-3)
    smu.nplci(1)
    smu.output(True)
    for level in np.linspace(-2, 2, 9):
        smu.volt(float(level))
        assert smu.curr() == pytest.approx(level / RESISTANCE, rel=2e-3, abs=1e-7)
        assert smu.volt() == pytest.approx(level, abs=1e-3)
    smu.output(False)
    assert bench.world.outputs_off()


def test_compliance_and_current_source(smu: Keithley2400) -> None:
    smu.mode("VOLT")
    smu.compliancei(1e-5)
    smu.volt(1.0)
    smu.output(True)
    assert smu.curr() == pytest.approx(1e-5, rel=2e-3)
    smu.mode("CURR")
    smu.compliancev(10)
    smu.curr(5e-5)
    assert smu.volt() == pytest.approx(5e-5 * RESISTANCE, rel=2e-3)
    assert smu.resistance() == pytest.approx(RESISTANCE, rel=3e-3)


def test_it_refuses_to_read_with_the_output_off(smu: Keithley2400) -> None:
    smu.output(False)
    with pytest.raises(RuntimeError, match="output off"):
        smu.volt()
