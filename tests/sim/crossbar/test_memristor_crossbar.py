"""Memristors as the cells of a crossbar: alone as the bare device, together by Kirchhoff's laws, pulse after pulse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.crossbar import (
    Bias,
    CellDevice,
    Crossbar,
    MemristorCells,
    MemristorCrossbar,
    Scheme,
    SelectedCells,
    SelectorPart,
    SinhCells,
    Wires,
    read_bias,
)
from labkit_sim.devices import OPEN_CIRCUIT, SHORT, Defect, Drive, Memristor, MemristorPreset, Stimulus, read_preset

from labkit.core import FloatArray

WIRES = Wires(20.0, 30.0, 100.0, 50.0)
SELECTOR = SelectorPart(1e-12, 0.03)


def memristor(seed: int, preset: str = "halide_memristor") -> Memristor:
    found = read_preset(preset)
    assert isinstance(found, MemristorPreset)
    device = found.build_cell(seed, 0.1)
    assert isinstance(device, Memristor)
    return device


def crossbar(
    words: int, bits: int, wires: Wires = WIRES, selector: SelectorPart | None = None, dead: CellDevice | None = None
) -> MemristorCrossbar:
    grid: list[list[CellDevice]] = [[memristor(10 * word + bit) for bit in range(bits)] for word in range(words)]
    if dead is not None:
        grid[-1][-1] = dead
    return MemristorCrossbar(MemristorCells(grid, selector), wires)


LEVELS = st.lists(st.tuples(st.sampled_from([0.5, -0.5, 0.1, 0.0, 0.45]), st.floats(1e-3, 2.0)), min_size=1, max_size=6)


@pytest.mark.parametrize("preset", ["halide_memristor", "worn_memristor", "filamentary_memristor"])
@given(levels=LEVELS)
@settings(max_examples=20, deadline=None)
def test_a_single_cell_is_the_bare_device(preset: str, levels: list[tuple[float, float]]) -> None:
    bare, cell = memristor(3, preset), memristor(3, preset)
    alone = MemristorCrossbar(MemristorCells([[cell]]))
    for voltage, duration in levels:
        bare.advance(Stimulus({"top": Drive(voltage)}), duration)
        alone.hold(Bias(np.array([voltage]), np.array([0.0])), duration)
        assert alone.conductances[0, 0] == pytest.approx(bare.conductance, rel=1e-12)
    alone.cells.give_back()
    assert cell.populations == pytest.approx(bare.populations, abs=1e-12)
    bare.advance(Stimulus({"top": Drive(0.5)}), 0.1)
    cell.advance(Stimulus({"top": Drive(0.5)}), 0.1)
    assert cell.conductance == pytest.approx(bare.conductance, rel=1e-12)


def test_a_single_cell_behind_a_resistance_is_the_bare_device_behind_it() -> None:
    bare, cell = memristor(3), memristor(3)
    alone = MemristorCrossbar(MemristorCells([[cell]]), Wires(word_contact=3e4))
    for voltage, duration in ((0.5, 0.1), (0.1, 1.0), (-0.5, 0.1), (0.5, 0.3)):
        bare.advance(Stimulus({"top": Drive(voltage, resistance=3e4)}), duration)
        alone.hold(Bias(np.array([voltage]), np.array([0.0])), duration)
        assert alone.conductances[0, 0] == pytest.approx(bare.conductance, rel=1e-5)


def test_ideal_lines_that_are_all_driven_move_every_cell_as_if_alone() -> None:
    """Under V/2 the selected cell has the whole pulse, its row and column half of it, all others nothing."""
    together = crossbar(3, 4, Wires())
    together.hold(read_bias(Scheme.HALF, (3, 4), 1, 2, 0.9), 0.1)
    for word in range(3):
        for bit in range(4):
            bare, voltage = memristor(10 * word + bit), 0.45 * ((word == 1) + (bit == 2))
            bare.advance(Stimulus({"top": Drive(voltage)}), 0.1)
            assert together.conductances[word, bit] == pytest.approx(bare.conductance, rel=1e-12)


def test_half_selected_cells_are_disturbed_and_the_rest_is_not() -> None:
    together = crossbar(4, 4)
    before = together.conductances
    together.pulse(Scheme.HALF, 0, 3, 0.9, 0.1)
    change = together.conductances / before - 1
    half = np.zeros((4, 4), bool)
    half[0, :3], half[1:, 3] = True, True
    rest = np.ones((4, 4), bool)
    rest[0, :], rest[:, 3] = False, False
    assert change[0, 3] > 5 * np.max(change[half])
    assert np.min(change[half]) > 10 * np.max(np.abs(change[rest]))


def test_wire_resistance_weakens_the_write_of_the_far_corner() -> None:
    grown = []
    for wires in (Wires(), Wires(2000.0, 2000.0)):
        together = crossbar(4, 4, wires)
        before = together.conductances
        together.pulse(Scheme.HALF, 3, 3, 0.5, 0.1)
        grown.append(float((together.conductances - before)[3, 3]))
    assert 0 < grown[1] < 0.95 * grown[0]


@pytest.mark.parametrize("selector", [None, SELECTOR])
@pytest.mark.parametrize("scheme", [*Scheme])
def test_charge_and_energy_are_conserved_all_along_a_pulse(scheme: Scheme, selector: SelectorPart | None) -> None:
    together = crossbar(3, 3, selector=selector)
    bias = read_bias(scheme, (3, 3), 0, 2, 0.5)
    course = together.course(bias)
    course.settle(0.05)
    found = together.now().solve(bias)
    assert found.imbalance < 1e-9
    assert np.sum(found.word_currents) == pytest.approx(np.sum(found.bit_currents), rel=1e-9)
    cells = float(np.sum(found.voltages * found.currents))
    assert cells < found.power < 1.2 * cells  # the wires take the rest
    ends = course.along(np.linspace(0, 0.05, 7))
    np.testing.assert_allclose(np.sum(ends.word_currents, axis=1), np.sum(ends.bit_currents, axis=1), rtol=1e-6)
    np.testing.assert_allclose(ends.word_currents[-1], found.word_currents, rtol=1e-5, atol=1e-5 * 1e-6)


def test_two_by_two_floating_cells_are_three_in_series_beside_one() -> None:
    """The exact small case: ohmic cells without wires, the sneak path written by hand."""
    values = np.array([[1e-6, 2e-6], [3e-6, 4e-6]])
    dead: list[list[CellDevice]] = [[Defect(("top", "bottom"), float(value)) for value in row] for row in values]
    read = MemristorCrossbar(MemristorCells(dead)).read(Scheme.FLOATING, 0, 0, 0.1)
    sneak = 1 / (1 / 2e-6 + 1 / 4e-6 + 1 / 3e-6)
    assert read.current == pytest.approx(0.1 * (1e-6 + sneak), rel=1e-9)


def test_many_small_steps_come_to_what_one_course_gives() -> None:
    """The controlled steps against fifty times as many with frozen potentials: the fine-step integrator."""
    once, often = crossbar(3, 3), crossbar(3, 3)
    bias = read_bias(Scheme.FLOATING, (3, 3), 0, 0, 0.6)
    once.hold(bias, 0.02)
    for _ in range(200):
        often.hold(bias, 1e-4)
    np.testing.assert_allclose(once.conductances, often.conductances, rtol=1e-5)


@pytest.mark.parametrize(("conductance", "larger"), [(SHORT, True), (OPEN_CIRCUIT, False)])
def test_a_dead_cell_stays_and_falsifies_its_neighbours(conductance: float, larger: bool) -> None:
    sound, broken = crossbar(3, 3), crossbar(3, 3, dead=Defect(("top", "bottom"), conductance))
    for word, bit in ((0, 2), (2, 0), (1, 1)):
        right, wrong = (each.read(Scheme.FLOATING, word, bit, 0.1).current for each in (sound, broken))
        assert (wrong > right) is larger
    broken.pulse(Scheme.HALF, 2, 2, 0.5, 0.1)
    assert broken.conductances[2, 2] == conductance


@given(st.floats(-1.5, 1.5), st.floats(1e-9, 1e-4), st.sampled_from([np.inf, 0.2]))
@settings(max_examples=60, deadline=None)
def test_cell_and_selector_share_the_voltage(voltage: float, conductance: float, scale: float) -> None:
    cells = SelectedCells(np.array([[conductance]]), np.array([[scale]]), SELECTOR)
    volts = np.array([[voltage]])
    current, slope = cells.currents(volts)
    inner = cells.across(volts)
    taken = SELECTOR.scale * np.arcsinh(current / SELECTOR.current)
    np.testing.assert_allclose(inner + taken, volts, rtol=1e-9, atol=1e-12)
    assert float(current[0, 0]) * voltage >= 0
    step = 1e-6
    between = (cells.currents(volts + step)[0] - cells.currents(volts - step)[0]) / (2 * step)
    np.testing.assert_allclose(slope, between, rtol=1e-3, atol=1e-16)


def test_without_a_selector_cells_conduct_as_sinh_cells_do() -> None:
    values: FloatArray = np.full((2, 3), 1e-6)
    own, known = SelectedCells(values, np.full((2, 3), 0.2)), SinhCells(values, 0.2)
    bias = read_bias(Scheme.THIRD, (2, 3), 0, 1, 0.4)
    np.testing.assert_allclose(
        Crossbar(own, WIRES).solve(bias).currents, Crossbar(known, WIRES).solve(bias).currents, rtol=1e-9
    )


def test_rows_of_different_lengths_make_no_crossbar() -> None:
    with pytest.raises(ValueError, match="as many bit lines"):
        MemristorCells([[memristor(1), memristor(2)], [memristor(3)]])
