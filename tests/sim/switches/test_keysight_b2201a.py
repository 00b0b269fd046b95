"""The B2201A on the wire: the user's guide's examples, connection rules in time, modes, and what it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

OpenMatrix = Callable[..., Any]
NO_ERROR = '+0,"No error"'
EXECUTION_ERROR, COMMAND_ERROR = 16, 32
MILLISECOND = 1_000_000


@pytest.fixture
def matrix(open_matrix: OpenMatrix) -> Any:
    found = open_matrix("keysight_b2201a", "GPIB0::22::INSTR")
    found.write("*CLS")
    return found


def test_it_says_who_it_is_and_what_it_has(matrix: Any, open_matrix: OpenMatrix) -> None:
    assert matrix.query("*IDN?") == "AGILENT,B2201A,0,A.01.00"
    assert matrix.query(":SYST:VERS?") == "1999.0"
    assert "B2211A" in matrix.query(":SYST:CTYP? 0")
    assert "48" in matrix.query(":SYST:CDES? 0")
    femto = open_matrix("keysight_b2201a", "GPIB0::23::INSTR", model="B2200A")
    assert femto.query("*IDN?") == "AGILENT,B2200A,0,A.01.00"


def test_the_guide_s_example_of_normal_configuration(matrix: Any) -> None:
    matrix.write(":ROUT:FUNC NCON")
    matrix.write(":ROUT:OPEN:CARD ALL")
    matrix.write(":ROUT:CLOS (@10101,10202)")
    assert matrix.query(":ROUT:OPEN? (@10101,10102,10201,10202)") == "0,1,1,0"
    assert matrix.query(":ROUT:CLOS? (@10101,10102,10201,10202)") == "1,0,0,1"
    assert matrix.query(":ROUT:CLOS:CARD? 1") == "(@10101,10202)"
    matrix.write(":ROUT:CLOS (@40312)")
    assert matrix.query("*OPC?") == "1"
    assert matrix.contacts == {"1-1", "2-2", "3-48"}, "outputs of card 4 are columns 37 to 48"
    matrix.write(":ROUT:OPEN:CARD 1")
    assert matrix.query(":ROUT:CLOS:CARD? 1") == "(@)"
    assert matrix.query(":ROUT:CLOS:CARD? 4") == "(@40312)"


def test_auto_configuration_has_one_card_of_all_outputs(matrix: Any, open_matrix: OpenMatrix) -> None:
    matrix.write(":CLOS (@00248,01012);:CLOSE:LIST (@01401:01403)")
    assert matrix.query(":ROUTE:CLOSE:CARD? 0") == "(@00248,01012,01401,01402,01403)"
    assert matrix.contacts == {"2-48", "10-12", "14-1", "14-2", "14-3"}
    small = open_matrix("keysight_b2201a", "GPIB0::23::INSTR", modules=1)
    small.write("*CLS;:CLOS (@00113)")
    assert small.query(":SYST:ERR?").startswith("-222,")


def test_changing_the_configuration_opens_all(matrix: Any) -> None:
    matrix.write(":CLOS (@00101)")
    matrix.write(":FUNC NCON")
    assert matrix.query(":FUNC?;*OPC?") == "NCON;1"
    assert matrix.contacts == set()


@pytest.mark.parametrize(
    ("line", "code", "bit"),
    [
        (":CLOS (@01501)", -222, EXECUTION_ERROR),
        (":CLOS (@00149)", -222, EXECUTION_ERROR),
        (":CLOS (@10101)", -222, EXECUTION_ERROR),
        (":CLOS (@00103:00101)", -222, EXECUTION_ERROR),
        (":CLOS (@00101,00199)", -222, EXECUTION_ERROR),
        (":CONN:RULE 0,ROUND", -224, EXECUTION_ERROR),
        (":CONN:RULE 1,FREE", -222, EXECUTION_ERROR),
        (":CLOS:CARD? ALL", -224, EXECUTION_ERROR),
        (":BIAS:PORT 0,15", -222, EXECUTION_ERROR),
        (":BIAS:PORT 0,0", -222, EXECUTION_ERROR),
        (":COUP:PORT 0,'2'", -222, EXECUTION_ERROR),
        (":CLOS 00101", -171, COMMAND_ERROR),
        (":CLOS (@1A)", -171, COMMAND_ERROR),
        (":CLOS", -109, COMMAND_ERROR),
        (":SHUT (@00101)", -113, COMMAND_ERROR),
        (":CLOS:CARD 0", -113, COMMAND_ERROR),
    ],
)
def test_what_it_refuses_is_told_and_moves_nothing(matrix: Any, line: str, code: int, bit: int) -> None:
    matrix.write(":CLOS (@00303)")
    matrix.write(line)
    assert int(matrix.query("*ESR?")) == bit
    assert matrix.query(":SYST:ERR?").startswith(f"{code},")
    assert matrix.query(":SYST:ERR?") == NO_ERROR
    assert matrix.query(":CLOS:CARD? 0") == "(@00303)"
    assert matrix.query(":CONN:RULE? 0") == "FREE"


def test_relays_take_their_time_and_later_commands_wait(matrix: Any) -> None:
    before = matrix.bench.world.now
    matrix.write(":CLOS (@00101)")
    assert matrix.contacts == set()
    assert matrix.query("*OPC?") == "1"
    assert matrix.bench.world.now - before >= 4 * MILLISECOND
    assert matrix.contacts == {"1-1"}


@pytest.mark.parametrize(
    ("sequence", "course"),
    [
        ("BBM", [(0, set()), (4 * MILLISECOND, {"1-2"})]),
        ("MBBR", [(0, {"1-1", "1-2"}), (4 * MILLISECOND, {"1-2"})]),
        ("NSEQ", [(0, {"1-2"})]),
    ],
)
def test_single_route_changes_over_in_the_chosen_sequence(matrix: Any, sequence: str, course: Any) -> None:
    matrix.write(f":CONN:RULE ALL,SROU;SEQ ALL,{sequence}")
    matrix.write(":CLOS (@00101);*WAI")
    matrix.query("*OPC?")
    assert matrix.history(20 * MILLISECOND, ":CLOS (@00102)") == course


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 14), st.integers(1, 48)), min_size=1, max_size=12))
def test_single_route_never_leaves_a_port_with_two_connections(matrix: Any, routes: list[tuple[int, int]]) -> None:
    matrix.write("*RST;:CONN:RULE 0,SROU")
    for number, output in routes:
        matrix.write(f":CLOS (@0{number:02d}{output:02d})")
    matrix.query("*OPC?")
    pairs = [contact.split("-") for contact in matrix.contacts]
    assert len({number for number, _ in pairs}) == len({output for _, output in pairs}) == len(pairs)
    assert f"{routes[-1][0]}-{routes[-1][1]}" in matrix.contacts


def test_bias_mode_holds_every_free_enabled_output(matrix: Any) -> None:
    matrix.write(":BIAS:PORT 0,10;:BIAS:CHAN:DIS:CARD 0;:BIAS:CHAN:ENAB (@00101,00102,00103)")
    assert matrix.query(":BIAS:CHAN:ENAB? (@00101,00104);DIS? (@00101,00104)") == "1,0;0,1"
    matrix.write(":BIAS 0,ON")
    assert matrix.query(":CLOS:CARD? 0") == "(@01001,01002,01003)"
    matrix.write(":CLOS (@00502)")
    assert matrix.query(":CLOS:CARD? 0") == "(@00502,01001,01003)"
    matrix.write(":OPEN (@00502)")
    assert matrix.query(":CLOS:CARD? 0") == "(@01001,01002,01003)"
    matrix.write(":CLOS (@01005)")
    assert matrix.query(":SYST:ERR?").startswith("-224,"), (
        "the bias port is not controlled directly while the mode is on"
    )
    matrix.write(":BIAS 0,OFF")
    assert matrix.query(":CLOS:CARD? 0") == "(@)"


def test_couple_mode_moves_both_lines_of_a_pair(matrix: Any) -> None:
    matrix.write(":COUP:PORT 0,'1,5';:COUP 0,ON")
    assert matrix.query(":COUP:PORT? 0;:COUP? 0") == "'1,5';1"
    matrix.write(":CLOS (@00101,00608,00303)")
    assert matrix.query(":CLOS:CARD? 0") == "(@00101,00202,00303,00507,00608)"
    matrix.write(":OPEN (@00202)")
    assert matrix.query(":CLOS:CARD? 0") == "(@00303,00507,00608)"
    matrix.write(":CLOS (@00102)")
    assert matrix.query(":SYST:ERR?").startswith("-224,"), "input 1 goes with odd outputs"


@pytest.mark.parametrize("first", ["BIAS", "AGND", "COUP"])
@pytest.mark.parametrize("second", ["BIAS", "AGND", "COUP"])
def test_bias_ground_and_couple_mode_exclude_each_other(matrix: Any, first: str, second: str) -> None:
    matrix.write(f":{first} 0,ON;:{second} 0,ON")
    refused = first != second
    assert int(matrix.query("*ESR?")) == (EXECUTION_ERROR if refused else 0)
    assert matrix.query(f":{first}? 0;:{second}? 0") == f"1;{0 if refused else 1}"


def test_set_ups_are_kept_and_loaded(matrix: Any) -> None:
    matrix.write(":CLOS (@00101);:SYST:MEMO:SAVE 3;:SYST:MEMO:COMM 3,'cell a1';:OPEN:CARD 0")
    assert matrix.query(":CLOS:CARD? 0;:SYST:MEMO:COMM? 3") == "(@);cell a1"
    matrix.write(":SYST:MEMO:LOAD 3")
    assert matrix.query(":CLOS:CARD? 0") == "(@00101)"
    matrix.write(":SYST:MEMO:DEL 3;LOAD 3")
    assert matrix.query(":SYST:ERR?").startswith("-224,")


def test_a_client_that_goes_away_in_the_middle_leaves_relays_that_move_on(matrix: Any) -> None:
    matrix.write(":CLOS (@00101)")
    matrix.wire.clear()
    assert matrix.query(":CLOS:CARD? 0") == "(@00101)"
    matrix.pass_time(5e-3)
    assert matrix.contacts == {"1-1"}
    assert matrix.query(":SYST:ERR?") == NO_ERROR
