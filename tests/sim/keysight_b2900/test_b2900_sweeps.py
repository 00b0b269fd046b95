"""Sweeps, lists and timers of a B2900 on a resistor: what was sourced when, and what was read."""

from typing import Any

import numpy as np
import pytest


def test_a_staircase_with_automatic_triggers_is_the_iv_of_the_resistor(smu: Any) -> None:
    smu.write(":SOUR:FUNC:MODE VOLT", ":SOUR:VOLT:MODE SWE;:SOUR:VOLT:STAR 0;:SOUR:VOLT:STOP 1;:SOUR:VOLT:POIN 11")
    smu.write(':SENS:FUNC "CURR"', ":SENS:CURR:NPLC 0.1;:SENS:CURR:PROT 1E-3", ":TRIG:SOUR AINT;:TRIG:COUN 11")
    smu.write(":OUTP ON", ":INIT (@1)")
    currents = smu.numbers(":FETC:ARR:CURR? (@1)")
    assert smu.numbers(":FETC:ARR:SOUR? (@1)") == pytest.approx(np.linspace(0, 1, 11))
    assert currents == pytest.approx(np.linspace(0, 1e-4, 11), rel=1e-3, abs=1e-7)
    assert smu.error_code() == 0
