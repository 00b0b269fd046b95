"""M20: what is of the devices is told apart from what is of their cycles."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.validation.generators import Population
from labkit.core import Estimate, Flag, Interval, LabkitError
from labkit.metrics import DEVICE_VARIATION, DeviceSet
from labkit.metrics._random_effects import components

TRIALS = 150


def test_ten_per_cent_between_devices_are_found_under_fifteen_per_cent_between_cycles(
    coverage_accepted: Callable[[int, int], bool],
) -> None:
    generator = np.random.default_rng(20)
    covered, found, one_shot = 0, [], []
    for _ in range(TRIALS):
        result = DEVICE_VARIATION.compute(Population(between=0.10, within=0.15).set(generator))[0]
        interval = result.bound if result.estimate is None else result.estimate.interval
        assert interval is not None
        covered += 0.10 in interval
        found.append(0.0 if result.estimate is None else result.estimate.value)
        one_shot.append(result.variants["one_shot"].value)
    assert coverage_accepted(covered, TRIALS)
    assert np.sqrt(np.mean(np.square(found))) == pytest.approx(0.10, rel=0.05)
    assert np.mean(one_shot) == pytest.approx(0.178, rel=0.03)


def test_unequal_numbers_of_cycles_do_not_bias_the_component() -> None:
    generator = np.random.default_rng(3)
    variances = []
    for _ in range(400):
        sizes = generator.integers(2, 12, 20)
        groups = [generator.normal(0, 1) + generator.normal(0, 1.5, size) for size in sizes]
        variances.append(components(groups).between.value ** 2)
    assert np.mean(variances) == pytest.approx(1.0, abs=0.1)


def test_devices_that_do_not_differ_give_an_upper_limit_and_no_value() -> None:
    alike = Population(between=0.0, within=0.15)
    results = [DEVICE_VARIATION.compute(alike.set(np.random.default_rng(seed)))[0] for seed in range(40)]
    without = [result for result in results if result.estimate is None]
    assert 10 < len(without) < 30  # the component is as often above 0 as below
    assert all(result.bound is not None and result.bound.low == 0 and result.bound.high > 0 for result in without)
    assert "upper limit" in without[0].reason


def test_fewer_than_twenty_devices_have_no_value() -> None:
    result = DEVICE_VARIATION.compute(Population(devices=12).set(np.random.default_rng(1)))[0]
    assert Flag.REPEATS in result.flags
    assert result.estimate is None
    assert "12 devices" in result.reason
    assert result.bound is not None


def test_dead_devices_are_left_out_and_counted() -> None:
    result = DEVICE_VARIATION.compute(Population(devices=25, dead=3).set(np.random.default_rng(1)))[0]
    assert result.counts["device"] == 22
    assert "3 of 25 devices" in result.notes["without a value"]


def test_each_area_is_a_population_of_its_own() -> None:
    two = Population(areas=(1e-12, 1e-10), exponent=1.0, within=0.02).set(np.random.default_rng(4))
    results = DEVICE_VARIATION.compute(two)
    assert [result.at["area"] for result in results] == [1e-12, 1e-10]
    assert all(result.estimate is not None and result.estimate.value < 0.2 for result in results)


def test_a_sentinel_that_changed_flags_every_value_of_the_run() -> None:
    devices = Population(within=0.01).set(np.random.default_rng(5))
    first = devices.devices[0]
    result = first.results[0]
    assert result.estimate is not None
    worn = 0.7 * result.estimate.value
    later = replace(result, estimate=Estimate(worn, worn * 0.01, Interval(worn * 0.98, worn * 1.02), unit="S"))
    again = replace(devices, again=(replace(first, results=(later,), visit=1),))
    told = DEVICE_VARIATION.compute(again)[0]
    assert Flag.DEGRADED in told.flags
    assert "-30" in told.notes["measured again"]
    steady = replace(devices, again=(replace(first, visit=1),))
    assert Flag.DEGRADED not in DEVICE_VARIATION.compute(steady)[0].flags


def test_values_without_cycles_say_what_is_missing() -> None:
    devices = Population().set(np.random.default_rng(1))
    bare = tuple(replace(one, results=(replace(one.results[0], repeats=()),)) for one in devices)
    with pytest.raises(LabkitError, match="cycle by cycle"):
        DEVICE_VARIATION.compute(DeviceSet("chip", bare))
