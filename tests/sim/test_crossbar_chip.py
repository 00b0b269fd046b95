"""A crossbar behind the relays of a virtual bench: lines that float, limits, and writes that reach the neighbours."""

from pathlib import Path

import numpy as np
import pytest
from labkit_sim import VirtualBench, open_virtual_bench
from labkit_sim.crossbar import MemristorCells, MemristorCrossbar, Scheme, Wires
from labkit_sim.devices import Memristor

from labkit.core import Bench, Crosspoint, FloatArray, LabkitError, Nanoseconds, load_yaml

SIZE = 3
DOCUMENT = """\
schema_version: 1
name: small
instruments:
  smu: {driver: keysight_b2902a, address: "TCPIP0::192.168.1.29::inst0::INSTR"}
  matrix: {driver: keysight_b2201a, address: "GPIB0::22::INSTR"}
terminals:
  top: {instrument: smu, maximum_voltage: 5 V, maximum_current: 10 mA}
  bottom: {grounded: true}
switch:
  instrument: matrix
  rows: {top: "1", bottom: "14"}
  crossbar: {rows: ["1", "2", "3"], columns: ["13", "14", "15"]}
virtual:
  device: DEVICE
  chip: {variation: 10 %, crossbar: {word_segment: 2 ohm, bit_segment: 3 ohm, word_contact: 50 ohm}}
"""
WIRES = Wires(2.0, 3.0, 50.0)


def bench(device: str = "halide_memristor") -> VirtualBench:
    document = Bench.model_validate(load_yaml(DOCUMENT.replace("DEVICE", device), "bench.yaml").data)
    return open_virtual_bench(document, Path())


def cell(virtual: VirtualBench, row: int, column: int) -> Memristor:
    found = virtual.devices[f"r{row + 1}c{column + 1}"]
    assert isinstance(found, Memristor)
    return found


def conductances(virtual: VirtualBench) -> FloatArray:
    return np.array([[cell(virtual, row, column).conductance for column in range(SIZE)] for row in range(SIZE)])


def select(virtual: VirtualBench, row: int, column: int) -> None:
    virtual.switchboard.set(Crosspoint("1", str(row + 1)), True)
    virtual.switchboard.set(Crosspoint("14", str(column + 13)), True)


def drive(virtual: VirtualBench, voltage: float, duration: float, limit: float = 1e-3) -> None:
    world = virtual.world
    world.set_drive("top", voltage, limit)
    world.advance_to(Nanoseconds(world.now + round(duration * 1e9)))
    world.set_drive("top", 0.0, limit)


def test_a_pulse_disturbs_the_neighbours_on_lines_that_float() -> None:
    virtual, apart = bench(), bench()
    alone = MemristorCrossbar(
        MemristorCells([[cell(apart, row, k) for k in range(SIZE)] for row in range(SIZE)]), WIRES
    )
    before = conductances(virtual)
    select(virtual, 0, 2)
    drive(virtual, 0.6, 0.1)
    alone.pulse(Scheme.FLOATING, 0, 2, 0.6, 0.1)
    after = conductances(virtual)
    np.testing.assert_allclose(after, alone.conductances, rtol=1e-4)  # the relays' contacts are in the way here only
    change = after / before - 1
    assert change[0, 2] == np.max(change)
    assert change[0, 0] > 1e-3  # the other cells of the lines get a share of the voltage
    assert change[1, 2] > 1e-3


def test_all_lines_together_draw_no_more_than_the_limit() -> None:
    virtual = bench()
    select(virtual, 1, 1)
    virtual.world.set_drive("top", 0.1, 1e-7)
    voltage, current = virtual.world.response("top")
    assert current == pytest.approx(1e-7, rel=1e-6)
    assert 0 < voltage < 0.1
    virtual.world.set_drive("top", -0.1, 1e-7)
    assert virtual.world.response("top")[1] == pytest.approx(-1e-7, rel=1e-6)


def test_a_source_that_may_deliver_nothing_lets_its_line_float() -> None:
    virtual = bench()
    select(virtual, 1, 1)
    virtual.world.set_drive("top", 0.1, 0.0)
    assert virtual.world.response("top")[1] == pytest.approx(0, abs=2e-11)


def test_a_line_on_ground_takes_what_the_word_line_delivers() -> None:
    """The relays' offset currents, at most a picoampere each, are all that the two differ by."""
    virtual = bench()
    select(virtual, 1, 1)
    virtual.world.set_drive("top", 0.1)
    assert virtual.world.response("top")[1] == pytest.approx(-virtual.world.response("bottom")[1], abs=2e-11)


def test_without_a_path_to_ground_no_current_flows_and_all_lines_follow() -> None:
    virtual = bench()
    virtual.switchboard.set(Crosspoint("1", "1"), True)
    virtual.world.set_drive("top", 0.3)
    assert virtual.world.response("top")[1] == pytest.approx(0, abs=1e-10)
    node = virtual.world.chip.columns["15"]
    assert virtual.world.at_node(node, [])[0] == pytest.approx(0.3, abs=1e-6)


def test_cells_forget_while_nothing_is_connected() -> None:
    virtual, apart = bench(), bench()
    select(virtual, 0, 0)
    drive(virtual, 0.6, 0.1)
    written = conductances(virtual)
    virtual.switchboard.set(Crosspoint("1", "1"), False)
    virtual.world.advance_to(Nanoseconds(virtual.world.now + 10**10))
    virtual.world.set_drive("top", 0.1)
    assert conductances(virtual)[0, 0] < written[0, 0]
    assert conductances(virtual)[0, 0] > conductances(apart)[0, 0]


@pytest.mark.parametrize(
    ("device", "words"), [("ecm_cell", "r1c1 is a SwitchingCell"), ("field_effect_transistor", "no")]
)
def test_a_cell_that_is_no_memristor_is_refused(device: str, words: str) -> None:
    with pytest.raises(LabkitError, match=words):
        bench(device)


def test_a_crossbar_needs_one_behind_the_switch() -> None:
    document = load_yaml(DOCUMENT.replace("DEVICE", "halide_memristor"), "bench.yaml").data
    cells = {"instrument": "matrix", "rows": {"top": "1"}, "cells": {"a": {"top": "1", "bottom": "13"}}}
    with pytest.raises(LabkitError, match="no crossbar behind a switch"):
        open_virtual_bench(Bench.model_validate(document | {"switch": cells}), Path())
