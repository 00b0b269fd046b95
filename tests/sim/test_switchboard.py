"""Cells of a chip behind a switch matrix: what is joined, what it costs on the way, and what a hot contact tells."""

from collections.abc import Mapping
from typing import Any

import pytest
from labkit_sim import Contact, Station, Switchboard, World, wire
from labkit_sim.devices import Device, Memristor, Photoconductor, Resistor, load_preset

from labkit.core import Bench, Crosspoint, LabkitError

MATRIX = "GPIB0::16::INSTR"


def bench(**switch: Any) -> Bench:
    source = {"maximum_voltage": "5 V", "maximum_current": "10 mA"}
    return Bench.model_validate(
        {
            "name": "chip",
            "instruments": {
                "smu": {"driver": "any", "address": "GPIB0::1::INSTR"},
                "other": {"driver": "any", "address": "GPIB0::2::INSTR"},
                "matrix": {"driver": "any", "address": MATRIX},
            },
            "terminals": {
                "top": {"instrument": "smu", **source},
                "second": {"instrument": "other", **source},
                "bottom": {"grounded": True},
            },
            "switch": {
                "instrument": "matrix",
                "rows": {"top": "A", "bottom": "B", "second": "C"},
                "cells": {"one": {"top": "1", "bottom": "2"}, "two": {"top": "3", "bottom": "4"}},
                **switch,
            },
            "virtual": {"device": "resistor"},
        }
    )


class Rig:
    """A chip on a bench, with the contacts as the test wants them."""

    def __init__(self, devices: Mapping[str, Device], contact: Contact | None = None, **switch: Any) -> None:
        document = bench(**switch)
        assert document.switch is not None
        self.world = World(devices, 1, document.switch.wiring())
        wiring = wire(document, self.world)
        self.stations: Mapping[str, Station] = wiring.stations
        self.board: Switchboard = wiring.switchboard
        self.board.fit(contact or Contact(0.0, 0.0))
        self.smu = self.stations["smu"].electrical_port()
        self.other = self.stations["other"].electrical_port()

    def close(self, *crosspoints: str) -> None:
        for point in crosspoints:
            self.board.set(Crosspoint(point[0], point[1:]), True)

    def open(self, *crosspoints: str) -> None:
        for point in crosspoints:
            self.board.set(Crosspoint(point[0], point[1:]), False)


def two_resistors(**keys: Any) -> Rig:
    return Rig({"one": Resistor(1e3), "two": Resistor(4e3)}, **keys)


def test_the_matrix_of_the_switch_moves_the_relays_and_no_other_does() -> None:
    rig = two_resistors()
    assert rig.stations["matrix"].switchboard is rig.board
    assert rig.stations["smu"].switchboard is not rig.board


def test_a_lead_past_the_matrix_to_a_pad_that_is_on_a_column_is_told() -> None:
    with pytest.raises(LabkitError, match="bottom is on no row of the switch"):
        two_resistors(rows={"top": "A", "second": "C"})


def test_a_ground_past_the_matrix_serves_all_cells() -> None:
    rig = two_resistors(rows={"top": "A", "second": "C"}, cells={"one": {"top": "1"}, "two": {"top": "3"}})
    rig.smu.drive(1.0, 1e-2)
    rig.close("A1")
    assert rig.smu.response() == pytest.approx((1.0, 1e-3))
    rig.close("A3")
    assert rig.smu.response() == pytest.approx((1.0, 1.25e-3))


def test_a_source_sees_the_cell_that_is_connected_and_nothing_else() -> None:
    rig = two_resistors()
    rig.smu.drive(1.0, 1e-2)
    assert rig.smu.response() == (1.0, 0.0), "all open"
    rig.close("A1")
    assert rig.smu.response() == (1.0, 0.0), "the bottom floats"
    rig.close("B2")
    assert rig.smu.response() == pytest.approx((1.0, 1e-3))
    rig.open("A1", "B2")
    rig.close("A3", "B4")
    assert rig.smu.response() == pytest.approx((1.0, 2.5e-4))
    rig.close("A1", "B2")
    assert rig.smu.response() == pytest.approx((1.0, 1.25e-3)), "both in parallel"


