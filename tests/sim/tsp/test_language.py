"""What a script may say, what comes back, and what becomes of mistakes."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("script", "printed"),
    [
        ("print(1)", "1.00000e+00"),
        ("print(-0.00012345678, 1e300)", "-1.23457e-04\t1.00000e+300"),
        ("print(nil, true, false, 'text')", "nil\ttrue\tfalse\ttext"),
        ("print(delay(0))", ""),
        ("print(0/0, 1/0)", "nan\tinf"),
        ("print(table.getn({1, 2, 3}), unpack({4, 5}))", "3.00000e+00\t4.00000e+00\t5.00000e+00"),
        ("print(bit.bitand(6, 3), bit.test(4, 3), bit.set(0, 2))", "2.00000e+00\ttrue\t2.00000e+00"),
        ("format.asciiprecision = 3 print(1.23456)", "1.23e+00"),
        ("printnumber(1, 2.5)", "1.00000e+00, 2.50000e+00"),
        ("print(pcall(function() return relay.close('1A01') end))", "true\t1.00000e+00\t1A01"),
        ("local t = {} for k, v in pairs({a = 1}) do t[k] = v end print(t.a)", "1.00000e+00"),
        ("print(coroutine.wrap(function() delay(0.1) coroutine.yield(7) end)())", "7.00000e+00"),
        ("print(string.format('%d of %s', 3, 'x'), ('ab'):rep(2))", "3 of x\tabab"),
    ],
)
def test_what_is_printed(terminal: Any, script: str, printed: str) -> None:
    assert terminal.ask(script) == printed
    assert terminal.error()[0] == 0


def test_nothing_comes_back_without_print(terminal: Any) -> None:
    terminal.send("relay.close('1A01')")
    assert terminal.lines() == []
    assert terminal.error() == (0, "Queue Is Empty")
    assert terminal.ask("print(errorqueue.next())").split("\t")[2:] == ["0.00000e+00", "0.00000e+00"]


def test_each_line_is_a_chunk_and_globals_stay(terminal: Any) -> None:
    terminal.send("local inner = 1", "outer = 2")
    assert terminal.ask("print(inner, outer)") == "nil\t2.00000e+00"


def test_a_chunk_with_a_mistake_does_not_run_at_all(terminal: Any) -> None:
    terminal.send("print(1) x = = 2")
    assert terminal.lines() == []
    code, message = terminal.error()
    assert code == -285
    assert message == "TSP Syntax error at line 1: unexpected symbol near `='"


def test_a_run_time_error_ends_the_script_with_its_line(terminal: Any) -> None:
    terminal.send("loadandrunscript", "print('before')", "smux.reset()", "print('after')", "endscript")
    assert terminal.lines() == ["before"]
    assert terminal.error() == (-286, "TSP Runtime error at line 2: attempt to index global `smux' (a nil value)")


def test_a_wrong_parameter_is_only_an_error_in_the_queue(terminal: Any) -> None:
    assert terminal.ask("relay.rule = 2 relay.rule = 7 print(relay.rule)") == "2.00000e+00"
    assert terminal.error() == (1101, "Parameter too big")
    assert terminal.refuses("relay.rule = -1") == 1102
    assert terminal.refuses("relay.rule = 'text'") == -104
    assert terminal.refuses("relay.rule = nil") == -109
    assert terminal.ask("print(relay.rule)") == "2.00000e+00"


def test_unknown_names(terminal: Any) -> None:
    assert terminal.ask("print(relay.unknown)") == "nil"
    assert terminal.refuses("relay.unknown = 1") == -286
    assert terminal.refuses("relay.count = 1") == -286
    assert terminal.refuses("relay.fail()") == -286


def test_errors_have_severity_and_node(terminal: Any) -> None:
    terminal.send("x = = 1")
    assert terminal.ask("print(errorqueue.count)") == "1.00000e+00"
    assert terminal.ask("print(errorqueue.next())").split("\t")[2:] == ["2.00000e+01", "1.00000e+00"]


def test_the_error_queue_overflows_and_can_be_cleared(terminal: Any) -> None:
    terminal.send("for k = 1, 200 do relay.rule = 9 end", "code = 0 for k = 1, 100 do code = errorqueue.next() end")
    terminal.lines()
    assert terminal.ask("print(code)") == "-3.50000e+02"
    terminal.send("relay.rule = 9", "*CLS")
    assert terminal.error()[0] == 0


def test_named_and_anonymous_scripts(terminal: Any) -> None:
    terminal.send("loadscript greet", "print('hello', ...)", "endscript")
    assert terminal.ask("greet()") == "hello"
    assert terminal.ask("greet.run('you')") == "hello\tyou"
    assert terminal.ask("print(greet.name, greet.source)") == "greet\tprint('hello', ...)"
    assert terminal.ask("for name in script.user.catalog() do print(name) end") == "greet"
    terminal.send("loadandrunscript\r\nprint('once')\r\nendscript")
    assert terminal.lines() == ["once"]
    assert terminal.ask("script.run()") == "once"
    assert terminal.ask("script.anonymous()") == "once"
    terminal.send("made = script.new('print(5)', 'five')")
    assert terminal.ask("five()") == "5.00000e+00"
    terminal.send("script.delete('greet')")
    assert terminal.refuses("greet()") == -286


def test_a_script_with_a_mistake_leaves_the_old_one(terminal: Any) -> None:
    terminal.send("loadscript keep", "print(1)", "endscript", "loadscript keep", "print((", "endscript")
    assert terminal.error()[0] == -285
    assert terminal.ask("keep()") == "1.00000e+00"


def test_common_commands_in_any_case(terminal: Any) -> None:
    assert terminal.ask("*idn?") == "Keithley Instruments Inc., Model 1, 123, 1.0"
    assert terminal.ask("*OPC?") == "1"
    assert terminal.ask("*tst?") == "0"
    assert terminal.refuses("*NOSUCH") == -113


def test_prompts_and_shown_errors(terminal: Any) -> None:
    terminal.send("localnode.prompts = 1")
    assert terminal.lines() == ["TSP>"]
    terminal.send("localnode.showerrors = 1", "x = = 1")
    assert terminal.lines()[-2:] == ["-285\tTSP Syntax error at line 1: unexpected symbol near `='", "TSP?"]


def test_binary_numbers(terminal: Any) -> None:
    terminal.send("format.data = format.REAL32 format.byteorder = format.BIGENDIAN")
    assert terminal.ask("printnumber(1, 2)").encode("latin-1") == b"#0\x3f\x80\x00\x00\x40\x00\x00\x00"
    terminal.send("format.data = format.REAL64 format.byteorder = format.LITTLEENDIAN")
    assert terminal.ask("printnumber(1)").encode("latin-1") == b"#0" + b"\x00" * 6 + b"\xf0\x3f"
    assert terminal.refuses("format.data = 9") == 1406
    assert terminal.refuses("format.asciiprecision = 99") == 1405
    assert terminal.refuses("format.byteorder = 5") == 1404


def test_the_status_byte_tells_of_errors_and_answers(terminal: Any) -> None:
    assert terminal.ask("*STB?") == "0"
    terminal.send("x = = 1")
    assert terminal.ask("*STB?") == "4"
    terminal.send("errorqueue.clear() print(1)")
    terminal.world.advance_to(terminal.world.now + 1_000_000)
    assert terminal.instrument.serial_poll() == 16
    terminal.send("print(2)")
    assert terminal.lines() == ["1.00000e+00", "2.00000e+00"]


def test_reading_without_an_answer_is_a_query_error(terminal: Any) -> None:
    terminal.instrument.unanswered()
    assert terminal.error()[0] == -420


def test_a_dialect_without_print_gets_nothing_but_errors(terminal: Any) -> None:
    for query in (":SYST:ERR?", "SOUR:VOLT 1", ":READ?"):
        assert terminal.refuses(query) == -285
