"""M18: dynamic range from end-point means."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.core import Flag, Run
from labkit.metrics import DYNAMIC_RANGE
from labkit.metrics._dynamic_range import dynamic_range
from labkit.metrics._level_ratio import ratio_of_levels

HUNDRED = {"lowest": 1e-7, "change": 99e-7}


def test_end_points_not_extremes(synapse: Any) -> None:
    """The ratio of largest and smallest reading is off by far more than the ratio of end-point means."""
    random = np.random.default_rng(9)
    means, extremes = [], []
    for _ in range(50):
        curves = synapse(**HUNDRED, read=0.002).curves(random)
        estimate = dynamic_range(curves)[0].variants["potentiation_only"]
        means.append(estimate.value)
        reads = curves.trains["potentiation"].conductance
        extremes.append(np.max(reads) / np.min(reads))
    assert abs(np.mean(means) - 100) < 5
    assert abs(np.mean(extremes) - 100) > 30


def test_decibel(synapse: Any) -> None:
    result = dynamic_range(synapse(**HUNDRED, read=1e-5).curves(np.random.default_rng(1)))[0]
    assert result.variants["decibel"].value == pytest.approx(40, abs=0.05)
    assert result.variants["decibel"].unit == "dB"


@pytest.mark.parametrize("properties", [{"read": 0.02}, {"offset": 2e-7}])
def test_a_lowest_conductance_in_the_noise_gives_a_lower_bound(synapse: Any, properties: dict[str, float]) -> None:
    device = synapse(lowest=1e-8, change=99e-7, read=properties.get("read", 0.001))
    result = dynamic_range(device.curves(np.random.default_rng(4), offset=properties.get("offset", 0.0)))[0]
    assert result.estimate is None
    assert Flag.SIGNAL_TO_NOISE in result.flags
    assert result.bound is not None
    assert 1 < result.bound.low < 991
    assert result.bound.high == np.inf


def test_scaling_the_current_leaves_the_range() -> None:
    generator = np.random.default_rng(5)
    high, low = generator.normal(10, 0.1, 10), generator.normal(1, 0.05, 10)
    one, other = ratio_of_levels(high, low, 0.05), ratio_of_levels(1e-7 * high, 1e-7 * low, 0.05e-7)
    assert one.value == pytest.approx(other.value)
    assert one.interval.low == pytest.approx(other.interval.low, rel=1e-6)


def test_an_offset_that_may_hide_the_level_limits_nothing() -> None:
    ratio = ratio_of_levels(np.full(10, 10.0) + 1e-3 * np.arange(10), np.full(10, 1.0) + 1e-3 * np.arange(10), 1.5)
    assert ratio.interval.high == np.inf


def test_few_cycles_are_not_enough(synapse: Any) -> None:
    result = dynamic_range(synapse(**HUNDRED, cycles=4, read=1e-5).curves(np.random.default_rng(1)))[0]
    assert Flag.REPEATS in result.flags


def test_a_run_gives_the_range_of_its_device(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    run = ltp_ltd_run(synapse(lowest=1e-6, change=9e-6, c2c=0.001), 3, sigma=1e-9, gain=0.02, offset=2e-9)
    result = DYNAMIC_RANGE.compute(run)[0]
    assert result.estimate is not None
    assert 10 in result.estimate.interval


def test_an_offset_adds_doubt_that_needs_no_repeats() -> None:
    """Five repeats have four degrees of freedom; the more an offset counts, the more there are (JCGM 100)."""
    generator = np.random.default_rng(3)
    high, low = 1e-9 * (1 + 0.01 * generator.standard_normal((2, 5)))
    degrees = [ratio_of_levels(2 * high, low, offset).degrees_of_freedom for offset in (0.0, 1e-11, 1e-10)]
    assert degrees[0] == 4
    assert degrees[0] < degrees[1] < degrees[2] < np.inf
