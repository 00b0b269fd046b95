from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.core import Estimate, Flag, LabkitError, Result
from labkit.metrics import PPF_DECAY, PPF_INDEX

Pairs = Callable[..., Any]
QUICK = {"relaxing": (1e-3, 1e-3), "width": 0.2, "rest": 1.2, "controls": False, "scatter": 0.02}
INTERVALS = tuple(float(interval) for interval in np.round(np.geomspace(0.1, 20, 12) / 0.02) * 0.02)
DECAY = {"C_1": 0.6, "τ_1": 0.3, "C_2": 0.3, "τ_2": 5.0}


def by_interval(results: tuple[Result, ...]) -> dict[float, Result]:
    return {result.at["interval"]: result for result in results}


def value(result: Result) -> Estimate:
    assert result.estimate is not None, result.reason
    return result.estimate


def two_terms(interval: float) -> float:
    return 1 + 0.6 * float(np.exp(-interval / 0.3)) + 0.3 * float(np.exp(-interval / 5))


def test_the_global_index_is_the_local_one_and_the_residual(pulse_pairs: Pairs) -> None:
    for result in PPF_INDEX.compute(pulse_pairs().run(np.random.default_rng(1), sigma=5e-11)):
        parts = result.variants["local"].value + result.variants["residual"].value
        assert value(result).value == pytest.approx(parts, rel=1e-12)
        assert result.variants["(A2−A1)/A1"].value == pytest.approx(value(result).value - 1)


def test_a_linear_integrator_shows_summation_and_no_facilitation(pulse_pairs: Pairs) -> None:
    device = pulse_pairs(intervals=(0.2,), scatter=0.05)
    (found,) = PPF_INDEX.compute(device.run(np.random.default_rng(2), sigma=1e-11))
    assert value(found).interval.low > 1.3
    assert 1.0 in found.variants["excess"].interval
    assert Flag.SUMMATION in found.flags
    assert found.notes["facilitation"].startswith("not shown")


def test_true_facilitation_is_told_from_summation(pulse_pairs: Pairs) -> None:
    device = pulse_pairs(facilitation=lambda interval: 1.3)
    for result in PPF_INDEX.compute(device.run(np.random.default_rng(3), sigma=1e-11)):
        assert result.variants["excess"].interval.low > 1
        assert Flag.SUMMATION not in result.flags
        assert result.notes["facilitation"].startswith("shown")


def test_without_single_pulses_the_decay_is_extrapolated(pulse_pairs: Pairs) -> None:
    device = pulse_pairs(intervals=(0.2, 4.0), controls=False, facilitation=lambda interval: 1.2)
    found = by_interval(PPF_INDEX.compute(device.run(np.random.default_rng(4), sigma=1e-11)))[0.2]
    assert "extrapolated" in found.notes["excess above"]
    assert found.variants["excess"].value == pytest.approx(1.2, abs=0.06)


def test_the_order_of_the_intervals_does_not_matter(pulse_pairs: Pairs) -> None:
    device = pulse_pairs(scatter=0.0, facilitation=two_terms)
    one, other = (
        by_interval(PPF_INDEX.compute(device.run(np.random.default_rng(seed), sigma=1e-13))) for seed in (5, 6)
    )
    for interval, result in one.items():
        assert value(result).value == pytest.approx(value(other[interval]).value, rel=2e-3)


def test_mean_of_ratios_would_be_too_high_and_is_not_used(pulse_pairs: Pairs) -> None:
    device = pulse_pairs(**QUICK | {"scatter": 0.0}, intervals=(0.5,), repeats=60)
    (found,) = PPF_INDEX.compute(device.run(np.random.default_rng(7), sigma=8e-10))
    assert value(found).value == pytest.approx(1.0, abs=0.12)


def test_nine_pairs_are_too_few(pulse_pairs: Pairs) -> None:
    for result in PPF_INDEX.compute(pulse_pairs(repeats=9).run(np.random.default_rng(8), sigma=1e-11)):
        assert result.estimate is None
        assert Flag.REPEATS in result.flags
        assert "9 pairs" in result.reason
        assert result.bound is not None


def test_a_first_response_lost_in_the_noise_gives_no_index(pulse_pairs: Pairs) -> None:
    for result in PPF_INDEX.compute(pulse_pairs(amplitude=1e-12).run(np.random.default_rng(9), sigma=5e-11)):
        assert result.estimate is None
        assert Flag.SIGNAL_TO_NOISE in result.flags


def test_a_run_without_pairs_says_what_to_mark(single_pulses: Callable[..., Any]) -> None:
    run = single_pulses().run(np.random.default_rng(10), sigma=1e-11)
    with pytest.raises(LabkitError, match="no pulse marked `first`"):
        PPF_INDEX.compute(run)


def test_the_decay_of_facilitation_comes_back(pulse_pairs: Pairs) -> None:
    device = pulse_pairs(**QUICK | {"scatter": 0.0}, intervals=INTERVALS, facilitation=two_terms)
    found = {
        result.symbol: value(result).value
        for result in PPF_DECAY.compute(device.run(np.random.default_rng(11), sigma=1e-12))
    }
    assert found == pytest.approx(DECAY, rel=0.01)


def test_one_exponential_is_reported_as_one(pulse_pairs: Pairs) -> None:
    device = pulse_pairs(**QUICK, intervals=INTERVALS, facilitation=lambda interval: 1 + 0.5 * np.exp(-interval / 2))
    found = PPF_DECAY.compute(device.run(np.random.default_rng(12), sigma=5e-12))
    assert [result.symbol for result in found] == ["C", "τ"]
    assert value(found[1]).value == pytest.approx(2.0, rel=0.1)
    assert found[0].curves[0].fit is not None


def test_counted_from_onset_to_onset_the_share_is_larger(pulse_pairs: Pairs) -> None:
    device = pulse_pairs(**QUICK, intervals=INTERVALS, facilitation=lambda interval: 1 + 0.5 * np.exp(-interval / 2))
    share, time = PPF_DECAY.compute(device.run(np.random.default_rng(13), sigma=5e-12))
    onset = share.variants["onset to onset"].value
    assert onset == pytest.approx(value(share).value * np.exp(0.2 / value(time).value))


def test_a_decay_slower_than_half_the_longest_interval_is_told(pulse_pairs: Pairs) -> None:
    device = pulse_pairs(**QUICK, intervals=INTERVALS, facilitation=lambda interval: 1 + 0.5 * np.exp(-interval / 15))
    found = PPF_DECAY.compute(device.run(np.random.default_rng(14), sigma=5e-12))
    assert all(Flag.WINDOW in result.flags for result in found)


def test_seven_intervals_are_too_few(pulse_pairs: Pairs) -> None:
    device = pulse_pairs(**QUICK, intervals=INTERVALS[:7], facilitation=two_terms)
    found = PPF_DECAY.compute(device.run(np.random.default_rng(15), sigma=5e-12))
    assert all(result.estimate is None and Flag.REPEATS in result.flags for result in found)
    assert "7 intervals" in found[0].reason
