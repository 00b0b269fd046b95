"""The matrices' drivers: the order of what they send, the time they wait, what they read back and what they refuse."""

from collections.abc import Callable
from typing import Any

import pytest
from labkit_sim import FaultKind, FaultPlan

from labkit.core import (
    SWITCH,
    Connection,
    Crosspoint,
    InstrumentError,
    SourceMeterSetting,
    SwitchMatrix,
    load_plugin,
)

OpenRig = Callable[..., Any]

BENCHES = ["switched_707b", "switched_708b", "switched_b2201a", "switched_multiplexer"]
RESISTANCE = 1e5
RELAY_TIME = 4_000_000
SETTLING = 2_000_000


@pytest.fixture(params=BENCHES)
def rig(request: pytest.FixtureRequest, open_rig: OpenRig) -> Any:
    return open_rig(request.param)


def cells(rig: Any) -> list[Crosspoint]:
    """The crosspoint of each cell."""
    row = rig.bench.switch.rows["top"]
    return [Crosspoint(row, terminals["top"]) for terminals in rig.bench.switch.wiring().values()]


def contacts(rig: Any) -> frozenset[Crosspoint]:
    found = rig.virtual.instrument("matrix").station.switchboard.closed
    assert isinstance(found, frozenset)
    return found


def matrix_of(rig: Any) -> SwitchMatrix:
    found = rig.role(SWITCH)
    assert isinstance(found, SwitchMatrix)
    return found


def sent(rig: Any, action: Callable[[], object]) -> list[str]:
    """What an action writes."""
    before = len(rig.wire.written())
    action()
    return list(rig.wire.written()[before:])


def test_what_is_connected_carries_current_and_nothing_else_does(rig: Any) -> None:
    matrix, smu = matrix_of(rig), rig.role("top")
    smu.configure(SourceMeterSetting(1.0, 1e-4, 1e-4, 0.02))
    smu.enable_output()
    for crosspoints, conducting in (((), 0), (cells(rig)[:1], 1), (cells(rig), 3), (cells(rig)[2:], 1)):
        smu.set_level(0.0)
        matrix.connect(frozenset(crosspoints))
        assert matrix.connected() == contacts(rig) == frozenset(crosspoints)
        smu.set_level(0.5)
        assert smu.measure()[1] == pytest.approx(conducting * 0.5 / RESISTANCE, rel=3e-3, abs=1e-8)


def test_it_returns_when_the_contacts_have_settled(rig: Any) -> None:
    matrix, (first, second, _) = matrix_of(rig), cells(rig)
    clock = rig.session.clock
    before = clock.now()
    matrix.connect(frozenset({first}))
    assert clock.now() - before >= RELAY_TIME + SETTLING
    before = clock.now()
    matrix.connect(frozenset({second}))
    assert clock.now() - before >= 2 * RELAY_TIME + SETTLING


def test_it_breaks_before_it_makes(rig: Any) -> None:
    matrix, (first, second, _) = matrix_of(rig), cells(rig)
    matrix.connect(frozenset({first}))
    board = rig.virtual.instrument("matrix").station.switchboard
    together: list[frozenset[Crosspoint]] = []
    rig.virtual.bus.monitors.append(lambda *_: together.append(board.closed))
    matrix.connect(frozenset({second}))
    assert frozenset() in together
    assert not any({first, second} <= closed for closed in together)


def test_what_is_connected_already_moves_no_relay(rig: Any) -> None:
    matrix, crosspoints = matrix_of(rig), frozenset(cells(rig))
    matrix.connect(crosspoints)
    clock = rig.session.clock
    before = clock.now()
    assert len(sent(rig, lambda: matrix.connect(crosspoints))) == 1, "it only asks"
    assert clock.now() - before < RELAY_TIME + SETTLING


@pytest.mark.parametrize(
    ("bench", "lines"),
    [
        (
            "switched_707b",
            [
                'print(channel.getclose("allslots"))',
                'channel.open("1A01")',
                'channel.close("2A01,6A12")',
                'print(channel.getclose("allslots"))',
            ],
        ),
        (
            "switched_b2201a",
            [":ROUT:CLOS:CARD? 0", ":ROUT:OPEN (@00101)", ":ROUT:CLOS (@00102,00148)", ":ROUT:CLOS:CARD? 0"],
        ),
        ("switched_multiplexer", ["ROUT:CLOS?", "ROUT:OPEN 1,1", "ROUT:CLOS 1,2;1,8", "ROUT:CLOS?"]),
    ],
)
def test_a_change_is_four_lines(open_rig: OpenRig, bench: str, lines: list[str]) -> None:
    rig = open_rig(bench)
    matrix, (first, *others) = matrix_of(rig), cells(rig)
    matrix.connect(frozenset({first}))
    assert sent(rig, lambda: matrix.connect(frozenset(others))) == lines


