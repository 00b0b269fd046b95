"""The trigger model: blocks, nested counters, delays, events and lines, while the bus stays free."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labkit_sim.devices import Resistor

NO_ERROR = '0,"No error;0;0 0"'


def blocks(smu: Any, *definitions: str) -> None:
    """Write blocks in order; a definition is `NAME` or `NAME parameters`."""
    smu.write(':TRIG:LOAD "Empty"')
    for number, definition in enumerate(definitions, 1):
        name, _, rest = definition.partition(" ")
        smu.write(f":TRIG:BLOC:{name} {number}{',' + rest if rest else ''}")
    assert smu.ask(":SYST:ERR?") == NO_ERROR


def run(smu: Any) -> None:
    smu.write(":INIT")
    assert smu.ask("*OPC?") == "1"
    assert smu.ask(":SYST:ERR?") == NO_ERROR


def count(smu: Any, buffer: str = "defbuffer1") -> int:
    return int(smu.ask(f":TRAC:ACT? '{buffer}'"))


def taken(smu: Any) -> "np.ndarray":
    """Give source, reading and time of all readings."""
    smu.write(":FORM:ASC:PREC 15")
    return np.asarray(smu.numbers(f":TRAC:DATA? 1,{count(smu)},'defbuffer1',SOUR,READ,REL").reshape(-1, 3))


def test_the_example_of_the_manual_takes_fifteen_readings(smu: Any) -> None:
    smu.ready()
    blocks(smu, "BUFF:CLEAR", "MEAS", "BRAN:COUN 5, 2", "DEL:CONS 1", "BRAN:COUN 3, 2")
    begin = smu.now
    run(smu)
    assert count(smu) == 15
    assert 3.0 < smu.now - begin < 3.1
    assert smu.ask(":TRIG:BLOC:BRAN:COUN:COUN? 5") == "3"
    assert smu.ask(":TRIG:STAT?") == "IDLE;IDLE;5"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(inner=st.integers(1, 4), middle=st.integers(1, 4), outer=st.integers(1, 4))
def test_nested_counters_multiply(smu: Any, inner: int, middle: int, outer: int) -> None:
    smu.write("*RST")
    smu.ready()
    blocks(smu, "MEAS", f"BRAN:COUN {inner},1", "NOP", f"BRAN:COUN {middle},1", f"BRAN:COUN {outer},1")
    run(smu)
    assert count(smu) == inner * middle * outer


@pytest.mark.parametrize("extra", [(), ("NOP",)])
@pytest.mark.parametrize("autorange", ["OFF", "ON"])
def test_a_loop_of_readings_keeps_its_pace_however_it_is_carried_out(
    smu: Any, extra: tuple[str, ...], autorange: str
) -> None:
    smu.ready(level=1)
    smu.write(f":SENS:CURR:RANG:AUTO {autorange}")
    blocks(smu, "MEAS", "DEL:CONS 2e-3", *extra, "BRAN:COUN 10,1", "BRAN:COUN 3,1", "MEAS")
    run(smu)
    period = 200_000 + 155_000 + 2_000_000 + (3 + len(extra)) * 20_000
    times = np.round(taken(smu)[:, 2] * 1e9)
    assert len(times) == 31
    steps = np.diff(times)
    expected = np.full(30, period)
    expected[9::10] += 20_000  # the outer counter
    first = 0 if autorange == "OFF" else 1
    assert steps[first:] == pytest.approx(expected[first:], abs=1)
    assert smu.ask(f":TRIG:BLOC:BRAN:COUN:COUN? {3 + len(extra)}") == "10"


def test_a_counter_can_be_reset_by_a_block(smu: Any) -> None:
    smu.ready()
    blocks(smu, "MEAS", "BRAN:ONCE 4", "BRAN:ALW 5", "BRAN:COUN:RES 5", "BRAN:COUN 3,1")
    run(smu)
    assert count(smu) == 3


def test_a_program_runs_again_from_its_beginning(smu: Any) -> None:
    smu.ready()
    blocks(smu, "MEAS 'defbuffer1',2", "BRAN:COUN 3,1")
    run(smu)
    run(smu)
    assert count(smu) == 12


def test_a_pulse_program_puts_the_levels_on_the_device(connect: Callable[..., Any]) -> None:
    smu = connect(Resistor(1e4))
    smu.ready()
    smu.write(":SOUR:LIST:VOLT 1, 0.1")
    blocks(
        smu,
        'CONF:REC "VoltCustomSweepList",1',
        "DEL:CONS 10e-3",
        'CONF:REC "VoltCustomSweepList",2',
        "DEL:CONS 1e-3",
        'MEAS "defbuffer1",5',
        "DEL:CONS 5e-3",
        "BRAN:COUN 20,1",
    )
    run(smu)
    level, current, times = taken(smu).T
    assert len(level) == 100
    assert set(level) == {0.1}
    assert current == pytest.approx(1e-5, abs=60e-9 + 4e-8)
    starts = times[::5]
    # A period is the blocks' own time, two source changes, the delays and five readings.
    period = 7 * 20e-6 + 2 * 200e-6 + 16e-3 + 5 * (200e-6 + 155e-6)
    assert np.diff(starts) == pytest.approx(period, abs=1e-9)
    assert smu.bench.world.response("top")[0] == pytest.approx(0.1, abs=400e-6)


def test_readings_within_a_pulse_see_the_pulse(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR:LIST:VOLT 1, 0")
    blocks(
        smu,
        'CONF:REC "VoltCustomSweepList",1',
        'MEAS "defbuffer1",3',
        'CONF:REC "VoltCustomSweepList",2',
        'MEAS "defbuffer1",2',
    )
    run(smu)
    level, current, _ = taken(smu).T
    assert list(level) == [1, 1, 1, 0, 0]
    assert current == pytest.approx([1e-4, 1e-4, 1e-4, 0, 0], abs=2e-7)


def test_next_and_previous_go_round_a_list(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR:LIST:VOLT 0.1,0.2,0.3")
    blocks(smu, 'CONF:NEXT "VoltCustomSweepList"', "MEAS", "BRAN:COUN 5,1")
    run(smu)
    assert taken(smu)[:, 0] == pytest.approx([0.1, 0.2, 0.3, 0.1, 0.2])
    smu.write(":TRAC:CLE", ":SOUR:LIST:VOLT 0.1,0.2,0.3")
    blocks(smu, 'CONF:REC "VoltCustomSweepList",2', "MEAS", 'CONF:PREV "VoltCustomSweepList"', "BRAN:COUN 4,2")
    run(smu)
    assert taken(smu)[:, 0] == pytest.approx([0.2, 0.1, 0.3, 0.2])


def test_configuration_lists_keep_source_and_measure_settings(smu: Any) -> None:
    smu.ready()
    smu.write(':SOUR:CONF:LIST:CRE "levels"', ':SENS:CONF:LIST:CRE "speeds"', ":OUTP OFF")
    for level, plc in ((0.2, 0.01), (0.4, 1)):
        smu.write(f":SOUR:VOLT {level}", ':SOUR:CONF:LIST:STOR "levels"')
        smu.write(f":SENS:CURR:NPLC {plc}", ':SENS:CONF:LIST:STOR "speeds"')
    assert smu.ask(':SOUR:CONF:LIST:SIZE? "levels"') == "2"
    assert smu.ask(":SOUR:CONF:LIST:CAT?") == "levels"
    smu.write(':SOUR:CONF:LIST:REC "levels",1', ':SENS:CONF:LIST:REC "speeds",1')
    assert smu.number(":SOUR:VOLT?") == 0.2
    assert smu.number(":SENS:CURR:NPLC?") == 0.01
    blocks(smu, 'CONF:REC "levels",2,"speeds",2', "SOUR:STAT ON", "MEAS 'defbuffer1',2", "SOUR:STAT OFF")
    run(smu)
    assert taken(smu)[:, 0] == pytest.approx([0.4, 0.4])
    assert np.diff(taken(smu)[:, 2]) == pytest.approx(0.02 + 155e-6)
    smu.write(':SOUR:CONF:LIST:DEL "levels",1')
    assert smu.ask(':SOUR:CONF:LIST:SIZE? "levels"') == "1"
    smu.write(':SOUR:CONF:LIST:DEL "levels"')
    assert smu.refuses(':SOUR:CONF:LIST:REC "levels"') == -224
    assert smu.refuses(':SENS:CONF:LIST:CRE "speeds"') == -224


def test_a_template_of_configuration_lists(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR:LIST:VOLT 0.1,0.2,0.3", ':SENS:CONF:LIST:CRE "m"', ':SENS:CONF:LIST:STOR "m"')
    smu.write(':TRIG:LOAD "ConfigList","m","VoltCustomSweepList",0.001')
    run(smu)
    assert taken(smu)[:, 0] == pytest.approx([0.1, 0.2, 0.3])


def test_simple_and_duration_loop(smu: Any) -> None:
    smu.ready()
    smu.write(':TRIG:LOAD "SimpleLoop", 10, 0.01, "defbuffer2"')
    run(smu)
    assert count(smu, "defbuffer2") == 10
    smu.write(':TRIG:LOAD "DurationLoop", 0.5, 0.01')
    begin = smu.now
    run(smu)
    assert 0.5 < smu.now - begin < 0.53
    assert 45 < count(smu) < 50


def test_the_bus_is_free_while_the_model_runs(smu: Any) -> None:
    smu.ready(plc=1)
    blocks(smu, "MEAS 'defbuffer1',100")
    smu.write(":INIT")
    seen = []
    while smu.ask(":TRIG:STAT?") == "RUNNING;RUNNING;1":
        seen.append(count(smu))
        smu.bench.world.advance_to(smu.bench.world.now + 200_000_000)
    assert len(seen) > 5
    assert seen == sorted(seen)
    assert 0 < seen[len(seen) // 2] < 100
    assert count(smu) == 100


def test_settings_wait_for_the_end_of_the_model(smu: Any) -> None:
    smu.ready()
    blocks(smu, "DEL:CONS 10")
    smu.write(":INIT")
    for command in (":SOUR:VOLT 1", ":SENS:CURR:NPLC 1", ":TRIG:LOAD 'Empty'", ":SOUR:SWE:VOLT:LIN 0,1,5", ":READ?"):
        assert smu.refuses(command) == -221
    assert smu.refuses(":INIT") == -213
    smu.write("*WAI", ":SOUR:VOLT 1")
    assert smu.number(":SOUR:VOLT?") == 1
    assert smu.ask(":SYST:ERR?") == NO_ERROR


def test_abort_stops_where_it_is(smu: Any) -> None:
    smu.ready(level=1)
    blocks(smu, "MEAS", "DEL:CONS 0.1", "BRAN:ALW 1")
    smu.write(":INIT")
    smu.bench.world.advance_to(smu.bench.world.now + 1_000_000_000)
    smu.write(":ABOR")
    assert smu.ask(":TRIG:STAT?").startswith("ABORTED;ABORTED;")
    assert smu.ask("*OPC?") == "1"
    before = count(smu)
    smu.bench.world.advance_to(smu.bench.world.now + 1_000_000_000)
    assert 8 <= before == count(smu)
    assert smu.ask(":OUTP?") == "1"


def test_reset_ends_a_model_without_end(smu: Any) -> None:
    smu.ready()
    blocks(smu, "BRAN:ALW 1")
    smu.write(":INIT", "*RST")
    assert smu.ask(":TRIG:STAT?") == "EMPTY;EMPTY;0"


def test_states_on_the_way(smu: Any) -> None:
    assert smu.ask(":TRIG:STAT?") == "EMPTY;EMPTY;0"
    smu.write(":TRIG:BLOC:DEL:CONS 3, 0.1")
    assert smu.ask(":TRIG:STAT?") == "BUILDING;BUILDING;0"
    assert smu.ask(":TRIG:BLOC:LIST?") == "1) NOP; 2) NOP; 3) DELAY_CONSTANT DELAY: 0.100000000"
    assert smu.refuses(":TRIG:BLOC:NOP 64") == -222
    smu.write(":TRIG:BLOC:BRAN:ALW 4, 9")
    assert smu.refuses(":INIT") == 2730
    smu.write(':TRIG:LOAD "Empty"')
    assert smu.refuses(":INIT") == 2730


def test_a_list_that_is_gone_fails_the_model(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR:LIST:VOLT 0.1")
    blocks(smu, 'CONF:REC "VoltCustomSweepList",2', "MEAS")
    smu.write(":INIT")
    assert smu.ask("*OPC?") == "1"
    assert smu.error_code() == -222
    assert smu.ask(":TRIG:STAT?") == "FAILED;FAILED;1"


def test_a_wait_block_waits_for_the_bus_trigger(smu: Any) -> None:
    smu.ready()
    blocks(smu, "WAIT COMM", "MEAS")
    smu.write(":INIT")
    smu.bench.world.advance_to(smu.bench.world.now + 1_000_000_000)
    assert smu.ask(":TRIG:STAT?") == "WAITING;WAITING;1"
    assert count(smu) == 0
    smu.write("*TRG", "*WAI")
    assert count(smu) == 1
    smu.write(":INIT")
    smu.resource.assert_trigger()
    smu.write("*WAI")
    assert count(smu) == 2


def test_an_event_before_the_wait_counts_unless_cleared(smu: Any) -> None:
    smu.ready()
    for clear, readings in (("NEV", 1), ("ENT", 0)):
        smu.write(":TRAC:CLE")
        blocks(smu, "DEL:CONS 0.1", f"WAIT COMM,{clear}", "MEAS")
        smu.write(":INIT", "*TRG")
        smu.bench.world.advance_to(smu.bench.world.now + 500_000_000)
        assert count(smu) == readings
        smu.write(":ABOR")


def test_several_events_all_or_one(smu: Any) -> None:
    smu.ready()
    smu.write(":TRIG:TIM2:DEL 0.3", ":TRIG:TIM2:STAR:STIM NOT3", ":TRIG:TIM2:STAT ON")
    for logic, duration in (("AND", 0.3), ("OR", 0.0)):
        blocks(smu, "NOT 3", "NOT 1", f"WAIT NOT1,NEV,{logic},TIM2")
        begin = smu.now
        run(smu)
        assert smu.now - begin == pytest.approx(duration, abs=0.02)
        smu.bench.world.advance_to(smu.bench.world.now + 1_000_000_000)


def test_branch_on_an_event_looks_and_goes_on(smu: Any) -> None:
    smu.ready()
    blocks(smu, "MEAS", "DEL:CONS 0.05", "BRAN:EVEN COMM,5", "BRAN:ALW 1", "NOP")
    smu.write(":INIT")
    smu.bench.world.advance_to(smu.bench.world.now + 1_000_000_000)
    assert smu.ask(":TRIG:STAT?").startswith("RUNNING")
    smu.write("*TRG", "*WAI")
    assert smu.ask(":TRIG:STAT?").startswith("IDLE")


@pytest.mark.parametrize(
    ("kind", "low", "high", "readings"), [("ABOV", 0, 5e-5, 6), ("BEL", 4.5e-5, 0, 1), ("OUT", -1, 5e-5, 6)]
)
def test_branch_on_a_reading(smu: Any, kind: str, low: float, high: float, readings: int) -> None:
    smu.ready()
    smu.write(":SOUR:LIST:VOLT " + ",".join(str(level / 10) for level in range(1, 11)))
    blocks(
        smu, 'CONF:NEXT "VoltCustomSweepList"', "MEAS", f"BRAN:LIM:CONS {kind},{low},{high},5,2", "BRAN:ALW 1", "NOP"
    )
    run(smu)
    assert count(smu) == readings


def test_a_measure_block_without_end_goes_on_beside_the_others(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR:LIST:VOLT 1,0")
    blocks(
        smu,
        "MEAS 'defbuffer1',INF",
        "DEL:CONS 0.1",
        'CONF:REC "VoltCustomSweepList",1',
        "DEL:CONS 0.1",
        'CONF:REC "VoltCustomSweepList",2',
        "DEL:CONS 0.1",
        "MEAS 'defbuffer1',0",
        "DEL:CONS 0.1",
    )
    run(smu)
    level, current, times = taken(smu).T
    assert len(times) == pytest.approx(0.3 / 355e-6, rel=0.01)
    assert np.diff(times) == pytest.approx(355e-6, abs=1e-9)
    middle = (times > 0.102) & (times < 0.198)
    assert current[middle] == pytest.approx(1e-4, rel=2e-3)
    assert set(level[middle]) == {1}
    assert current[~middle & ((times < 0.099) | (times > 0.202))] == pytest.approx(0, abs=2e-7)


def test_notify_makes_a_pulse_on_a_line_and_a_line_lets_a_wait_go(connect: Callable[..., Any]) -> None:
    smu = connect(digital_line_1="cable", digital_line_2="cable")
    smu.ready()
    smu.write(":DIG:LINE1:MODE TRIG, OUT", ":TRIG:DIG1:OUT:LOG POS", ":TRIG:DIG1:OUT:STIM NOT1")
    smu.write(":TRIG:DIG1:OUT:PULS 1e-3", ":DIG:LINE2:MODE TRIG, IN", ":TRIG:DIG2:IN:EDGE FALL")
    edges: list[tuple[int, float]] = []
    wire = smu.bench.world.line("cable")
    wire.changed.listeners.append(lambda: edges.append((int(smu.bench.world.now), wire.level)))
    blocks(smu, "NOT 1", "WAIT DIG2", "MEAS")
    run(smu)
    assert count(smu) == 1
    assert [level for _, level in edges] == [5.0, 0.0]
    assert edges[1][0] - edges[0][0] == 1_000_000
    assert smu.ask(":DIG:LINE2:MODE?") == "TRIG,IN"


def test_digital_lines_are_written_and_read(smu: Any) -> None:
    smu.write(":DIG:LINE3:MODE DIG, OUT", ":DIG:LINE3:STAT 1")
    assert smu.ask(":DIG:LINE3:STAT?") == "1"
    assert smu.ask(":DIG:READ?") == "4"
    assert smu.refuses(":DIG:LINE4:STAT 1") == -221
    assert smu.refuses(":DIG:LINE7:STAT?") == -114
    blocks(smu, "DIG:IO 0, 4")
    run(smu)
    assert smu.ask(":DIG:LINE3:STAT?") == "0"


def test_a_block_can_write_into_the_event_log(smu: Any) -> None:
    blocks(smu, 'LOG:EVEN WARN1, "half way"')
    smu.write(":INIT", "*WAI")
    assert "half way;2;" in smu.ask(":SYST:EVEN:NEXT? WARN")
    assert smu.ask(":SYST:ERR?") == NO_ERROR


def test_dynamic_delay_is_the_users(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR:VOLT:DEL:USER2 0.4")
    blocks(smu, "DEL:DYN SOUR2")
    begin = smu.now
    run(smu)
    assert 0.4 < smu.now - begin < 0.41


def test_ten_thousand_blocks_a_second_and_a_long_measurement_at_once(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR:LIST:VOLT 1,0.1")
    blocks(
        smu,
        'CONF:REC "VoltCustomSweepList",1',
        "DEL:CONS 1e-3",
        'CONF:REC "VoltCustomSweepList",2',
        "DEL:CONS 1e-3",
        "MEAS",
        "BRAN:COUN 1000,1",
    )
    begin = time.process_time()
    run(smu)
    assert 6000 / (time.process_time() - begin) > 1e4
    blocks(smu, "BUFF:CLE", "MEAS 'defbuffer1',100000")
    begin = time.process_time()
    run(smu)
    assert time.process_time() - begin < 1.0
    assert count(smu) == 100_000
