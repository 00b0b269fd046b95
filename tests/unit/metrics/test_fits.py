"""The fitter beyond NIST's sets: models, intervals, bounds (see test_nist.py for the certified values)."""

import numpy as np
import pytest

from labkit.core import FloatArray
from labkit.metrics._decimation import decimate
from labkit.metrics._fits import Scatter, least_squares
from labkit.metrics._models import exponentials, mean_stretched_time, stretched_exponential
from labkit.metrics._separable import Separable, akaike, fit_separable

TIME = (np.arange(300) + 0.5) * 0.1


def test_a_sum_of_exponentials_is_found_without_a_start() -> None:
    values = 2 * np.exp(-TIME / 0.7) - 3 * np.exp(-TIME / 6) + 5
    fit = fit_separable(*exponentials(TIME, values, 2))
    assert np.exp(np.sort(fit.nonlinear)) == pytest.approx([0.7, 6.0], rel=1e-7)
    assert fit.fitted == pytest.approx(values, abs=1e-8)


def test_the_scale_of_the_current_does_not_matter() -> None:
    noisy = np.exp(-TIME / 3) + 0.02 * np.random.default_rng(1).standard_normal(len(TIME))
    one, other = (fit_separable(*exponentials(TIME, scale * noisy, 1)) for scale in (1.0, 1e-12))
    assert one.nonlinear == pytest.approx(other.nonlinear, rel=1e-9)
    assert one.solution.uncertainties[0] == pytest.approx(other.solution.uncertainties[0], rel=1e-6)
    assert one.linear * 1e-12 == pytest.approx(other.linear, rel=1e-8)


def test_a_stretched_exponential_is_found() -> None:
    fit = fit_separable(*stretched_exponential(TIME, 4 * np.exp(-((TIME / 2) ** 0.4)) + 1))
    assert np.exp(fit.nonlinear[0]) == pytest.approx(2.0, rel=1e-6)
    assert fit.nonlinear[1] == pytest.approx(0.4, rel=1e-6)
    assert mean_stretched_time(2.0, 1.0) == pytest.approx(2.0)


def test_log_decimation_keeps_a_decay_unbiased() -> None:
    time = (np.arange(60_000) + 0.5) * 1e-3
    short = decimate(time, np.exp(-time / 1.7))
    fit = fit_separable(*exponentials(short.time, short.values, 1, weights=np.sqrt(short.counts), spread=short.spread))
    assert len(short.time) < 300
    assert np.exp(fit.nonlinear[0]) == pytest.approx(1.7, rel=1e-7)
    assert np.sum(short.counts) == len(time)


def test_a_reading_at_the_stimulus_end_is_kept() -> None:
    time = np.arange(1000) * 1e-2
    short = decimate(time, np.exp(-time / 1.7))
    assert (short.time[0], short.counts[0]) == (0.0, 1.0)
    fit = fit_separable(*exponentials(short.time, short.values, 1, weights=np.sqrt(short.counts), spread=short.spread))
    assert np.exp(fit.nonlinear[0]) == pytest.approx(1.7, rel=1e-7)


def test_a_time_constant_beyond_the_record_ends_at_its_bound() -> None:
    fit = fit_separable(*exponentials(TIME, 1 - 1e-3 * TIME + 1e-5 * np.sin(TIME), 1))
    assert fit.solution.at_bound[0]
    assert fit.profile(0).interval.high == np.inf


def test_a_skew_parameter_has_a_skew_interval() -> None:
    covered, skew = 0, 0
    for seed in range(200):
        values = np.exp(-TIME[:60] / 3) + 0.05 * np.random.default_rng(seed).standard_normal(60)
        fit = fit_separable(*exponentials(TIME[:60], values, 1))
        found = fit.profile(0)
        covered += np.log(3.0) in found.interval
        skew += found.interval.high - found.value > 1.1 * (found.value - found.interval.low)
    assert 0.91 <= covered / 200 <= 0.99
    assert skew > 100


def test_a_model_without_nonlinear_parameters_is_a_line() -> None:
    matrix = np.column_stack([np.ones(20), np.arange(20.0)])
    none = np.empty(0)
    model = Separable("line", lambda _: matrix, 3 + 2 * np.arange(20.0), np.ones(20), none, none)
    assert fit_separable(model, np.empty((1, 0))).linear == pytest.approx([3.0, 2.0])


def test_a_known_scatter_rescales_the_uncertainty() -> None:
    values = np.exp(-TIME / 3) + 0.02 * np.random.default_rng(2).standard_normal(len(TIME))
    fit = fit_separable(*exponentials(TIME, values, 1))
    four = fit.with_scatter(Scatter(4 * fit.scatter.variance, 7.0))
    assert four.solution.uncertainties == pytest.approx(2 * fit.solution.uncertainties)
    assert four.solution.degrees_of_freedom == 7.0


def test_correlated_noise_widens_the_covariance() -> None:
    def residuals(line: FloatArray) -> FloatArray:
        return np.sin(TIME) - line[0] - line[1] * TIME

    once, more = (least_squares(residuals, [np.zeros(2)], correlation_time=time) for time in (1.0, 9.0))
    assert more.uncertainties == pytest.approx(3 * once.uncertainties)
    assert more.degrees_of_freedom == pytest.approx(300 / 9 - 2)


def test_bounds_are_kept() -> None:
    found = least_squares(lambda x: x - np.array([5.0, 1.0]), [np.ones(2)], (np.zeros(2), np.array([3.0, 3.0])))
    assert found.values == pytest.approx([3.0, 1.0], rel=1e-6)
    assert found.at_bound == (True, False)


def test_a_fit_that_leads_nowhere_says_so() -> None:
    with pytest.raises(ValueError, match="none of its starts"):
        least_squares(lambda x: np.full(5, np.nan), [np.ones(2)])


def test_the_criterion_punishes_parameters() -> None:
    assert akaike(10.0, 3, 100) < akaike(10.0, 4, 100)
    assert akaike(10.0, 3, 10) > akaike(10.0, 3, 1000)


@pytest.mark.parametrize("size", [1.0, 1e-9, 1e-15])
def test_a_fit_does_not_depend_on_the_unit_of_its_readings(size: float) -> None:
    """A decay that outlasts its record by far ends at the bound, and its interval is open, in A as in fA."""
    time = np.linspace(0.05, 100, 500)
    current = np.exp(-np.sqrt(time / 1e5)) + 1e-3 * np.random.default_rng(1).standard_normal(len(time))
    fit = fit_separable(*stretched_exponential(time, size * current))
    assert fit.solution.at_bound[0]
    assert fit.profile(0).interval.high == np.inf
