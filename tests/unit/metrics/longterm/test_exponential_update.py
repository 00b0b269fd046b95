"""The closed form of the nonlinearity label and the fit of the exponential update."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.metrics._exponential_update import (
    SUPREMUM,
    curvature_of,
    fit_curvatures,
    fit_update,
    nonlinearity,
    random_walk_whitening,
    update_shape,
)

CURVATURES = st.floats(-60, 60).filter(lambda k: abs(k) > 1e-9)


@pytest.mark.parametrize(("constant", "label"), [(0.5, 2.40), (0.2, 4.88)])
def test_neurosim_benchmarks(constant: float, label: float) -> None:
    assert float(nonlinearity(1 / constant)) == pytest.approx(label, abs=0.005)


@pytest.mark.parametrize(("pulses", "label"), [(20, 1.0), (50, 2.4), (125, 4.9), (250, 6.8)])
def test_one_device_has_a_label_for_each_length_of_train(pulses: int, label: float) -> None:
    assert float(nonlinearity(pulses / 25)) == pytest.approx(label, abs=0.05)


@given(CURVATURES)
def test_the_label_is_the_longest_perpendicular_distance_from_the_diagonal(curvature: float) -> None:
    x = np.linspace(0, 1, 200_001)
    distance = np.max(np.abs(update_shape(x, curvature) - x)) / np.sqrt(2)
    assert abs(float(nonlinearity(curvature))) == pytest.approx(10 / 0.7 * distance, abs=2e-5)


@given(CURVATURES)
def test_the_label_has_the_sign_of_the_curvature(curvature: float) -> None:
    assert float(nonlinearity(-curvature)) == -float(nonlinearity(curvature))
    assert np.sign(float(nonlinearity(curvature))) == np.sign(curvature)


def test_small_curvatures_follow_the_series() -> None:
    assert float(nonlinearity(1e-4)) / 1e-4 == pytest.approx(1.263, abs=5e-4)
    assert float(nonlinearity(0.0)) == 0.0


@given(st.floats(0.049, 0.051))
def test_series_and_closed_form_meet(curvature: float) -> None:
    c = -np.expm1(-curvature)
    closed = 100 / (7 * np.sqrt(2)) * (1 / c - 1 / curvature - np.log(curvature / c) / curvature)
    assert float(nonlinearity(curvature)) == pytest.approx(closed, rel=1e-10)


def test_the_supremum_is_that_of_a_step() -> None:
    assert pytest.approx(10.10, abs=0.005) == SUPREMUM
    assert float(nonlinearity(1e6)) < SUPREMUM
    assert curvature_of(10.2) == np.inf
    assert curvature_of(-10.2) == -np.inf


@given(st.floats(-9.9, 9.9))
def test_a_label_leads_back_to_its_curvature(label: float) -> None:
    assert float(nonlinearity(curvature_of(label))) == pytest.approx(label, abs=1e-9)


@given(st.floats(-300, 300))
def test_the_shape_rises_from_0_to_1_and_its_mirror_is_the_other_sign(curvature: float) -> None:
    x = np.linspace(0, 1, 51)
    shape = update_shape(x, curvature)
    assert shape[0] == pytest.approx(0)
    assert shape[-1] == pytest.approx(1)
    assert np.all(np.diff(shape) >= 0)
    np.testing.assert_allclose(1 - update_shape(1 - x, curvature), update_shape(x, -curvature), atol=1e-12)


@settings(max_examples=40)
@given(st.floats(-45, 45), st.floats(1e-9, 1e-3), st.floats(-10, 10))
def test_a_noise_free_curve_gives_its_parameters_back(curvature: float, change: float, level: float) -> None:
    x = np.linspace(0, 1, 51)
    fit = fit_update(x, change * (level + update_shape(x, curvature)), 50.0)
    assert fit.curvature == pytest.approx(curvature, abs=1e-5, rel=1e-5)
    assert fit.change == pytest.approx(change, rel=1e-3)


@given(st.floats(-20, 20), st.integers(0, 2**31))
def test_scale_and_level_of_the_curve_do_not_matter(curvature: float, seed: int) -> None:
    x = np.linspace(0, 1, 31)
    curve = update_shape(x, curvature) + 0.02 * np.random.default_rng(seed).standard_normal(31)
    both = fit_curvatures(x, np.array([curve, 3e-7 * curve + 1e-6]), 30.0)
    assert both[0] == pytest.approx(both[1], rel=1e-3, abs=1e-4)


def test_the_start_of_the_search_does_not_matter_for_noisy_curves() -> None:
    """The cost has one valley in most noisy curves, and the grid finds the deepest in all of these."""
    generator = np.random.default_rng(4)
    x = np.linspace(0, 1, 51)
    curves = update_shape(x, 5.0) + np.cumsum(0.035 * generator.standard_normal((40, 51)), axis=1)
    found = fit_curvatures(x, curves, 50.0)
    finer = np.linspace(-50, 50, 20_001)
    shapes = update_shape(x, finer)
    shapes = shapes - shapes.mean(axis=1, keepdims=True)
    shapes /= np.linalg.norm(shapes, axis=1, keepdims=True)
    centred = curves - curves.mean(axis=1, keepdims=True)
    best = finer[np.argmax((centred @ shapes.T) ** 2, axis=1)]
    np.testing.assert_allclose(found, best, atol=0.006)


def test_a_walk_is_whitened_into_independent_noise() -> None:
    generator = np.random.default_rng(2)
    steps = np.concatenate([np.zeros((20_000, 1)), np.cumsum(generator.standard_normal((20_000, 10)), axis=1)], axis=1)
    noise = steps + np.sqrt(0.5) * generator.standard_normal(steps.shape)
    white = noise @ random_walk_whitening(np.arange(11.0), 0.5).T
    np.testing.assert_allclose(np.cov(white.T), np.eye(11), atol=0.05)


def test_a_curve_at_the_bound_has_no_interval() -> None:
    x = np.linspace(0, 1, 21)
    step = np.concatenate([[0.0], np.ones(20)])
    fit = fit_update(x, step, 20.0)
    assert fit.at_bound
    assert fit.label.interval.low == -np.inf
