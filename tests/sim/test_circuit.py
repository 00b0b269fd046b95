"""Whatever the contacts and the sources do: charge is kept, limits hold, and looking changes nothing."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim import Contact, Lead, Sampling, Switchboard, World
from labkit_sim.devices import Device, Drive, Resistor, load_preset

from labkit.core import Crosspoint, FloatArray, IntArray, Nanoseconds

ROWS, COLUMNS = ("A", "B", "C"), ("1", "2", "3", "4")
PADS = {
    "left": {"top": "1", "bottom": "2"},
    "right": {"top": "3", "bottom": "4"},
    "across": {"top": "1", "bottom": "4"},
}

drives = st.none() | st.builds(
    Drive, st.floats(-1, 1), st.sampled_from([np.inf, 1e-2, 1e-6]), st.sampled_from([0.0, 50.0, 1e4])
)
contacts = st.sets(st.sampled_from([Crosspoint(row, column) for row, column in product(ROWS, COLUMNS)]))


def joined(devices: dict[str, Device], contact: Contact) -> tuple[World, Switchboard]:
    world = World(devices, 1, PADS)
    board = Switchboard(world)
    for row in ROWS:
        lead = Lead(f"lead {row}")
        world.connect(lead)
        board.plug(lead, row)
    board.fit(contact)
    return world, board


def sources_meet(closed: set[Crosspoint], levels: tuple[Drive | None, ...]) -> bool:
    """Whether two sources of different voltage are on one column: how they share their limits is not modelled."""
    level_of = dict(zip(ROWS, levels, strict=True))
    on = {column: {level_of[point.row] for point in closed if point.column == column} - {None} for column in COLUMNS}
    return any(len({drive.voltage for drive in met if drive}) > 1 for met in on.values())


@settings(max_examples=150)
@given(levels=st.tuples(drives, drives, drives), closed=contacts)
def test_what_flows_in_by_some_leads_flows_out_by_the_others(
    levels: tuple[Drive | None, ...], closed: set[Crosspoint]
) -> None:
    devices: dict[str, Device] = {"left": Resistor(1e3), "right": Resistor(3e4), "across": Resistor(7e5)}
    world, board = joined(devices, Contact(1.0, 0.0))
    for crosspoint in sorted(closed):
        board.set(crosspoint, True)
    for row, drive in zip(ROWS, levels, strict=True):
        if drive is not None:
            world.set_drive(f"lead {row}", drive.voltage, drive.limit, drive.resistance)
    currents = [world.response(f"lead {row}")[1] for row in ROWS]
    scale = max(map(abs, currents))
    assert sum(currents) == pytest.approx(0.0, abs=1e-9 * scale + 1e-20)
    if not sources_meet(closed, levels):
        for current, drive in zip(currents, levels, strict=True):
            assert drive is None or abs(current) <= drive.limit * (1 + 1e-9)
    for crosspoint in sorted(closed):
        board.set(crosspoint, False)
    assert [world.response(f"lead {row}")[1] for row in ROWS] == [0.0, 0.0, 0.0]


@settings(max_examples=60)
@given(level=st.floats(-1, 1), resistance=st.sampled_from([0.0, 50.0]), contact=st.floats(0.1, 100.0))
def test_a_lone_path_is_a_divider_of_all_that_is_in_it(level: float, resistance: float, contact: float) -> None:
    devices: dict[str, Device] = {name: Resistor(1e3) for name in PADS}
    world, board = joined(devices, Contact(contact, 0.0))
    board.set(Crosspoint("A", "1"), True)
    board.set(Crosspoint("B", "2"), True)
    world.set_drive("lead A", level, resistance=resistance)
    world.set_drive("lead B", 0.0)
    voltage, current = world.response("lead A")
    _, back = world.response("lead B")
    assert back == -current
    assert voltage == pytest.approx(level - resistance * current, abs=1e-12)
    low, high = 1e3 + resistance + 0.4 * contact, 1e3 + resistance + 2 * contact
    assert abs(level) / high * (1 - 1e-9) <= abs(current) <= abs(level) / low * (1 + 1e-9)


def routed(cuts: list[int]) -> tuple[FloatArray, list[float]]:
    """Route a source from one memristor to another under light while its current is sampled, looking at `cuts` (ns)."""
    world, board = joined({name: load_preset("halide_memristor", k) for k, name in enumerate(PADS)}, Contact())
    found: list[FloatArray] = []

    def sink(times: IntArray, voltage: FloatArray, current: FloatArray) -> None:
        found.append(current)

    def move(closed: bool, *names: str) -> None:
        for name in names:
            board.set(Crosspoint(name[0], name[1:]), closed)

    move(True, "A1", "B2")
    world.set_drive("lead B", 0.0)
    world.set_drive("lead A", 0.6, 1e-2)
    world.sample(Sampling("lead A", Nanoseconds(100), Nanoseconds(100_000), 100, Nanoseconds(60_000), sink))
    world.at(2_000_000, lambda: world.set_irradiance("lamp", 455e-9, 1.0))
    world.at(3_030_000, lambda: move(False, "A1", "B2"))
    world.at(4_070_000, lambda: move(True, "A3", "B4"))
    world.at(6_000_000, lambda: world.set_drive("lead A", 0.1, 1e-2))
    for cut in sorted(cuts):
        world.advance_to(cut)
        world.response("lead A")
        world.collect()
    world.advance_to(12_000_000)
    return np.concatenate(found), [world.response(f"lead {row}")[1] for row in ROWS]


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 12_000_000), max_size=8))
def test_looking_while_contacts_move_changes_nothing(cuts: list[int]) -> None:
    plain, last = routed([])
    cut, last_of_cut = routed(cuts)
    assert len(plain) == 100
    assert cut == pytest.approx(plain, rel=1e-8), "behind contacts a write is integrated, to 1e-9 a step"
    assert last_of_cut == pytest.approx(last, rel=1e-8)