def test_many_crosspoints_go_in_messages_that_fit(rig: Any) -> None:
    matrix = matrix_of(rig)
    able = matrix.capabilities
    every = frozenset(Crosspoint(row, column) for row in able.rows for column in able.columns)
    lines = sent(rig, lambda: matrix.connect(every))
    assert max(map(len, lines)) < 280
    assert matrix.connected() == every
    matrix.make_safe()
    assert contacts(rig) == frozenset()


@pytest.mark.parametrize("row_or_column", ["row", "column"])
def test_a_crosspoint_that_is_not_there_is_refused_with_what_is(rig: Any, row_or_column: str) -> None:
    matrix, first = matrix_of(rig), cells(rig)[0]
    wrong = Crosspoint("Z", first.column) if row_or_column == "row" else Crosspoint(first.row, "99")
    before = len(rig.wire.written())
    with pytest.raises(InstrumentError) as refused:
        matrix.connect(frozenset({wrong}))
    able = matrix.capabilities
    assert f"{wrong.row}-{wrong.column}" in refused.value.message
    assert f"rows {able.rows[0]} to {able.rows[-1]}" in refused.value.message
    assert f"columns {able.columns[0]} to {able.columns[-1]}" in refused.value.message
    assert "matrix" in refused.value.message
    assert rig.bench.instruments["matrix"].address in refused.value.message
    assert len(rig.wire.written()) == before


def test_a_bench_that_needs_what_is_not_there_is_refused_before_anything_is_connected(open_rig: OpenRig) -> None:
    for bench in BENCHES:

        def wrong(document: Any) -> Any:
            switch = document.switch.model_copy(update={"cells": {"a1": {"top": "99"}}})
            return document.model_copy(update={"switch": switch})

        with pytest.raises(InstrumentError, match="99"):
            open_rig(bench, wrong)


def test_a_slot_without_a_card_is_refused(open_rig: OpenRig) -> None:
    def two_cards(document: Any) -> Any:
        entry = document.instruments["matrix"].model_copy(update={"options": {"cards": "7072,7072"}})
        return document.model_copy(update={"instruments": {**document.instruments, "matrix": entry}})

    with pytest.raises(InstrumentError, match=r"no card in slot 6.*columns 61 to 72"):
        open_rig("switched_707b", two_cards)


def test_relays_that_do_not_follow_are_noticed(rig: Any) -> None:
    matrix, first = matrix_of(rig), cells(rig)[0]
    rig.virtual.faults.add(FaultPlan(rig.virtual.faults.operations + 1, FaultKind.STUCK_OUTPUT))
    with pytest.raises(InstrumentError, match="reads back nothing closed"):
        matrix.connect(frozenset({first}))


def test_opening_a_bench_moves_no_relay(rig: Any) -> None:
    """A source may still be on."""
    matrix_of(rig).connect(frozenset(cells(rig)[:1]))
    rig.session.roles[SWITCH].close()
    lines = len(rig.wire.written())
    driver = load_plugin("labkit.drivers", rig.bench.instruments["matrix"].driver)
    connection = Connection("matrix", rig.bench.instruments["matrix"].address, rig.virtual.visa_library)
    opened = driver.open(connection, {SWITCH: rig.bench.switch}, rig.session.clock)
    rig.session.roles.update(opened)
    assert len(rig.wire.written()) > lines
    assert contacts(rig) == opened[SWITCH].connected() == frozenset(cells(rig)[:1])


