"""Cells, reads and products of a crossbar."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.crossbar import (
    Cells,
    Converter,
    Crossbar,
    OhmicCells,
    RectifyingCells,
    Scheme,
    SelectorCells,
    SinhCells,
    Wires,
    gated,
    ideal_product,
    multiply,
    read_cell,
)

from labkit.core import FloatArray

VALUES = np.array([[1e-7, 1e-6], [1e-5, 1e-4]])
MODELS: list[Cells] = [
    OhmicCells(VALUES),
    SinhCells(VALUES, 0.3),
    SelectorCells(VALUES, 1e-9, 0.06),
    RectifyingCells(VALUES, 1e-10, 0.04, leakage=1e-9),
]


def at(cells: Cells, voltage: float) -> tuple[FloatArray, FloatArray]:
    return cells.currents(np.full(cells.shape, voltage))


@pytest.mark.parametrize("cells", MODELS, ids=lambda cells: type(cells).__name__)
@given(st.floats(-2, 2))
@settings(max_examples=50, deadline=None)
def test_a_cell_is_passive_and_its_slope_is_its_derivative(cells: Cells, voltage: float) -> None:
    current, slope = at(cells, voltage)
    assert np.all(current * voltage >= 0)
    assert np.all(slope > 0)
    step = 1e-6
    between = (at(cells, voltage + step)[0] - at(cells, voltage - step)[0]) / (2 * step)
    np.testing.assert_allclose(slope, between, rtol=1e-4, atol=1e-14)


@given(st.floats(-2, 2))
def test_cell_and_selector_share_the_voltage(voltage: float) -> None:
    current, _ = at(MODELS[2], voltage)
    np.testing.assert_allclose(current / VALUES + 0.06 * np.arcsinh(current / 1e-9), voltage, rtol=1e-9, atol=1e-15)


@given(st.floats(-0.5, 2))
def test_cell_and_diode_share_the_voltage(voltage: float) -> None:
    current = at(MODELS[3], voltage)[0] - 1e-9 * voltage
    np.testing.assert_allclose(current / VALUES + 0.04 * np.log1p(current / 1e-10), voltage, rtol=1e-5, atol=1e-9)


def test_a_gated_cell_conducts_where_its_word_line_is_open() -> None:
    conductances = gated(VALUES, np.array([1, 0]), 1e-3, 1e-12).conductances
    np.testing.assert_allclose(1 / conductances, 1 / VALUES + np.array([[1e3], [1e12]]))


@pytest.mark.parametrize(("words", "bits"), [(2, 2), (4, 7), (16, 16)])
def test_of_equal_cells_the_sneak_path_is_three_resistors(words: int, bits: int) -> None:
    """All unselected lines floating: the other cells of the word line, those of neither line, those of the bit line."""
    read = read_cell(Crossbar(OhmicCells(np.full((words, bits), 1e-6))), Scheme.FLOATING, 0, 0, 0.2)
    path = 1 / (1 / (bits - 1) + 1 / ((words - 1) * (bits - 1)) + 1 / (words - 1))
    assert read.error == pytest.approx(path, rel=1e-9)
    assert read.current == pytest.approx(read.through_cell * (1 + path), rel=1e-9)


def test_grounded_lines_and_ideal_wires_let_nothing_creep() -> None:
    for cells in MODELS:
        assert read_cell(Crossbar(cells), Scheme.GROUNDED, 0, 1, 0.3).error == pytest.approx(0, abs=1e-12)


def test_half_of_the_voltage_stands_across_half_selected_cells() -> None:
    cells = SinhCells(np.full((5, 5), 1e-6), 0.1)
    read = read_cell(Crossbar(cells), Scheme.HALF, 2, 2, 0.4)
    np.testing.assert_allclose(read.solution.voltages[:, 2], [0.2, 0.2, 0.4, 0.2, 0.2])
    assert read.error == pytest.approx(4 * np.sinh(2) / np.sinh(4), rel=1e-12)
    third = read_cell(Crossbar(cells), Scheme.THIRD, 2, 2, 0.4)
    assert np.sort(np.abs(third.solution.voltages).ravel())[:-1] == pytest.approx(0.4 / 3)


@pytest.mark.parametrize("wires", [Wires(), Wires(2, 2, 50, 50)])
def test_selectors_take_most_of_the_error_away(wires: Wires) -> None:
    """The worst case: a cell that is off among cells that are all on."""
    values = np.full((16, 16), 1e-5)
    values[0, 15] = 1e-7
    plain = read_cell(Crossbar(OhmicCells(values), wires), Scheme.HALF, 0, 15, 0.5)
    for cells in (SelectorCells(values, 1e-14, 0.02), RectifyingCells(values, 1e-14, 0.02)):
        assert abs(read_cell(Crossbar(cells, wires), Scheme.HALF, 0, 15, 0.5).error) < plain.error / 20
    opened = gated(values, np.eye(16)[0], 1e-2, 1e-13)
    assert abs(read_cell(Crossbar(opened, wires), Scheme.FLOATING, 0, 15, 0.5).error) < 0.05


def test_a_converter_takes_the_nearest_of_its_levels() -> None:
    converter = Converter(2, 0.0, 3.0)
    assert converter.quantised(np.array([-1, 0.4, 0.6, 1.9, 7])).tolist() == [0, 0, 1, 2, 3]
    with pytest.raises(ValueError, match="one bit"):
        Converter(0, 0.0, 1.0)


@given(st.integers(1, 16), st.floats(0, 1))
def test_a_converter_is_never_further_off_than_half_a_step(bits: int, value: float) -> None:
    converter = Converter(bits, 0.0, 1.0)
    assert abs(converter.quantised(np.array([value]))[0] - value) <= converter.step / 2 + 1e-12


@pytest.mark.parametrize("size", [7, 8])
def test_a_product_comes_nearer_to_the_ideal_with_every_bit(size: int) -> None:
    random = np.random.default_rng(3)
    crossbar = Crossbar(OhmicCells(random.uniform(1e-6, 1e-4, (size, size))))
    inputs = random.uniform(0, 0.2, (20, size))
    ideal = ideal_product(crossbar, inputs)
    np.testing.assert_allclose(multiply(crossbar, inputs), ideal, rtol=1e-12)
    errors = []
    for bits in (4, 8, 12):
        found = multiply(crossbar, inputs, Converter(bits, 0, 0.2), Converter(bits, 0, 1.6e-4))
        errors.append(float(np.sqrt(np.mean((found - ideal) ** 2))))
    assert errors[0] > 8 * errors[1] > 64 * errors[2]


def test_a_product_of_cells_without_ohms_law() -> None:
    cells = SinhCells(VALUES, 0.2)
    inputs = np.array([[0.1, 0.3], [0.0, 0.2]])
    np.testing.assert_allclose(multiply(Crossbar(cells), inputs), 0.2 * np.sinh(inputs / 0.2) @ VALUES)
