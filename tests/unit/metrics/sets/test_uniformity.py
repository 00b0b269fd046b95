"""M41: the spread over the devices of a chip, and what goes along with the place or the order."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.validation.generators import Population
from labkit.core import Flag, LabkitError, Result
from labkit.metrics import UNIFORMITY
from labkit.metrics._uniformity import coefficient_of_variation

TRIALS = 150
QUIET = {"cycles": 40, "within": 1e-3, "devices": 25}


def spreads(population: Population, seed: int) -> list[Result]:
    generator = np.random.default_rng(seed)
    return [UNIFORMITY.compute(population.set(generator))[0] for _ in range(TRIALS)]


@pytest.mark.parametrize("linear", [False, True], ids=["lognormal", "normal"])
def test_ten_per_cent_of_spread_are_covered(linear: bool, coverage_accepted: Callable[[int, int], bool]) -> None:
    results = spreads(Population(**QUIET, linear=linear), 41)
    estimates = [result.estimate for result in results if result.estimate is not None]
    assert len(estimates) == TRIALS
    assert coverage_accepted(sum(0.10 in estimate.interval for estimate in estimates), TRIALS)
    assert np.mean([estimate.value for estimate in estimates]) == pytest.approx(0.10, rel=0.03)
    assert sum(Flag.TREND in result.flags for result in results) <= 0.05 * TRIALS


def test_a_wide_lognormal_spread_is_told_as_one() -> None:
    results = spreads(Population(**(QUIET | {"between": 0.8})), 2)
    assert sum(result.symbol == "σ_ln(G_max)" for result in results) > 0.95 * TRIALS


@pytest.mark.parametrize(("count", "low", "high"), [(10, 0.69, 1.83), (20, 0.76, 1.46)])
def test_the_interval_of_a_small_cv_is_the_known_factor(count: int, low: float, high: float) -> None:
    generator = np.random.default_rng(1)
    values = 1 + 1e-3 * generator.standard_normal(count)
    estimate = coefficient_of_variation(values)
    raw = estimate.value / (1 + 1 / (4 * count))
    assert estimate.interval.low / raw == pytest.approx(low, abs=0.01)
    assert estimate.interval.high / raw == pytest.approx(high, abs=0.01)


def test_a_gradient_over_the_chip_is_a_trend_and_not_the_order_of_measurement() -> None:
    results = spreads(Population(**QUIET, along_row=0.4), 6)
    assert sum(Flag.TREND in result.flags for result in results) > 0.95 * TRIALS
    assert not any(Flag.CONFOUNDED in result.flags for result in results)
    assert "row" in results[0].notes["trend"]


def test_a_gradient_that_was_measured_in_raster_order_may_be_time() -> None:
    results = spreads(Population(**(QUIET | {"between": 0.02}), order="raster", along_column=0.4), 7)
    told = [result for result in results if Flag.TREND in result.flags]
    assert len(told) > 0.95 * TRIALS
    assert all(Flag.CONFOUNDED in result.flags for result in told)
    assert "position and time are one" in told[0].notes["order"]


def test_dead_devices_are_counted_beside_the_spread() -> None:
    result = UNIFORMITY.compute(Population(**QUIET, dead=4).set(np.random.default_rng(1)))[0]
    assert result.counts["device"] == 21
    assert "4 of 25" in result.notes["without a value"]


def test_what_the_cycles_scatter_is_told_to_be_part_of_the_spread() -> None:
    result = UNIFORMITY.compute(Population(devices=25, between=0.05, within=0.2).set(np.random.default_rng(1)))[0]
    assert "see M20" in result.notes["own uncertainty"]


def test_two_devices_are_no_population() -> None:
    with pytest.raises(LabkitError, match="three devices"):
        UNIFORMITY.compute(Population(devices=2).set(np.random.default_rng(1)))
