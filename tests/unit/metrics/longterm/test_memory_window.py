"""M29: memory window of a two-terminal device."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.core import Flag, Run
from labkit.metrics import MEMORY_WINDOW
from labkit.metrics._loops import Branch
from labkit.metrics._memory_window import crossing, memory_windows, reference_currents, window_estimate, windows


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


def _covers(memristor: Any, make_loops: Any, coverage: Any, trials: int, seed: int) -> list[Any]:
    random = np.random.default_rng(seed)
    device = memristor(on=1e-5, width=0.1, scatter=0.1)
    many = make_loops(device, random, {1.0: 2000})
    counted = []
    for polarity in (1, -1):
        found = coverage(float(np.nanmean(windows(many.sides(polarity)))))
        for _ in range(trials):
            sides = make_loops(device, random, {1.0: 10}, sigma=1e-8, offset=2e-8).sides(polarity)
            found.add(window_estimate(sides, 0.02, 2e-8))
        counted.append(found)
    return counted


def test_the_window_is_covered(
    memristor: Any, make_loops: Any, coverage: Any, coverage_accepted: Callable[[int, int], bool]
) -> None:
    for counted in _covers(memristor, make_loops, coverage, 100, 290):
        assert coverage_accepted(counted.covered, counted.trials)


@pytest.mark.long
def test_the_window_is_covered_in_full(memristor: Any, make_loops: Any, coverage: Any) -> None:
    for counted in _covers(memristor, make_loops, coverage, 2000, 291):
        assert 0.93 <= counted.covered / counted.trials <= 0.97
