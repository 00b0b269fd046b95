"""Sweeps: a source list and a trigger model that take the place of what was there."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from labkit_sim.devices import Resistor

NO_ERROR = '0,"No error;0;0 0"'


def run(smu: Any) -> None:
    smu.write(":INIT", "*WAI")
    assert smu.ask(":SYST:ERR?") == NO_ERROR


def taken(smu: Any) -> "np.ndarray":
    count = int(smu.ask(":TRAC:ACT?"))
    return np.asarray(smu.numbers(f":TRAC:DATA? 1,{count},'defbuffer1',SOUR,READ,REL").reshape(-1, 3))


def test_a_linear_sweep_draws_the_line_of_a_resistor(smu: Any) -> None:
    smu.ready()
    smu.write(":SOUR:SWE:VOLT:LIN -1, 1, 21, 0")
    run(smu)
    level, current, times = taken(smu).T
    assert level == pytest.approx(np.linspace(-1, 1, 21), abs=1e-9)
    assert np.abs(current - level / 1e4).max() < 2e-4 * 1e-4 + 60e-9 + 800e-6 / 1e4
    assert (np.diff(times) > 0).all()
    assert smu.ask(":TRIG:STAT?").split(";")[:2] == ["IDLE", "IDLE"]


def test_a_sweep_switches_the_output_on_and_off(smu: Any) -> None:
    smu.ready()
    smu.write(":OUTP OFF", ":SOUR:SWE:VOLT:LIN 0, 1, 5, 0.1", ":INIT")
    assert smu.ask(":OUTP?") == "1"
    smu.write("*WAI")
    assert smu.ask(":OUTP?") == "0"
    assert smu.bench.world.outputs_off()


@pytest.mark.parametrize(
    ("command", "levels"),
    [
        (":SOUR:SWE:VOLT:LIN 0,1,3,0,1,BEST,OFF,ON", [0, 0.5, 1, 0.5, 0]),
        (":SOUR:SWE:VOLT:LIN 0,1,3,0,2", [0, 0.5, 1] * 2),
        (":SOUR:SWE:VOLT:LIN:STEP 0,1,0.25,0", [0, 0.25, 0.5, 0.75, 1]),
        (":SOUR:SWE:VOLT:LIN:STEP 1,-0.1,0.5,0", [1, 0.5, 0]),
        (":SOUR:SWE:VOLT:LOG 0.01,1,3,0", [0.01, 0.1, 1]),
        (":SOUR:LIST:VOLT 1, 0.5, 1;:SOUR:SWE:VOLT:LIST 1, 0", [1, 0.5, 1]),
        (":SOUR:LIST:VOLT 1, 0.5;:SOUR:LIST:VOLT:APP 0.2;:SOUR:SWE:VOLT:LIST 2, 0", [0.5, 0.2]),
        (":SOURce:SWEep:voltage:LINear 0,1,5,0,1,AUTO,ON,OFF,'defbuffer1'", [0, 0.25, 0.5, 0.75, 1]),
    ],
)
def test_kinds_of_sweep(smu: Any, command: str, levels: list[float]) -> None:
    smu.ready()
    smu.write(command)
    run(smu)
    assert taken(smu)[:, 0] == pytest.approx(levels, abs=1e-9)


def test_a_sweep_overwrites_the_trigger_model(smu: Any) -> None:
    smu.write(':TRIG:LOAD "SimpleLoop", 7, 0.01')
    before = smu.ask(":TRIG:BLOC:LIST?")
    smu.write(":SOUR:SWE:VOLT:LIN 0,1,5")
    after = smu.ask(":TRIG:BLOC:LIST?")
    assert "VALUE: 7" in before
    assert "VALUE: 7" not in after
    assert "VoltLinearSweepList" in after
    assert smu.ask(':SOUR:CONF:LIST:SIZE? "VoltLinearSweepList"') == "5"


def test_a_sweep_needs_no_feed(smu: Any) -> None:
    assert smu.refuses(":TRAC:FEED SENSE") == -113
    assert smu.refuses(":TRAC:FEED:CONT NEXT") == -113


def test_the_delay_is_between_the_points(smu: Any) -> None:
    smu.ready()
    smu.write(":FORM:ASC:PREC 12", ":SOUR:SWE:VOLT:LIN 0,1,6,0.1")
    run(smu)
    steps = np.diff(taken(smu)[:, 2])
    assert (steps > 0.1).all()
    assert (steps < 0.102).all()


def test_automatic_delay_is_that_of_the_range(smu: Any) -> None:
    smu.ready(current=1e-6, limit=1e-6)
    smu.write(":FORM:ASC:PREC 12", ":SOUR:SWE:VOLT:LIN 0,1e-3,6,-1")
    run(smu)
    steps = np.diff(taken(smu)[:, 2])
    assert (steps > 3e-3).all()
    assert (steps < 4e-3).all()


def test_a_sweep_can_stop_at_the_limit(connect: Callable[..., Any]) -> None:
    smu = connect(Resistor(1e3))
    smu.ready(limit=5e-4)
    smu.write(":SOUR:SWE:VOLT:LIN 0,1,11,0,1,BEST,ON")
    run(smu)
    assert taken(smu)[-1, 0] == pytest.approx(0.5, abs=0.11)
    assert smu.ask(":OUTP?") == "0"
    smu.write(":SOUR:SWE:VOLT:LIN 0,1,11,0,1,BEST,OFF")
    run(smu)
    assert len(taken(smu)) == 11


def test_a_sweep_into_a_buffer_of_its_own(smu: Any) -> None:
    smu.ready()
    smu.write(':TRAC:MAKE "sweep", 100', ':SOUR:SWE:VOLT:LIN 0,1,5,0,1,BEST,OFF,OFF,"sweep"')
    run(smu)
    assert smu.ask(":TRAC:ACT? 'sweep'") == "5"
    assert smu.ask(":TRAC:ACT?") == "0"
    assert smu.refuses(':SOUR:SWE:VOLT:LIN 0,1,5,0,1,BEST,OFF,OFF,"none"') == -224


def test_ranging_of_the_source(smu: Any) -> None:
    smu.write(":SOUR:VOLT:RANG 2")
    found = {}
    for ranging in ("AUTO", "BEST", "FIX"):
        smu.write(f":SOUR:SWE:VOLT:LIN 0.001,10,2,0,1,{ranging}")
        points = [smu.ask(f':SOUR:CONF:LIST:QUER? "VoltLinearSweepList",{index}') for index in (1, 2)]
        values = [dict(part.split("=", 1) for part in point.split(",") if "=" in part) for point in points]
        found[ranging] = [(float(value["full_scale"]), float(value["level"])) for value in values]
    assert found["AUTO"] == [(0.02, 0.001), (20, 10)]
    assert found["BEST"] == [(20, 0.001), (20, 10)]
    assert found["FIX"] == [(2, 0.001), (2, 2.1)]


@pytest.mark.parametrize(
    "command",
    [
        ":SOUR:SWE:VOLT:LIN 0,1,1",
        ":SOUR:SWE:VOLT:LIN 0,300,5",
        ":SOUR:SWE:VOLT:LIN 0,1,5,1e-5",
        ":SOUR:SWE:VOLT:LIN:STEP 0,1,0",
        ":SOUR:LIST:VOLT 1,2,211",
    ],
)
def test_what_cannot_be_swept_is_refused(smu: Any, command: str) -> None:
    assert smu.refuses(command) == -222
    assert smu.ask(":TRIG:STAT?") == "EMPTY;EMPTY;0"


def test_a_logarithmic_sweep_cannot_pass_zero(smu: Any) -> None:
    assert smu.refuses(":SOUR:SWE:VOLT:LOG -1,1,5") == -221


def test_a_list_takes_a_hundred_values_a_command(smu: Any) -> None:
    smu.write(f":SOUR:LIST:VOLT {','.join(['0.1'] * 100)}", f":SOUR:LIST:VOLT:APP {','.join(['0.2'] * 100)}")
    assert smu.ask(":SOUR:LIST:VOLT:POIN?") == "200"
    assert smu.numbers(":SOUR:LIST:VOLT?") == pytest.approx([0.1] * 100 + [0.2] * 100)
    assert smu.refuses(f":SOUR:LIST:VOLT {','.join(['0.1'] * 101)}") == -223


def test_writing_a_list_leaves_the_output_as_it_is(smu: Any) -> None:
    smu.ready(level=0.5)
    smu.ask(":READ?")
    before = smu.bench.world.drive("top")
    smu.write(":SOUR:LIST:VOLT 1,2,-1")
    smu.bench.world.advance_to(smu.bench.world.now + 10_000_000)
    assert smu.bench.world.drive("top") == before


def test_a_current_sweep(smu: Any) -> None:
    smu.write(":SOUR:FUNC CURR", ':SENS:FUNC "VOLT"', ":SOUR:CURR:VLIM 5", ":SOUR:SWE:CURR:LIN 0,1e-4,3,0")
    run(smu)
    assert taken(smu)[:, 1] == pytest.approx([0, 0.5, 1], abs=2e-3)
