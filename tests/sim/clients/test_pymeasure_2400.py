"""Unmodified pymeasure drivers of the 2400, the present one and the legacy one, across a resistor."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from labkit_sim import VirtualBench
from pymeasure.adapters import VISAAdapter
from pymeasure.instruments.keithley import Keithley2400
from pymeasure.instruments.keithley.keithley2400_legacy import Keithley2400Legacy

from labkit.core import Nanoseconds

ADDRESS = "GPIB0::24::INSTR"
RESISTANCE = 2.2e4


@pytest.fixture(params=["keithley_2400", "keithley_2450_scpi2400"])
def bench(request: pytest.FixtureRequest, on_a_resistor: Callable[..., tuple[VirtualBench, str]]) -> VirtualBench:
    return on_a_resistor(request.param, RESISTANCE, ADDRESS, "1")[0]


@pytest.fixture
def adapter(bench: VirtualBench) -> Iterator[VISAAdapter]:
    opened = VISAAdapter(ADDRESS, visa_library=bench.visa_library)
    yield opened
    opened.close()


def within(current: float, voltage: float) -> bool:
    """Tell whether a current is what Ohm's law gives, within the accuracy of source and meter together."""
    true = voltage / RESISTANCE
    return abs(current - true) <= 8e-4 * abs(true) + 2.4e-3 / RESISTANCE + 60e-9


def test_the_line_of_a_resistor(bench: VirtualBench, adapter: VISAAdapter) -> None:
    smu = Keithley2400(adapter)
    smu.reset()
    smu.source_mode = "voltage"
    smu.source_voltage_range = 2
    smu.compliance_current = 1e-3
    smu.current_nplc = 1
    smu.current_range = 1e-3
    smu.enable_source()
    for voltage in np.linspace(-2, 2, 9):
        smu.source_voltage = float(voltage)
        assert within(smu.current, voltage)
    assert smu.check_errors() == []
    smu.shutdown()
    bench.clock.sleep_until(Nanoseconds(bench.clock.now() + 1_000_000_000))
    assert bench.world.outputs_off()


def test_everything_at_once_with_status(adapter: VISAAdapter) -> None:
    smu = Keithley2400(adapter)
    smu.reset()
    smu.source_mode = "voltage"
    smu.source_voltage = 1.0
    smu.compliance_current = 1e-5
    smu.enable_source()
    found = smu.measure_all()
    assert found["current"] == pytest.approx(1e-5, rel=2e-3)
    assert found["status"] & 8, "compliance"
    smu.compliance_current = 1e-3
    found = smu.measure_all()
    assert found["resistance"] == pytest.approx(RESISTANCE, rel=3e-3)
    assert not found["status"] & 8


def test_a_current_source_and_auto_ohms(adapter: VISAAdapter) -> None:
    smu = Keithley2400(adapter)
    smu.reset()
    smu.source_mode = "current"
    smu.compliance_voltage = 10
    smu.source_current = 5e-5
    smu.enable_source()
    assert smu.voltage == pytest.approx(5e-5 * RESISTANCE, rel=2e-3)
    smu.resistance_mode_auto_enabled = True
    assert smu.resistance == pytest.approx(RESISTANCE, rel=3e-3)
    assert smu.check_errors() == []


def test_the_data_store_and_its_statistics(bench: VirtualBench, adapter: VISAAdapter) -> None:
    smu = Keithley2400(adapter)
    smu.reset()
    smu.source_mode = "voltage"
    smu.source_voltage = 1.0
    smu.compliance_current = 1e-3
    smu.enable_source()
    smu.config_buffer(10, 0)
    smu.start_buffer()
    smu.wait_for_buffer(interval=0.0)
    table = smu.buffer_data.reshape(10, 5)
    assert all(within(current, 1.0) for current in table[:, 1])
    assert smu.mean_current == pytest.approx(table[:, 1].mean(), rel=1e-5)
    assert smu.check_errors() == []


def test_all_settings_that_the_driver_has_are_there(adapter: VISAAdapter) -> None:
    smu = Keithley2400(adapter)
    smu.reset()
    settings: dict[str, Any] = {
        "source_delay": 0.01,
        "auto_zero_enabled": False,
        "output_off_state": "zero",
        "auto_output_off_enabled": False,
        "filter_enabled": True,
        "repeat_filter_enabled": True,
        "filter_count": 5,
        "voltage_nplc": 0.5,
        "trigger_count": 3,
        "arm_count": 2,
        "trigger_delay": 0.1,
        "arm_timer": 0.5,
        "trigger_source": "trigger_link",
        "arm_source": "timer",
        "trigger_output_event": "sense",
        "arm_output_event": "trigger_exit",
        "trigger_input_line": 2,
        "trigger_output_line": 4,
        "display_enabled": False,
        "wires": 4,
        "line_frequency": 60,
        "front_terminals_enabled": False,
    }
    for name, value in settings.items():
        setattr(smu, name, value)
        assert getattr(smu, name) == value, name
    assert smu.check_errors() == []


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore:.*deprecated.*")
def test_the_legacy_driver(bench: VirtualBench, adapter: VISAAdapter) -> None:
    smu = Keithley2400Legacy(adapter)
    smu.reset()
    smu.apply_voltage(voltage_range=2, compliance_current=1e-3)
    smu.measure_current(nplc=1, current=1e-3, auto_range=False)
    smu.enable_source()
    for voltage in np.linspace(-2, 2, 5):
        smu.source_voltage = float(voltage)
        assert within(smu.current, voltage)
    smu.apply_current(current_range=1e-4, compliance_voltage=5)
    smu.measure_voltage()
    smu.source_current = 5e-5
    assert smu.voltage == pytest.approx(5e-5 * RESISTANCE, rel=2e-3)
    smu.disable_source()
    assert bench.world.outputs_off()
    assert smu.check_errors() == []
