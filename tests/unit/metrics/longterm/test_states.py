"""M17: readable, addressable and programmed states."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.core import Flag, FloatArray, Run
from labkit.metrics import STATES
from labkit.metrics._exponential_update import update_shape
from labkit.metrics._state_levels import Levels, count_estimate, count_states, levels_of, smoothed_sigma
from labkit.metrics._states import states

STEP = 1e-7


def _reads(sigma_over_step: float, generator: np.random.Generator, *, drift: float = 0.0, reads: int = 30) -> Levels:
    """64 evenly spaced levels, read over 10 s; `drift` is how far a level moves meanwhile, in steps."""
    mean = 1e-6 + STEP * np.arange(64)[:, None]
    times = np.tile(np.arange(reads) * 10.2 / (reads - 1), (64, 1))
    walk = drift * STEP * (times - 5) / 10.2
    return levels_of(times, mean + walk + sigma_over_step * STEP * generator.standard_normal((64, reads)))


@pytest.mark.parametrize(("ratio", "expected"), [(0.1, {64}), (0.25, {32}), (1.0, {10, 11})])
def test_the_count_is_that_of_the_noise(ratio: float, expected: set[int]) -> None:
    generator = np.random.default_rng(17)
    found = [_reads(ratio, generator) for _ in range(100)]
    assert {count_states(levels.mean, levels.smooth_sigma) for levels in found} <= expected


def test_without_smoothing_few_reads_count_too_many() -> None:
    """The greedy count takes what comes out small: five reads inflate N by 7 to 13 % (metric standard M17)."""
    generator = np.random.default_rng(18)
    rough, smooth = [], []
    for _ in range(100):
        levels = _reads(1.0, generator, reads=5)
        rough.append(count_states(levels.mean, levels.sigma))
        smooth.append(count_states(levels.mean, levels.smooth_sigma))
    assert 1.05 < np.mean(rough) / np.mean(smooth) < 1.35
    assert 10 <= np.mean(smooth) <= 11.5


def test_noise_that_grows_with_the_level_is_followed() -> None:
    generator = np.random.default_rng(19)
    mean = np.geomspace(1e-7, 1e-5, 64)
    truth = 0.03 * mean
    reads = mean[:, None] + truth[:, None] * generator.standard_normal((64, 30))
    levels = levels_of(np.tile(np.arange(30.0), (64, 1)), reads)
    assert np.std(levels.smooth_sigma / truth[np.argsort(np.mean(reads, axis=1))]) < 0.6
    assert levels.smooth_sigma[-1] > 10 * levels.smooth_sigma[0]


def test_even_noise_is_pooled() -> None:
    generator = np.random.default_rng(20)
    pooled = 0
    for _ in range(100):
        levels = _reads(0.5, generator)
        pooled += bool(np.ptp(levels.smooth_sigma) == 0)
    assert pooled >= 96


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=40),
    st.floats(1e-3, 0.2),
    st.floats(0.1, 10),
    st.floats(-5, 5),
)
def test_the_count_knows_no_unit_and_no_zero(means: list[float], sigma: float, scale: float, offset: float) -> None:
    level = np.array(means)
    width = np.full(len(level), sigma)
    once = count_states(level, width)
    assert 1 <= once <= len(level)
    # A hair more or less room than the noise needs, so that rounding decides nothing.
    fewer = count_states(scale * level + offset, scale * width * (1 + 1e-6))
    more = count_states(scale * level + offset, scale * width * (1 - 1e-6))
    assert fewer <= once <= more


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(1e-3, 0.2))
def test_counted_states_can_be_told_apart(means: list[float], sigma: float) -> None:
    level = np.array(means)
    count = count_states(level, np.full(len(level), sigma))
    assert (count - 1) * 6 * sigma <= np.ptp(level) + 1e-9


def test_a_smoothed_noise_of_silent_levels_is_pooled() -> None:
    sigma = smoothed_sigma(np.arange(10.0), np.array([0.0, *[1.0] * 9]), 28)
    np.testing.assert_allclose(sigma, np.sqrt(0.9))


def test_a_train_too_coarse_gives_a_lower_bound() -> None:
    result = states(None, _reads(0.1, np.random.default_rng(21)))[0]
    assert result.estimate is None
    assert result.bound is not None
    assert (result.bound.low, result.bound.high) == (64, np.inf)
    assert "too coarse" in result.reason


def test_the_count_comes_with_bits_and_other_deviations() -> None:
    result = states(None, _reads(0.25, np.random.default_rng(22)))[0]
    assert result.estimate is not None
    assert result.estimate.value == 32
    assert result.variants["bits"].value == 5
    assert result.variants["1_sigma"].value == 64
    assert result.variants["2_sigma"].value >= 32


def test_few_or_hurried_reads_give_no_count() -> None:
    few = states(None, _reads(0.25, np.random.default_rng(23), reads=20))[0]
    assert few.estimate is None
    assert Flag.REPEATS in few.flags
    assert "30 are needed" in few.reason
    times = np.tile(np.arange(30) * 0.1, (4, 1))
    hurried = states(
        None, levels_of(times, np.arange(4.0)[:, None] + 0.2 * np.random.default_rng(1).standard_normal((4, 30)))
    )[0]
    assert "10 s are needed" in hurried.reason


def test_the_relaxation_after_a_pulse_is_no_noise() -> None:
    """What is volatile returns within the first reads of every level; it makes no level harder to tell apart."""
    generator = np.random.default_rng(25)
    times = np.tile(np.arange(30) * 10.2 / 29, (64, 1))
    mean = 1e-6 + STEP * np.arange(64)[:, None]
    relaxing = 5 * STEP * generator.uniform(0.9, 1.1, (64, 1)) * np.exp(-times / 0.2)
    levels = levels_of(times, mean + relaxing + 0.25 * STEP * generator.standard_normal((64, 30)))
    assert count_states(levels.mean, levels.smooth_sigma) == 32


def test_drift_counts_for_addressing_only(synapse: Any) -> None:
    generator = np.random.default_rng(24)
    curves = synapse(lowest=1e-6, change=63e-7, c2c=0.001, read=0.001).curves(generator)
    steady, drifting = _reads(0.1, generator), _reads(0.1, generator, drift=3.0)
    assert count_states(drifting.mean, drifting.smooth_sigma) == count_states(steady.mean, steady.smooth_sigma)
    found = [states(curves, levels)[1].estimate for levels in (steady, drifting)]
    assert found[0] is not None
    assert found[1] is not None
    assert found[1].value < found[0].value


def test_addressable_states_follow_the_scatter_of_the_cycles(synapse: Any) -> None:
    x = np.linspace(0, 1, 51)
    for c2c, read in ((0.003, 0.002), (0.01, 0.005), (0.02, 0.01)):
        sigma = 9e-6 * np.sqrt(c2c**2 * np.arange(51) + read**2)
        truth = count_states(9e-6 * update_shape(x, 2.0), sigma)
        generator = np.random.default_rng(25)
        held = 0
        for _ in range(6):
            result = states(synapse(c2c=c2c, read=read).curves(generator), None)[0]
            assert result.estimate is not None
            held += truth in result.estimate.interval
        assert held >= 4


def test_interval_of_the_count_holds_the_count() -> None:
    estimate = count_estimate(_reads(1.0, np.random.default_rng(26)))
    assert estimate.value in estimate.interval
    assert estimate.interval.high - estimate.interval.low <= 3


def _programmed(levels: int) -> FloatArray:
    return np.linspace(1e-6, 1e-5, levels)


def test_a_run_gives_all_three_counts(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    # A read is the mean of 5 readings: sigma 8.9e-9 S against a step of 1.8e-7 S.
    run = ltp_ltd_run(synapse(c2c=0.01), 3, sigma=2e-9, levels=_programmed(50))
    readable, addressable, programmed = STATES.compute(run)
    assert readable.bound is not None
    assert readable.bound.low == 50
    assert addressable.estimate is not None
    assert addressable.estimate.value < 12
    assert programmed.estimate is not None
    assert programmed.estimate.value == 50
    assert "Hz" in readable.notes["bandwidth"]


def test_a_run_without_state_reads_has_no_readable_count(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    symbols = [result.symbol for result in STATES.compute(ltp_ltd_run(synapse(c2c=0.01), 3, sigma=2e-9))]
    assert symbols == ["N_w", "N_p"]


def test_the_noise_of_ten_cycles_is_known_to_ten_cycles_only(synapse: Any) -> None:
    """Drawn among themselves, ten cycles show less scatter than they have; the interval must hold the truth."""
    x = np.linspace(0, 1, 51)
    truth = count_states(9e-6 * update_shape(x, 2.0), 9e-6 * np.sqrt(0.01**2 * np.arange(51) + 0.005**2))
    held = 0
    for seed in range(100):
        found = states(synapse(c2c=0.01, read=0.005).curves(np.random.default_rng(seed)), None)[0].estimate
        assert found is not None
        held += truth in found.interval
    assert held >= 93


def test_cycles_without_any_scatter_can_all_be_told_apart(synapse: Any) -> None:
    found = states(synapse(c2c=0.0, read=0.0).curves(np.random.default_rng(1)), None)[0].estimate
    assert found is not None
    assert found.value == 51
    assert (found.interval.low, found.interval.high) == (51, 51)
