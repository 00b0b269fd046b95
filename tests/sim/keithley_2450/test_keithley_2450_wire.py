"""What the 2450 says of itself, how it tells errors, and its status bytes."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import pyvisa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NO_ERROR = '0,"No error;0;0 0"'
ERROR = re.compile(r'(-?\d+),"([^;"]+);1;\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{3}"')


def test_identity_and_language(smu: Any) -> None:
    assert re.fullmatch(r"KEITHLEY INSTRUMENTS INC\.,MODEL 2450,04501234,\S+", smu.ask("*IDN?"))
    assert smu.ask("*LANG?") == "SCPI"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (":SOUR:VOLTS 1", -113),
        (":TRAC:FEED SENSE", -113),
        (":SOUR:VOLT", -109),
        (":SOUR:VOLT 1,2", -108),
        (":SOUR:VOLT ABC", -104),
        (":SOUR:VOLT 300", -222),
        (":SENS:FUNC 'TEMP'", -224),
        (":TRAC:CLE 'nowhere'", -224),
    ],
)
def test_an_error_is_told_once_with_number_text_kind_and_time(smu: Any, command: str, code: int) -> None:
    smu.write(command)
    assert smu.ask(":SYST:ERR:COUN?") == "1"
    told = ERROR.fullmatch(smu.ask(":SYST:ERR?"))
    assert told is not None
    assert int(told.group(1)) == code
    assert smu.ask(":SYST:ERR:NEXT?") == NO_ERROR


def test_errors_come_oldest_first_and_clear_forgets_them(smu: Any) -> None:
    smu.write(":NONSENSE", ":SOUR:VOLT 1e9")
    assert smu.error_code() == -113
    smu.write(":SYST:CLE")
    assert smu.ask(":SYST:ERR?") == NO_ERROR


def test_the_event_log_has_information_that_the_error_queue_has_not(smu: Any) -> None:
    smu.write(':SYST:EVEN:POST "hello", INF', ":NONSENSE")
    assert smu.ask(":SYST:ERR:COUN?") == "1"
    assert smu.ask(":SYST:EVEN:COUN?") == "2"
    assert smu.ask(":SYST:EVEN:NEXT?").startswith('1003,"User: hello;4;')
    assert smu.ask(":SYST:EVEN:NEXT?").startswith('-113,"Undefined header;1;')
    assert smu.ask(":SYST:EVEN:NEXT?") == NO_ERROR


def test_reading_an_error_passes_over_information_before_it(smu: Any) -> None:
    smu.write(':SYST:EVEN:POST "before"', ":NONSENSE", ':SYST:EVEN:POST "after"')
    assert smu.error_code() == -113
    assert "after" in smu.ask(":SYST:EVEN:NEXT?")


def test_status_byte_tells_of_errors_and_not_of_information(smu: Any) -> None:
    smu.write(':SYST:EVEN:POST "just so"')
    assert int(smu.ask("*STB?")) & 4 == 0
    smu.write(":NONSENSE")
    assert int(smu.ask("*STB?")) & 4 == 4
    assert smu.resource.read_stb() & 4 == 4


def test_event_status_has_the_bits_of_ieee_488(smu: Any) -> None:
    assert int(smu.ask("*ESR?")) == 128  # power on
    smu.write(":NONSENSE", ":SOUR:VOLT 1e9", "*OPC")
    assert int(smu.ask("*ESR?")) == 32 + 16 + 1
    assert int(smu.ask("*ESR?")) == 0


def test_service_request_on_an_error(smu: Any) -> None:
    smu.write("*SRE 4", ":NONSENSE")
    assert smu.resource.read_stb() & 64
    assert int(smu.ask("*STB?")) & 64


def test_events_move_the_bits_they_are_mapped_to(smu: Any) -> None:
    smu.write(":STAT:OPER:MAP 3, 2731, 2732", ":STAT:OPER:ENAB 8", ':TRIG:LOAD "SimpleLoop", 2, 0.1', ":INIT")
    assert int(smu.ask(":STAT:OPER:COND?")) == 8
    assert int(smu.ask("*STB?")) & 128
    smu.write("*WAI")
    assert int(smu.ask(":STAT:OPER:COND?")) == 0
    assert int(smu.ask(":STAT:OPER?")) == 8
    assert int(smu.ask(":STAT:OPER?")) == 0
    assert smu.ask(":STAT:OPER:MAP? 3") == "2731,2732"


def test_reset_brings_the_settings_back(smu: Any) -> None:
    smu.ready(level=1.5)
    smu.write(":FORM REAL", ':TRAC:MAKE "mine", 100', "*RST")
    assert smu.ask(":OUTP?") == "0"
    assert smu.bench.world.outputs_off()
    assert smu.number(":SOUR:VOLT?") == 0
    assert smu.number(":SOUR:VOLT:ILIM?") == pytest.approx(105e-6)
    assert smu.ask(":SENS:CURR:RANG:AUTO?") == "1"
    assert smu.ask(":FORM?") == "ASC"
    assert smu.refuses(':TRAC:CLE "mine"') == -224


@pytest.mark.parametrize("language", ["TSP", "SCPI2400"])
def test_in_another_language_native_queries_time_out(connect: Callable[..., Any], language: str) -> None:
    smu = connect(language=language)
    assert smu.ask("*LANG?") == language
    smu.resource.timeout = 1000
    smu.write(":SYST:ERR?")
    with pytest.raises(pyvisa.VisaIOError, match="VI_ERROR_TMO"):
        smu.resource.read()
    smu.write(":SOUR:VOLT 1", ":OUTP ON")
    assert smu.bench.world.outputs_off()


def test_language_is_taken_at_the_next_power_on(smu: Any) -> None:
    smu.write("*LANG TSP")
    assert smu.ask("*LANG?") == "SCPI"


def test_small_commands_of_front_panel_and_system(smu: Any) -> None:
    smu.write(":SYST:BEEP 440, 0.1", ":DISP:SCR HOME", ":DISP:CLE", ':DISP:USER1:TEXT "run 7"', ":ROUT:TERM REAR")
    assert smu.ask(":ROUT:TERM?") == "REAR"
    assert smu.ask(":SYST:LFR?") == "50"
    assert smu.ask(":SYST:ERR?") == NO_ERROR


def test_line_frequency_follows_the_bench(connect: Callable[..., Any]) -> None:
    assert connect(line_frequency=60).ask(":SYST:LFR?") == "60"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.floats(-210, 210),
    form=st.sampled_from(["{:.9g}", "{:+.6f}", "{:.8E}", "{:e}V", "{:.7g} v"]),
    header=st.sampled_from(
        ["SOUR:VOLT", ":SOURce:VOLTage", "source1:voltage:level", ":Sour:VOLT:LEV:IMM:AMPL", "SOUR:voltage:LEVel:AMPL"]
    ),
)
def test_any_writing_of_a_number_and_a_header_sets_the_level(smu: Any, value: float, form: str, header: str) -> None:
    text = form.format(value)
    expected = float(text.rstrip("Vv "))
    smu.write(f"{header} {text}")
    if abs(expected) <= 210:
        assert smu.number(":SOUR:VOLT?") == pytest.approx(expected, rel=1e-6, abs=1e-30)
    else:
        assert smu.error_code() == -222


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=";#(\"'"), min_size=1))
def test_no_text_breaks_the_parser(smu: Any, text: str) -> None:
    smu.write(f":SOUR:VOLT {text}", "*CLS")
    assert smu.ask("*LANG?") == "SCPI"
    assert abs(smu.number(":SOUR:VOLT?")) <= 210
