"""Unmodified drivers of others find a 2450 that measures physics."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from labkit_sim.devices import Resistor
from pymeasure.adapters import VISAAdapter
from pymeasure.instruments.keithley import Keithley2450 as PymeasureKeithley2450
from qcodes.instrument_drivers.Keithley import Keithley2450

RESISTANCE = 2.2e4


def within(current: float, voltage: float, resistance: float = RESISTANCE) -> bool:
    """Tell whether a current is what Ohm's law gives, within the accuracy of source and meter together."""
    true = voltage / resistance
    return abs(current - true) <= 4e-4 * abs(true) + 2.4e-3 / resistance + 60e-9


@pytest.fixture
def pymeasure_smu(connect: Callable[..., Any]) -> Iterator[tuple[Any, PymeasureKeithley2450]]:
    smu = connect(Resistor(RESISTANCE))
    adapter = VISAAdapter(smu.address, visa_library=smu.bench.visa_library)
    driver = PymeasureKeithley2450(adapter)
    yield smu, driver
    adapter.close()


def test_pymeasure_draws_the_line_of_a_resistor(pymeasure_smu: tuple[Any, PymeasureKeithley2450]) -> None:
    smu, driver = pymeasure_smu
    driver.reset()
    driver.apply_voltage(voltage_range=2, compliance_current=1e-3)
    driver.measure_current(nplc=1, current=1e-3, auto_range=False)
    driver.enable_source()
    assert driver.source_enabled
    for voltage in np.linspace(-2, 2, 9):
        driver.source_voltage = voltage
        assert within(driver.current, voltage)
    assert driver.check_errors() == []
    driver.disable_source()
    assert smu.bench.world.outputs_off()


def test_pymeasure_sees_compliance_and_resistance(pymeasure_smu: tuple[Any, PymeasureKeithley2450]) -> None:
    smu, driver = pymeasure_smu
    driver.reset()
    driver.apply_voltage(voltage_range=2, compliance_current=1e-5)
    driver.measure_current(nplc=0.1)
    driver.source_voltage = 1
    driver.enable_source()
    assert driver.current == pytest.approx(1e-5, rel=1e-3)
    assert smu.ask(":SOUR:VOLT:ILIM:TRIP?") == "1"
    driver.measure_resistance()
    assert driver.resistance == pytest.approx(RESISTANCE, rel=5e-3)
    driver.apply_current(current_range=1e-4, compliance_voltage=5)
    driver.measure_voltage()
    driver.source_current = 5e-5
    assert driver.voltage == pytest.approx(5e-5 * RESISTANCE, rel=2e-3)
    driver.beep(440, 0.1)
    driver.use_rear_terminals()
    assert driver.check_errors() == []


def test_pymeasure_buffer_is_no_native_scpi(pymeasure_smu: tuple[Any, PymeasureKeithley2450]) -> None:
    smu, driver = pymeasure_smu
    smu.write(":SYST:CLE")
    driver.write(":TRAC:FEED SENSE;:TRAC:FEED:CONT NEXT;")
    assert smu.error_code() == -113


@pytest.fixture
def qcodes_smu(connect: Callable[..., Any]) -> Iterator[tuple[Any, Keithley2450]]:
    smu = connect(Resistor(RESISTANCE))
    driver = Keithley2450("smu", None, resource=smu.resource, timeout=600)
    yield smu, driver
    driver.close()


def test_qcodes_draws_the_line_of_a_resistor(qcodes_smu: tuple[Any, Keithley2450]) -> None:
    smu, driver = qcodes_smu
    driver.reset()
    assert driver.get_idn()["model"] == "2450"
    driver.source_function("voltage")
    driver.sense_function("current")
    driver.source.range(2)
    driver.source.limit(1e-3)
    driver.sense.range(1e-3)
    driver.sense.nplc(1)
    driver.sense.four_wire_measurement(False)
    driver.sense.auto_zero_once()
    driver.output_enabled(True)
    for voltage in np.linspace(-2, 2, 9):
        driver.source.voltage(voltage)
        assert within(driver.sense.current(), voltage)
    assert driver.source.limit_tripped() is False
    driver.source.limit(1e-4)
    driver.source.voltage(2.0)
    driver.source.voltage(2.1)
    driver.sense.current()
    assert driver.source.limit() == pytest.approx(1e-4)
    driver.source.range(20)
    driver.source.voltage(5)
    assert driver.sense.current() == pytest.approx(1e-4, rel=2e-3)
    assert driver.source.limit_tripped() is True
    driver.output_enabled(False)
    assert smu.ask(":SYST:ERR?") == '0,"No error;0;0 0"'


def test_qcodes_sweeps_into_a_buffer(qcodes_smu: tuple[Any, Keithley2450]) -> None:
    smu, driver = qcodes_smu
    driver.source_function("voltage")
    driver.sense_function("current")
    driver.source.limit(1e-3)
    driver.sense.range(1e-3)
    buffer = driver.buffer("sweep", 100)
    buffer.elements(["source_value", "measurement", "relative_time", "source_value_status"])
    driver.source.sweep_setup(0, 1, 5, buffer_name="sweep")
    data = driver.sense.sweep()
    levels = driver.source.get_sweep_axis()
    assert all(within(current, level) for current, level in zip(data, levels, strict=True))
    selected = driver.sense.sweep.get_selected()
    assert selected is not None
    times = np.array([float(value) for value in selected[2::4]])
    assert times[0] == 0
    assert (np.diff(times) > 0).all()
    assert buffer.number_of_readings() == 0  # the driver empties the buffer behind a sweep
    buffer.delete()
    assert smu.ask(":SYST:ERR?") == '0,"No error;0;0 0"'


def test_qcodes_snapshot_asks_for_nothing_that_is_not_there(qcodes_smu: tuple[Any, Keithley2450]) -> None:
    smu, driver = qcodes_smu
    driver.source_function("voltage")
    driver.sense_function("current")
    for name in ("_source_voltage", "_source_current", "_sense_voltage", "_sense_current", "_sense_resistance"):
        driver.submodules[name].parameters["user_number"](1)
    driver.source.sweep_setup(0, 1, 5)
    smu.write(":SYST:CLE")
    driver.snapshot(update=True)
    assert driver.line_frequency() == "50"
    assert smu.ask(":SYST:ERR?") == '0,"No error;0;0 0"'
