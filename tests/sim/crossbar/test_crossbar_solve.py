"""The nodal solve of a crossbar: against exact rational arithmetic, and what holds for every resistive network."""

import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.crossbar import (
    Bias,
    Cells,
    Crossbar,
    OhmicCells,
    RectifyingCells,
    Scheme,
    SelectorCells,
    SinhCells,
    Solution,
    Wires,
    read_bias,
)

from labkit.core import FloatArray

WIRES = {
    "ideal": Wires(),
    "pieces": Wires(1.5, 2.5),
    "contacts": Wires(word_contact=100, bit_contact=30),
    "all": Wires(3, 2, 50, 20),
    "both ends": Wires(3, 2, 50, 20, both_ends=True),
    "word lines only": Wires(word_segment=7),
}


def conductances(words: int, bits: int, seed: int = 0) -> FloatArray:
    return 10 ** np.random.default_rng(seed).uniform(-7, -4, (words, bits))


def models(values: FloatArray) -> list[Cells]:
    return [
        SinhCells(values, 0.3),
        SelectorCells(values, 1e-9, 0.06),
        RectifyingCells(values, 1e-10, 0.04, leakage=1e-9),
    ]


def exact_potentials(cells: FloatArray, wires: Wires, bias: Bias) -> tuple[FloatArray, FloatArray]:
    """Dense elimination in fractions: the potentials of word and bit lines at the crossings, without any rounding."""
    words, bits = cells.shape
    names: dict[tuple[str, int, int], int] = {}

    def name(kind: str, i: int, j: int) -> tuple[str, int, int]:
        if kind == "word" and wires.word_segment == 0:
            return "word", i, 0
        return ("bit", 0, j) if kind == "bit" and wires.bit_segment == 0 else (kind, i, j)

    known: dict[tuple[str, int, int], Fraction] = {}
    branches = []
    for i in range(words):
        for j in range(bits):
            branches.append((name("word", i, j), name("bit", i, j), Fraction(cells[i, j])))
            if j and wires.word_segment:
                branches.append((name("word", i, j - 1), name("word", i, j), 1 / Fraction(wires.word_segment)))
            if i and wires.bit_segment:
                branches.append((name("bit", i - 1, j), name("bit", i, j), 1 / Fraction(wires.bit_segment)))
    ends = [("word", i, (i, 0), (i, bits - 1), bias.words[i], wires.word_contact) for i in range(words)]
    ends += [("bit", j, (words - 1, j), (0, j), bias.bits[j], wires.bit_contact) for j in range(bits)]
    for kind, k, near, far, level, contact in ends:
        if not np.isnan(level):
            for number, place in enumerate((near, far) if wires.both_ends else (near,)):
                node = name(kind, *place)
                if contact:
                    source = (f"{kind} source {number}", k, 0)
                    branches.append((source, node, 1 / Fraction(contact)))
                    node = source
                known[node] = Fraction(level)
    for a, b, _ in branches:
        for node in (a, b):
            if node not in known:
                names.setdefault(node, len(names))
    matrix = [[Fraction(0)] * (len(names) + 1) for _ in names]
    for a, b, g in branches:
        for one, other in ((a, b), (b, a)):
            if one in names:
                row = matrix[names[one]]
                row[names[one]] += g
                if other in names:
                    row[names[other]] -= g
                else:
                    row[-1] += g * known[other]
    solved = eliminate(matrix)

    def level_of(kind: str, i: int, j: int) -> float:
        node = name(kind, i, j)
        return float(known[node] if node in known else solved[names[node]])

    return tuple(  # type: ignore[return-value]  # two arrays, which a generator cannot say
        np.array([[level_of(kind, i, j) for j in range(bits)] for i in range(words)]) for kind in ("word", "bit")
    )


