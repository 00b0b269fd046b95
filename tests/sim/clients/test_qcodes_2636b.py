"""Unmodified QCoDeS driver of the 2636B: spot readings, its uploaded sweeps in REAL32, its time trace."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from qcodes.dataset import LinSweep
from qcodes.instrument_drivers.Keithley import Keithley2636B

RESISTANCE = 1e6


@pytest.fixture
def smu(on_a_resistor: Callable[..., Any]) -> Iterator[Keithley2636B]:
    bench, address = on_a_resistor("keithley_2636b", RESISTANCE)
    opened = Keithley2636B("smu", address, visalib=bench.visa_library)
    yield opened
    opened.close()


def within(current: "np.ndarray", voltage: "np.ndarray") -> bool:
    true = voltage / RESISTANCE
    return bool(np.all(np.abs(current - true) < 2e-3 * np.abs(true) + 2e-3 / RESISTANCE + 2e-9))


def test_a_reading_and_its_status(smu: Keithley2636B) -> None:
    assert smu.get_idn()["model"] == "2636B"
    smu.smua.mode("voltage")
    smu.smua.limiti(1e-6)
    smu.smua.volt(0.5)
    smu.smua.output("on")
    assert within(np.array(smu.smua.curr()), np.array(0.5))
    assert "No error" in smu.smua.curr.measurement_status
    smu.smua.volt(2)
    assert smu.smua.curr() == pytest.approx(1e-6, rel=2e-3)
    assert "current compliance" in smu.smua.curr.measurement_status
    smu.smua.output("off")


def test_a_fast_sweep_draws_the_line_of_a_resistor(smu: Keithley2636B) -> None:
    smu.smua.nplc(0.1)
    smu.smua.sourcerange_v(2)
    smu.smua.measurerange_i(1e-6)
    smu.smua.setup_fastsweep(LinSweep(smu.smua.volt, -0.9, 0.9, 101, 1e-3))
    assert within(smu.smua.fastsweep(), np.linspace(-0.9, 0.9, 101))
    assert smu.ask("errorqueue.count") == "0.00000e+00"


def test_a_fast_sweep_over_two_channels(smu: Keithley2636B) -> None:
    smu.smua.nplc(0.01)
    smu.smua.sourcerange_v(2)
    smu.smua.measurerange_i(1e-5)
    smu.smua.setup_fastsweep(LinSweep(smu.smua.volt, -1, 1, 11, 0), LinSweep(smu.smub.volt, 0, 1, 3, 0))
    data = smu.smua.fastsweep()
    assert data.shape == (3, 11)
    slopes = np.polynomial.polynomial.polyfit(np.linspace(-1, 1, 11), data.T, 1)[1]
    assert 1 / slopes == pytest.approx([RESISTANCE] * 3, rel=0.05)


def test_a_time_trace(smu: Keithley2636B) -> None:
    smu.smua.mode("voltage")
    smu.smua.volt(1)
    smu.smua.nplc(0.1)
    smu.smua.output("on")
    smu.smua.measurerange_i(1e-6)
    smu.smua.timetrace_npts(50)
    smu.smua.timetrace_dt(5e-3)
    assert smu.smua.timetrace() == pytest.approx(1e-6, rel=5e-3)
