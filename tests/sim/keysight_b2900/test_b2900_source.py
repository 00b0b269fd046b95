"""What a B2900 puts on the wire: limits, ranges, output, protection, accuracy, pulses."""

from typing import Any

import numpy as np
import pytest
from labkit_sim.devices import Resistor


def test_the_source_is_within_its_specification_and_each_unit_has_errors_of_its_own(connect: Any) -> None:
    shown = []
    for seed in (1, 2):
        smu = connect(Resistor(1e4), seed=seed)
        smu.ready(level=1.0)
        voltage, _ = smu.world.response("top")
        assert abs(voltage - 1.0) <= 2e-4 + 350e-6
        shown.append(voltage)
    assert shown[0] != shown[1]


def test_at_the_limit_the_current_is_the_limit_and_it_is_told(connect: Any) -> None:
    smu = connect(Resistor(1e3))
    smu.ready(level=1.0, limit=1e-4)
    smu.write(":FORM:ELEM:SENS VOLT,CURR,STAT")
    voltage, current, status = smu.numbers(":MEAS? (@1)")
    assert current == pytest.approx(1e-4, rel=2e-2)
    assert voltage == pytest.approx(0.1, rel=2e-2)
    assert int(status) & 6
    assert smu.ask(":SENS1:CURR:PROT:TRIP?") == "1"
    smu.write(":SOUR1:VOLT 0.05")
    smu.wait(1e-3)
    assert smu.ask(":SENS1:CURR:PROT:TRIP?") == "0"


def test_limits_of_both_signs(connect: Any) -> None:
    smu = connect(Resistor(1e3))
    smu.ready(level=-1.0, limit=1e-4)
    smu.write(":SENS1:CURR:PROT:NEG -2E-4")
    assert smu.number(":MEAS:CURR? (@1)") == pytest.approx(-2e-4, rel=2e-2)
    assert smu.number(":SENS1:CURR:PROT:POS?") == pytest.approx(1e-4)


def test_the_protection_switches_off_where_the_limit_is_reached(connect: Any) -> None:
    smu = connect(Resistor(1e3))
    smu.ready(level=1.0, limit=1e-4)
    smu.write(":OUTP1:PROT ON", ":OUTP1:ON:AUTO OFF")
    smu.ask(":MEAS:CURR? (@1)")
    smu.wait(1e-3)
    assert smu.ask(":OUTP1?") == "0"
    assert smu.world.outputs_off()


def test_a_reading_beyond_its_range_is_infinite_not_a_number(connect: Any) -> None:
    smu = connect(Resistor(1e3))
    smu.ready(level=1.0, limit=1e-2, current=1e-4)
    smu.write(":FORM:ELEM:SENS CURR,STAT")
    current, status = smu.numbers(":MEAS? (@1)")
    assert current == 9.9e37
    assert int(status) & 8192
    smu.write(":SOUR1:VOLT 0.1055")
    smu.wait(1e-3)
    assert smu.number(":MEAS:CURR? (@1)") == pytest.approx(1.055e-4, rel=5e-2)


def test_automatic_ranges_follow_the_current(connect: Any) -> None:
    smu = connect(Resistor(1e6))
    smu.write(
        ":SOUR1:VOLT 1", ":SENS1:CURR:PROT 0.1", ":SENS1:CURR:RANG:AUTO:LLIM MIN", ":OUTP1 ON", ":SENS1:CURR:NPLC 1"
    )
    assert smu.number(":MEAS:CURR? (@1)") == pytest.approx(1e-6, rel=2e-3)
    assert smu.number(":SENS1:CURR:RANG?") == 1e-6
    assert smu.ask(":SENS1:CURR:RANG:AUTO?") == "1"


def test_only_the_finer_model_has_the_lowest_range_and_the_finer_source(connect: Any) -> None:
    coarse, fine = connect(model="b2902a"), connect(model="b2912a")
    for smu, lowest in ((coarse, 100e-9), (fine, 10e-9)):
        smu.write(":SENS1:CURR:RANG 1E-8")
        assert smu.number(":SENS1:CURR:RANG?") == lowest


def test_a_fixed_range_refuses_a_level_beyond_it(smu: Any) -> None:
    smu.write(":SOUR1:VOLT:RANG 2")
    assert smu.ask(":SOUR1:VOLT:RANG:AUTO?") == "0"
    assert smu.refuses(":SOUR1:VOLT 2.2") == -222
    smu.write(":SOUR1:VOLT 2.1", ":SOUR1:VOLT:RANG:AUTO ON", ":SOUR1:VOLT 5")
    assert smu.number(":SOUR1:VOLT:RANG?") == 20


def test_high_voltage_needs_the_interlock(connect: Any) -> None:
    smu = connect()
    smu.write(":SOUR1:VOLT 50")
    assert smu.refuses(":OUTP1 ON") == -221
    assert smu.ask(":OUTP1?") == "0"
    closed = connect(interlock=True)
    closed.write(":SOUR1:VOLT 50", ":OUTP1 ON")
    assert closed.ask(":OUTP1?") == "1"


def test_the_low_terminal_is_not_switched_under_voltage(smu: Any) -> None:
    smu.write(":OUTP1:LOW FLO", ":OUTP1 ON")
    assert smu.refuses(":OUTP1:LOW GRO") == -221
    assert smu.ask(":OUTP1:LOW?") == "FLO"


def test_off_can_mean_zero_volts(smu: Any) -> None:
    smu.ready(level=0.5)
    smu.write(":OUTP1:OFF:MODE ZERO", ":OUTP1 OFF")
    assert smu.world.drive("top").voltage == 0
    smu.write(":OUTP1 ON", ":OUTP1:OFF:MODE HIZ", ":OUTP1 OFF")
    assert smu.world.drive("top") is None


def test_reset_switches_off_and_forgets(smu: Any) -> None:
    smu.ready(level=0.5)
    smu.write(":TRIG1:COUN 7", "*RST")
    assert smu.world.outputs_off()
    assert (smu.number(":SOUR1:VOLT?"), smu.ask(":TRIG1:TRAN:COUN?")) == (0, "1")


def test_a_current_source_with_its_voltage_limit(connect: Any) -> None:
    smu = connect(Resistor(1e4))
    smu.write(
        ":SOUR1:FUNC:MODE CURR", ":SENS1:VOLT:PROT 5", ":SOUR1:CURR 1E-4", ":OUTP1 ON", ":FORM:ELEM:SENS VOLT,STAT"
    )
    voltage, status = smu.numbers(":MEAS? (@1)")
    assert (voltage, int(status) & 7) == (pytest.approx(1.0, rel=1e-2), 1)
    smu.write(":SENS1:VOLT:PROT 0.5")
    voltage, status = smu.numbers(":MEAS? (@1)")
    assert (voltage, int(status) & 7) == (pytest.approx(0.5, rel=1e-2), 3)


def test_readings_get_quieter_with_the_aperture(smu: Any) -> None:
    spread = []
    for aperture in (10e-6, 1e-3):
        smu.ready(level=0.1, aperture=aperture)
        smu.write(":TRIG:ACQ:SOUR TIM;:TRIG:ACQ:TIM 2E-3;:TRIG:ACQ:COUN 200", ":INIT:ACQ (@1)")
        spread.append(float(np.std(smu.numbers(":FETC:ARR:CURR? (@1)"))))
    assert spread[0] / spread[1] == pytest.approx(10, rel=0.3)