def eliminate(matrix: list[list[Fraction]]) -> list[Fraction]:
    """Gauss and Jordan."""
    for k in range(len(matrix)):
        pivot = matrix[k][k]
        matrix[k] = [value / pivot for value in matrix[k]]
        for row in range(len(matrix)):
            factor = matrix[row][k]
            if row != k and factor:
                matrix[row] = [value - factor * own for value, own in zip(matrix[row], matrix[k], strict=True)]
    return [row[-1] for row in matrix]


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("wires", WIRES.values(), ids=list(WIRES))
def test_it_agrees_with_a_dense_exact_solution(wires: Wires, scheme: Scheme) -> None:
    cells = conductances(3, 4)
    bias = read_bias(scheme, cells.shape, 1, 2, 0.5)
    found = Crossbar(OhmicCells(cells), wires).solve(bias)
    word_potentials, bit_potentials = exact_potentials(cells, wires, bias)
    np.testing.assert_allclose(found.word_potentials, word_potentials, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(found.bit_potentials, bit_potentials, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(found.currents, cells * (word_potentials - bit_potentials), rtol=1e-9, atol=1e-20)


@pytest.mark.parametrize("kind", range(3))
@pytest.mark.parametrize("scheme", Scheme)
def test_cells_without_ohms_law_stand_where_ohmic_ones_of_their_chords_do(kind: int, scheme: Scheme) -> None:
    wires, bias = Wires(3, 2, 50, 20), read_bias(scheme, (3, 3), 1, 2, 0.5)
    found = Crossbar(models(conductances(3, 3))[kind], wires).solve(bias)
    chords = found.currents / np.where(found.voltages == 0, 1.0, found.voltages)
    word_potentials, bit_potentials = exact_potentials(chords, wires, bias)
    np.testing.assert_allclose(found.word_potentials, word_potentials, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.bit_potentials, bit_potentials, rtol=1e-9, atol=1e-12)


levels = st.one_of(st.just(np.nan), st.integers(-1000, 1000).map(lambda millivolts: millivolts / 1000))
resistances = st.one_of(st.just(0.0), st.floats(0.1, 1e3))


@st.composite
def biased(draw: st.DrawFn) -> tuple[FloatArray, Wires, Bias]:
    words, bits = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    wires = Wires(*(draw(resistances) for _ in range(4)), both_ends=draw(st.booleans()))
    bias = Bias(*(np.array([draw(levels) for _ in range(count)]) for count in (words, bits)))
    return conductances(words, bits, draw(st.integers(0, 1000))), wires, bias


def leftovers(found: Solution, wires: Wires) -> FloatArray:
    """What is left over at each crossing (A), from the drops along the wires: independent of how it was solved."""
    word = -found.currents
    bit = found.currents.copy()
    if wires.word_segment:
        along = -np.diff(found.word_potentials, axis=1) / wires.word_segment
        word[:, 1:] += along
        word[:, :-1] -= along
    if wires.bit_segment:
        down = -np.diff(found.bit_potentials, axis=0) / wires.bit_segment
        bit[1:] += down
        bit[:-1] -= down
    ends = (0, -1) if wires.both_ends else None
    for end in ends or (0,):
        if wires.word_contact:
            word[:, end] += np.nan_to_num((found.bias.words - found.word_potentials[:, end]) / wires.word_contact)
        elif wires.word_segment:
            word[:, end] = np.where(np.isnan(found.bias.words), word[:, end], 0)
    for end in ends or (-1,):
        if wires.bit_contact:
            bit[end] += np.nan_to_num((found.bias.bits - found.bit_potentials[end]) / wires.bit_contact)
        elif wires.bit_segment:
            bit[end] = np.where(np.isnan(found.bias.bits), bit[end], 0)
    if not wires.word_segment:
        word = np.sum(word, axis=1) if wires.word_contact else np.where(np.isnan(found.bias.words), word.sum(1), 0)
    if not wires.bit_segment:
        bit = np.sum(bit, axis=0) if wires.bit_contact else np.where(np.isnan(found.bias.bits), bit.sum(0), 0)
    return np.concatenate([word.ravel(), bit.ravel()])


@pytest.mark.parametrize("kind", range(4))
@given(biased())
@settings(max_examples=25, deadline=None)
def test_charge_is_conserved_at_every_node(kind: int, case: tuple[FloatArray, Wires, Bias]) -> None:
    values, wires, bias = case
    cells = [OhmicCells(values), *models(values)][kind]
    found = Crossbar(cells, wires).solve(bias)
    resistors = [
        each for each in (wires.word_segment, wires.bit_segment, wires.word_contact, wires.bit_contact) if each
    ]
    rounding = 1e-14 / min(resistors, default=np.inf)  # of potentials near 1 V, over the smallest resistance
    assert np.max(np.abs(leftovers(found, wires))) <= 1e-9 * np.max(np.abs(found.currents)) + rounding


@pytest.mark.parametrize("kind", range(4))
@given(biased())
@settings(max_examples=25, deadline=None)
def test_it_is_passive_and_stays_within_its_sources(kind: int, case: tuple[FloatArray, Wires, Bias]) -> None:
    values, wires, bias = case
    found = Crossbar([OhmicCells(values), *models(values)][kind], wires).solve(bias)
    sources = np.concatenate([bias.words, bias.bits])
    sources = sources[~np.isnan(sources)] if not np.isnan(sources).all() else np.zeros(1)
    for potentials in (found.word_potentials, found.bit_potentials):
        assert np.all(potentials >= sources.min() - 1e-12)
        assert np.all(potentials <= sources.max() + 1e-12)
    heat = float(np.sum(found.currents * found.voltages))
    assert np.all(found.currents * found.voltages >= 0)
    assert found.power >= heat * (1 - 1e-6) - 1e-18


@given(st.integers(0, 1000), st.integers(0, 3), st.integers(0, 2))
@settings(max_examples=20, deadline=None)
def test_a_linear_crossbar_is_reciprocal(seed: int, word: int, bit: int) -> None:
    crossbar = Crossbar(OhmicCells(conductances(4, 3, seed)), Wires(5, 7, 30, 10))
    forth = crossbar.solve(Bias(np.eye(4)[word], np.zeros(3))).bit_currents[bit]
    back = -crossbar.solve(Bias(np.zeros(4), np.eye(3)[bit])).word_currents[word]
    assert forth == pytest.approx(back, rel=1e-9)


ONE_DRIVEN = np.array([0.5, np.nan, np.nan, np.nan]), np.array([np.nan, np.nan, 0])


@given(st.integers(0, 1000), st.integers(0, 3), st.integers(0, 2))
@settings(max_examples=20, deadline=None)
def test_more_conductance_never_lowers_what_a_source_delivers(seed: int, word: int, bit: int) -> None:
    """Rayleigh's monotonicity: of linear networks."""
    values = conductances(4, 3, seed)
    more = values.copy()
    more[word, bit] *= 2
    crossbars = [Crossbar(OhmicCells(each), Wires(5, 7, 30, 10)) for each in (values, more)]
    before, after = (crossbar.solve(Bias(*ONE_DRIVEN)).word_currents[0] for crossbar in crossbars)
    assert after >= before * (1 - 1e-9)


@pytest.mark.parametrize("kind", range(4))
@given(st.integers(0, 1000), st.floats(0.01, 1))
@settings(max_examples=20, deadline=None)
def test_more_voltage_never_lowers_what_a_source_delivers(kind: int, seed: int, rise: float) -> None:
    values = conductances(4, 3, seed)
    crossbar = Crossbar([OhmicCells(values), *models(values)][kind], Wires(5, 7, 30, 10))
    words, bits = ONE_DRIVEN
    before, after = (crossbar.solve(Bias(words + more, bits)).word_currents[0] for more in (0, rise))
    assert after > before


def test_without_wire_resistance_it_is_the_product_of_voltages_and_conductances() -> None:
    values, volts = conductances(7, 7), np.linspace(-0.2, 0.4, 7)
    ideal = volts @ values
    for resistance in (1e-1, 1e-2, 1e-3):
        found = Crossbar(OhmicCells(values), Wires(resistance, resistance)).solve(Bias(volts, np.zeros(7)))
        # At most 14 pieces carry the currents of at most 7 cells each.
        assert np.max(np.abs(found.bit_currents - ideal)) <= 14 * 7 * resistance * np.max(values) * np.sum(
            np.abs(values * volts[:, None])
        )
    np.testing.assert_allclose(Crossbar(OhmicCells(values)).solve(Bias(volts, np.zeros(7))).bit_currents, ideal)
    np.testing.assert_allclose(Crossbar(OhmicCells(values)).transfer(), values.T)


def test_one_word_line_is_a_ladder() -> None:
    """The conductance into a ladder, piece after piece from its far end."""
    values = conductances(1, 20)
    found = Crossbar(OhmicCells(values), Wires(word_segment=200, word_contact=75)).solve(Bias(np.ones(1), np.zeros(20)))
    into = 0.0
    for value in values[0, ::-1]:
        into = value + (1 / (200 + 1 / into) if into else 0.0)
    assert found.word_currents[0] == pytest.approx(1 / (75 + 1 / into), rel=1e-12)


def test_a_line_that_nothing_reaches_carries_nothing() -> None:
    values = conductances(3, 3)
    values[1] = 0
    found = Crossbar(OhmicCells(values), Wires(1, 1)).solve(read_bias(Scheme.FLOATING, (3, 3), 0, 0, 0.5))
    assert not found.currents[1].any()
    assert found.imbalance < 1e-9
    alone = Crossbar(OhmicCells(values)).solve(Bias(np.full(3, np.nan), np.full(3, np.nan)))
    assert not alone.currents.any()


def test_the_transfer_of_a_crossbar_with_wires_is_what_its_solutions_say() -> None:
    crossbar = Crossbar(OhmicCells(conductances(8, 5)), Wires(5, 7, 30, 10))
    volts = np.linspace(0, 0.7, 8)
    np.testing.assert_allclose(
        crossbar.transfer() @ volts, crossbar.solve(Bias(volts, np.zeros(5))).bit_currents, rtol=1e-9
    )


@pytest.mark.parametrize("kind", range(4))
def test_128_by_128_cells_with_wires_take_seconds(kind: int) -> None:
    values = 10 * conductances(128, 128)
    crossbar = Crossbar([OhmicCells(values), *models(values)][kind], Wires(1, 1, 50, 50))
    begun = time.perf_counter()
    found = crossbar.solve(read_bias(Scheme.FLOATING, (128, 128), 0, 127, 1.0))
    assert time.perf_counter() - begun < 30
    assert found.imbalance < 1e-9


def test_what_cannot_be_is_refused() -> None:
    crossbar = Crossbar(SinhCells(conductances(2, 2), 0.3))
    with pytest.raises(ValueError, match="3 x 2"):
        crossbar.solve(Bias(np.zeros(3), np.zeros(2)))
    with pytest.raises(ValueError, match="linear"):
        crossbar.transfer()
    with pytest.raises(ValueError, match="negative"):
        Wires(-1)
