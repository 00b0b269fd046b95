"""Unmodified QCoDeS driver of the 3706A, among it trap 13: its `connect...` opens and its `disconnect...` closes.

A 2450 drives row 1, two resistors hang on columns 1 and 17, which is column 1 of slot 2.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from qcodes.instrument_drivers.Keithley import Keithley3706A

SWITCH = "GPIB0::16::INSTR"


@pytest.fixture
def chip(open_chip: Callable[..., Any]) -> Any:
    return open_chip("keithley_3706a", SWITCH, "1", ["1", "17"])


@pytest.fixture
def switch(chip: Any) -> Iterator[Keithley3706A]:
    opened = Keithley3706A("switch", SWITCH, visalib=chip.bench.visa_library)
    yield opened
    opened.close()


def test_it_finds_its_cards(switch: Keithley3706A) -> None:
    assert switch.get_idn()["model"] == "3706A"
    assert [card["slot_no"] for card in switch.get_switch_cards()] == ["1", "2", "3"]
    assert switch.get_switch_cards()[0]["mtype"] == "6x16 High Density Matrix"
    assert len(switch.get_channels()) == 3 * 6 * 16
    assert all("engaged" in state["state"] for state in switch.get_interlock_state())
    assert set(switch.get_available_memory().values()) == {"51.56", "92.84", "100.00"}


def test_what_is_closed_carries_current(switch: Keithley3706A, chip: Any) -> None:
    chip.source()
    assert switch.get_closed_channels("allslots") is None
    assert abs(chip.current()) < 1e-6
    switch.close_channel("1101,2101")
    assert switch.get_closed_channels("allslots") == ["1101", "2101"]
    assert chip.conducting() == pytest.approx(2, rel=2e-3)
    switch.exclusive_close("2101")
    assert chip.conducting() == pytest.approx(1, rel=2e-3)
    switch.exclusive_slot_close("1102")
    assert switch.get_closed_channels("allslots") == ["1102", "2101"]
    switch.open_channel("allslots")
    assert abs(chip.current()) < 1e-6


def test_connect_opens_and_disconnect_closes(switch: Keithley3706A, chip: Any) -> None:
    """Trap 13: use `close_channel` and `open_channel` of this driver."""
    chip.source()
    switch.disconnect_row_from_columns(1, 1, [1])
    assert switch.get_closed_channels("allslots") == ["1101"]
    assert chip.conducting() == pytest.approx(1, rel=2e-3)
    switch.connect_row_to_columns(1, 1, [1])
    assert switch.get_closed_channels("allslots") is None
    assert abs(chip.current()) < 1e-6


def test_settings_are_taken_and_given_back(switch: Keithley3706A) -> None:
    switch.set_delay("1101", 0.01)
    assert switch.get_delay("1101,1102") == [0.01, 0.0]
    for rule in ("MAKE_BEFORE_BREAK", "OFF", "BREAK_BEFORE_MAKE"):
        switch.channel_connect_rule(rule)
        assert switch.channel_connect_rule() == rule
    switch.set_forbidden_channels("1103,1104")
    assert switch.get_forbidden_channels("allslots") == "1103,1104"
    with pytest.warns(UserWarning, match="forbidden"):
        switch.close_channel("1103")
    assert switch.get_closed_channels("allslots") is None
    switch.clear_forbidden_channels("allslots")
    assert switch.get_forbidden_channels("allslots") == "nil"
    switch.set_backplane("1101", "1911,1912")
    assert switch.get_backplane("1101") == "1911,1912"
    assert switch.gpib_enabled() is True
    assert switch.gpib_address() == 16


def test_backplane_relays_are_closed_by_name(switch: Keithley3706A) -> None:
    switch.close_channel("1101,1911")
    assert switch.get_closed_channels("slot1") == ["1101", "1911"]
    switch.reset_channel("slot1")
    assert switch.get_closed_channels("allslots") is None
