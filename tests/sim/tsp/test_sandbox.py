"""A script reaches nothing outside its instrument, and none keeps it from answering the next one."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    "name",
    ["io", "debug", "package", "require", "dofile", "loadfile", "load", "python", "os.execute", "os.getenv", "os.exit",
     "string.dump", "collectgarbage('count') or nil", "rawlen", "bit32"],
)  # fmt: skip
def test_what_is_not_there(terminal: Any, name: str) -> None:
    assert terminal.ask(f"print({name})") in ("nil", "0.00000e+00")


def test_no_byte_code(terminal: Any) -> None:
    assert terminal.ask("print(loadstring('\\27Lua'))").startswith("nil")


def test_functions_of_the_host_can_not_be_seen_through(terminal: Any) -> None:
    assert terminal.ask("print(type(relay.close), type(relay), type(delay))") == "function\ttable\tfunction"
    assert terminal.refuses("local x = relay.close.__globals__") == -286


RUNAWAYS = [
    "while true do end",
    "while true do pcall(function() while true do end end) end",
    "coroutine.wrap(function() while true do end end)()",
    "local f f = function() return f() end f()",
    "local f f = function() return 1 + f() end f()",
    "for k = 1, 1e12 do end",
    "local t = {} while true do t[#t + 1] = ('x'):rep(1e5) .. #t end",
    "print(('x'):rep(1e10))",
    "string.find(('a'):rep(10000), ('.-'):rep(20) .. 'b')",
    "setmetatable(_G, {__index = function(t, k) return t[k .. 'x'] end}) print(nosuch)",
    "string.find(('a'):rep(1000000), ('a'):rep(100000) .. 'b')",
    "string.find(('('):rep(1000000), '%b()')",
    "error({})",
    "coroutine.yield(1)",
    "table.sort({3, 2, 1}, function() delay(1) return true end)",
]


@pytest.mark.parametrize("script", RUNAWAYS)
def test_a_runaway_script_ends_with_an_error(terminal: Any, script: str) -> None:
    terminal.send(script)
    terminal.lines()
    assert terminal.error()[0] == -286
    assert terminal.ask("print(1)") == "1.00000e+00"


def test_work_without_instructions_is_a_budget_too(terminal: Any) -> None:
    terminal.send("local s = ('x'):rep(1e6) while true do local t = s .. 'y' end")
    terminal.lines()
    assert terminal.error()[0] == -286


def test_scripts_that_run_out_of_everything_one_after_the_other(terminal: Any) -> None:
    for script in RUNAWAYS:
        terminal.send(script)
    terminal.lines()
    assert terminal.ask("print(1)") == "1.00000e+00"


def test_a_loop_that_asks_the_instrument_passes_time_and_ends_by_a_device_clear(terminal: Any) -> None:
    terminal.send("while relay.count == 0 do end print('never')")
    before = terminal.now
    assert terminal.lines(within=0.2) == []
    assert terminal.now == pytest.approx(before + 0.2)
    terminal.instrument.device_clear()
    assert terminal.ask("print(1)") == "1.00000e+00"


def test_endless_printing_waits_for_its_reader(terminal: Any) -> None:
    terminal.send("while true do print(('x'):rep(1e5)) end")
    terminal.world.advance_to(5_000_000_000)
    assert terminal.instrument.waiting() < 10e6
    terminal.instrument.device_clear()
    assert not terminal.instrument.output_ready()
    assert terminal.ask("print(1)") == "1.00000e+00"


def test_input_without_an_end_is_given_up(terminal: Any) -> None:
    terminal.instrument.receive(b"x" * (5 << 20), False)
    terminal.send("")
    assert terminal.error()[0] == -363
