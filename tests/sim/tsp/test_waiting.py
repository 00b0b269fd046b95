"""A script waits in the world's time, while the world, other instruments and the controller go on."""

from collections.abc import Callable
from typing import Any

import pytest


def test_a_call_takes_the_time_of_what_it_does(terminal: Any) -> None:
    terminal.ask("relay.close('1A01') print(1)")
    assert terminal.now == pytest.approx(4e-3, abs=1e-4)


def test_waiting_works_wherever_lua_allows_a_call(terminal: Any) -> None:
    terminal.send(
        "timer.reset() pcall(function() delay(0.1) end) "
        "for _ in function(_, k) delay(0.1) return not k and 1 or nil end do end "
        "local slow = setmetatable({}, {__index = function() delay(0.1) return 5 end}) "
        "print(slow.x, timer.measure.t())"
    )
    value, time = map(float, terminal.lines()[0].split("\t"))
    assert value == 5
    assert time == pytest.approx(0.4, abs=1e-3)


def test_messages_wait_for_the_one_before(terminal: Any) -> None:
    terminal.send("delay(0.5) print('first')", "print('second')", "*OPC?")
    assert not terminal.instrument.output_ready()
    assert terminal.lines() == ["first", "second", "1"]


def test_two_instruments_run_at_the_same_time(terminal: Any, other_terminal: Callable[[], Any]) -> None:
    other = other_terminal()
    terminal.send("delay(0.3) print(1)")
    other.send("delay(0.2) print(2)")
    terminal.world.advance_to(250_000_000)
    assert other.instrument.output_ready()
    assert not terminal.instrument.output_ready()
    assert terminal.lines() == ["1.00000e+00"]


@pytest.mark.parametrize("how", ["waitcomplete() print(1)", "*OPC?", "*WAI\nprint(1)"])
def test_overlapped_work_is_waited_for(terminal: Any, how: str) -> None:
    terminal.send("relay.overlapped(0.4)", how)
    terminal.world.advance_to(399_000_000)
    assert not terminal.instrument.output_ready()
    assert float(terminal.lines()[0]) == 1


def test_operation_complete_is_an_event(terminal: Any) -> None:
    terminal.send("relay.overlapped(0.4) opc()", "status.standard.enable = status.standard.OPC", "*SRE 32", "*ESR?")
    assert int(terminal.lines(within=0.1)[0]) & 1 == 0
    terminal.lines()
    assert terminal.instrument.serial_poll() & 96 == 96
    assert terminal.ask("print(status.standard.event)") == "1.00000e+00"


@pytest.mark.parametrize("end", ["abort", "device clear"])
def test_a_waiting_script_can_be_ended(terminal: Any, end: str) -> None:
    terminal.send("delay(1000) print('late')", "print('behind')")
    if end == "abort":
        terminal.send("abort")
    else:
        terminal.instrument.device_clear()
    assert terminal.lines(within=2000) == []
    assert terminal.ask("print(1)") == "1.00000e+00"


def test_a_trigger_goes_to_the_script_that_waits_for_it(terminal: Any) -> None:
    terminal.send("print(trigger.wait(10))")
    terminal.world.advance_to(1_000_000_000)
    terminal.send("*TRG")
    assert terminal.lines(within=0.001) == ["true"]
    assert terminal.ask("print(trigger.wait(0.5))") == "false"
    terminal.instrument.group_trigger()
    assert terminal.ask("print(trigger.wait(0))") == "true"


def test_budgets_are_those_of_one_message(terminal: Any) -> None:
    for _ in range(3):
        terminal.send("for k = 1, 2e6 do end")
    terminal.lines()
    assert terminal.error()[0] == 0


def test_lua_takes_time(terminal: Any) -> None:
    before = terminal.now
    terminal.ask("for k = 1, 1e5 do end print(1)")
    assert 0.001 < terminal.now - before < 0.5
