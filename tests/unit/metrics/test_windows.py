from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from labkit.core import Flag, LabkitError, Run, Samples, SampleStatus
from labkit.metrics._statistics import normal_estimate
from labkit.metrics._windows import Trace, blanked, level_of, not_restored, trace_of


@pytest.fixture
def ramp(builder: Any, instrument: Any) -> Run:
    """A current that counts the readings, one each 10 ms with apertures of 8 ms, for 10 s."""
    built = builder()
    built.trace("drain", np.arange(1000) * 0.01, 0.1, np.arange(1000.0), instrument(gain=0.01, offset=1e-9), 0.008)
    return built.build()


@pytest.fixture
def trace(ramp: Run) -> Trace:
    return trace_of(ramp, "drain")


def test_a_window_holds_whole_apertures_only(trace: Trace) -> None:
    assert trace.between(1.0, 1.05).current == pytest.approx([100, 101, 102, 103, 104])
    assert trace.between(1.0, 1.045).current == pytest.approx([100, 101, 102, 103])
    assert trace.between(1.001, 1.05).current == pytest.approx([101, 102, 103, 104])


def test_instants_are_the_middles_of_apertures(trace: Trace) -> None:
    assert trace.between(1.0, 1.02).time == pytest.approx([1.004, 1.014])


def test_the_baseline_is_the_last_second(trace: Trace) -> None:
    window = trace.baseline(5.0)
    assert len(window) == 100
    assert window.current[-1] == 499


def test_slow_sampling_makes_the_baseline_fifty_readings(builder: Any, instrument: Any) -> None:
    built = builder()
    built.trace("drain", np.arange(200) * 0.1, 0.1, np.arange(200.0), instrument(), 0.05)
    window = trace_of(built.build(), "drain").baseline(15.0)
    assert len(window) == 50
    assert window.current[-1] == 149


def test_the_baseline_never_reaches_into_what_came_before(trace: Trace) -> None:
    assert trace.baseline(5.0, since=4.5).current[0] == 450


def test_the_level_at_an_edge_is_the_last_twentieth(trace: Trace) -> None:
    assert len(trace.before(5.0, 1.0)) == 20
    assert len(trace.before(5.0, 4.8)) == 5


@pytest.mark.parametrize(
    ("status", "flag"), [(SampleStatus.OVERLOAD, Flag.SATURATED), (SampleStatus.COMPLIANCE, Flag.COMPLIANCE)]
)
def test_what_the_instrument_said_of_a_reading_is_a_flag(ramp: Run, status: SampleStatus, flag: Flag) -> None:
    said = ramp.traces["drain"].status.copy()
    said[120] = int(status)
    old = ramp.traces["drain"]
    told = trace_of(replace(ramp, traces={"drain": Samples(old.time, old.voltage, old.current, said)}), "drain")
    assert told.between(1.1, 1.3).blocked == {flag}
    assert told.between(1.3, 1.5).blocked == set()


def test_readings_without_a_number_are_left_out(ramp: Run) -> None:
    old = ramp.traces["drain"]
    current = old.current.copy()
    current[102] = np.nan
    window = trace_of(replace(ramp, traces={"drain": Samples(old.time, old.voltage, current, old.status)}), "drain")
    assert window.between(1.0, 1.05).current == pytest.approx([100, 101, 103, 104])
    assert window.between(1.0, 1.05).blocked == {Flag.UNDERSAMPLED}


def test_readings_after_an_edge_are_blanked(trace: Trace) -> None:
    assert blanked(trace.between(1.0, 1.2), 1.05, 0.03).current == pytest.approx([*range(100, 105), *range(108, 120)])


def test_the_accuracy_is_that_of_the_range_in_force(trace: Trace) -> None:
    assert trace.accuracy_at(3.0).gain == 0.01
    assert trace.accuracy_at(3.0).offset == 1e-9


def test_a_terminal_without_readings_says_so(ramp: Run) -> None:
    with pytest.raises(LabkitError, match="no readings of gate"):
        trace_of(ramp, "gate")


def test_a_level_is_the_mean_of_its_window(trace: Trace) -> None:
    assert level_of(trace.between(1.0, 1.05)).value == 102


def test_a_baseline_is_restored_within_three_sigma() -> None:
    def levels(*values: float) -> list[Any]:
        return [normal_estimate(value, 1.0, 100) for value in values]

    assert not not_restored(levels(0.0, 1.0, -1.0))
    assert not_restored(levels(0.0, 9.0))
    assert not_restored(levels(0.0, *(9.0 + 0.5 * np.sin(np.arange(8)))))


def test_a_baseline_that_wanders_without_aim_is_no_history(make_noise: Callable[..., Any]) -> None:
    flagged = 0
    for seed in range(200):
        values = make_noise("flicker", 10, 10.0, np.random.default_rng(seed))
        flagged += not_restored([normal_estimate(value, 1.0, 100) for value in values])
    assert flagged <= 12
