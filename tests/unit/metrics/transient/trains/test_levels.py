import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.core import Estimate, Flag, FloatArray, LabkitError, Result
from labkit.metrics import SADP

LOG = logging.getLogger(__name__)
Stepped = Callable[..., Any]
LEVELS = tuple(float(level) for level in np.geomspace(0.1, 10, 9))
PULSES = tuple((level, 0.5) for level in LEVELS)


def power(level: float, time: FloatArray) -> FloatArray:
    return np.asarray(level**0.7 * np.minimum(time / 0.2, 1), float)


def rolling_off(level: float, time: FloatArray) -> FloatArray:
    own = level if level <= 1 else level**0.4
    return np.asarray(own * np.minimum(time / 0.2, 1), float)


def negative(level: float, time: FloatArray) -> FloatArray:
    return -power(level, time)


def sadp(run: Any) -> tuple[Result, tuple[Result, ...]]:
    whole, *ranges = SADP.compute(run)
    return whole, tuple(ranges)


def value(result: Result) -> Estimate:
    assert result.estimate is not None, result.reason
    return result.estimate


def test_the_exponent_comes_back_over_all_and_by_decades(stepped_pulses: Stepped) -> None:
    whole, ranges = sadp(stepped_pulses(PULSES, power, scatter=0.002).run(np.random.default_rng(1), sigma=1e-13))
    assert value(whole).value == pytest.approx(0.7, abs=0.002)
    assert [value(each).value for each in ranges] == pytest.approx([0.7, 0.7], abs=0.005)
    assert [round(each.at["highest_irradiance"], 6) for each in ranges] == [1.0, 10.0]


def test_an_exponent_that_changes_shows_in_the_decades_and_widens_the_whole(stepped_pulses: Stepped) -> None:
    straight, _ = sadp(stepped_pulses(PULSES, power, scatter=0.005).run(np.random.default_rng(2), sigma=1e-13))
    whole, ranges = sadp(stepped_pulses(PULSES, rolling_off, scatter=0.005).run(np.random.default_rng(2), sigma=1e-13))
    assert [value(each).value for each in ranges] == pytest.approx([1.0, 0.4], abs=0.01)
    assert whole.estimate is None or value(whole).uncertainty > 5 * value(straight).uncertainty


def test_a_negative_photoresponse_has_the_same_exponent(stepped_pulses: Stepped) -> None:
    whole, _ = sadp(stepped_pulses(PULSES, negative).run(np.random.default_rng(3), sigma=1e-13))
    assert value(whole).value == pytest.approx(0.7, abs=0.02)


def test_levels_lost_in_the_noise_are_left_out_by_name(stepped_pulses: Stepped) -> None:
    whole, _ = sadp(stepped_pulses(PULSES, power).run(np.random.default_rng(4), sigma=1.5e-9))
    assert "does not stand out" in whole.notes["left out"]
    assert whole.counts["value"] < 9


def test_a_device_that_tires_is_flagged_by_its_reference(stepped_pulses: Stepped) -> None:
    tired, _ = sadp(stepped_pulses(PULSES, power, fading=0.03).run(np.random.default_rng(5), sigma=1e-12))
    steady, _ = sadp(stepped_pulses(PULSES, power).run(np.random.default_rng(5), sigma=1e-12))
    assert Flag.DEGRADED in tired.flags
    assert Flag.DEGRADED not in steady.flags


def test_four_levels_are_too_few(stepped_pulses: Stepped) -> None:
    with pytest.raises(LabkitError, match="4 levels, too few"):
        SADP.compute(stepped_pulses(PULSES[:4], power).run(np.random.default_rng(6), sigma=1e-12))


def test_four_pulses_of_a_level_are_too_few(stepped_pulses: Stepped) -> None:
    whole, _ = sadp(stepped_pulses(PULSES, power, repeats=4).run(np.random.default_rng(7), sigma=1e-12))
    assert whole.estimate is None
    assert Flag.REPEATS in whole.flags


@pytest.mark.parametrize("trials", [40, pytest.param(1000, marks=pytest.mark.long)])
@pytest.mark.parametrize(("noise", "sigma"), [("white", 3e-11), ("ar1", 1e-11)])
def test_intervals_cover_the_exponent(
    stepped_pulses: Stepped, coverage_accepted: Callable[[int, int], bool], noise: str, sigma: float, trials: int
) -> None:
    device = stepped_pulses(PULSES, power)
    covered, by_range = 0, 0
    for seed in range(trials):
        whole, ranges = sadp(device.run(np.random.default_rng(seed), sigma=sigma, noise=noise, gain=0.01, offset=1e-10))
        covered += 0.7 in value(whole).interval
        by_range += 0.7 in value(ranges[seed % 2]).interval
    LOG.info("%s, %g A: %d, by range %d of %d", noise, sigma, covered, by_range, trials)
    assert coverage_accepted(covered, trials)
    assert coverage_accepted(by_range, trials)
