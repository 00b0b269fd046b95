"""Source settings: what is refused keeps the old value; what is delivered is within the specification."""

from collections.abc import Callable
from typing import Any

import pytest
from labkit_sim.devices import Resistor

NO_ERROR = '0,"No error;0;0 0"'


@pytest.mark.parametrize(
    ("value", "full_scale"), [(0.015, 0.02), (0.02, 0.02), (1, 2), (2.1, 2), (2.11, 20), (-150, 200)]
)
def test_the_smallest_range_that_holds_is_taken(smu: Any, value: float, full_scale: float) -> None:
    smu.write(f":SOUR:VOLT:RANG {value}")
    assert smu.number(":SOUR:VOLT:RANG?") == pytest.approx(full_scale)
    assert smu.ask(":SOUR:VOLT:RANG:AUTO?") == "0"


def test_an_automatic_range_follows_the_level(smu: Any) -> None:
    for level, full_scale in ((0.01, 0.02), (5, 20), (0.5, 2)):
        smu.write(f":SOUR:VOLT {level}")
        assert smu.number(":SOUR:VOLT:RANG?") == pytest.approx(full_scale)


def test_a_fixed_range_delivers_105_percent_and_refuses_more(smu: Any) -> None:
    smu.write(":SOUR:VOLT:RANG 2", ":SOUR:VOLT 2.1")
    assert smu.number(":SOUR:VOLT?") == pytest.approx(2.1)
    assert smu.refuses(":SOUR:VOLT 2.11") == -222
    assert smu.number(":SOUR:VOLT?") == pytest.approx(2.1)


def test_a_range_that_does_not_hold_the_level_is_refused(smu: Any) -> None:
    smu.write(":SOUR:VOLT:RANG 20", ":SOUR:VOLT 15")
    assert smu.refuses(":SOUR:VOLT:RANG 2") == -221
    assert smu.number(":SOUR:VOLT:RANG?") == pytest.approx(20)


@pytest.mark.parametrize("limit", ["0", "1e-10", "1.06", "-2"])
def test_a_current_limit_beyond_the_instrument_is_refused_and_the_old_one_kept(smu: Any, limit: str) -> None:
    smu.write(":SOUR:VOLT:ILIM 1e-6")
    assert smu.refuses(f":SOUR:VOLT:ILIM {limit}") == -222
    assert smu.number(":SOUR:VOLT:ILIM?") == pytest.approx(1e-6)


def test_a_limit_below_a_tenth_of_the_fixed_measure_range_is_refused(smu: Any) -> None:
    smu.write(":SENS:CURR:RANG 1e-4", ":SOUR:VOLT:ILIM 1e-5")
    assert smu.number(":SOUR:VOLT:ILIM?") == pytest.approx(1e-5)
    assert smu.refuses(":SOUR:VOLT:ILIM 9e-6") == -222
    assert smu.number(":SOUR:VOLT:ILIM?") == pytest.approx(1e-5)
    smu.write(":SENS:CURR:RANG:AUTO ON", ":SOUR:VOLT:ILIM 9e-6")
    assert smu.number(":SOUR:VOLT:ILIM?") == pytest.approx(9e-6)


def test_a_larger_measure_range_raises_a_small_limit_with_a_warning(smu: Any) -> None:
    smu.write(":SOUR:VOLT:ILIM 1e-6", ":SENS:CURR:RANG 1e-3")
    assert smu.number(":SOUR:VOLT:ILIM?") == pytest.approx(1e-4)
    assert smu.ask(":SYST:ERR?") == NO_ERROR
    smu.write(":SYST:CLE", ":SENS:CURR:RANG 1e-2")
    assert ";2;" in smu.ask(":SYST:EVEN:NEXT? WARN")


def test_the_limit_of_a_current_source_is_a_voltage(smu: Any) -> None:
    smu.write(":SOUR:FUNC CURR", ":SOUR:CURR:VLIM 3")
    assert smu.ask(":SOUR:FUNC?") == "CURR"
    assert smu.number(":SOUR:CURR:VLIM?") == pytest.approx(3)
    assert smu.refuses(":SOUR:CURR:VLIM 211") == -222
    assert smu.refuses(":SOUR:CURR:ILIM 1") == -113


@pytest.mark.parametrize("level", [0.1, -0.7, 1.9])
@pytest.mark.parametrize("seed", range(5))
def test_the_output_is_within_the_one_year_specification(connect: Callable[..., Any], level: float, seed: int) -> None:
    smu = connect(Resistor(1e6), seed=seed)
    smu.ready(level=level)
    smu.ask("*OPC?")
    smu.bench.world.advance_to(smu.bench.world.now + 1_000_000)
    voltage, _ = smu.bench.world.response("top")
    assert 0 < abs(voltage - level) <= 2e-4 * abs(level) + 300e-6 + 2 * 50e-6 / 2


def test_errors_of_a_unit_are_its_own(connect: Callable[..., Any]) -> None:
    outputs = []
    for seed in (1, 1, 2):
        smu = connect(Resistor(1e6), seed=seed)
        smu.ready(level=1)
        smu.bench.world.advance_to(smu.bench.world.now + 1_000_000)
        outputs.append(smu.bench.world.response("top")[0])
    assert outputs[0] == outputs[1] != outputs[2]


