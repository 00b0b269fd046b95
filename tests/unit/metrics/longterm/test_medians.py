"""Medians, Weibull slopes and the step that cycles share."""

from collections.abc import Callable

import numpy as np
import pytest

from labkit.metrics._medians import common_step, median_estimate, weibull_slope


@pytest.mark.parametrize("count", [6, 10, 50, 51])
def test_the_median_of_a_skewed_sample_is_covered(count: int, coverage_accepted: Callable[[int, int], bool]) -> None:
    samples = np.random.default_rng(1).weibull(2, (1000, count))
    truth = float(np.log(2) ** 0.5)
    assert coverage_accepted(sum(truth in median_estimate(sample).interval for sample in samples), 1000)


@pytest.mark.parametrize("count", [10, 50])
def test_the_weibull_slope_is_covered(count: int, coverage_accepted: Callable[[int, int], bool]) -> None:
    samples = np.random.default_rng(2).weibull(8, (400, count))
    slopes = [weibull_slope(sample) for sample in samples]
    assert coverage_accepted(sum(8 in slope.interval for slope in slopes), 400)
    assert np.mean([slope.value for slope in slopes]) == pytest.approx(8, rel=0.03)


def test_few_values_limit_no_median() -> None:
    assert median_estimate(np.arange(5.0)).interval.high == np.inf


def test_a_step_that_all_cycles_share_stays_and_one_that_scatter_covers_goes() -> None:
    generator = np.random.default_rng(3)
    assert common_step(0.02, np.full(50, 0.7)) == 0.01
    assert common_step(0.02, generator.normal(0.7, 0.02, 50)) < 1e-6


@pytest.mark.parametrize("scatter", [0.0, 0.1, 0.2, 0.3, 0.5, 1.0])
def test_rounding_never_moves_a_mean_by_more_than_the_common_step(scatter: float) -> None:
    """Values rounded to steps, averaged over very many cycles: what is left is the common error."""
    step, generator = 1.0, np.random.default_rng(4)
    noise = scatter * generator.standard_normal(200_000)
    for truth in np.linspace(0, 1, 21):
        rounded = np.round(truth + noise)
        limit = step / 2 * np.exp(-2 * np.pi**2 * scatter**2)
        assert abs(np.mean(rounded) - truth) <= limit + 8e-3
