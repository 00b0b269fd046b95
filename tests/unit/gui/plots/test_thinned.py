"""Fewer points look the same: extremes, gaps and ends of a curve stay, whatever is in view."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from labkit.gui.plots._thinned import DrawnCurve, extremes

NUMBERS = st.floats(-1e6, 1e6) | st.just(float("nan"))
CURVES = st.integers(1, 300).flatmap(lambda count: arrays(np.float64, count, elements=NUMBERS, fill=st.nothing()))


@given(CURVES, st.integers(4, 20))
def test_no_extreme_and_no_gap_is_lost(y, stretches):
    x = np.arange(len(y), dtype=np.float64)
    kept_x, kept_y = extremes(x, y, stretches)
    assert len(kept_x) <= max(4 * stretches, 3 * stretches + len(y) // stretches + 4)
    assert kept_x[0] == 0
    assert kept_x[-1] == x[-1]
    assert np.all(np.diff(kept_x) > 0)
    assert np.array_equal(kept_y, y[kept_x.astype(int)], equal_nan=True)
    if np.isfinite(y).any():
        assert np.nanmin(kept_y) == np.nanmin(y)
        assert np.nanmax(kept_y) == np.nanmax(y)
    assert np.isnan(kept_y).any() == np.isnan(y).any()


def test_a_spike_of_one_reading_is_seen_from_afar():
    y = np.zeros(1_000_000)
    y[123_456] = 1.0
    curve = DrawnCurve.of(np.linspace(0, 100, len(y)), y)
    _, seen = curve.between(0, 100, 800)
    assert seen.max() == 1.0
    assert len(seen) < 4000


def test_what_is_in_view_is_drawn_with_a_neighbour_on_each_side():
    x = np.arange(100.0)
    seen, _ = DrawnCurve.of(x, x).between(10.5, 20.5, 800)
    assert (seen[0], seen[-1]) == (10.0, 21.0)


def test_a_curve_that_goes_back_and_forth_is_drawn_whole():
    x = np.concatenate([np.linspace(-1, 1, 500), np.linspace(1, -1, 500)])
    seen, _ = DrawnCurve.of(x, x**3).between(0.4, 0.5, 800)
    assert len(seen) == 1000


@given(st.integers(0, 99), st.floats(-0.4, 0.4))
def test_the_nearest_point_is_found(number, beside):
    x = np.arange(100.0)
    curve = DrawnCurve.of(x, np.sin(x))
    assert curve.nearest(number + beside, float(np.sin(number)), (0.1, 0.01)) == number
