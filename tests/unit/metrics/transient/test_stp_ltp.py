"""From short-term to long-term: what is left after 100 s, and the count from which on it lasts."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.validation.generators import LastingTrains
from labkit.core import Flag, LabkitError, Result
from labkit.metrics import STP_LTP
from labkit.metrics._stp_ltp import threshold, transitions
from labkit.metrics._training import trainings

DEVICE = LastingTrains()


def lasting(device: LastingTrains, sigma: float = 1e-11) -> Result:
    (result,) = transitions(trainings(device.run(np.random.default_rng(1), sigma=sigma)))
    return result


def test_the_first_count_that_keeps_1_over_e_is_found() -> None:
    result = lasting(DEVICE)
    assert result.symbol == "n_LT"
    assert result.estimate is not None
    assert result.estimate.value == 20
    assert (result.estimate.interval.low, result.estimate.interval.high) == (10, 20)


def test_a_device_that_forgets_everything_has_a_lower_bound() -> None:
    result = lasting(replace(DEVICE, counts=(1, 2, 5)))
    assert result.estimate is None
    assert result.bound is not None
    assert np.isinf(result.bound.high)
    assert "no response lasts" in result.reason


def test_one_pulse_that_lasts_is_the_smallest_there_is() -> None:
    kept = lasting(replace(DEVICE, counts=(1, 2, 5), tau=1e4))
    assert kept.estimate is not None
    assert kept.estimate.value == 1
    several = lasting(replace(DEVICE, counts=(5, 10, 20), tau=1e4))
    assert several.estimate is None
    assert "lasts already" in several.reason


def test_what_is_left_must_stand_out_of_the_baseline() -> None:
    left = [np.full(5, 1e-12) + 1e-13 * np.arange(5)] * 3
    peaks = [np.full(5, 2e-12)] * 3
    values = np.array([1.0, 2.0, 5.0])
    seen, _, _ = threshold(values, left, peaks, np.full(3, 1e-13))
    lost, _, reason = threshold(values, left, peaks, np.full(3, 1e-12))
    assert seen is not None
    assert seen.value == 1
    assert lost is None
    assert "noise" in reason


def test_a_share_is_that_of_the_law_and_the_time_constant_too() -> None:
    device = replace(DEVICE, counts=(2, 5), slowing=0.01)
    results = STP_LTP.compute(device.run(np.random.default_rng(2), sigma=1e-12))
    for result in results:
        count = int(result.at["pulses"])
        truth = device.left(count) if result.symbol == "r" else device.slowest(count)
        assert result.estimate is not None
        assert result.estimate.value == pytest.approx(truth, rel=0.05)


def test_a_time_constant_longer_than_the_record_is_withheld() -> None:
    device = replace(DEVICE, counts=(100,))
    time = next(each for each in STP_LTP.compute(device.run(np.random.default_rng(3))) if each.symbol == "τ")
    assert time.estimate is None
    assert "too short" in time.reason
    assert Flag.WINDOW in time.flags


def test_the_time_constant_ends_at_the_baseline_only_where_the_device_went_back_by_itself() -> None:
    erased = DEVICE.run(np.random.default_rng(4))
    times = {result.notes.get("I_∞") for result in STP_LTP.compute(erased) if result.symbol == "τ"}
    assert times == {"free"}
    alone = replace(DEVICE, counts=(1, 2), tau=2.0, erased=False).run(np.random.default_rng(4), sigma=1e-10)
    times = {result.notes.get("I_∞", "") for result in STP_LTP.compute(alone) if result.symbol == "τ"}
    assert all(each.startswith("fixed to the baseline") for each in times)


def test_a_drift_comparable_to_what_is_left_is_told() -> None:
    assert Flag.DRIFT in lasting(replace(DEVICE, counts=(1, 2, 5), drift=2e-12), sigma=1e-12).flags


def test_four_repeats_are_too_few() -> None:
    result = lasting(replace(DEVICE, counts=(1, 2, 5), repeats=4))
    assert result.estimate is None
    assert "4 repeats" in result.reason


def test_a_record_that_ends_before_100_s_is_refused() -> None:
    with pytest.raises(LabkitError, match="nothing was recorded 100 s after"):
        lasting(replace(DEVICE, counts=(1, 2, 5), after=60.0))
