"""Pulses of a B2900: width from 10 % of the leading to 90 % of the trailing edge, base and peak, pulsed sweeps."""

from typing import Any

import numpy as np
import pytest


def test_a_pulse_has_its_width_from_10_to_90_percent_of_its_edges(connect: Any) -> None:
    """The programmed width counts the rise: the settled part of a pulse of 50 us is shorter than 50 us."""
    smu = connect(model="b2912a")
    smu.ready(level=0.0)
    smu.write(":SOUR1:FUNC PULS;:SOUR1:PULS:WIDT 100E-6;:SOUR1:PULS:DEL 40E-6;:SOUR1:VOLT:TRIG 1")
    smu.write(":TRIG1:TRAN:SOUR TIM;:TRIG1:TRAN:COUN 1", ":TRIG1:ACQ:SOUR TIM;:TRIG1:ACQ:TIM 10E-6;:TRIG1:ACQ:COUN 20")
    smu.write(":INIT (@1)")
    currents = smu.numbers(":FETC:ARR:CURR? (@1)") / 1e-4
    assert np.sum(currents) * 10e-6 == pytest.approx(100e-6, rel=0.03)
    assert currents[:4] == pytest.approx(np.zeros(4), abs=0.02)
    assert currents[6:13] == pytest.approx(np.ones(7), abs=0.02)
    assert currents[16:] == pytest.approx(np.zeros(4), abs=0.02)


def test_the_width_has_steps_of_a_microsecond_and_a_floor_of_fifty(smu: Any) -> None:
    smu.write(":SOUR1:PULS:WIDT 123.4567E-6")
    assert smu.number(":SOUR1:PULS:WIDT?") == pytest.approx(123e-6)
    assert smu.refuses(":SOUR1:PULS:WIDT 40E-6") == -222
    assert smu.number(":SOUR1:PULS:WIDT? MIN") == pytest.approx(50e-6)


def test_a_pulsed_list_goes_back_to_its_base_between_peaks(smu: Any) -> None:
    smu.ready(level=0.05)
    smu.write(":SOUR1:FUNC PULS;:SOUR1:PULS:WIDT 1E-3", ":SOUR1:VOLT:MODE LIST;:SOUR1:LIST:VOLT 0.5,-0.5,0.7")
    smu.write(":TRIG1:TRAN:SOUR TIM;:TRIG1:TRAN:TIM 4E-3;:TRIG1:TRAN:COUN 3", ":FORM:ELEM:SENS CURR")
    smu.write(":TRIG1:ACQ:SOUR TIM;:TRIG1:ACQ:TIM 1E-3;:TRIG1:ACQ:COUN 12", ":ARM1:ACQ:DEL 5E-4", ":INIT (@1)")
    levels = smu.numbers(":FETC:ARR? (@1)").reshape(3, 4) * 1e4
    assert levels[:, 0] == pytest.approx([0.5, -0.5, 0.7], abs=5e-3)
    assert levels[:, 1:] == pytest.approx(np.full((3, 3), 0.05), abs=5e-3)


def test_a_pulsed_sweep_with_automatic_triggers_is_read_in_the_pulses(smu: Any) -> None:
    smu.ready(level=0.0)
    smu.write(
        ":SOUR1:FUNC PULS;:SOUR1:PULS:WIDT 1E-3", ":SOUR1:VOLT:MODE SWE;:SOUR1:VOLT:STAR 0.1;:SOUR1:VOLT:STOP 0.5"
    )
    smu.write(":SOUR1:VOLT:POIN 5", ":TRIG1:COUN 5;:TRIG1:ACQ:DEL 5E-4", ":INIT (@1)")
    assert smu.numbers(":FETC:ARR:CURR? (@1)") == pytest.approx(np.linspace(1e-5, 5e-5, 5), abs=5e-7)


def test_an_aborted_pulse_goes_back_to_its_base(smu: Any) -> None:
    smu.ready(level=0.05)
    smu.write(":SOUR1:FUNC PULS;:SOUR1:PULS:WIDT 10;:SOUR1:VOLT:TRIG 1", ":INIT:TRAN (@1)")
    smu.wait(0.1)
    assert smu.world.response("top")[0] == pytest.approx(1.0, abs=1e-3)
    smu.write(":ABOR:TRAN (@1)")
    smu.wait(1e-3)
    assert smu.world.response("top")[0] == pytest.approx(0.05, abs=1e-3)