def test_a_contact_that_moves_under_voltage_is_on_record(rig: Any) -> None:
    """Trap 16: who routes brings the sources to zero first; the virtual bench tells who did not."""
    matrix, smu, (first, second, _) = matrix_of(rig), rig.role("top"), cells(rig)
    board = rig.virtual.instrument("matrix").station.switchboard
    smu.configure(SourceMeterSetting(1.0, 1e-4, 1e-4, 0.02))
    smu.enable_output()
    matrix.connect(frozenset({first}))
    smu.set_level(0.5)
    smu.set_level(0.0)
    matrix.connect(frozenset({second}))
    assert board.hot_switches == [], "at zero, relays are switched cold"
    smu.set_level(0.5)
    matrix.connect(frozenset({first}))
    moves = [(move.crosspoint, move.closed) for move in board.hot_switches]
    assert moves == [(second, False), (first, True)]
    assert all(move.voltage == pytest.approx(0.5, abs=2e-3) for move in board.hot_switches)
    assert all(move.current == pytest.approx(0.5 / RESISTANCE, rel=1e-2) for move in board.hot_switches)


def test_a_board_that_starts_anew_when_its_port_is_opened_is_waited_for(open_rig: OpenRig) -> None:
    def deaf(document: Any) -> Any:
        address = document.instruments["matrix"].address
        faults = [{"at": at, "kind": "no_answer", "address": address, "operation": "read"} for at in (1, 2)]
        return document.model_copy(update={"virtual": document.virtual.model_copy(update={"faults": tuple(faults)})})

    rig = open_rig("switched_multiplexer", deaf)
    assert len(rig.virtual.faults.struck) == 2
    assert rig.wire.written().count("*IDN?") == 5, "two in vain, one heard, one that counts, and one to the 2450"


def test_the_watchdog_of_the_board_is_set_by_an_option_and_tells_when_it_bit(open_rig: OpenRig) -> None:
    def watched(document: Any) -> Any:
        entry = document.instruments["matrix"].model_copy(update={"options": {"watchdog": 2.5}})
        return document.model_copy(update={"instruments": {**document.instruments, "matrix": entry}})

    rig = open_rig("switched_multiplexer", watched)
    matrix = matrix_of(rig)
    assert ("SYST:WDOG?", "2.500") in matrix.identity().settings
    matrix.connect(frozenset(cells(rig)[:1]))
    rig.session.clock.sleep_until(rig.session.clock.now() + 3_000_000_000)
    assert contacts(rig) == frozenset()
    with pytest.raises(InstrumentError, match="Watchdog opened all relays"):
        matrix.check_errors()


@pytest.mark.parametrize("kind", [FaultKind.NO_ANSWER, FaultKind.GARBAGE, FaultKind.DROPPED_LINE])
@pytest.mark.parametrize("bench", ["switched_707b", "switched_b2201a", "switched_multiplexer"])
def test_a_fault_while_routing_is_told_or_without_effect_and_safe_stays_safe(
    open_rig: OpenRig, bench: str, kind: FaultKind
) -> None:
    told = 0
    for ahead in range(1, 10):
        rig = open_rig(bench)
        matrix, (first, *others) = matrix_of(rig), cells(rig)
        matrix.connect(frozenset({first}))
        rig.virtual.faults.add(FaultPlan(rig.virtual.faults.operations + ahead, kind))
        try:
            matrix.connect(frozenset(others))
        except InstrumentError:
            told += 1
        else:
            assert contacts(rig) == frozenset(others)
        matrix.make_safe()
        assert contacts(rig) == frozenset()
    assert told >= 6, "four lines, two of them with an answer"


@pytest.mark.parametrize(
    ("bench", "line"),
    [
        ("switched_707b", 'channel.close("1A01")'),
        ("switched_b2201a", ":CLOS (@00101)"),
        ("switched_multiplexer", "ROUT:CLOS 1,1"),
    ],
)
def test_an_old_answer_is_not_taken_for_the_confirmation(open_rig: OpenRig, bench: str, line: str) -> None:
    rig = open_rig(bench)
    matrix, faults = matrix_of(rig), rig.virtual.faults
    faults.add(FaultPlan(faults.operations + 2, FaultKind.NO_ANSWER))
    with pytest.raises(InstrumentError, match="no answer"):
        matrix.connected()
    rig.virtual.instrument("matrix").receive(f"{line}\n".encode(), end=True)
    rig.session.clock.sleep_until(rig.session.clock.now() + 10_000_000)
    assert contacts(rig) != frozenset()
    faults.add(FaultPlan(faults.operations + 1, FaultKind.STUCK_OUTPUT))
    with pytest.raises(InstrumentError, match="does not confirm"):
        matrix.make_safe()