def test_levels_are_rounded_to_the_steps_of_the_range(smu: Any) -> None:
    smu.ready(level=1.0)
    seen = set()
    for part in range(10):
        smu.write(f":SOUR:VOLT {1.0 + part * 1e-5}")
        smu.bench.world.advance_to(smu.bench.world.now + 1_000_000)
        seen.add(round(smu.bench.world.response("top")[0], 9))
    assert len(seen) == 3  # 1.00000, 1.00005 and 1.00010 V: steps of 50 uV


def test_compliance_holds_on_the_wire_and_is_told(connect: Callable[..., Any]) -> None:
    smu = connect(Resistor(1e3))
    smu.ready(level=1, limit=1e-4)
    reading = smu.numbers(':READ? "defbuffer1",READ,SOURSTAT')
    voltage, current = smu.bench.world.response("top")
    assert current == pytest.approx(1e-4, rel=1e-12)
    assert voltage == pytest.approx(0.1, rel=1e-9)
    assert reading[0] == pytest.approx(1e-4, rel=1e-3)
    assert int(reading[1]) & 32
    assert smu.ask(":SOUR:VOLT:ILIM:TRIP?") == "1"
    smu.write(":SOUR:VOLT 0.05")
    reading = smu.numbers(':READ? "defbuffer1",READ,SOURSTAT')
    assert not int(reading[1]) & 32
    assert smu.ask(":SOUR:VOLT:ILIM:TRIP?") == "0"


def test_a_current_source_delivers_its_current_up_to_the_voltage_limit(connect: Callable[..., Any]) -> None:
    smu = connect(Resistor(1e4))
    smu.write(":SOUR:FUNC CURR", ":SOUR:CURR 1e-4", ":SOUR:CURR:VLIM 5", ':SENS:FUNC "VOLT"', ":OUTP ON")
    assert smu.number(":READ?") == pytest.approx(1.0, rel=2e-3)
    assert smu.ask(":SOUR:CURR:VLIM:TRIP?") == "0"
    smu.write(":SOUR:CURR 1e-3")
    assert smu.number(":READ?") == pytest.approx(5.0, rel=1e-3)
    assert smu.ask(":SOUR:CURR:VLIM:TRIP?") == "1"
    smu.write(":SOUR:CURR -1e-4")
    assert smu.number(":READ?") == pytest.approx(-1.0, rel=2e-3)


def test_above_21_volts_only_with_the_interlock(connect: Callable[..., Any]) -> None:
    smu = connect(Resistor(1e6))
    assert smu.ask(":OUTP:INT:TRIP?") == "0"
    smu.write(":SOUR:VOLT 30")
    assert smu.refuses(":OUTP ON") == 5074
    assert smu.ask(":OUTP?") == "0"
    assert smu.bench.world.outputs_off()
    smu.write(":SOUR:VOLT 20", ":OUTP ON")
    assert smu.refuses(":SOUR:VOLT 21.5") == 5074
    assert smu.number(":SOUR:VOLT?") == pytest.approx(20)
    closed = connect(Resistor(1e6), interlock=True)
    closed.write(":SOUR:VOLT 30", ":OUTP ON")
    assert closed.ask(":OUTP?") == "1"
    assert closed.ask(":SYST:ERR?") == NO_ERROR


def test_overvoltage_protection_clamps(connect: Callable[..., Any]) -> None:
    smu = connect(Resistor(1e6))
    smu.write(":SOUR:VOLT:PROT PROT5", ":SOUR:VOLT 8", ":OUTP ON")
    assert smu.ask(":SOUR:VOLT:PROT?") == "PROT5"
    smu.ask(":READ?")
    assert smu.bench.world.response("top")[0] == pytest.approx(5, rel=1e-3)
    assert smu.ask(":SOUR:VOLT:PROT:TRIP?") == "1"


@pytest.mark.parametrize("mode", ["NORM", "HIMP", "GUAR"])
def test_output_off_lets_go_of_the_device(smu: Any, mode: str) -> None:
    smu.write(f":OUTP:VOLT:SMOD {mode}")
    smu.ready(level=1)
    assert not smu.bench.world.outputs_off()
    smu.write(":OUTP OFF")
    smu.ask("*OPC?")
    assert smu.bench.world.outputs_off()
    assert smu.ask(":OUTP:VOLT:SMOD?") == mode


def test_output_off_right_after_a_level_stays_off(smu: Any) -> None:
    smu.ready(level=1)
    smu.write(":SOUR:VOLT 2;:OUTP OFF")
    smu.bench.world.advance_to(smu.bench.world.now + 10_000_000)
    assert smu.bench.world.outputs_off()


def test_a_delay_switches_automatic_delay_off(smu: Any) -> None:
    assert smu.ask(":SOUR:VOLT:DEL:AUTO?") == "1"
    smu.write(":SOUR:VOLT:DEL 0.25")
    assert smu.ask(":SOUR:VOLT:DEL:AUTO?") == "0"
    assert smu.number(":SOUR:VOLT:DEL?") == pytest.approx(0.25)


def test_the_source_delay_comes_before_the_reading_and_only_after_a_change(smu: Any) -> None:
    smu.ready(level=1)
    smu.write(":SOUR:VOLT:DEL 0.5", ":SOUR:VOLT 0.5")
    begin = smu.now
    smu.ask(":READ?")
    assert smu.now - begin > 0.5
    begin = smu.now
    smu.ask(":READ?")
    assert smu.now - begin < 0.1
