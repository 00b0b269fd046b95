"""M40: k of n against criteria that were written down before, every measured device counted."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.validation.generators import Population, good_devices
from labkit.core import Criteria, Estimate, Flag, Interval, LabkitError, Result, Sample
from labkit.metrics import YIELD, DeviceSet, MeasuredDevice


def criteria(**fields: Any) -> Criteria:
    return Criteria.model_validate({"name": "good", "criteria": [{"symbol": "G_max", "min": "5 uS"}]} | fields)


def conductance(value: float, u: float = 1e-8) -> Result:
    estimate = Estimate(value, u, Interval(value - 2 * u, value + 2 * u), unit="S")
    return Result("dynamic_range", "M18.G_max/1", "G_max", estimate, "S", "")


def of_values(values: list[float], rule: Criteria, **fields: Any) -> DeviceSet:
    devices = tuple(
        MeasuredDevice(Sample(name="chip", device=str(k)), (conductance(value),)) for k, value in enumerate(values)
    )
    return DeviceSet("chip", devices, criteria=rule, **({"registered": True, "random": True} | fields))


@pytest.mark.parametrize(("count", "least"), [(49, 0.927), (100, 0.964), (1024, 0.996)])
def test_all_good_says_only_so_much(count: int, least: float) -> None:
    result = YIELD.compute(of_values([1e-5] * count, criteria()))[0]
    assert result.estimate is not None
    assert result.estimate.value == 1
    assert result.estimate.interval.low == pytest.approx(least, abs=1e-3)
    assert result.flags == ()


def test_the_interval_is_conservative() -> None:
    generator = np.random.default_rng(40)
    covered = 0
    for _ in range(400):
        result = YIELD.compute(of_values(good_devices(0.9, 30, generator).tolist(), criteria()))[0]
        assert result.estimate is not None
        covered += 0.9 in result.estimate.interval
    assert covered >= 0.95 * 400


def test_nineteen_devices_have_no_yield_but_a_bound() -> None:
    result = YIELD.compute(of_values([1e-5] * 19, criteria()))[0]
    assert result.estimate is None
    assert Flag.REPEATS in result.flags
    assert result.bound is not None
    assert "19 of 19" in result.reason


def test_dead_devices_count_and_have_a_name() -> None:
    rule = criteria(
        failure_modes={
            "short": [{"symbol": "G_max", "min": "1 mS"}, {"symbol": "G_max", "flags": ["CMP", "SAT"]}],
            "open": [{"symbol": "G_max", "max": "1 nS"}],
        }
    )
    devices = list(of_values([1e-5] * 20 + [5e-3, 1e-10, 1e-6], rule).devices)
    compliance = replace(conductance(1e-5), estimate=None, flags=(Flag.COMPLIANCE,))
    silent = MeasuredDevice(Sample(name="chip", device="silent"), ())
    devices += [MeasuredDevice(Sample(name="chip", device="limited"), (compliance,)), silent]
    result = YIELD.compute(DeviceSet("chip", tuple(devices), criteria=rule, registered=True, random=True))[0]
    assert result.counts == {"device": 25, "good device": 20}
    shares = {name: round(variant.value * 25) for name, variant in result.variants.items()}
    assert shares["share: short"] == 2
    assert shares["share: open"] == 1
    assert shares["share: misses a criterion"] == 1
    assert shares["share: no value"] == 1
    assert shares["without a failure mode"] == 22
    assert "silent no value" in result.notes["not good"]


def test_a_value_that_is_only_bounded_decides_where_the_bound_does() -> None:
    rule = criteria()
    bounded = replace(conductance(1e-5), estimate=None, bound=Interval(1e-3, np.inf))
    device = MeasuredDevice(Sample(name="chip", device="x"), (bounded,))
    assert YIELD.compute(DeviceSet("chip", (device,), criteria=rule))[0].counts["good device"] == 1


def test_devices_near_the_limit_are_not_clearly_good() -> None:
    result = YIELD.compute(of_values([1e-5] * 18 + [5.01e-6] * 4, criteria()))[0]
    assert result.counts["good device"] == 22
    assert result.variants["clearly good"].value == pytest.approx(18 / 22)


@pytest.mark.parametrize(
    ("fields", "word"),
    [({"registered": False}, "not stored"), ({"offered": 100, "random": False}, "20 of 100 devices")],
    ids=["criteria after the fact", "the best devices"],
)
def test_what_was_chosen_after_the_fact_is_flagged(fields: dict[str, Any], word: str) -> None:
    result = YIELD.compute(of_values([1e-5] * 20, criteria(), **fields))[0]
    assert Flag.SELECTED in result.flags
    assert word in result.notes["selection"]


def test_a_random_part_of_the_devices_is_no_selection() -> None:
    result = YIELD.compute(of_values([1e-5] * 20, criteria(), offered=100))[0]
    assert Flag.SELECTED not in result.flags


def test_each_area_has_its_yield() -> None:
    devices = Population(areas=(1e-12, 1e-10)).set(np.random.default_rng(1), criteria())
    results = YIELD.compute(devices)
    assert [result.counts["device"] for result in results] == [40, 20, 20]


def test_without_criteria_it_says_how_to_give_them() -> None:
    with pytest.raises(LabkitError) as refused:
        YIELD.compute(DeviceSet("chip", of_values([1e-5], criteria()).devices))
    assert "--criteria" in refused.value.remedy


def test_a_limit_in_another_unit_is_refused() -> None:
    with pytest.raises(LabkitError, match="is in V"):
        YIELD.compute(of_values([1e-5], criteria(criteria=[{"symbol": "G_max", "min": "1 V"}])))


@pytest.mark.parametrize("condition", [{"symbol": "G_max"}, {"symbol": "G_max", "min": "5 unicorns"}])
def test_a_condition_must_say_something_readable(condition: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"needs min|unknown unit"):
        criteria(criteria=[condition])
