from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.metrics._series import (
    correlation_time,
    ljung_box,
    noise_of,
    noise_spectrum,
    pooled_noise,
    residual_noise,
    theil_sen,
)

AR1 = (1 + 0.9) / (1 - 0.9)
"""Integrated autocorrelation time of AR(1) noise with 0.9."""


@pytest.fixture
def ar1(make_noise: Callable[..., Any]) -> Callable[[int, int], Any]:
    return lambda count, seed: make_noise("ar1", count, 1.0, np.random.default_rng(seed))


def test_white_noise_has_no_memory() -> None:
    assert correlation_time(np.random.default_rng(1).standard_normal(5000)) == pytest.approx(1.0, abs=0.2)


def test_correlated_noise_has_the_memory_of_theory(ar1: Callable[[int, int], Any]) -> None:
    assert correlation_time(ar1(40_000, 2)) == pytest.approx(AR1, rel=0.15)


def test_short_stretches_of_correlated_noise_do_not_look_quiet(ar1: Callable[[int, int], Any]) -> None:
    found = [pooled_noise([ar1(100, 10 * trial + part) for part in range(10)]) for trial in range(40)]
    assert np.mean([noise.correlation_time for noise in found]) == pytest.approx(AR1, rel=0.25)
    assert np.mean([noise.sigma for noise in found]) == pytest.approx(1.0, rel=0.1)


def test_the_mean_of_a_window_is_as_uncertain_as_it_scatters(ar1: Callable[[int, int], Any]) -> None:
    means = [np.mean(ar1(50, seed)) for seed in range(2000)]
    assert noise_of(ar1(20_000, 1)).of_mean(50) == pytest.approx(float(np.std(means)), rel=0.1)


def test_a_mean_of_one_reading_is_as_uncertain_as_the_reading(ar1: Callable[[int, int], Any]) -> None:
    noise = noise_of(ar1(20_000, 3))
    assert noise.of_mean(1) == pytest.approx(noise.sigma)


def test_a_drift_is_no_noise() -> None:
    line = np.linspace(0, 100, 500)
    assert noise_of(line).sigma == pytest.approx(0.0, abs=1e-9)


def test_parameters_of_a_fit_are_counted() -> None:
    residuals = np.random.default_rng(4).standard_normal(50)
    assert residual_noise(residuals, 5).sigma > residual_noise(residuals, 1).sigma


def test_constant_readings_have_no_noise() -> None:
    assert noise_of(np.ones(20)).sigma == pytest.approx(0.0, abs=1e-12)


def test_a_slope_is_found_among_outliers() -> None:
    time = np.linspace(0, 10, 300)
    values = 2 * time + np.random.default_rng(5).standard_normal(300)
    values[::20] += 200
    assert theil_sen(time, values).slope == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize("noise", ["white", "ar1"])
def test_a_slope_of_nothing_is_significant_in_one_of_a_hundred(make_noise: Callable[..., Any], noise: str) -> None:
    time = np.arange(400.0)
    found = [theil_sen(time, make_noise(noise, 400, 1.0, np.random.default_rng(seed))) for seed in range(300)]
    assert sum(trend.significant for trend in found) <= 12


def test_the_uncertainty_of_a_slope_is_its_scatter() -> None:
    time = np.arange(200.0)
    found = [theil_sen(time, np.random.default_rng(seed).standard_normal(200)) for seed in range(300)]
    scatter = float(np.std([trend.slope for trend in found]))
    assert np.mean([trend.uncertainty for trend in found]) == pytest.approx(scatter, rel=0.15)


def test_ljung_box_rejects_correlated_and_spares_white_residuals(ar1: Callable[[int, int], Any]) -> None:
    white = [ljung_box(np.random.default_rng(seed).standard_normal(200)) for seed in range(300)]
    assert np.mean(np.array(white) < 0.05) == pytest.approx(0.05, abs=0.03)
    assert ljung_box(ar1(200, 1)) < 1e-6


def test_the_spectrum_integrates_to_the_variance(ar1: Callable[[int, int], Any]) -> None:
    frequencies, density = noise_spectrum(ar1(50_000, 6), 0.01)
    assert np.trapezoid(density, frequencies) == pytest.approx(1.0, rel=0.1)
