"""M28: hysteresis index, its course over the rates, and loops that are none."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.core import Flag, Run
from labkit.metrics import HYSTERESIS_INDEX
from labkit.metrics._hysteresis_index import hysteresis_indices
from labkit.metrics._loop_mesh import capacitance, mesh, meshes_of

RATES = {0.1: 5, 10.0: 5, 1.0: 12}


def _capacitance(loops: Any) -> float | None:
    return capacitance([each for found in meshes_of(loops).values() for each in found])


def test_a_known_loop(memristor: Any, make_loops: Any) -> None:
    """SET at 0.5 V of 1 V, ohmic states 1 and 9: the index of a triangle with a step."""
    device = memristor(off=1e-6, on=9e-6, set_voltage=0.5, width=1e-6)
    found = mesh(make_loops(device, np.random.default_rng(1), {1.0: 5}, step=0.0005), 1, 1.0)
    assert found is not None
    # Difference: 8 V up to 0.5 V; sum: 10 V up to 0.5 V, 18 V beyond.
    expected = (8 * 0.125) / (10 * 0.125 + 18 * 0.375)
    assert float(np.mean(found.index())) == pytest.approx(expected, rel=3e-3)


def test_a_resistor_has_no_hysteresis(memristor: Any, make_loops: Any) -> None:
    loops = make_loops(memristor(on=1e-6, off=1e-6), np.random.default_rng(1), {1.0: 10}, sigma=1e-8)
    found = mesh(loops, 1, 1.0)
    assert found is not None
    assert abs(float(np.mean(found.index()))) < 2e-3  # |noise| alone would give 2 %


def test_scaling_the_current_leaves_the_index_and_mirroring_swaps_the_polarities(
    memristor: Any, make_loops: Any
) -> None:
    plain = make_loops(memristor(scatter=0.1), np.random.default_rng(1), {1.0: 6})
    scaled = make_loops(memristor(off=1e-4, on=1e-2, scatter=0.1), np.random.default_rng(1), {1.0: 6})
    for polarity in (1, -1):
        one, other = mesh(plain, polarity, 1.0), mesh(scaled, polarity, 1.0)
        assert one is not None
        assert other is not None
        np.testing.assert_allclose(one.index(), other.index(), rtol=1e-9)


def test_a_run_gives_an_index_a_polarity_with_its_course(memristor: Any, loop_run: Callable[..., Run]) -> None:
    positive, negative = HYSTERESIS_INDEX.compute(loop_run(memristor(scatter=0.02), 2, rates=RATES, sigma=1e-9))
    for result in (positive, negative):
        assert result.estimate is not None
        assert 0 < result.estimate.value < 1
        course = result.curves[-1]
        assert list(course.x) == [0.1, 1.0, 10.0]
        assert course.log_x
    assert positive.variants["signed_area"].value > 0 > negative.variants["signed_area"].value


def test_one_rate_gives_no_value(memristor: Any, make_loops: Any) -> None:
    result = hysteresis_indices(make_loops(memristor(), np.random.default_rng(1), {1.0: 10}))[0]
    assert result.estimate is None
    assert Flag.REPEATS in result.flags
    assert "sweep two rates" in result.reason


@pytest.mark.parametrize("conductance", [1e-8, 1e-6, 1e-5])
@pytest.mark.parametrize("noise", [0.01, 0.3])
def test_an_rc_loop_is_that_of_a_capacitor(memristor: Any, make_loops: Any, conductance: float, noise: float) -> None:
    capacity = 3e-9
    device = memristor(on=conductance, off=conductance, capacitance=capacity)
    loops = make_loops(device, np.random.default_rng(2), {1.0: 10, 0.1: 5}, sigma=noise * capacity)
    assert _capacitance(loops) == pytest.approx(capacity, rel=0.05)
    for result in hysteresis_indices(loops):
        assert result.estimate is None
        assert result.bound is None
        assert Flag.MODEL in result.flags
        assert "capacitor" in result.reason


def test_a_memristor_is_no_capacitor(memristor: Any, make_loops: Any) -> None:
    random = np.random.default_rng(3)
    for _ in range(60):
        device = memristor(
            on=1e-6 * 10 ** random.uniform(0.3, 2),
            width=10 ** random.uniform(-2.5, -0.7),
            scatter=0.1,
            delay=random.choice([0.0, 0.02]),
        )
        assert _capacitance(make_loops(device, random, {1.0: 10, 0.1: 5}, sigma=1e-8)) is None


def test_rates_too_close_tell_no_capacitor(memristor: Any, make_loops: Any) -> None:
    device = memristor(on=1e-6, off=1e-6, capacitance=3e-9)
    assert _capacitance(make_loops(device, np.random.default_rng(2), {1.0: 10, 1.5: 5})) is None


def test_a_dummy_takes_the_capacitance_of_the_bench_off(memristor: Any, loop_run: Callable[..., Run]) -> None:
    stray = 1e-7
    device, dummy = memristor(capacitance=stray), memristor(on=1e-5, off=1e-5, capacitance=stray)
    clean, raw, corrected = (
        HYSTERESIS_INDEX.compute(loop_run(chosen, 2, rates=RATES, dummy=resistor))[0].estimate
        for chosen, resistor in ((memristor(), None), (device, None), (device, dummy))
    )
    assert clean is not None
    assert raw is not None
    assert corrected is not None
    assert abs(corrected.value - clean.value) < 0.3 * abs(raw.value - clean.value)


def test_readings_beyond_the_range_leave_no_index(memristor: Any, loop_run: Callable[..., Run]) -> None:
    run = loop_run(memristor(), 2, rates=RATES)
    run.traces["top"].status[500] = 1
    assert Flag.SATURATED in HYSTERESIS_INDEX.compute(run)[0].flags
