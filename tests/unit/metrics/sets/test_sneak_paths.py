"""What may have crept into the reads of a crossbar is bounded, whatever its cells conduct."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from labkit.core import Estimate, Flag, FloatArray, Interval, LabkitError, Result, Sample
from labkit.metrics import SNEAK_PATHS, DeviceSet, MeasuredDevice

Conduction = Callable[[FloatArray], FloatArray]


def cell(row: int, column: int, full: float | None, half: float | None) -> MeasuredDevice:
    def known(value: float) -> Estimate:
        return Estimate(value, 0.0, Interval(value, value), np.inf, "S")

    result = Result(
        "check_read",
        "M40.check/1",
        "G_check",
        None if full is None else known(full),
        "S",
        "drawn",
        variants={} if half is None else {"at half the voltage": known(half)},
    )
    return MeasuredDevice(
        Sample(name="array", device=f"r{row + 1}c{column + 1}", row=row + 1, column=column + 1), (result,)
    )


def array(full: FloatArray, half: FloatArray) -> DeviceSet:
    rows, columns = full.shape
    cells = [cell(i, j, float(full[i, j]), float(half[i, j])) for i in range(rows) for j in range(columns)]
    return DeviceSet("array", tuple(cells))


def read(weights: FloatArray, conduct: Conduction, row: int, column: int, voltage: float) -> float:
    """Give the current of a cell and of what creeps past it, lines floating: Kirchhoff's law at the other lines."""
    rows, columns = weights.shape
    others = [k for k in range(rows) if k != row], [k for k in range(columns) if k != column]

    def currents(potentials: FloatArray) -> FloatArray:
        words, bits = np.zeros(rows), np.zeros(columns)
        words[row], words[others[0]] = voltage, potentials[: rows - 1]
        bits[others[1]] = potentials[rows - 1 :]
        return weights * conduct(words[:, None] - bits[None, :])

    def left(potentials: FloatArray) -> FloatArray:
        found = currents(potentials)
        return 1e6 * np.concatenate([np.sum(found, axis=1)[others[0]], np.sum(found, axis=0)[others[1]]])

    solved = optimize.root(left, np.full(rows + columns - 2, voltage / 2), tol=1e-12)
    assert np.max(np.abs(left(solved.x))) < 1e-6
    return float(np.sum(currents(solved.x), axis=0)[column])


@given(st.integers(0, 10_000), st.sampled_from([np.inf, 0.3, 0.1]))
@settings(max_examples=25, deadline=None)
def test_no_more_has_crept_than_the_bound_says(seed: int, scale: float) -> None:
    def conduct(volts: FloatArray) -> FloatArray:
        return volts if scale == np.inf else scale * np.sinh(volts / scale)

    weights, volt = np.random.default_rng(seed).lognormal(0, 1, (3, 4)) * 1e-6, 0.5
    places = list(np.ndindex(3, 4))
    full = np.array([read(weights, conduct, i, j, volt) / volt for i, j in places]).reshape(3, 4)
    half = np.array([read(weights, conduct, i, j, volt / 2) / (volt / 2) for i, j in places]).reshape(3, 4)
    crept = 1 - weights * conduct(np.array(volt)) / volt / full
    found = SNEAK_PATHS.compute(array(full, half))[0]
    interval = found.bound if found.estimate is None else found.estimate.interval
    assert interval is not None
    assert np.max(crept) <= interval.high + 1e-9


def test_cells_that_block_at_half_the_voltage_are_not_flagged() -> None:
    found = SNEAK_PATHS.compute(array(np.full((8, 8), 1e-6), np.full((8, 8), 1e-9)))[0]
    assert not found.flags
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(7 * 1e-9 / 2 / 1e-6)


def test_ohmic_cells_are_flagged_and_have_no_value() -> None:
    found = SNEAK_PATHS.compute(array(np.full((8, 8), 1e-6), np.full((8, 8), 1e-6)))[0]
    assert Flag.LEAKAGE in found.flags
    assert found.estimate is None
    assert "64 of 64" in found.notes["falsified"]


def test_a_cell_in_the_noise_may_be_all_sneak_path() -> None:
    quiet = [cell(i, j, None if (i, j) == (0, 0) else 1e-6, 1e-9) for i in range(3) for j in range(3)]
    found = SNEAK_PATHS.compute(DeviceSet("array", tuple(quiet)))[0]
    assert Flag.LEAKAGE in found.flags
    assert "1 of 9" in found.notes["falsified"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([cell(0, 0, 1e-6, 1e-6), cell(0, 1, 1e-6, 1e-6), cell(1, 0, 1e-6, 1e-6)], "no full crossbar"),
        ([cell(0, 0, 1e-6, 1e-6), cell(0, 1, 1e-6, None)], "check and half"),
    ],
)
def test_what_cannot_be_bounded_is_refused(cells: list[MeasuredDevice], words: str) -> None:
    with pytest.raises(LabkitError, match=words):
        SNEAK_PATHS.compute(DeviceSet("array", tuple(cells)))
