"""Loops as they are read from a run: branches, polarities, rates, and the ramp behind a current limit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.core import Kind, Run
from labkit.metrics import HYSTERESIS_INDEX, NotMeasured
from labkit.metrics._loops import Loop, programmed_voltage, read_loops, repeated

RATES = {0.1: 5, 10.0: 5, 1.0: 12}


def test_branches_rise_from_zero_at_both_polarities(memristor: Any, loop_run: Callable[..., Run]) -> None:
    loops = read_loops(loop_run(memristor(), 1, rates=RATES, step=0.05))
    assert loops.polarities == (1, -1)
    for polarity in (1, -1):
        side = loops.sides(polarity)[0]
        for branch in (side.forward, side.backward):
            np.testing.assert_allclose(branch.voltage, polarity * np.arange(1, 21) * 0.05)
        assert side.stop == pytest.approx(1.0)


def test_the_main_rate_is_that_with_most_loops_and_the_first_loop_of_a_rate_is_left_out(
    memristor: Any, loop_run: Callable[..., Run]
) -> None:
    """It begins in the state that another rate, or nothing, left."""
    loops = read_loops(loop_run(memristor(), 1, rates=RATES))
    assert loops.main_rate == 1.0
    assert [len(loops.at_rate(rate)) for rate in (0.1, 1.0, 10.0)] == [4, 11, 4]
    assert loops.first.rate == 0.1


def test_loops_that_all_follow_another_rate_are_equals_and_stay() -> None:
    taken_in_turn = tuple(Loop(rate, 0.02, {}) for _ in range(3) for rate in (0.1, 1.0))
    assert [loop.rate for loop in repeated(taken_in_turn)] == [1.0, 0.1, 1.0, 0.1, 1.0]
    single = tuple(Loop(rate, 0.02, {}) for rate in (0.1, 0.1, 1.0))
    assert [loop.rate for loop in repeated(single)] == [0.1, 1.0]
    assert repeated(single[:1]) == single[:1]


def test_a_state_below_the_limit_tells_the_ramp_behind_it(memristor: Any, loop_run: Callable[..., Run]) -> None:
    free = read_loops(loop_run(memristor(), 1, rates=RATES))
    limited = read_loops(loop_run(memristor(), 1, rates=RATES, compliance=2e-5))
    for side, other in zip(free.sides(1), limited.sides(1), strict=True):
        np.testing.assert_allclose(side.forward.voltage, other.forward.voltage, atol=1e-9)
        np.testing.assert_allclose(side.backward.voltage, other.backward.voltage, atol=1e-9)
        assert np.any(other.forward.limited)


@given(st.integers(12, 60), st.integers(0, 9), st.floats(0.001, 0.1))
def test_the_ramp_is_bridged_over_any_stretch_at_the_limit(count: int, begin: int, step: float) -> None:
    up = np.arange(count) * step
    ramp = np.concatenate([up, up[-2::-1]])
    limited = np.zeros(len(ramp), bool)
    limited[2 + begin : len(ramp) - 2 - begin // 2] = True
    measured = np.where(limited, 0.0, ramp)
    np.testing.assert_allclose(programmed_voltage(measured, limited), ramp, atol=1e-9)


def test_a_limit_on_one_way_only_is_bridged_in_a_line() -> None:
    ramp = np.arange(20) * 0.1
    limited = np.zeros(20, bool)
    limited[5:9] = True
    np.testing.assert_allclose(programmed_voltage(np.where(limited, 0.0, ramp), limited), ramp)


def test_a_run_without_loops_says_what_to_measure(builder: Any, instrument: Any) -> None:
    made = builder(loops=("cycle",), terminals={"top": "electrical"})
    made.event(Kind.READ, "state", "top", 0, 1, 0.1, (0, 5), cycle=0)
    made.trace("top", np.arange(5.0), 0.1, np.ones(5), instrument(), 1e-3)
    with pytest.raises(NotMeasured, match="P15"):
        HYSTERESIS_INDEX.compute(made.build())


def test_a_rate_that_is_no_loop_value_is_measured(builder: Any, instrument: Any, memristor: Any) -> None:
    made = builder(loops=("cycle",), terminals={"top": "electrical"})
    up = np.arange(0, 21) * 0.05
    voltage = np.concatenate([up, up[-2::-1], -up[1:], -up[-2::-1]])
    made.event(Kind.RAMP, "loop", "top", 0, 40, 1.0, (0, len(voltage)), cycle=0)
    current = memristor().currents(voltage, 0.5, np.random.default_rng(1))
    made.trace("top", np.arange(len(voltage)) * 0.1, voltage, current, instrument(), 1e-3)
    assert read_loops(made.build()).rates == (0.5,)
