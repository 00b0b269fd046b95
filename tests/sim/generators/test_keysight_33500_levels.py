"""The 33522B's levels: what is set, what is shown, and what is at the device (trap: the load doubling)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labkit_sim.devices import Resistor

Station = Any
OpenGenerator = Any

ACCURACY = 0.015
"""Relative, beside 5 mV: 1 % of amplitude and offset, 0.25 % of the amplitude, 4 mV + 1 mV."""


def near(level: float, gain: float = 1.0) -> Any:
    return pytest.approx(level, rel=ACCURACY, abs=gain * 5e-3)


def steady(gen: Station, level: float) -> None:
    gen.write(f"FUNC DC;:VOLT:OFFS {level};:OUTP ON")


def test_it_says_who_it_is(generator: OpenGenerator) -> None:
    gen = generator("keysight_33522b")
    assert gen.ask("*IDN?") == "Agilent Technologies,33522B,MY52701054,2.09-1.19-2.00-52-00"
    assert ",33622A," in generator("keysight_33622a").ask("*IDN?")
    assert gen.ask("SYST:ERR?") == '+0,"No error"'


def test_a_high_resistance_sees_twice_what_is_set_for_50_ohm(generator: OpenGenerator) -> None:
    gen = generator("keysight_33522b", Resistor(1e6))
    steady(gen, 1.0)
    assert gen.at_device() == near(2.0)
    gen.write("OUTP:LOAD INF")
    assert gen.value("VOLT:OFFS?") == 2.0
    assert gen.at_device() == near(2.0)
    gen.write("VOLT:OFFS 1")
    assert gen.at_device() == near(1.0)


def test_into_50_ohm_it_is_what_is_set(generator: OpenGenerator) -> None:
    gen = generator("keysight_33522b", Resistor(50.0))
    steady(gen, 1.0)
    voltage, current = gen.bench.world.response("top")
    assert voltage == near(1.0)
    assert current == pytest.approx(voltage / 50)
    gen.write("OUTP:LOAD INF;:VOLT:OFFS 1")
    assert gen.at_device() == near(0.5)


@pytest.mark.parametrize("load", ["50", "75", "1", "10 KOHM", "INF", "MIN", "MAX"])
def test_the_load_setting_changes_numbers_and_never_the_output(gen: Station, load: str) -> None:
    gen.write("FUNC PULS;:VOLT:HIGH 2;LOW -1;:BURS:STAT ON;:TRIG:SOUR BUS;:OUTP ON")
    before = gen.source()
    gen.write(f"OUTP1:LOAD {load}")
    assert gen.source() == before
    ohms = gen.value("OUTP1:LOAD?")
    share = 1.0 if ohms == 9.9e37 else ohms / (ohms + 50)
    assert gen.value("VOLT:HIGH?") == pytest.approx(4 * share)
    assert gen.value("VOLT?") == pytest.approx(6 * share)
    assert gen.errors() == []


def test_replies_are_nr3_and_infinity_is_9_9e37(gen: Station) -> None:
    assert gen.ask("VOLT?") == "+1.00000000000000E-01"
    gen.write("OUTP1:LOAD INF;:SOUR1:BURS:NCYC INF")
    assert gen.ask("OUTP1:LOAD?;:SOUR1:BURS:NCYC?") == "+9.9E+37;+9.9E+37"


def test_units_of_the_amplitude(gen: Station) -> None:
    gen.write("VOLT 2;VOLT:UNIT VRMS")
    assert gen.value("VOLT?") == pytest.approx(2 / 2 / 2**0.5)
    gen.write("VOLT:UNIT DBM")
    assert gen.value("VOLT?") == pytest.approx(10.0, abs=0.01)  # 0.707 V rms into 50 ohm are 10 mW
    gen.write("VOLT 0;:VOLT:UNIT VPP")
    assert gen.value("VOLT?") == pytest.approx(0.632, abs=1e-3)  # 1 mW into 50 ohm
    gen.write("VOLT:UNIT DBM;:OUTP:LOAD INF")
    assert gen.ask("VOLT:UNIT?") == "VPP"
    assert gen.errors() == [-221]
    gen.write("VOLT:UNIT DBM")
    assert gen.errors() == [-221]


@pytest.mark.parametrize(
    ("messages", "codes", "query", "result"),
    [
        (["VOLT 11"], [-222], "VOLT?", 10.0),
        (["VOLT 1E-4"], [-222], "VOLT?", 1e-3),
        (["VOLT 1", "VOLT:OFFS 5"], [-222], "VOLT:OFFS?", 4.5),
        (["VOLT 1;VOLT:OFFS 4", "VOLT 4"], [-221], "VOLT:OFFS?", 3.0),
        (["VOLT:HIGH 1;LOW 0", "VOLT:HIGH -1"], [-221], "VOLT:LOW?", -1.001),
        (["VOLT:HIGH 1;LOW 0", "VOLT:LOW 2"], [-221], "VOLT:HIGH?", 2.001),
        (["VOLT:HIGH 6"], [-222], "VOLT:HIGH?", 5.0),
        (["OUTP:LOAD 20E3"], [-222], "OUTP:LOAD?", 10e3),
        (["VOLT:OFFS 1", "FUNC DC", "VOLT:OFFS 5", "FUNC SIN"], [-221], "VOLT:OFFS?", 4.95),
    ],
)
def test_what_cannot_be_is_adjusted_and_told(
    gen: Station, messages: list[str], codes: list[int], query: str, result: float
) -> None:
    gen.write(*messages)
    assert gen.errors() == codes
    assert gen.value(query) == pytest.approx(result, abs=2e-4)


def test_limits_clip_with_a_settings_conflict(gen: Station) -> None:
    gen.write("OUTP:LOAD INF;:FUNC PULS;:VOLT:LOW 0;HIGH 1;:VOLT:LIM:HIGH 2;LOW -2;STAT ON")
    assert gen.errors() == []
    gen.write("VOLT:HIGH 3")
    assert gen.errors() == [-221]
    assert gen.value("VOLT:HIGH?") == 2.0
    gen.write("VOLT:OFFS -3")
    assert gen.errors() == [-221]
    assert gen.value("VOLT:LOW?") == -2.0
    gen.write("VOLT 10")
    assert gen.errors()[-1] == -221
    assert (gen.value("VOLT:LOW?"), gen.value("VOLT:HIGH?")) == (-2.0, 2.0)


def test_the_load_cannot_be_changed_while_limits_are_enabled(gen: Station) -> None:
    gen.write("VOLT:LIM:STAT ON;:OUTP:LOAD INF")
    assert gen.errors() == [-221]
    assert gen.value("OUTP:LOAD?") == 50.0
    gen.write("VOLT:LIM:STAT OFF;:OUTP:LOAD INF")
    assert gen.errors() == []


def test_a_limit_that_the_levels_exceed_is_moved_to_them(gen: Station) -> None:
    gen.write("VOLT 4;VOLT:LIM:HIGH 1;LOW -1;STAT ON")
    assert gen.errors() == [-221]
    assert gen.value("VOLT:LIM:HIGH?") == 2.0
    gen.write("VOLT:LIM:HIGH 1")
    assert gen.errors() == [-221]
    assert gen.value("VOLT:LIM:HIGH?") == 2.0


def test_polarity_turns_the_waveform_about_its_offset(gen: Station) -> None:
    gen.write("OUTP:LOAD INF;:FUNC PULS;:VOLT:LOW 0;HIGH 1;:BURS:STAT ON;:TRIG:SOUR BUS;:OUTP ON")
    assert gen.at_device() == near(0.0)
    gen.write("OUTP:POL INV")
    assert gen.at_device() == near(1.0)
    assert gen.ask("OUTP:POL?") == "INV"


def test_the_relay_lets_go_of_the_device(gen: Station) -> None:
    steady(gen, 1.0)
    gen.write("OUTP OFF")
    assert gen.bench.world.drive("top") is None
    assert gen.ask("OUTP1?") == "0"
    gen.write("OUTP1 ON")
    gen.write("*RST")
    assert gen.bench.world.outputs_off()


def test_units_are_off_by_their_specification_each_by_its_own(generator: OpenGenerator) -> None:
    seen = []
    for seed in range(30):
        gen = generator("keysight_33522b", seed=seed)
        gen.write("OUTP:LOAD INF")
        steady(gen, 4.0)
        seen.append(gen.at_device())
    assert len(set(seen)) == 30
    assert all(abs(level - 4.0) <= 0.01 * 4 + 4e-3 for level in seen)
    assert max(seen) - min(seen) > 0.02


LEVEL = st.floats(-12, 12, allow_nan=False)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    load=st.sampled_from(["50", "INF", "1", "600"]),
    limit=st.one_of(st.none(), st.floats(0.1, 9)),
    commands=st.lists(
        st.tuples(st.sampled_from(["VOLT", "VOLT:OFFS", "VOLT:HIGH", "VOLT:LOW"]), LEVEL), min_size=1, max_size=8
    ),
)
def test_whatever_is_set_the_levels_stay_within_the_instrument_and_its_limits(
    generator: OpenGenerator, load: str, limit: float | None, commands: list[tuple[str, float]]
) -> None:
    gen = generator("keysight_33522b")
    gen.write(f"FUNC PULS;:VOLT MIN;:OUTP:LOAD {load}")
    if limit is not None:
        gen.write(f"VOLT:LIM:HIGH {limit};LOW {-limit};STAT ON")
    bound = gen.value("VOLT:LIM:HIGH?")
    for header, level in commands:
        gen.write(f"{header} {level:.6g}")
    high, low = gen.value("VOLT:HIGH?"), gen.value("VOLT:LOW?")
    smallest = gen.value("VOLT? MIN")
    assert high - low >= smallest * (1 - 1e-6)
    assert max(abs(high), abs(low)) <= bound * (1 + 1e-6)
    assert gen.value("VOLT?") == pytest.approx(high - low, abs=1e-9)
    assert gen.value("VOLT:OFFS?") == pytest.approx((high + low) / 2, abs=1e-9)
