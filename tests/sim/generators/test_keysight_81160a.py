"""The 81160A: the channel behind the node, bursts by ARM and TRIG:COUN (trap), its waveforms and limits."""

from typing import Any

import numpy as np
import pytest

Station = Any
OpenGenerator = Any

LATENCY = 310
ACCURACY = 0.03


def pulses(pulser: Station, period: float = 1e-3, width: float = 1e-4, count: int = 1, arm: str = "MAN") -> None:
    pulser.write(
        ":OUTP1:LOAD 1E6;:FUNC1 PULS;:VOLT1:LOW 0;HIGH 1",
        f":PULS:PER1 {period};:PULS:WIDT1 {width};:ARM:SOUR1 {arm};:TRIG1:COUN {count};:OUTP1 ON",
    )
    assert pulser.errors() == []


def crossings(edges: list[tuple[int, float]]) -> list[int]:
    found: list[tuple[int, bool]] = []
    for time, voltage in edges:
        if (high := voltage > 0.5) != (found[-1][1] if found else False):
            found.append((time, high))
    return [time for time, _ in found]


def test_it_says_who_it_is(pulser: Station) -> None:
    assert pulser.ask("*IDN?").split(",")[:2] == ["Agilent Technologies", "81160A"]
    assert pulser.ask("*OPT?") == "002"
    assert pulser.errors() == []


@pytest.mark.parametrize("header", ["PULS1:WIDT", "SOUR2:VOLT", "PULS1:PER", "ARM1:SOUR", "TRIG:COUN1"])
def test_the_channel_stands_behind_the_node_and_nowhere_else(pulser: Station, header: str) -> None:
    pulser.write(f":{header} 1E-3")
    assert pulser.errors()[0] in (-113, -114)


def test_each_channel_has_its_own(pulser: Station) -> None:
    pulser.write(":PULS:PER1 1E-3;:PULS:PER2 2E-3;:VOLT1 2;:VOLT2 3;:FUNC1 PULS;:FUNC2 SQU")
    assert pulser.ask(":FUNC1?;:FUNC2?") == "PULS;SQU"
    assert pulser.value(":PULS:PER1?") == 1e-3
    assert pulser.value(":PULS:PER2?") == 2e-3
    assert (pulser.value(":VOLT?"), pulser.value(":VOLT2?")) == (2.0, 3.0)
    pulser.write(":PULS:PER3 1")
    assert pulser.errors() == [-114]


def test_a_burst_is_a_count_of_triggers_after_arming(pulser: Station) -> None:
    pulses(pulser, count=4)
    edges = pulser.watch()
    pulser.write("*TRG")
    begin = pulser.bench.world.now
    assert pulser.ask("*OPC?") == "1"
    found = [time - begin - LATENCY for time in crossings(edges)]
    assert len(found) == 8
    assert np.diff(found[::2]).tolist() == [1_000_000] * 3
    assert found[0] in (0, 1)
    assert pulser.ask(":BURS1:STAT?;NCYC?;:TRIG1:COUN?") == "1;4;4"


def test_immediate_arming_runs_freely_and_a_count_of_one_is_a_single_pulse(pulser: Station) -> None:
    pulses(pulser, arm="IMM")
    edges = pulser.watch()
    pulser.pass_time(0.0105)
    assert len(crossings(edges)) // 2 in (10, 11)
    pulser.write(":ARM:SOUR1 MAN")
    edges.clear()
    pulser.write("*TRG")
    pulser.pass_time(0.01)
    assert len(crossings(edges)) == 2


def test_the_period_of_a_single_pulse_is_ignored(pulser: Station) -> None:
    pulses(pulser, period=1.0, width=1e-5)
    edges = pulser.watch()
    for _ in range(3):
        pulser.write("*TRG")
        pulser.pass_time(1e-3)
    assert len(crossings(edges)) == 6
    assert pulser.errors() == []


