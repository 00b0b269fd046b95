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


@pytest.mark.parametrize(
    ("settings", "levels"),
    [
        ("", [0.1, 0.2, 0.3, 0.4]),
        (":SOUR:SWE:DIR DOWN", [0.4, 0.3, 0.2, 0.1]),
        (":SOUR:SWE:STA DOUB", [0.1, 0.2, 0.3, 0.4, 0.4, 0.3, 0.2, 0.1]),
        (":SOUR:SWE:SPAC LOG", [0.1, 0.1 * 4 ** (1 / 3), 0.1 * 4 ** (2 / 3), 0.4]),
        (":SOUR:VOLT:STEP 0.15", [0.1, 0.25, 0.4]),
        (":SOUR:VOLT:CENT 0.5", [0.35, 0.45, 0.55, 0.65]),
    ],
)
def test_staircases_of_every_kind(smu: Any, settings: str, levels: list[float]) -> None:
    smu.write(":SOUR:VOLT:MODE SWE;:SOUR:VOLT:STAR 0.1;:SOUR:VOLT:STOP 0.4;:SOUR:VOLT:POIN 4", settings or "*CLS")
    smu.write(f":TRIG:COUN {len(levels)}", ":SENS:CURR:RANG 1E-3;:SENS:CURR:PROT 1E-3", ":INIT (@1)")
    assert smu.numbers(":FETC:ARR:SOUR? (@1)") == pytest.approx(levels)
    assert smu.numbers(":FETC:ARR:CURR? (@1)") == pytest.approx(np.array(levels) / 1e4, rel=2e-2)


def test_a_logarithmic_staircase_through_zero_is_a_conflict(smu: Any) -> None:
    smu.write(":SOUR:VOLT:MODE SWE;:SOUR:VOLT:STAR -1;:SOUR:VOLT:STOP 1;:SOUR:VOLT:POIN 4;:SOUR:SWE:SPAC LOG")
    assert smu.refuses(":INIT (@1)") == -221


def test_read_initiates_and_fetches(smu: Any) -> None:
    smu.ready(level=0.5)
    smu.write(":TRIG:ACQ:COUN 3")
    assert len(smu.numbers(":READ:ARR:CURR? (@1)")) == 3
    assert smu.number(":READ:CURR? (@1)") == pytest.approx(5e-5, rel=2e-2)
    assert len(smu.numbers(":SENS1:DATA? STAR,2")) == 2 * 6


def test_initiate_switches_the_output_on_unless_told_not_to(smu: Any) -> None:
    smu.write(":INIT (@1)")
    assert smu.ask(":OUTP1?") == "1"
    smu.write(":ABOR", ":OUTP1 OFF", ":OUTP1:ON:AUTO OFF", ":INIT (@1)")
    assert smu.ask(":OUTP1?") == "0"


def test_an_output_can_go_off_by_itself_at_the_end(smu: Any) -> None:
    smu.write(":OUTP1:OFF:AUTO ON", ":INIT (@1)", "*WAI")
    smu.wait(1e-3)
    assert smu.ask(":OUTP1?") == "0"
