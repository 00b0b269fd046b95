"""How the current goes on about a window, and whether a record drifts or only wanders."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.validation.generators import noise
from labkit.core import FloatArray
from labkit.metrics._drift import drift_of
from labkit.metrics._series import noise_of
from labkit.metrics._transients import STEADY, course_of
from labkit.metrics._windows import Window

CURVE = st.tuples(*[st.floats(-1, 1)] * 3)


def window(time: FloatArray, current: FloatArray) -> Window:
    return Window(time, current, np.zeros(len(time)), frozenset())


@given(CURVE, st.integers(8, 40), st.floats(-0.5, 0.5))
def test_a_bent_level_is_read_where_it_should_be(curve: tuple[float, float, float], readings: int, late: float) -> None:
    """The readings' middle is not the window's; along a parabola that costs nothing."""
    time = np.arange(readings, dtype=float)
    around = window(time, np.polynomial.Polynomial(curve)(time))
    last = around.last(5)
    middle = float(np.mean(last.time)) + late
    found = last.mean + course_of(last, around, middle).step
    bend = curve[2] * float(np.var(last.time))
    assert found == pytest.approx(float(np.polynomial.Polynomial(curve)(middle)) + bend, abs=1e-8 * readings**2)


@given(st.floats(-1, 1), st.floats(-1, 1), st.integers(5, 7))
def test_few_readings_go_on_along_a_straight_line(level: float, slope: float, readings: int) -> None:
    time = np.arange(readings, dtype=float)
    around = window(time, level + slope * time)
    found = course_of(around.last(5), around, readings - 1.0)
    assert found.slope == pytest.approx(slope, abs=1e-9)
    assert found.weight == pytest.approx(1 / np.sqrt(np.sum((time - np.mean(time)) ** 2)), rel=1e-6)


def test_too_few_readings_tell_no_course() -> None:
    few = window(np.arange(4.0), np.arange(4.0))
    assert course_of(few, few, 5.0) == STEADY


@pytest.mark.parametrize(("kind", "drift"), [("white", 2.0), ("flicker", 4.0)])
def test_noise_that_wanders_is_no_drift_and_a_drift_is_one(kind: str, drift: float) -> None:
    generator = np.random.default_rng(4)
    time = 0.02 * np.arange(400)
    false, found = 0, 0
    for _ in range(40):
        wander = noise(kind, 400, 1.0, generator)
        for slope in (0.0, drift):
            record = window(time, wander + slope * time)
            trend, degrees = drift_of(record, noise_of(record.current), 0.02)
            assert degrees >= 1
            false += trend.significant and slope == 0
            found += trend.significant and slope > 0
    assert false <= 3
    assert found >= 38
