"""Fits of whole arrays end where the fitter of the metric ends."""

import numpy as np
import pytest

from labkit.core import FloatArray
from labkit.metrics._biexponential import fit_biexponentials
from labkit.metrics._models import exponentials
from labkit.metrics._separable import fit_separable

TIME = np.arange(400) * 0.05
LOGARITHMIC = np.geomspace(0.01, 20, 300)


def traces(time: FloatArray, count: int = 8, noise: float = 0.01) -> FloatArray:
    generator = np.random.default_rng(1)
    fast, slow = 0.5 * np.exp(0.2 * generator.standard_normal((2, count, 1))) * np.array([1.0, 10.0])[:, None, None]
    first, second, offset = generator.uniform(0.3, 0.8, (3, count, 1))
    clean = first * np.exp(-time / fast) - second * np.exp(-time / slow) + offset
    return np.asarray(clean + noise * generator.standard_normal(clean.shape), float)


@pytest.mark.parametrize("time", [pytest.param(TIME, id="uniform"), pytest.param(LOGARITHMIC, id="logarithmic")])
def test_a_batch_ends_where_each_trace_alone_ends(time: FloatArray) -> None:
    values = traces(time)
    found = fit_biexponentials(time, values)
    for index, trace in enumerate(values):
        alone = fit_separable(*exponentials(time, trace, 2))
        order = np.argsort(alone.nonlinear)
        assert found.times[index] == pytest.approx(np.exp(alone.nonlinear[order]), rel=1e-6)
        assert found.amplitudes[index] == pytest.approx(alone.linear[order], rel=1e-6)
        assert found.offset[index] == pytest.approx(alone.linear[2], rel=1e-6)
        assert found.sum_of_squares[index] == pytest.approx(alone.solution.sum_of_squares, rel=1e-9)
        assert found.relative_uncertainty[index] == pytest.approx(alone.solution.uncertainties[order], rel=1e-5)


def test_the_scale_of_the_current_does_not_matter() -> None:
    values = traces(TIME)
    one, other = fit_biexponentials(TIME, values), fit_biexponentials(TIME, 1e-12 * values)
    assert other.times == pytest.approx(one.times, rel=1e-6)
    assert 1e12 * other.amplitudes == pytest.approx(one.amplitudes, rel=1e-6)


def test_traces_without_noise_come_back() -> None:
    found = fit_biexponentials(TIME, (0.6 * np.exp(-TIME / 0.5) + 0.4 * np.exp(-TIME / 5) + 0.1)[None, :])
    assert found.times[0] == pytest.approx([0.5, 5.0], rel=1e-8)
    assert found.amplitudes[0] == pytest.approx([0.6, 0.4], rel=1e-8)
    assert not np.any(found.at_bound)


def test_a_time_constant_beyond_the_record_is_at_its_bound() -> None:
    found = fit_biexponentials(TIME, (np.exp(-TIME / 0.5) + 1 - 1e-2 * TIME)[None, :])
    assert found.at_bound[0, 1]


def test_traces_that_do_not_belong_to_the_instants_are_refused() -> None:
    with pytest.raises(ValueError, match="do not belong"):
        fit_biexponentials(TIME, np.ones((2, 7)))
