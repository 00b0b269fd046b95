"""What a screen shows of a long curve: no extreme is lost, whatever came when, and the cost does not go with length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from labkit.gui.run._pyramid import MinMaxPyramid
from labkit.gui.run._series import RECENT, Series

NUMBERS = st.floats(-1e3, 1e3) | st.just(float("nan"))


def pieces(draw: st.DrawFn, values: np.ndarray) -> list[np.ndarray]:
    cuts = sorted(draw(st.lists(st.integers(0, len(values)), max_size=6)))
    return np.split(values, cuts)


@st.composite
def curves(draw: st.DrawFn) -> tuple[Series, np.ndarray, np.ndarray]:
    """Readings at uneven times, added piece by piece."""
    count = draw(st.integers(1, 700))
    steps = draw(arrays.arrays(float, count, elements=st.sampled_from([0.0, 1e-6, 1e-3, 1e-3, 1.0, 50.0])))
    values = draw(arrays.arrays(float, count, elements=NUMBERS))
    times = np.cumsum(steps)
    series = Series()
    begin = 0
    for piece in pieces(draw, values):
        series.append(times[begin : begin + len(piece)], piece)
        begin += len(piece)
    return series, times, values


@given(st.data(), arrays.arrays(float, st.integers(0, 900), elements=NUMBERS))
def test_every_block_has_the_extremes_of_its_numbers(data, values):
    pyramid = MinMaxPyramid()
    for piece in pieces(data.draw, values):
        pyramid.append(piece)
    assert np.array_equal(pyramid.values, values, equal_nan=True)
    for level in range(pyramid.levels):
        length = pyramid.length(level)
        assert pyramid.blocks(level) == len(values) // length
        full = values[: pyramid.blocks(level) * length].reshape(-1, length)
        if len(full):
            assert np.array_equal(pyramid.lows(level), np.fmin.reduce(full, axis=1), equal_nan=True)
            assert np.array_equal(pyramid.highs(level), np.fmax.reduce(full, axis=1), equal_nan=True)


@given(curves(), st.integers(1, 40), st.floats(0, 1), st.floats(0, 1))
def test_an_outline_has_the_extremes_of_each_column_of_pixels(curve, columns, one, other):
    series, times, values = curve
    begin, end = np.sort([one, other]) * (times[-1] + 1.0)
    if not end > begin:
        return
    outline = series.outline(begin, end, columns)
    first = max(int(np.searchsorted(times, begin)) - 1, 0)
    last = min(int(np.searchsorted(times, end, side="right")) + 1, len(times))
    shown = slice(first, last)
    if outline.exact:
        assert np.array_equal(outline.x, times[shown])
        assert np.array_equal(outline.y, values[shown], equal_nan=True)
        return
    width = (end - begin) / columns
    got_low, got_high = by_column(outline.x, outline.y, begin, width)
    low, high = by_column(times[shown], values[shown], begin, width)
    # A block may end in the column after the one that it begins in; never further away.
    for column, value in low.items():
        assert min(got_low.get(c, np.inf) for c in (column - 1, column)) <= value
    for column, value in high.items():
        assert max(got_high.get(c, -np.inf) for c in (column - 1, column)) >= value
    for column, value in got_low.items():
        assert value >= min(low.get(c, np.inf) for c in (column, column + 1))
    for column, value in got_high.items():
        assert value <= max(high.get(c, -np.inf) for c in (column, column + 1))
    assert np.nanmin(outline.y, initial=np.inf) == np.nanmin(values[shown], initial=np.inf)
    assert np.nanmax(outline.y, initial=-np.inf) == np.nanmax(values[shown], initial=-np.inf)
    assert np.all(np.diff(outline.x) >= 0)
    assert len(outline.x) <= 2 * (columns + 3)


def by_column(times: np.ndarray, values: np.ndarray, begin: float, width: float):
    """Give least and greatest value of each column, by going through all."""
    low: dict[int, float] = {}
    high: dict[int, float] = {}
    for column, value in zip(np.floor((times - begin) / width).astype(int), values, strict=True):
        if not np.isnan(value):
            low[column] = min(low.get(column, np.inf), value)
            high[column] = max(high.get(column, -np.inf), value)
    return low, high


@given(curves())
def test_the_magnitude_of_a_curve_is_that_of_each_reading(curve):
    _, times, values = curve
    series = Series(magnitude=True)
    series.append(times, values)
    assert np.array_equal(series.values, np.abs(values), equal_nan=True)


def test_a_spike_of_one_reading_in_ten_million_is_seen():
    series = Series()
    block = np.linspace(0.0, 1.0, 100_000, endpoint=False)
    for k in range(100):
        values = np.zeros(100_000)
        values[1234] = 7.0 if k == 42 else 0.0
        series.append(k + block, values)
    outline = series.outline(0.0, 100.0, 1000)
    assert np.max(outline.y) == 7.0
    assert outline.x[np.argmax(outline.y)] == pytest.approx(42.0, abs=0.2)
    assert len(outline.x) <= 2006


def test_readings_that_are_dense_at_one_place_leave_the_others_sharp():
    series = Series()
    series.append(np.linspace(0.0, 0.01, 1_000_000), np.zeros(1_000_000))
    series.append(np.linspace(1.0, 10.0, 2_000), np.sin(np.linspace(1.0, 10.0, 2_000)))
    outline = series.outline(0.0, 10.0, 500)
    late = outline.x > 1.0
    assert np.unique(outline.x[late]).size > 400
    assert np.max(np.abs(outline.y[late] - np.sin(outline.x[late]))) < 0.03


@given(st.data(), arrays.arrays(float, st.integers(1, 3000), elements=NUMBERS))
def test_a_long_series_keeps_its_extremes_and_its_latest_readings_and_no_more(data, values):
    recent = 64
    times = np.arange(len(values)) * 0.5
    series, begin = Series(recent=recent), 0
    for piece in pieces(data.draw, values):
        series.append(times[begin : begin + len(piece)], piece)
        begin += len(piece)
        assert len(series) < 3 * recent
    read = dict(zip(times, values, strict=True))
    assert all(np.isnan(v) or read[t] == v for t, v in zip(series.times, series.values, strict=True))
    assert np.all(np.diff(series.times) >= 0)
    assert np.array_equal(series.values[-recent:], values[-recent:], equal_nan=True)
    for extreme in (np.fmin, np.fmax):
        assert extreme.reduce(series.values) == extreme.reduce(values) or np.isnan(values).all()


def test_a_long_run_looks_the_same_when_its_older_readings_are_thinned():
    count, columns = 1_500_000, 1000
    times = np.arange(count) * 1e-3
    values = np.sin(times / 7.0) + 0.1 * np.random.default_rng(3).standard_normal(count)
    whole, bounded = Series(recent=count), Series()
    for k in range(0, count, 5_000):
        whole.append(times[k : k + 5_000], values[k : k + 5_000])
        bounded.append(times[k : k + 5_000], values[k : k + 5_000])
    assert len(bounded) <= 3 * RECENT < count
    for begin, end in ((0.0, 1500.0), (400.0, 1500.0), (1490.0, 1500.0)):
        shown = [series.outline(begin, end, columns) for series in (whole, bounded)]
        exact, thinned = (by_column(each.x, each.y, begin, (end - begin) / columns) for each in shown)
        for side in (0, 1):
            moved = [
                min(abs(value - thinned[side].get(column + k, np.inf)) for k in (-1, 0, 1))
                for column, value in exact[side].items()
            ]
            # Blocks begin elsewhere, so that an extreme may fall on the next column; half a percent of the height.
            assert np.mean(moved) < 0.005 * 2.8


def test_time_that_goes_back_is_drawn_where_it_was():
    series = Series()
    series.append(np.array([0.0, 2.0, 1.0]), np.array([1.0, 2.0, 3.0]))
    series.append(np.array([1.5, 3.0]), np.array([4.0, 5.0]))
    assert series.times.tolist() == [0.0, 2.0, 2.0, 2.0, 3.0]


def test_the_reading_before_an_instant_is_found():
    series = Series()
    assert series.nearest(1.0) is None
    series.append(np.array([1.0, 2.0]), np.array([5.0, 6.0]))
    assert series.nearest(0.5) is None
    assert series.nearest(1.9) == (1.0, 5.0)
    assert series.nearest(9.0) == (2.0, 6.0)
