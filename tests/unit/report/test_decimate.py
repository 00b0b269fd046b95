"""Thinning a trace keeps what a reader would miss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from labkit.core import FloatArray
from labkit.report._decimate import decimate, with_gaps

curves = arrays(np.float64, st.integers(200, 3000), elements=st.floats(-1e3, 1e3))


@given(curves, st.sampled_from((8, 50, 120)))
def test_extremes_ends_and_order_stay(y: FloatArray, largest: int) -> None:
    chosen = decimate(np.arange(len(y), dtype=float), y, largest)
    assert len(chosen) <= largest
    assert (np.diff(chosen) > 0).all()
    assert (chosen[0], chosen[-1]) == (0, len(y) - 1)
    assert (y[chosen].min(), y[chosen].max()) == (y.min(), y.max())


@given(curves, st.integers(0, 150), st.integers(1, 40))
def test_a_gap_stays_a_gap(y: FloatArray, first: int, length: int) -> None:
    y = y.copy()
    y[first : first + length] = np.nan
    chosen = decimate(np.arange(len(y), dtype=float), y, 120)
    inside = chosen[(chosen >= first) & (chosen < first + length)]
    assert len(inside) >= 1
    assert np.isnan(y[inside]).all()


def test_a_short_trace_is_left_alone() -> None:
    y = np.random.default_rng(1).standard_normal(40)
    np.testing.assert_array_equal(decimate(np.arange(40.0), y, 40), np.arange(40))


@pytest.mark.parametrize("count", [300_000, 3_000_000])
def test_a_pulse_in_a_long_quiet_trace_gets_more_points_than_its_share_of_the_time(count: int) -> None:
    x = np.arange(count, dtype=float)
    begin, length = count // 3, count // 300
    inside = (x >= begin) & (x < begin + length)
    y = np.where(inside, np.exp(-(x - begin) / (length / 3)), 0.0)
    chosen = decimate(x, y, 4000)
    assert inside[chosen].sum() > 10 * 4000 * length / count
    assert y[chosen].max() == 1.0


def test_a_pause_of_the_sampling_breaks_the_line() -> None:
    x = np.concatenate([np.arange(100) * 0.1, 100 + np.arange(100) * 0.1])
    broken, y = with_gaps(x, np.ones(200))
    assert len(broken) == 201
    assert np.flatnonzero(np.isnan(y)).tolist() == [100]


def test_bursts_of_readings_are_not_joined() -> None:
    x = np.concatenate([burst + np.arange(5) * 0.1 for burst in range(0, 3000, 100)])
    broken, y = with_gaps(x, np.ones(len(x)))
    assert np.isnan(y).sum() == 29
    assert (np.diff(broken) >= 0).all()


def test_logarithmic_sampling_has_no_pauses() -> None:
    x = np.logspace(0, 4, 200)
    assert not np.isnan(with_gaps(x, np.ones(200))[1]).any()