def test_two_contacts_stand_in_series_with_a_cell() -> None:
    rig = two_resistors(contact=Contact(resistance=10.0, offset_current=0.0))
    rig.close("A1", "B2")
    rig.smu.drive(1.0, 1e-2)
    voltage, current = rig.smu.response()
    assert voltage == 1.0, "the source holds its own end of the lead"
    assert 2 * 2.0 < 1.0 / current - 1e3 < 2 * 10.0


def test_open_contacts_leak_within_their_data_sheet() -> None:
    leaks = set()
    for _ in range(2):
        rig = two_resistors(contact=Contact(0.0, offset_current=1e-12))
        leak = rig.smu.response()[1]
        assert 0 < abs(leak) < 4e-12, "four columns"
        leaks.add(leak)
        rig.close("A1")
        assert rig.smu.response()[1] != leak, "a closed contact does not leak"
    assert len(leaks) == 1, "drawn once for a seed"


def test_cold_switching_leaves_no_trace_and_hot_switching_does() -> None:
    rig = two_resistors()
    rig.smu.drive(1e-3, 1e-2)
    rig.close("A1", "B2")
    rig.open("A1")
    assert rig.board.hot_switches == []
    rig.world.advance_to(5_000)
    rig.smu.drive(2.0, 1e-2)
    rig.close("A1")
    rig.open("B2")
    closing, opening = rig.board.hot_switches
    assert (closing.crosspoint, closing.closed, closing.time) == (Crosspoint("A", "1"), True, 5_000)
    assert (closing.voltage, closing.current) == pytest.approx((2.0, 2e-3))
    assert (opening.crosspoint, opening.closed) == (Crosspoint("B", "2"), False)
    assert (abs(opening.voltage), abs(opening.current)) == pytest.approx((2.0, 2e-3))


def test_of_two_sources_on_one_column_the_stiffer_wins_and_the_conflict_is_told() -> None:
    rig = two_resistors()
    rig.close("A1", "C1", "B2")
    rig.smu.drive(1.0, 1e-2)
    assert rig.world.conflicts == []
    rig.other.drive(0.0, 1e-3, resistance=50.0)
    (conflict,) = rig.world.conflicts
    assert (conflict.place, conflict.sources) == ("column 1", ("top", "second"))
    assert rig.other.response() == pytest.approx((1.0, -1e-3)), "it sinks what its limit allows"
    assert rig.smu.response() == pytest.approx((1.0, 2e-3)), "the device's and the other's"
    rig.other.release()
    assert rig.smu.response() == pytest.approx((1.0, 1e-3))


def test_a_source_that_is_short_to_ground_is_at_its_limit() -> None:
    rig = two_resistors(contact=Contact(1.0, 0.0))
    rig.close("A1", "B1")
    rig.smu.drive(1.0, 1e-3)
    voltage, current = rig.smu.response()
    assert current == 1e-3
    assert 0 < voltage < 2 * 1e-3, "the contacts are left"
    assert len(rig.world.conflicts) == 1


def test_half_selected_cells_of_a_crossbar_see_their_lines() -> None:
    crossbar = {"rows": ["1", "2"], "columns": ["3", "4"]}
    devices = {f"r{i}c{j}": Resistor(1e3 * (2 * i + j - 2)) for i in (1, 2) for j in (1, 2)}
    rig = Rig(devices, cells={}, crossbar=crossbar)
    rig.close("A1", "C2", "B3")  # word line 1 at 1 V, word line 2 at 0.5 V, bit line 1 grounded, bit line 2 floats
    rig.smu.drive(1.0, 1e-2)
    rig.other.drive(0.5, 1e-2)
    assert rig.smu.response() == pytest.approx((1.0, 1.0 / 1e3))
    assert rig.other.response() == pytest.approx((0.5, 0.5 / 3e3))
    rig.close("B4")
    assert rig.smu.response() == pytest.approx((1.0, 1.0 / 1e3 + 1.0 / 2e3))


