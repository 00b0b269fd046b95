"""The multiplexer's simulated firmware: its page's transcript, its times, its watchdog, and that it answers all."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "line-multiplexer.md"
TRANSCRIPT = re.findall(r"^> (.*)\n< (.*)$", PAGE.read_text(encoding="utf-8"), re.M)

OpenMatrix = Callable[..., Any]


@pytest.fixture
def mux(open_matrix: OpenMatrix) -> Any:
    return open_matrix("line_multiplexer", "ASRL3::INSTR")


def test_the_transcript_of_the_documentation(mux: Any) -> None:
    assert len(TRANSCRIPT) > 30
    assert [(line, mux.query(line)) for line, _ in TRANSCRIPT] == TRANSCRIPT


def test_it_says_who_it_is(mux: Any) -> None:
    assert re.fullmatch(r"labkit,MUX8x8,\w+,1\.0", mux.query("*IDN?"))


def test_a_switching_line_is_answered_when_the_contacts_have_moved(mux: Any) -> None:
    before = mux.bench.world.now
    assert mux.query("ROUT:CLOS 1,3;8,8") == "OK"
    assert mux.contacts == {"1-3", "8-8"}
    assert mux.bench.world.now - before >= 5_000_000
    mux.query("ROUT:DEL 0.1")
    before = mux.bench.world.now
    mux.query("ROUT:OPEN 1,3")
    assert 100_000_000 <= mux.bench.world.now - before < 120_000_000
    assert mux.contacts == {"8-8"}


def test_without_settling_time_the_answer_comes_before_the_contact(mux: Any) -> None:
    mux.query("ROUT:DEL 0")
    mux.query("ROUT:CLOS 1,1")
    assert mux.contacts == set()
    mux.pass_time(5e-3)
    assert mux.contacts == {"1-1"}


def test_lines_that_come_at_once_are_answered_in_order(mux: Any) -> None:
    mux.wire.write_raw(b"ROUT:CLOS 2,2\r\n\r\n\nROUT:CLOS?\nFOO\n")
    assert [mux.wire.read() for _ in range(3)] == ["OK", "2,2", "ERR -113 Undefined header"]
    assert mux.query("ROUT:DEL?") == "0.005", "nothing is left over"


def test_a_line_that_is_too_long_moves_nothing(mux: Any) -> None:
    assert mux.query("ROUT:CLOS " + "1,2;" * 70 + "1,2") == "ERR -363 Input buffer overrun"
    mux.wire.write_raw(b"ROUT:CLOS ")
    for _ in range(40):
        mux.wire.write_raw(b"1,2;1,2;")
    assert mux.query("1,2") == "ERR -363 Input buffer overrun"
    assert mux.query("ROUT:CLOS?") == "NONE"


def test_all_crosspoints_fit_into_one_line(mux: Any) -> None:
    every = ";".join(f"{row},{column}" for row in range(1, 9) for column in range(1, 9))
    assert mux.query(f"ROUT:CLOS {every}") == "OK"
    assert mux.query("ROUT:CLOS?") == every
    assert len(mux.contacts) == 64


def test_the_watchdog_opens_all_when_the_host_falls_silent(mux: Any) -> None:
    mux.query("SYST:WDOG 0.2")
    mux.query("ROUT:CLOS 1,1")
    for _ in range(4):
        mux.pass_time(0.15)
        assert mux.query("ROUT:CLOS?") == "1,1"
    mux.pass_time(0.25)
    assert mux.contacts == set()
    assert mux.query("SYST:ERR?") == "1 Watchdog opened all relays"
    assert mux.query("SYST:ERR?") == "0 No error"


def test_a_watchdog_that_is_off_bites_nobody(mux: Any) -> None:
    mux.query("SYST:WDOG 0.2")
    mux.query("ROUT:CLOS 1,1")
    mux.query("SYST:WDOG 0")
    mux.pass_time(10)
    assert mux.query("ROUT:CLOS?") == "1,1"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60),
        st.builds(
            "{} {}".format,
            st.sampled_from(["ROUT:CLOS", "ROUT:OPEN", "ROUT:DEL", "SYST:WDOG", "*IDN?"]),
            st.text("0123456789,;. ALe-", max_size=20),
        ),
    ).filter(str.strip)
)
def test_every_line_gets_one_answer_and_a_refused_one_moves_nothing(mux: Any, line: str) -> None:
    mux.query("*RST")
    mux.query("ROUT:CLOS 3,3")
    answer = mux.query(line)
    assert "\n" not in answer
    if answer.startswith("ERR "):
        assert mux.query("ROUT:CLOS?") == "3,3"
        assert mux.query("ROUT:DEL?") == "0.005"
        assert mux.query("SYST:WDOG?") == "0.000"
    mux.query("SYST:WDOG 0")
    assert mux.query("ROUT:DEL 0.005") == "OK", "nothing is left over"
