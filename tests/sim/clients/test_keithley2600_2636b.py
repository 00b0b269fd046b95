"""The unmodified package keithley2600: it reads the command tree from the instrument itself, sweeps, polls, `*trg`.

Its waiting is the bench's: what it sleeps passes on the virtual clock.
"""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

with warnings.catch_warnings():  # it imports xdrlib
    warnings.simplefilter("ignore", DeprecationWarning)
    from keithley2600 import keithley_driver
    from keithley2600.keithley_driver import Keithley2600

RESISTANCE = 1e4


@pytest.fixture
def smu(on_a_resistor: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Keithley2600]:
    bench, address = on_a_resistor("keithley_2636b", RESISTANCE)
    clock = bench.clock
    monkeypatch.setattr(keithley_driver.time, "sleep", lambda time: clock.sleep_until(clock.now() + round(time * 1e9)))
    opened = Keithley2600(address, visa_library=bench.visa_library, raise_keithley_errors=True)
    yield opened
    opened.disconnect()


def test_the_command_tree_is_read_from_the_instrument(smu: Keithley2600) -> None:
    assert {"smua", "smub", "trigger", "digio", "display", "errorqueue"} <= set(dir(smu))
    assert {"levelv", "limiti", "output", "compliance"} <= set(dir(smu.smua.source))
    assert {"readings", "timestamps", "appendmode", "n"} <= set(dir(smu.smua.nvbuffer1))
    assert "lua_type=reading_buffer" in repr(smu.smua.nvbuffer1)
    assert smu.smua.source.limiti == 0.1
    smu.smua.source.limiti = 1e-3
    assert smu.smua.source.limiti == 1e-3
    with pytest.raises(AttributeError, match="read-only"):
        smu.smua.source.compliance = True


def test_an_error_of_the_instrument_is_raised(smu: Keithley2600) -> None:
    with pytest.raises(keithley_driver.KeithleyError, match="too small"):
        smu.smua.source.limiti = 0


@pytest.mark.parametrize(("points", "pulsed"), [(5, False), (60, False), (5, True)])
def test_a_sweep_draws_the_line_of_a_resistor(smu: Keithley2600, points: int, pulsed: bool) -> None:
    levels = [float(level) for level in np.linspace(-1, 1, points)]
    voltages, currents = smu.voltage_sweep_single_smu(smu.smua, levels, 0.001, -1, pulsed)
    assert voltages == pytest.approx(levels, abs=2e-3)
    assert currents == pytest.approx(np.array(levels) / RESISTANCE, abs=4e-7)
    assert smu.read_error_queue() == []


def test_two_channels_sweep_together(smu: Keithley2600) -> None:
    levels = [0.0, 0.5, 1.0]
    voltages, currents, others, _ = smu.voltage_sweep_dual_smu(
        smu.smua, smu.smub, levels, [0.0, -1.0, -2.0], 0.001, -1, False
    )
    assert voltages == pytest.approx(levels, abs=2e-3)
    assert others == pytest.approx([0.0, -1.0, -2.0], abs=5e-3)
    assert currents == pytest.approx(np.array(levels) / RESISTANCE, abs=4e-7)


def test_a_transfer_measurement(smu: Keithley2600) -> None:
    table = smu.transfer_measurement(smu.smua, smu.smub, 0, 1, 0.5, [0.1], 0.001, 0, False)
    assert table.data.shape == (6, 4)


def test_ramp_and_spot_readings(smu: Keithley2600) -> None:
    smu.apply_voltage(smu.smua, 0.0)
    smu.ramp_to_voltage(smu.smua, 1.0, delay=0.01, step_size=0.25)
    assert smu.measure_current(smu.smua) == pytest.approx(1e-4, rel=2e-3)
    smu.apply_current(smu.smua, 5e-5)
    assert smu.measure_voltage(smu.smua) == pytest.approx(0.5, rel=3e-3)
    smu.play_chord(("C6",), 0.01)