def test_an_external_edge_of_the_chosen_slope_arms(pulser: Station) -> None:
    pulses(pulser, arm="EXT")
    line = pulser.bench.world.line("generator:EXT")
    counts = []
    for slope in ("POS", "NEG", "EITH"):
        pulser.write(f":ARM:SLOP {slope}")
        edges = pulser.watch()
        for level in (5.0, 0.0):
            line.set_level(level)
            pulser.pass_time(0.01)
        counts.append(len(crossings(edges)) // 2)
    assert counts == [1, 1, 2]


def test_a_level_gates(pulser: Station) -> None:
    pulses(pulser, arm="EXT")
    pulser.write(":ARM:SENS1 LEV")
    edges = pulser.watch()
    line = pulser.bench.world.line("generator:EXT")
    line.set_level(5.0)
    pulser.pass_time(2.5e-3)
    line.set_level(0.0)
    pulser.pass_time(0.01)
    assert len(crossings(edges)) == 6


def test_a_software_trigger_starts_every_channel_that_is_armed_by_hand(pulser: Station) -> None:
    pulses(pulser)
    pulser.write(":OUTP2:LOAD 1E6;:FUNC2 PULS;:VOLT2:LOW 0;HIGH 1;:PULS:PER2 1E-3;:ARM:SOUR2 MAN;:OUTP2 ON")
    second = pulser.watch("open wire of generator:2")
    pulser.write(":TRIG")
    pulser.pass_time(0.01)
    assert len(crossings(second)) == 2
    second.clear()
    pulser.write(":ARM:SOUR2 EXT;*TRG;:ARM:SOUR2 MAN")
    pulser.pass_time(0.01)
    assert crossings(second) == []


def test_the_trigger_output_marks_the_burst(pulser: Station) -> None:
    pulses(pulser, count=2)
    world, marks = pulser.bench.world, []
    line = world.line("generator:TRIG OUT")
    line.changed.listeners.append(lambda: marks.append(line.level))
    pulser.write("*TRG")
    pulser.ask("*OPC?")
    assert marks == [3.3, 0.0]


def test_load_doubling(generator: OpenGenerator) -> None:
    pulser = generator("keysight_81160a")
    pulser.write(":FUNC1 DC;:VOLT1:OFFS 1;:OUTP1 ON")
    assert pulser.at_device() == pytest.approx(2.0, rel=ACCURACY)
    pulser.write(":OUTP1:LOAD 1E6;:VOLT1:OFFS 1")
    assert pulser.at_device() == pytest.approx(1.0, rel=ACCURACY)
    assert pulser.value(":OUTP1:IMP:EXT?") == 1e6


@pytest.mark.parametrize(
    ("command", "query", "result", "code"),
    [
        (":VOLT1 6", ":VOLT1?", 5.0, -222),
        (":VOLT1 0.01", ":VOLT1?", 0.05, -222),
        (":VOLT1:HIGH 7", ":VOLT1:HIGH?", 5.0, -222),
        (":FUNC1 PULS;:PULS:WIDT1 1", ":PULS:WIDT1?", 1e-6, -221),
        (":OUTP1:LOAD 0.1", ":OUTP1:LOAD?", 0.3, -222),
    ],
)
def test_what_cannot_be_is_adjusted_and_told(
    pulser: Station, command: str, query: str, result: float, code: int
) -> None:
    pulser.write(command)
    assert code in pulser.errors()
    assert pulser.value(query) == pytest.approx(result, rel=0.01)


def test_limits_hold(pulser: Station) -> None:
    pulser.write(":OUTP1:LOAD 1E6;:VOLT1:LIM:HIGH 1;LOW -1;STAT ON")
    pulser.write(":VOLT1:HIGH 2")
    assert pulser.errors() == [-221]
    assert pulser.value(":VOLT1:HIGH?") == pytest.approx(1.0, abs=1e-3)
    pulser.write(":OUTP1:LOAD 50")
    assert pulser.errors() == [-221]


def test_a_long_edge_is_a_staircase_with_the_width_at_half_height(pulser: Station) -> None:
    pulser.write(":FUNC1 PULS;:OUTP1:LOAD 1E6;:VOLT1:LOW 0;HIGH 4;:PULS:PER1 1;:PULS:WIDT1 0.1;:FUNC1:PULS:TRAN 0.04")
    pulser.write(":ARM:SOUR1 MAN;:OUTP1 ON")
    edges = pulser.watch()
    pulser.write("*TRG")
    pulser.ask("*OPC?")
    voltages = np.array([voltage for _, voltage in edges])
    times = np.array([time for time, _ in edges])
    assert len(edges) > 60
    assert np.max(np.abs(np.diff(voltages))) < 0.2
    above = times[voltages > 2.0]
    below = times[(voltages <= 2.0) & (times > above[0])]
    assert below[0] - above[0] == pytest.approx(1e8, rel=0.02)
    tenth, ninety = times[voltages > 0.4][0], times[voltages > 3.6][0]
    assert ninety - tenth == pytest.approx(4e7, rel=0.1)


def test_user_waveforms(pulser: Station) -> None:
    samples = np.array([-8191, 0, 8191, 0])
    data = samples.astype(">i2").tobytes()
    pulser.wire.write_raw(b":DATA1:DAC VOLATILE,#18" + data + b"\n")
    pulser.write(":OUTP1:LOAD 1E6;:VOLT1 4;:VOLT1:OFFS 0;:FUNC1:USER VOLATILE;:FUNC1 USER;:FREQ1 100;:OUTP1 ON")
    assert pulser.errors() == []
    edges = pulser.watch()
    pulser.pass_time(0.05)
    found = {round(voltage) for _, voltage in edges}
    assert found == {-2, 0, 2}
    assert np.median(np.diff([time for time, _ in edges])) == pytest.approx(2.5e6, abs=1)
    assert pulser.ask(":DATA1:NVOL:FREE?") == "4"
    pulser.write(":DATA1:COPY MINE, VOLATILE")
    assert pulser.ask(":DATA1:NVOL:CAT?;FREE?") == '"MINE";3'
    pulser.write(":DATA1:DEL MINE;:DATA1:DEL MINE")
    assert pulser.errors() == [785]


def test_apply(pulser: Station) -> None:
    pulser.write(":OUTP1:LOAD 1E6;:APPL1:PULS 1 KHZ, 2, 1")
    assert pulser.ask(":APPL1?").startswith('"PULS +1.0')
    assert pulser.ask(":OUTP1?") == "1"
    pulser.write(":APPL1:DC DEF, DEF, -2.5")
    assert pulser.at_device() == pytest.approx(-2.5, rel=ACCURACY)
