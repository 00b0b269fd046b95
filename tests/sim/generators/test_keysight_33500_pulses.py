"""The 33522B's pulses and bursts as the device sees them: times, counts, triggers, and what is adjusted."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labkit.core import Nanoseconds

Station = Any
OpenGenerator = Any

LATENCY = 135
"""From a trigger to the output (ns)."""
EDGE = 6
"""From the start of a 10 ns edge to its half height, in whole ns."""


def pulses(gen: Station, period: float = 1e-3, width: float = 1e-4, count: int = 1, source: str = "BUS") -> None:
    gen.write(
        f"OUTP:LOAD INF;:FUNC PULS;:VOLT:LOW 0;HIGH 1;:FUNC:PULS:WIDT MIN;PER {period};WIDT {width}",
        f"TRIG:SOUR {source};:BURS:MODE TRIG;NCYC {count};STAT ON;:OUTP ON",
    )
    assert gen.errors() == []


def times(edges: list[tuple[int, float]]) -> list[tuple[int, bool]]:
    """When the level crosses the middle, and which way."""
    return [(time, voltage > 0.5) for time, voltage in edges]


def crossings(edges: list[tuple[int, float]]) -> list[tuple[int, bool]]:
    found: list[tuple[int, bool]] = []
    for time, high in times(edges):
        if high != (found[-1][1] if found else False):
            found.append((time, high))
    return found


# What is adjusted


def test_period_before_width(gen: Station) -> None:
    gen.write("FUNC PULS;:FUNC:PULS:WIDT 5e-3")
    assert gen.errors() == [-221]
    assert gen.value("FUNC:PULS:WIDT?") < 1e-3
    gen.write("FUNC:PULS:PER 10e-3;WIDT 5e-3")
    assert gen.errors() == []
    assert gen.value("FUNC:PULS:WIDT?") == 5e-3


def test_a_shorter_period_shortens_the_width(gen: Station) -> None:
    gen.write("FUNC PULS;:FUNC:PULS:PER 1e-3;WIDT 0.5e-3", "FUNC:PULS:PER 1e-4")
    assert gen.errors() == [-221]
    assert 0 < gen.value("FUNC:PULS:WIDT?") < 1e-4


def test_edges_give_way_before_the_width(gen: Station) -> None:
    gen.write("FUNC PULS;:FUNC:PULS:WIDT 4e-6;PER 10e-6;TRAN 1e-6")
    assert gen.errors() == []
    gen.write("FUNC:PULS:WIDT 800e-9")
    assert gen.errors() == [-221]
    assert gen.value("FUNC:PULS:WIDT?") == 800e-9
    assert gen.value("FUNC:PULS:TRAN?") == pytest.approx(500e-9)


def test_leading_and_trailing_edge_are_set_apart(gen: Station) -> None:
    gen.write("FUNC PULS;:FUNC:PULS:TRAN:LEAD 100 NS;TRA 300 NS")
    assert gen.value("FUNC:PULS:TRAN:LEAD?") == pytest.approx(100e-9)
    assert gen.value("FUNC:PULS:TRAN:TRA?") == pytest.approx(300e-9)
    gen.write("FUNC:PULS:TRAN:BOTH MAX")
    assert gen.value("FUNC:PULS:TRAN:TRA?") == 1e-6


def test_width_or_duty_cycle_is_held(gen: Station) -> None:
    gen.write("FUNC PULS;:FUNC:PULS:WIDT 2e-4;PER 2e-3")
    assert gen.value("FUNC:PULS:WIDT?") == 2e-4
    assert gen.value("FUNC:PULS:DCYC?") == pytest.approx(10)
    gen.write("FUNC:PULS:HOLD DCYC;PER 4e-3")
    assert gen.value("FUNC:PULS:WIDT?") == pytest.approx(4e-4)
    gen.write("FUNC:PULS:DCYC 25")
    assert gen.value("FUNC:PULS:WIDT?") == pytest.approx(1e-3)
    assert gen.ask("FUNC:PULS:HOLD?") == "DCYC"


@pytest.mark.parametrize(
    ("command", "query", "result"),
    [
        ("FUNC:PULS:WIDT 1e-9", "FUNC:PULS:WIDT?", 16e-9),
        ("FUNC:PULS:TRAN 1e-3", "FUNC:PULS:TRAN?", 1e-6),
        ("FUNC:PULS:PER 1e-9", "FUNC:PULS:PER?", 33e-9),
        ("FREQ 1e9", "FREQ?", 1 / 33e-9),
        ("BURS:NCYC 2e8", "BURS:NCYC?", 1e8),
        ("BURS:INT:PER 9000", "BURS:INT:PER?", 8000),
        ("TRIG:DEL -1", "TRIG:DEL?", 0),
    ],
)
def test_what_is_out_of_range_is_clipped(gen: Station, command: str, query: str, result: float) -> None:
    gen.write("FUNC PULS", command)
    assert -222 in gen.errors()
    assert gen.value(query) == pytest.approx(result)


def test_a_function_that_is_slower_reduces_the_frequency(gen: Station) -> None:
    gen.write("FREQ 10 MHZ", "FUNC RAMP")
    assert gen.errors() == [-221]
    assert gen.value("FREQ?") == pytest.approx(200e3)


def test_a_burst_period_that_is_too_short_is_lengthened(gen: Station) -> None:
    gen.write("FREQ 1000;:BURS:NCYC 20;STAT ON")
    assert gen.errors() == [-221]
    assert gen.value("BURS:INT:PER?") == pytest.approx(20e-3, rel=1e-3)


def test_dc_cannot_burst(gen: Station) -> None:
    gen.write("BURS:STAT ON;:FUNC DC")
    assert gen.errors() == [-221]
    assert gen.ask("BURS:STAT?") == "0"
    gen.write("BURS:STAT ON")
    assert gen.errors() == [-221]


# Bursts


def test_a_bus_trigger_makes_its_pulses_and_opc_waits_for_them(gen: Station) -> None:
    pulses(gen, count=3)
    edges = gen.watch()
    gen.write("*TRG")
    begin = gen.bench.world.now
    assert gen.ask("*OPC?") == "1"
    found = [time - begin for time, _ in crossings(edges)]
    first = LATENCY + EDGE
    assert found == [first + k * 1_000_000 + on for k in range(3) for on in (0, 100_000)]
    assert gen.bench.world.now - begin >= 3_000_000
    assert gen.at_device() == pytest.approx(0.0, abs=0.02)


def test_a_trigger_during_a_burst_is_ignored(gen: Station) -> None:
    pulses(gen, count=5)
    edges = gen.watch()
    gen.write("*TRG", "*TRG")
    assert gen.errors() == [-211]
    gen.pass_time(0.05)
    assert len(crossings(edges)) == 10


def test_wai_lets_two_triggers_follow_each_other(gen: Station) -> None:
    pulses(gen, count=2)
    edges = gen.watch()
    gen.write("*TRG;*WAI;*TRG;*WAI")
    assert gen.ask("*OPC?") == "1"
    assert len(crossings(edges)) == 8


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    width=st.integers(16, 10**7), pause=st.integers(20, 10**7), count=st.integers(1, 20), delay=st.integers(0, 10**6)
)
def test_every_burst_has_its_pulses_to_the_nanosecond(
    generator: OpenGenerator, width: int, pause: int, count: int, delay: int
) -> None:
    gen = generator("keysight_33522b")
    period = max(34, width + pause)
    gen.write(f"FUNC:PULS:TRAN MIN;:TRIG:DEL {delay}e-9")
    pulses(gen, period * 1e-9, width * 1e-9, count)
    edges = gen.watch()
    gen.write("*TRG")
    begin = gen.bench.world.now
    gen.ask("*OPC?")
    found = crossings(edges)
    assert len(found) == 2 * count
    rises = np.array([time for time, high in found if high])
    falls = np.array([time for time, high in found if not high])
    assert np.all(falls - rises == width)
    assert np.all(np.abs(rises - rises[0] - np.arange(count) * period) <= 1)
    assert abs(rises[0] - begin - LATENCY - delay) <= 2 + 2 * EDGE


def test_a_long_train_has_every_pulse_and_takes_little_time(gen: Station) -> None:
    pulses(gen, period=2e-6, width=1e-6, count=50_000)
    world, seen = gen.bench.world, [0]
    set_drive = world.set_drive

    def counting(terminal: str, voltage: float, *rest: float) -> None:
        seen[0] += voltage > 0.5
        set_drive(terminal, voltage, *rest)

    world.set_drive = counting
    gen.write("*TRG")
    assert gen.ask("*OPC?") == "1"
    assert seen == [50_000]


def test_bursts_repeat_by_themselves(gen: Station) -> None:
    pulses(gen, count=2, source="IMM")
    gen.write("BURS:INT:PER 10e-3")
    edges = gen.watch()
    gen.pass_time(1.0)
    assert len(crossings(edges)) // 4 in (99, 100, 101)
    gen.write("TRIG:TIM 0.02;SOUR TIM")
    edges.clear()
    gen.pass_time(1.0)
    assert len(crossings(edges)) // 4 in (49, 50, 51)


def test_a_change_of_settings_ends_a_burst_and_rests(gen: Station) -> None:
    pulses(gen, count=100)
    gen.write("*TRG", "BURS:NCYC 50")
    assert gen.at_device() == pytest.approx(0.0, abs=0.02)
    edges = gen.watch()
    gen.pass_time(0.2)
    assert edges == []
    gen.write("*TRG", "ABOR")
    gen.pass_time(0.2)
    assert len(crossings(edges)) < 10


def test_levels_act_during_a_burst(gen: Station) -> None:
    pulses(gen, period=10e-3, width=9e-3, count=10)
    gen.write("*TRG")
    gen.write("VOLT:HIGH 3")
    gen.pass_time(1e-3)
    assert gen.at_device() == pytest.approx(3.0, rel=0.03)


# The trigger input and outputs


def edge(gen: Station, level: float) -> int:
    gen.bench.world.line("generator:EXT").set_level(level)
    return int(gen.bench.world.now)


def test_an_external_edge_starts_a_burst(gen: Station) -> None:
    pulses(gen, source="EXT")
    gen.write("TRIG:DEL 1e-5")
    edges = gen.watch()
    begin = edge(gen, 3.3)
    gen.pass_time(0.01)
    edge(gen, 0.0)
    gen.pass_time(0.01)
    assert [time - begin for time, _ in crossings(edges)] == [10_000 + LATENCY + EDGE, 110_000 + LATENCY + EDGE]


def test_the_slope_chooses_the_edge_and_ttl_levels_make_it(gen: Station) -> None:
    pulses(gen, source="EXT")
    gen.write("TRIG:SLOP NEG")
    edges = gen.watch()
    edge(gen, 5.0)
    gen.pass_time(0.01)
    assert edges == []
    edge(gen, 1.5)  # between the thresholds: still high
    gen.pass_time(0.01)
    assert edges == []
    edge(gen, 0.3)
    gen.pass_time(0.01)
    assert len(crossings(edges)) == 2


def test_a_bus_trigger_is_not_for_who_waits_for_an_edge(gen: Station) -> None:
    pulses(gen, source="EXT")
    edges = gen.watch()
    gen.write("*TRG")
    gen.pass_time(0.01)
    assert gen.errors() == [-211]
    assert edges == []


def test_a_gate_lets_whole_cycles_through(gen: Station) -> None:
    pulses(gen, source="EXT")
    gen.write("BURS:MODE GAT")
    edges = gen.watch()
    edge(gen, 5.0)
    gen.pass_time(2.5e-3)
    edge(gen, 0.0)
    gen.pass_time(0.01)
    assert len(crossings(edges)) == 6
    gen.write("BURS:GATE:POL INV;:TRIG:SOUR EXT")
    gen.pass_time(2.5e-3)
    assert len(crossings(edges)) > 6


def test_sync_is_high_during_a_burst_and_trigger_out_marks_its_begin(gen: Station) -> None:
    pulses(gen, count=3)
    gen.write("OUTP:TRIG ON")
    world = gen.bench.world
    sync, mark = world.line("generator:SYNC"), world.line("generator:TRIG OUT")
    seen: list[tuple[int, str, float]] = []
    sync.changed.listeners.append(lambda: seen.append((int(world.now), "sync", sync.level)))
    mark.changed.listeners.append(lambda: seen.append((int(world.now), "mark", mark.level)))
    gen.write("*TRG")
    begin = int(world.now)
    gen.ask("*OPC?")
    assert [(time - begin - LATENCY, what, level) for time, what, level in seen] == [
        (0, "sync", 3.3),
        (0, "mark", 3.3),
        (1000, "mark", 0.0),
        (3_000_000, "sync", 0.0),
    ]


def test_sync_follows_its_source_and_can_be_off(gen: Station) -> None:
    pulses(gen)
    gen.write("OUTP:SYNC:SOUR CH2")
    seen: list[float] = []
    line = gen.bench.world.line("generator:SYNC")
    line.changed.listeners.append(lambda: seen.append(line.level))
    gen.write("*TRG;*WAI")
    gen.pass_time(0.01)
    gen.write("OUTP:SYNC:SOUR CH1;:OUTP:SYNC OFF", "*TRG;*WAI")
    gen.pass_time(0.01)
    assert seen == []
    assert gen.ask("OUTP:SYNC?;SYNC:SOUR?") == "0;CH1"


def test_sync_marks_the_cycles_of_a_free_running_waveform(gen: Station) -> None:
    world = gen.bench.world
    sync = world.line("generator:SYNC")
    seen: list[tuple[int, bool]] = []
    sync.changed.listeners.append(lambda: seen.append((int(world.now), sync.level > 2)))
    gen.write("FUNC SIN;:FREQ 100")
    gen.pass_time(0.1)
    times = [time for time, high in seen if high]
    assert len(times) in (10, 11)
    assert set(np.diff(times)) == {10_000_000}
    assert gen.bench.world.outputs_off(), "the sync output does not wait for the output relay"


# Two channels


def test_a_bus_trigger_starts_both_channels_and_trig_one_of_them(gen: Station) -> None:
    pulses(gen)
    gen.write("OUTP2:LOAD INF;:SOUR2:FUNC PULS;:SOUR2:VOLT:LOW 0;HIGH 1;:SOUR2:BURS:STAT ON;:TRIG2:SOUR BUS;:OUTP2 ON")
    first, second = gen.watch("top"), gen.watch("open wire of generator:2")
    gen.write("TRIG2;*WAI")
    gen.pass_time(0.01)
    assert (len(crossings(first)), len(crossings(second))) == (0, 2)
    gen.write("*TRG;*WAI")
    gen.pass_time(0.01)
    assert (len(crossings(first)), len(crossings(second))) == (2, 4)


# Edges


def test_an_edge_of_a_microsecond_is_one_step_at_its_half_height(gen: Station) -> None:
    pulses(gen, period=1e-3, width=1e-4)
    gen.write("FUNC:PULS:TRAN 1e-6")
    edges = gen.watch()
    gen.write("*TRG")
    begin = gen.bench.world.now
    gen.ask("*OPC?")
    found = [time - begin - LATENCY for time, _ in crossings(edges)]
    assert found == [625, 100_625]
    assert len(edges) == 2


# Free running


def test_a_sine_has_its_amplitude_and_its_mean(gen: Station) -> None:
    gen.write("OUTP:LOAD INF;:APPL:SIN 100, 2, 0.5")
    edges = gen.watch()
    start = int(gen.bench.world.now)
    gen.pass_time(0.1)
    voltages = np.array([voltage for _, voltage in edges])
    assert voltages.max() == pytest.approx(1.5, abs=0.04)
    assert voltages.min() == pytest.approx(-0.5, abs=0.04)
    ends = np.array([*[time for time, _ in edges][1:], start + 10**8])
    lasting = ends - np.array([time for time, _ in edges])
    mean = np.sum(voltages * lasting) / np.sum(lasting)
    assert mean == pytest.approx(0.5, abs=0.02)
    rms = np.sqrt(np.sum((voltages - mean) ** 2 * lasting) / np.sum(lasting))
    assert rms == pytest.approx(1 / np.sqrt(2), rel=0.02)


@pytest.mark.parametrize(("function", "values"), [("SQU", 2), ("TRI", 16), ("RAMP", 32), ("NOIS", 100), ("PRBS", 2)])
def test_other_functions_swing_about_the_offset(gen: Station, function: str, values: int) -> None:
    gen.write(f"OUTP:LOAD INF;:FUNC {function};:FREQ 10;:VOLT 2;VOLT:OFFS 1;:OUTP ON")
    edges = gen.watch()
    gen.pass_time(1.0)
    voltages = {round(voltage, 3) for _, voltage in edges}
    assert len(voltages) >= values
    assert -0.05 < min(voltages) < max(voltages) < 2.05


def test_a_waveform_too_fast_to_follow_is_its_mean(gen: Station) -> None:
    gen.write("OUTP:LOAD INF;:FUNC PULS;:FUNC:PULS:PER 1e-6;WIDT 250e-9;:VOLT:LOW 0;HIGH 4;:OUTP ON")
    edges = gen.watch()
    gen.pass_time(1000.0)
    assert edges == []
    assert gen.at_device() == pytest.approx(1.0, abs=0.05)


def test_the_clock_of_the_world_is_whole(gen: Station) -> None:
    pulses(gen, period=1 / 3, width=0.1, count=4)
    edges = gen.watch()
    gen.write("*TRG")
    gen.bench.clock.sleep_until(Nanoseconds(gen.bench.world.now + 2 * 10**9))
    rises = [time for time, high in crossings(edges) if high]
    assert rises[3] - rises[0] == 10**9, "three thirds of a second, not three rounded thirds"


def test_an_endless_burst_ends_with_an_abort(gen: Station) -> None:
    gen.write("FUNC:PULS:TRAN MIN")
    pulses(gen, period=1e-6, width=5e-7)
    gen.write("BURS:NCYC INF", "*TRG")
    edges = gen.watch()
    gen.pass_time(0.01)
    assert len(edges) > 10_000
    gen.write("ABOR")
    edges.clear()
    gen.pass_time(100.0)
    assert edges == []
    assert gen.at_device() == pytest.approx(0.0, abs=0.02)
