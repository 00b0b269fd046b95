"""The 707B on the wire: lists in and out, rules and delays in time, patterns, scans, and what it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

OpenMatrix = Callable[..., Any]
MILLISECOND = 1_000_000


@pytest.fixture
def matrix(open_matrix: OpenMatrix) -> Any:
    return open_matrix("keithley_707b", "GPIB0::16::INSTR")


def error(matrix: Any) -> tuple[float, str]:
    code, message, _, _ = matrix.query("print(errorqueue.next())").split("\t")
    return float(code), message


def closed(matrix: Any, channels: str = "allslots") -> str:
    return str(matrix.query(f'print(channel.getclose("{channels}"))'))


def test_it_says_who_it_is_and_which_cards_it_has(matrix: Any, open_matrix: OpenMatrix) -> None:
    assert matrix.query("*IDN?").startswith("KEITHLEY INSTRUMENTS INC.,MODEL 707B,")
    assert matrix.query("print(localnode.model)") == "707B"
    assert matrix.query("print(slot[1].idn)").startswith("7072,8x12 Semi Matrix,")
    small = open_matrix("keithley_708b", "GPIB0::17::INSTR", cards="7174A")
    assert small.query("*IDN?").startswith("KEITHLEY INSTRUMENTS INC.,MODEL 708B,")
    assert small.query("print(slot[1].idn, slot[1].rows.matrix)").startswith("7174A,8x12 Low Current Matrix,")
    assert small.query("print(slot[2])") == "nil"


def test_numbers_have_ten_digits(matrix: Any) -> None:
    assert matrix.query('x = tonumber("1403") print(x)') == "1.403000000e+03"
    assert matrix.query("print(format.asciiprecision)") == "1.000000000e+01"


def test_semicolons_out_commas_in_and_nil_when_nothing_is_closed(matrix: Any) -> None:
    """Trap 12."""
    assert closed(matrix) == "nil"
    matrix.write('channel.close("1A01, 2B03;1a02")')
    assert closed(matrix) == "1A01;1A02;2B03"
    assert closed(matrix, "slot2") == "2B03"
    assert matrix.query('print(channel.getstate("1A01,1A03;2B03"))') == "1,0,1"
    assert matrix.contacts == {"A-1", "A-2", "B-15"}, "columns of the bench count over the slots"
    matrix.write('channel.open("allslots")')
    assert closed(matrix) == "nil"
    assert matrix.contacts == set()


def test_what_is_closed_can_be_handed_back_as_a_list(matrix: Any) -> None:
    matrix.write('channel.close("1H12,6A01")')
    matrix.write('channel.open(channel.getclose("allslots"))')
    assert closed(matrix) == "nil"
    matrix.write('channel.open(channel.getclose("allslots"))')
    assert error(matrix)[0] == -109, "nil is no list"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sets(st.tuples(st.integers(1, 6), st.sampled_from("ABCDEFGH"), st.integers(1, 12)), min_size=1, max_size=20),
    st.sampled_from([",", ";", ", "]),
)
def test_every_set_of_channels_goes_in_and_comes_out(
    matrix: Any, channels: set[tuple[int, str, int]], separator: str
) -> None:
    names = [f"{slot}{row}{column:02d}" for slot, row, column in channels]
    matrix.write(f'channel.exclusiveclose("{separator.join(names)}")')
    assert closed(matrix) == ";".join(sorted(names))
    assert matrix.contacts == {f"{row}-{12 * (slot - 1) + column}" for slot, row, column in channels}


def test_exclusive_close_leaves_only_what_it_names(matrix: Any) -> None:
    matrix.write('channel.close("1D01,1E12,2A01")')
    matrix.write('channel.exclusiveslotclose("1A01:1A03")')
    assert closed(matrix) == "1A01;1A02;1A03;2A01"
    matrix.write('channel.exclusiveclose("1C03")')
    assert closed(matrix) == "1C03"
    matrix.write('channel.exclusiveclose("")')
    assert closed(matrix) == "nil"


@pytest.mark.parametrize(
    ("rule", "course"),
    [
        ("BREAK_BEFORE_MAKE", [(0, set()), (4 * MILLISECOND, {"A-2"})]),
        ("MAKE_BEFORE_BREAK", [(0, {"A-1", "A-2"}), (4 * MILLISECOND, {"A-2"})]),
        ("OFF", [(0, {"A-2"})]),
    ],
)
def test_the_connection_rule_orders_the_change(matrix: Any, rule: str, course: Any) -> None:
    matrix.write(f'channel.close("1A01") channel.connectrule = channel.{rule}')
    assert matrix.query("*OPC?") == "1"
    assert matrix.history(20 * MILLISECOND, 'channel.exclusiveclose("1A02")') == course


def test_one_relay_after_the_other_when_sequential(matrix: Any) -> None:
    matrix.write("channel.connectsequential = channel.ON")
    course = matrix.history(20 * MILLISECOND, 'channel.close("1A01:1A03")')
    assert [time for time, _ in course] == [0, 4 * MILLISECOND, 8 * MILLISECOND]


def test_a_close_is_over_after_relay_time_and_user_delay(matrix: Any) -> None:
    matrix.write('channel.setdelay("1A01", 0.05)')
    assert [float(x) for x in matrix.query('print(channel.getdelay("1A01,1A02"))').split(",")] == [0.05, 0.0]
    for channel, shortest in (("1A02", 4), ("1A01", 54)):
        before = matrix.bench.world.now
        matrix.query(f'channel.close("{channel}") print(1)')
        assert shortest <= (matrix.bench.world.now - before) / MILLISECOND < shortest + 3
    before = matrix.bench.world.now
    matrix.query('channel.close("1A01") print(1)')
    assert matrix.bench.world.now - before < 3 * MILLISECOND, "what is closed settles no more"


@pytest.mark.parametrize(
    "line",
    [
        'channel.close("9A01")',
        'channel.close("1J01")',
        'channel.close("1A13")',
        'channel.close("2A01")',
        'channel.close("1A01,,1A02")',
        'channel.close("1A05:1A01")',
        'channel.close("slot1")',
        'channel.close("allslots")',
        'channel.close("nopattern")',
        'channel.close("")',
        'channel.close("1A01,1H12")',
        "channel.close()",
        "channel.close({})",
        'channel.exclusiveclose("1A01,9A01")',
        'channel.open("slot7")',
        'channel.setdelay("1A01", -1)',
        "channel.connectrule = 3",
    ],
)
def test_what_it_refuses_is_told_and_moves_nothing(open_matrix: OpenMatrix, line: str) -> None:
    matrix = open_matrix("keithley_707b", "GPIB0::16::INSTR", cards="7072,,7072")
    matrix.write('channel.close("1C03") channel.setforbidden("1H12")')
    matrix.write(line)
    assert error(matrix)[0] != 0
    assert error(matrix)[0] == 0
    assert closed(matrix) == "1C03"
    assert float(matrix.query("print(channel.connectrule)")) == 1
    assert float(matrix.query('print(channel.getdelay("1A01"))')) == 0


def test_a_line_without_print_says_nothing_and_a_wrong_one_neither(matrix: Any) -> None:
    matrix.write('channel.getclose("allslots")')
    matrix.write("channel.close(")
    matrix.write('print("still here")')
    assert matrix.wire.read() == "still here"
    assert error(matrix)[0] == -285


def test_empty_slots_are_told(open_matrix: OpenMatrix) -> None:
    matrix = open_matrix("keithley_707b", "GPIB0::16::INSTR", cards="7072,,7174A")
    assert matrix.query("print(slot[2].idn)") == "Empty Slot"
    assert matrix.query("print(slot[2].columns.matrix, slot[3].columns.matrix)") == "nil\t1.200000000e+01"
    matrix.write('channel.close("3A01")')
    assert closed(matrix) == "3A01"
    assert matrix.contacts == {"A-25"}


def test_patterns_stand_for_channels(matrix: Any) -> None:
    matrix.write('channel.pattern.setimage("1A01:1A05", "myPattern")')
    matrix.write('channel.pattern.setimage("1B01,1B03,1B05", "myRoute")')
    assert matrix.query('print(channel.pattern.getimage("myPattern"))') == "1A01,1A02,1A03,1A04,1A05"
    both = 'print(channel.pattern.getimage("myRoute, myPattern"))'
    assert matrix.query(both) == "1B01,1B03,1B05;1A01,1A02,1A03,1A04,1A05"
    matrix.write('channel.close("myRoute,1C01")')
    assert closed(matrix) == "1B01;1B03;1B05;1C01"
    assert closed(matrix, "myPattern") == "nil"
    matrix.write('channel.pattern.snapshot("all") channel.open("allslots") channel.close("all")')
    assert closed(matrix) == "1B01;1B03;1B05;1C01"
    assert matrix.query('print(channel.pattern.getimage("none"))') == "nil"
    assert matrix.query("for name in channel.pattern.catalog() do print(name) end") == "myPattern"
    assert [matrix.wire.read(), matrix.wire.read()] == ["myRoute", "all"]
    matrix.write('channel.pattern.delete("all") channel.close("all")')
    assert "all" in error(matrix)[1]


def test_a_forbidden_channel_stays_open(matrix: Any) -> None:
    matrix.write('channel.setforbidden("1A01,2B02")')
    assert matrix.query('print(channel.getforbidden("allslots"))') == "1A01,2B02"
    matrix.write('channel.close("1A02,1A01")')
    assert closed(matrix) == "nil"
    assert "forbidden" in error(matrix)[1]
    matrix.write('channel.clearforbidden("allslots")')
    assert matrix.query('print(channel.getforbidden("allslots"))') == "nil"


def test_a_scan_closes_one_step_after_the_other(matrix: Any) -> None:
    matrix.write('scan.create("1A05, 1B05, 1C05")')
    matrix.write("print(scan.list())")
    shown = [matrix.wire.read() for _ in range(9)]
    assert shown[:4] == ["Init) OPEN...", "1) STEP: 1A05", "CLOSE: 1A05", "2) STEP: 1B05"]
    assert shown[4:6] == ["OPEN: 1A05", "CLOSE: 1B05"]
    assert matrix.query('channel.close("1H12") scan.scancount = 2 print(scan.stepcount)') == "3.000000000e+00"
    course = matrix.history(100 * MILLISECOND, "scan.execute()")
    found = [contacts for _, contacts in course]
    assert found == [set(), *[{"A-5"}, set(), {"B-5"}, set(), {"C-5"}, set()] * 2][:-1]
    assert matrix.query("print(scan.state())").split("\t") == ["6.000000000e+00", "2.000000000e+00", "3.000000000e+00"]


def test_a_scan_is_paced_by_a_digital_line_and_tells_when_it_is_ready(matrix: Any) -> None:
    pace, ready = (matrix.firmware.station.line(port) for port in ("2", "1"))
    matrix.write("digio.trigger[2].mode = digio.TRIG_FALLING digio.trigger[1].mode = digio.TRIG_FALLING")
    matrix.write("scan.trigger.channel.stimulus = digio.trigger[2].EVENT_ID scan.bypass = scan.OFF")
    matrix.write("digio.trigger[1].stimulus = scan.trigger.EVENT_CHANNEL_READY")
    matrix.write('scan.create("1A01:1A03") scan.background()')
    matrix.pass_time(0.1)
    assert matrix.contacts == set(), "it waits for the first trigger"
    pulses: list[int] = []
    ready.changed.listeners.append(lambda: pulses.append(int(matrix.bench.world.now)) if not ready.level else None)
    for step in range(1, 4):
        pace.set_level(0.0)
        pace.set_level(5.0)
        matrix.pass_time(0.02)
        assert matrix.contacts == {f"A-{step}"}
        assert len(pulses) == step
    assert matrix.query("print(scan.state())").startswith("6.0")


def test_a_scan_can_be_aborted(matrix: Any) -> None:
    matrix.write("scan.trigger.channel.stimulus = digio.trigger[2].EVENT_ID")
    matrix.write('scan.create("1A01:1A03") scan.background() scan.abort()')
    assert matrix.query("print(scan.state())").startswith("3.0")
    assert matrix.query("*OPC?") == "1"


def test_reset_opens_all_and_forgets(matrix: Any) -> None:
    matrix.write('channel.setdelay("slot1", 1) channel.setforbidden("1A02")')
    matrix.write('channel.connectrule = channel.OFF channel.pattern.setimage("1A01", "p")')
    matrix.write('channel.close("2A01") reset()')
    assert matrix.query("*OPC?") == "1"
    assert matrix.contacts == set()
    assert matrix.query('print(channel.getforbidden("allslots"), channel.connectrule)') == "nil\t1.000000000e+00"
    assert float(matrix.query('print(channel.getdelay("1A01"))')) == 0


def test_a_script_may_talk_to_display_and_beeper(matrix: Any) -> None:
    matrix.write('display.clear() display.settext("route") beeper.beep(0.1, 2400)')
    assert matrix.query("print(display.gettext(), gpib.address)") == "route\t1.600000000e+01"
    assert error(matrix)[0] == 0
