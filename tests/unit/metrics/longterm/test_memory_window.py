"""M29: memory window of a two-terminal device."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.core import Flag, Run
from labkit.metrics import MEMORY_WINDOW
from labkit.metrics._loops import Branch, Side
from labkit.metrics._memory_window import (
    crossing,
    interpolation_doubt,
    memory_windows,
    reference_currents,
    window_estimate,
    windows,
)


def test_crossings_lie_between_points() -> None:
    voltage = np.arange(1, 11) * 0.1
    branch = Branch(voltage, 2e-6 * voltage, np.zeros(10, bool))
    assert crossing(branch, 1.3e-6) == pytest.approx(0.65)
    assert crossing(branch, 1e-7) == pytest.approx(0.05)  # below the first point, from zero on
    assert np.isnan(crossing(branch, 3e-6))


def test_the_window_of_ohmic_states_is_known(memristor: Any, make_loops: Any) -> None:
    """Off 1 uS jumps to on 4 uS at 0.8 V; half of 4 uA is passed at 0.8 V on the way out, at 0.5 V on the way back."""
    device = memristor(off=1e-6, on=4e-6, set_voltage=0.8, width=1e-6)
    sides = make_loops(device, np.random.default_rng(1), {1.0: 5}).sides(1)
    assert reference_currents(sides) == pytest.approx(2e-6)
    assert float(np.mean(windows(sides))) == pytest.approx(0.3, abs=0.02)


def test_scaling_the_current_leaves_the_window(memristor: Any, make_loops: Any) -> None:
    results = [
        memory_windows(make_loops(device, np.random.default_rng(1), {1.0: 6, 0.1: 5}))[0].estimate
        for device in (memristor(width=0.1, scatter=0.1), memristor(off=1e-8, on=1e-6, width=0.1, scatter=0.1))
    ]
    assert results[0] is not None
    assert results[1] is not None
    assert results[0].value == pytest.approx(results[1].value)


def test_a_run_gives_a_window_a_polarity(memristor: Any, loop_run: Callable[..., Run]) -> None:
    run = loop_run(memristor(on=1e-5, width=0.1, scatter=0.05), 2, rates={0.1: 5, 10.0: 5, 1.0: 12}, sigma=1e-9)
    positive, negative = MEMORY_WINDOW.compute(run)
    assert positive.estimate is not None
    assert negative.estimate is not None
    assert positive.estimate.value > 0 > negative.estimate.value
    assert positive.at["reference_current"] > 0
    assert "dynamic window" not in positive.notes


@pytest.mark.parametrize(("delay", "dynamic"), [(0.0, False), (0.002, False), (0.02, True)])
def test_a_window_that_grows_with_the_rate_is_dynamic(
    memristor: Any, make_loops: Any, delay: float, dynamic: bool
) -> None:
    device = memristor(on=4e-6, width=0.02, scatter=0.01, delay=delay)
    loops = make_loops(device, np.random.default_rng(1), {0.1: 5, 10.0: 5, 1.0: 12})
    assert ("dynamic window" in memory_windows(loops)[0].notes) is dynamic


def test_one_rate_leaves_the_dynamics_open(memristor: Any, make_loops: Any) -> None:
    result = memory_windows(make_loops(memristor(scatter=0.05), np.random.default_rng(1), {1.0: 10}))[0]
    assert result.estimate is not None
    assert "not known" in result.notes["rate"]


def test_few_cycles_are_not_enough(memristor: Any, make_loops: Any) -> None:
    result = memory_windows(make_loops(memristor(scatter=0.05), np.random.default_rng(1), {1.0: 4}))[0]
    assert Flag.REPEATS in result.flags


def test_identical_cycles_keep_the_step_as_their_uncertainty(memristor: Any, make_loops: Any) -> None:
    sides = make_loops(memristor(), np.random.default_rng(1), {1.0: 10}).sides(1)
    estimate = window_estimate(sides, 0.02, 0.0)
    assert estimate.uncertainty == pytest.approx(0.02 / np.sqrt(12), rel=1e-3)


def _gradual(voltage: Any, threshold: float, offset: float = 0.0) -> Branch:
    """A branch whose current rises as a smooth power beyond a threshold (V), read by an ammeter with an offset (A)."""
    current = 1e-5 * np.maximum(voltage - threshold, 0.0) ** 1.5 + 1e-6 * voltage
    return Branch(voltage, current + offset, np.zeros(len(voltage), bool))


def _gradual_side(offset: float = 0.0, step: float = 0.02) -> Side:
    voltage = np.arange(1, round(1 / step) + 1) * step
    return Side(_gradual(voltage, 0.4, offset), _gradual(voltage, 0.1, offset))


def test_a_gradual_branch_is_interpolated_far_better_than_its_step() -> None:
    exact = _window_of([_gradual_side(step=1e-4)])
    doubt = interpolation_doubt([_gradual_side()])
    assert abs(_window_of([_gradual_side()]) - exact) < doubt < 0.02 / 20
    assert window_estimate([_gradual_side()] * 10, 0.02, 0.0).uncertainty == pytest.approx(doubt / np.sqrt(3))


@given(st.floats(0.05, 0.95), st.integers(5, 40))
def test_a_jump_may_lie_anywhere_between_its_points(share: float, place: int) -> None:
    """The current jumps from 0 to I between two points; it passes half of the last point's, a share of I, wherever."""
    voltage = np.arange(1, 51) * 0.02
    jump = np.where(np.arange(50) >= place, 1.0, 0.0)
    jump[-1] = 2 * share
    branch = Branch(voltage, jump, np.zeros(50, bool))
    straight = Branch(voltage, 2 * share * np.arange(1, 51) / 50, np.zeros(50, bool))
    assert interpolation_doubt([Side(branch, straight)]) == pytest.approx(max(share, 1 - share) * 0.02, rel=1e-6)


@pytest.mark.parametrize("offset", [-5e-8, 5e-8])
def test_an_offset_moves_the_window_by_no_more_than_its_limit(offset: float) -> None:
    """It moves the turning point too, so that half of it cancels."""
    true, read = _window_of([_gradual_side()]), _window_of([_gradual_side(offset)])
    certain = window_estimate([_gradual_side(offset)] * 10, 0.02, 0.0).uncertainty
    limited = window_estimate([_gradual_side(offset)] * 10, 0.02, abs(offset)).uncertainty
    limit = float(np.sqrt(3 * (limited**2 - certain**2)))
    assert limit == pytest.approx(abs(read - true), rel=0.02)


def _window_of(sides: list[Side]) -> float:
    return float(np.mean(windows(sides)))


def test_a_gradual_window_read_with_an_offset_is_covered(coverage: Any, coverage_accepted: Any) -> None:
    """The offset rules, one draw an instrument: +-0.95 of its limit hold 95 %."""
    random = np.random.default_rng(293)
    voltage, counted = np.arange(1, 51) * 0.02, coverage(_window_of([_gradual_side(step=1e-4)]))
    for _ in range(300):
        offset = random.uniform(-5e-7, 5e-7)
        thresholds = [(0.4 + 3e-4 * random.standard_normal(), 0.1) for _ in range(10)]
        sides = [Side(_gradual(voltage, out, offset), _gradual(voltage, back, offset)) for out, back in thresholds]
        counted.add(window_estimate(sides, 0.02, 5e-7))
    assert coverage_accepted(counted.covered, counted.trials)
