"""The trigger system of a B2900: timers, arms, delays, the bus, digital pins, two channels."""

from typing import Any

import numpy as np
import pytest

from labkit.core import Nanoseconds


class Edges:
    """Hears a wire: (time in s, level) of every change."""

    def __init__(self, smu: Any, port: str) -> None:
        self.seen: list[tuple[float, float]] = []
        line = smu.world.line(f"smu:{port}")
        line.changed.listeners.append(lambda: self.seen.append((smu.world.now / 1e9, line.level)))


def sourced(smu: Any, times: list[float]) -> list[float]:
    """What is on the wire at times (s) from now."""
    start, levels = smu.now, []
    for time in times:
        smu.wait(start + time - smu.now)
        levels.append(round(smu.world.response("top")[0], 2))
    return levels


def test_a_list_goes_by_the_timer_and_starts_over(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR1:VOLT:MODE LIST;:SOUR1:LIST:VOLT 0.1,0.2,-0.3", ":SOUR1:LIST:VOLT:APP 0.4")
    assert smu.ask(":SOUR1:LIST:VOLT:POIN?") == "4"
    smu.write(":TRIG1:TRAN:SOUR TIM;:TRIG1:TRAN:TIM 1E-3;:TRIG1:TRAN:COUN 6", ":INIT:TRAN (@1)")
    assert sourced(smu, [k * 1e-3 + 0.5e-3 for k in range(7)]) == [0.1, 0.2, -0.3, 0.4, 0.1, 0.2, 0.0]


def test_the_last_level_stays_when_the_output_is_continuous(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR1:FUNC:TRIG:CONT ON", ":SOUR1:VOLT:MODE LIST;:SOUR1:LIST:VOLT 0.1,0.2")
    smu.write(":TRIG1:SOUR TIM;:TRIG1:COUN 2", ":INIT:TRAN (@1)")
    assert smu.ask("*OPC?") == "1"
    smu.wait(0.01)
    assert smu.world.response("top")[0] == pytest.approx(0.2, abs=1e-3)
    smu.write(":SOUR1:VOLT 0")
    smu.wait(1e-3)
    assert smu.world.response("top")[0] == pytest.approx(0.0, abs=1e-3)


def test_each_arm_goes_through_the_list_anew(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR1:VOLT:MODE LIST;:SOUR1:LIST:VOLT 0.1,0.2", ":ARM1:TRAN:SOUR TIM;:ARM1:TRAN:TIM 10E-3")
    smu.write(":ARM1:TRAN:COUN 2;:ARM1:TRAN:DEL 2E-3", ":TRIG1:TRAN:SOUR TIM;:TRIG1:TRAN:TIM 1E-3;:TRIG1:TRAN:COUN 2")
    smu.write(":INIT:TRAN (@1)")
    assert sourced(smu, [1e-3, 2.5e-3, 3.5e-3, 11e-3, 12.5e-3, 13.5e-3]) == [0.0, 0.1, 0.2, 0.2, 0.1, 0.2]


def test_readings_have_their_own_timer_beside_the_source(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR1:VOLT:MODE LIST;:SOUR1:LIST:VOLT 0.1,0.2", ":TRIG1:TRAN:SOUR TIM;:TRIG1:TRAN:TIM 1E-3")
    smu.write(":TRIG1:TRAN:COUN 2;:TRIG1:ACQ:SOUR TIM;:TRIG1:ACQ:TIM 250E-6;:TRIG1:ACQ:COUN 8", ":ARM1:ACQ:DEL 100E-6")
    smu.write(":SYST:TIME:TIM:COUN:RES:AUTO ON", ":FORM:ELEM:SENS TIME,SOUR", ":INIT (@1)")
    table = smu.numbers(":FETC:ARR? (@1)").reshape(-1, 2)
    assert table[:, 0] == pytest.approx(100e-6 + 250e-6 * np.arange(8))
    assert list(table[:, 1]) == [0.1] * 4 + [0.2] * 4


@pytest.mark.parametrize(("model", "shortest"), [("b2902a", 20e-6), ("b2912a", 10e-6)])
def test_the_trigger_interval_has_a_floor(connect: Any, model: str, shortest: float) -> None:
    smu = connect(model=model)
    smu.ready()
    assert smu.number(":TRIG1:TRAN:TIM? MIN") == pytest.approx(shortest)
    assert smu.refuses(f":TRIG1:ACQ:TIM {shortest * 0.9}") == -222
    smu.write(":SYST:TIME:TIM:COUN:RES:AUTO ON", ":TRIG1:ACQ:SOUR TIM;:TRIG1:ACQ:TIM MIN;:TRIG1:ACQ:COUN 100")
    smu.write(":INIT:ACQ (@1)")
    assert np.diff(smu.numbers(":FETC:ARR:TIME? (@1)")) == pytest.approx(np.full(99, shortest), rel=1e-3)


def test_readings_that_take_longer_than_the_timer_are_late_and_it_is_told(smu: Any) -> None:
    smu.ready(aperture=1e-3)
    smu.write(":SYST:TIME:TIM:COUN:RES:AUTO ON", ":TRIG1:ACQ:SOUR TIM;:TRIG1:ACQ:TIM 1E-4;:TRIG1:ACQ:COUN 5")
    smu.write("*CLS", ":INIT:ACQ (@1)")
    assert np.diff(smu.numbers(":FETC:ARR:TIME? (@1)")) == pytest.approx(np.full(4, 1.012e-3))
    assert int(smu.number(":STAT:QUES?")) & 4096


def test_the_bus_triggers_one_step_at_a_time(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR1:FUNC:TRIG:CONT ON", ":SOUR1:VOLT:MODE LIST;:SOUR1:LIST:VOLT 0.1,0.2,0.3")
    smu.write(":TRIG1:TRAN:SOUR BUS;:TRIG1:TRAN:COUN 3", ":INIT:TRAN (@1)")
    for level in (0.1, 0.2):
        smu.write("*TRG")
        smu.wait(1e-3)
        assert smu.world.response("top")[0] == pytest.approx(level, abs=1e-3)
    smu.resource.assert_trigger()
    assert smu.ask(":IDLE:TRAN? (@1)") == "1"


def test_a_layer_that_waits_can_be_forced_on(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR1:FUNC:TRIG:CONT ON;:SOUR1:VOLT:TRIG 0.25", ":ARM1:TRAN:SOUR EXT4;:TRIG1:TRAN:SOUR LAN")
    smu.write(":INIT:TRAN (@1)", ":TRIG:TRAN (@1)", ":ARM:TRAN (@1)")
    assert int(smu.number(":STAT:OPER:COND?")) & 8
    smu.write(":TRIG:TRAN (@1)")
    smu.wait(1e-3)
    assert smu.world.response("top")[0] == pytest.approx(0.25, abs=1e-3)


def test_an_action_under_way_ignores_another_initiate(smu: Any) -> None:
    smu.ready()
    smu.write(":TRIG1:SOUR BUS", ":INIT (@1)")
    assert smu.refuses(":INIT:ACQ (@1)") == -213
    smu.write(":ABOR")
    assert smu.ask(":IDLE? (@1)") == "1"


def test_an_abort_keeps_the_readings_taken_so_far(smu: Any) -> None:
    smu.ready(level=0.1)
    smu.write(":TRIG1:ACQ:SOUR TIM;:TRIG1:ACQ:TIM 1E-3;:TRIG1:ACQ:COUN INF", ":INIT:ACQ (@1)")
    assert smu.number(":TRIG1:ACQ:COUN?") == 2147483647
    smu.wait(0.05)
    smu.write(":ABOR:ACQ (@1)")
    assert len(smu.numbers(":FETC:ARR:CURR? (@1)")) == pytest.approx(51, abs=2)


def test_a_pin_puts_out_a_pulse_at_each_change(smu: Any) -> None:
    smu.ready()
    edges = Edges(smu, "3")
    smu.write(
        ":SOUR:DIG:EXT3:POL POS;:SOUR:DIG:EXT3:TOUT:POS BEF;:SOUR:DIG:EXT3:TOUT:WIDT 50E-6;:SOUR:DIG:EXT3:FUNC TOUT"
    )
    smu.write(":SOUR1:TOUT:SIGN EXT3;:SOUR1:TOUT ON", ":SOUR1:VOLT:MODE LIST;:SOUR1:LIST:VOLT 0.1,0.2,0.1")
    smu.write(":TRIG1:TRAN:SOUR TIM;:TRIG1:TRAN:TIM 1E-3;:TRIG1:TRAN:COUN 3", ":INIT:TRAN (@1)")
    smu.ask("*OPC?")
    rising = [time for time, level in edges.seen if level == 5]
    falling = [time for time, level in edges.seen if level == 0]
    assert np.diff(rising) == pytest.approx([1e-3, 1e-3])
    assert np.array(falling[-3:]) - np.array(rising) == pytest.approx([50e-6] * 3)


def test_a_pin_puts_out_a_pulse_at_each_arm(smu: Any) -> None:
    smu.ready()
    edges = Edges(smu, "1")
    smu.write(":SOUR:DIG:EXT1:FUNC TOUT;:SOUR:DIG:EXT1:TOUT:POS BEF", ":TRIG1:TRAN:TOUT:SIGN EXT1;:TRIG1:TRAN:TOUT ON")
    smu.write(":ARM1:TRAN:SOUR TIM;:ARM1:TRAN:TIM 5E-3;:ARM1:TRAN:COUN 2", ":TRIG1:TRAN:COUN 4", ":INIT:TRAN (@1)")
    smu.ask("*OPC?")
    low = [time for time, level in edges.seen if level == 0]
    assert np.diff(low) == pytest.approx([5e-3])


@pytest.mark.parametrize(("polarity", "edge"), [("POS", 5.0), ("NEG", 0.0)])
def test_an_edge_on_a_pin_arms(smu: Any, polarity: str, edge: float) -> None:
    smu.ready()
    smu.write(
        f":SOUR:DIG:EXT2:FUNC TINP;:SOUR:DIG:EXT2:POL {polarity}", ":SOUR1:FUNC:TRIG:CONT ON;:SOUR1:VOLT:TRIG 0.3"
    )
    line = smu.world.line("smu:2")
    line.set_level(5.0 - edge)
    smu.write(":ARM1:TRAN:SOUR EXT2", ":INIT:TRAN (@1)")
    smu.wait(0.01)
    assert smu.world.response("top")[0] == pytest.approx(0.0, abs=1e-3)
    line.set_level(edge)
    smu.bench.clock.sleep_until(Nanoseconds(smu.bench.clock.now() + 1_000_000))
    assert smu.world.response("top")[0] == pytest.approx(0.3, abs=1e-3)


def test_an_internal_line_joins_two_channels(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR1:TOUT:SIGN INT1;:SOUR1:TOUT ON", ":TRIG2:ACQ:SOUR INT1;:TRIG2:ACQ:COUN 3", ":SENS2:CURR:RANG 1E-3")
    smu.write(":OUTP2 ON")
    smu.wait(0.01)
    smu.write(":SYST:TIME:TIM:COUN:RES", ":SENS2:WAIT OFF;:SENS2:CURR:APER 1E-4", ":INIT:ACQ (@2)")
    smu.write(":TRIG1:TRAN:SOUR TIM;:TRIG1:TRAN:TIM 1E-3;:TRIG1:TRAN:COUN 3", ":INIT:TRAN (@1)")
    assert np.diff(smu.numbers(":FETC:ARR:TIME? (@2)")) == pytest.approx([1e-3, 1e-3])


def test_an_event_that_comes_while_the_meter_is_at_work_is_lost_and_told(smu: Any) -> None:
    smu.ready(aperture=0.1)
    smu.write("*CLS", ":TRIG1:ACQ:SOUR BUS;:TRIG1:ACQ:COUN 2", ":INIT:ACQ (@1)", "*TRG", "*TRG")
    assert int(smu.number(":STAT:QUES?")) & 4096
    smu.wait(0.2)
    assert int(smu.number(":STAT:OPER:COND?")) & 64


def test_digital_data_are_bits_of_pins(smu: Any) -> None:
    smu.write(":SOUR:DIG:EXT1:FUNC DIO;:SOUR:DIG:EXT1:POL POS", ":SOUR:DIG:EXT2:FUNC DIO;:SOUR:DIG:EXT2:POL POS")
    smu.write(":SOUR:DIG:DATA 2")
    assert (smu.world.line("smu:1").level, smu.world.line("smu:2").level) == (0.0, 5.0)
    assert int(smu.ask(":SOUR:DIG:DATA?")) & 3 == 2


def test_an_old_firmware_has_a_short_list(connect: Any) -> None:
    smu = connect(list_points=2500)
    assert smu.ask(":SOUR1:SWE:POIN? MAX") == "2500"
    smu.write(":SOUR1:LIST:VOLT " + ",".join(["0.1"] * 2000))
    assert smu.refuses(":SOUR1:LIST:VOLT:APP " + ",".join(["0.1"] * 501)) == -223
    assert smu.ask(":SOUR1:LIST:VOLT:POIN?") == "2000"


@pytest.mark.parametrize("last", [":ABOR", "*RST", ":INIT:ACQ (@1)"])
def test_a_command_behind_a_fetch_comes_when_the_run_is_really_over(smu: Any, last: str) -> None:
    """Found by random messages: the fetch ended within the run, and the next command pulled it away from under it."""
    smu.ready(level=0.1)
    smu.write(":TRIG1:ACQ:SOUR TIM;:TRIG1:ACQ:COUN 3", f":INIT:ACQ (@1);:FETC:ARR:CURR? (@1);{last}")
    assert len(smu.resource.read().split(",")) == 3
    assert smu.error_code() == 0