def test_cells_on_one_lead_share_its_limit() -> None:
    rig = two_resistors()
    rig.close("A1", "B2", "A3", "B4")
    rig.smu.drive(1.0, 1e-3)
    voltage, current = rig.smu.response()
    assert current == pytest.approx(1e-3)
    assert voltage == pytest.approx(1e-3 * 800.0), "1 and 4 kohm in parallel"
    rig.open("A3")
    assert rig.smu.response() == pytest.approx((1.0, 1e-3)), "alone, a cell has all of it"


class Counting(Photoconductor):
    """A photoconductor that counts how often it is moved."""

    moves = 0

    def advance(self, stimulus: Any, duration: float) -> None:
        self.moves += 1


def test_cells_at_rest_cost_nothing_until_they_are_looked_at() -> None:
    devices = {name: Counting(1e-9, 1.0, 1e-8) for name in ("one", "two")}
    rig = Rig(devices)
    rig.close("A1", "B2")
    for k in range(100):
        rig.world.advance_to(1_000 * (k + 1))
        rig.smu.drive(0.1 * (k % 2), 1e-3)
    assert devices["one"].moves == 100
    assert devices["two"].moves == 0


def test_a_cell_at_rest_has_seen_all_the_light() -> None:
    def lit(contacts: bool) -> float:
        devices = {name: load_preset("heterojunction_phototransistor", 3) for name in ("one",)}
        rig = Rig(devices, cells={"one": {"drain": "1", "source": "2"}})
        if contacts:
            rig.close("A1", "B2")
        for k in range(5):
            rig.world.advance_to(k * 1_000_000_000)
            rig.world.set_irradiance("lamp", 455e-9, 1.0 if k % 2 else 0.0)
        rig.world.advance_to(5_500_000_000)
        rig.close("A1", "B2")
        rig.smu.drive(0.1, 1e-3)
        return rig.smu.response()[1]

    assert lit(False) == pytest.approx(lit(True), rel=1e-12)
    assert lit(False) > 0


def test_a_cell_that_was_written_keeps_its_state_while_another_is_measured() -> None:
    devices = {name: load_preset("halide_memristor", k) for k, name in enumerate(("one", "two"))}
    rig = Rig(devices)
    one = devices["one"]
    assert isinstance(one, Memristor)
    rig.close("A1", "B2")
    rig.smu.drive(0.8, 1e-2)
    rig.world.advance_to(1_000_000)
    rig.smu.drive(0.0, 1e-2)
    rig.open("A1", "B2")
    written = one.conductance
    assert written > one.parameters.lowest_conductance
    rig.close("A3", "B4")
    rig.smu.drive(-0.8, 1e-2)
    rig.world.advance_to(2_000_000)
    rig.smu.drive(0.0, 1e-2)
    assert one.conductance == written
    rig.world.device_of("one")
    assert 0 < one.conductance < written, "relaxed meanwhile"


def test_half_connected_cells_are_left_at_rest() -> None:
    """A word line of a large crossbar that is pulsed moves the selected cell alone."""
    size = 16
    crossbar = {"rows": [f"w{k}" for k in range(size)], "columns": [f"b{k}" for k in range(size)]}
    devices = {f"r{i}c{j}": Counting(1e-9, 1.0, 1e-8) for i in range(1, size + 1) for j in range(1, size + 1)}
    rig = Rig(devices, cells={}, crossbar=crossbar)
    rig.close("Aw3", "Bb5")
    for k in range(10):
        rig.world.advance_to(1_000 * (k + 1))
        rig.smu.drive(0.1 * (k % 2), 1e-3)
    assert {name: device.moves for name, device in devices.items() if device.moves} == {"r4c6": 10}
    assert rig.world.chip.cells["r4c6"].active
