"""Forming of a fresh cell: the voltage, the conductance as made, and what is no forming."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.validation.generators import FreshCell
from labkit.core import Flag, FloatArray, Result, Run
from labkit.metrics import FORMING
from labkit.metrics._forming import find_rise
from labkit.metrics._metric import NotMeasured

STEP, READ = 0.01, 0.05
FORMED, OFF, ON = 5e-7, 1e-7, 5e-5


def swept(stop: float) -> FloatArray:
    """A sweep 0, stop, 0 (V)."""
    up = np.linspace(0, stop, round(abs(stop) / STEP) + 1)
    return np.concatenate([up, up[-2::-1]])


def made(forms_at: float = 0.723, sigma: float = 1e-10, offset: float = 1e-9, seed: int = 1, **cell: Any) -> Run:
    return FreshCell(forms_at, **cell).run(np.random.default_rng(seed), sigma=sigma, offset=offset)


def by_symbol(run: Run) -> dict[str, Result]:
    return {result.symbol: result for result in FORMING.compute(run)}


@pytest.mark.parametrize("polarity", [1, -1])
@pytest.mark.parametrize("truth", [0.3005, 0.4999, 0.7231])
def test_the_voltage_lies_within_its_interval_and_has_the_sign_of_the_first_polarity(
    polarity: int, truth: float
) -> None:
    result = by_symbol(made(truth, polarity=polarity))["V_form"]
    assert result.estimate is not None
    assert result.estimate.value == pytest.approx(polarity * truth, abs=STEP / 2 * 1.001)
    assert result.estimate.uncertainty == pytest.approx(STEP / 2 / np.sqrt(3), rel=0.05)
    assert result.at["rate"] == 0.5
    assert result.at["compliance"] > 0


def test_the_interval_of_the_step_covers_95_percent(coverage_accepted: Any) -> None:
    truths = np.random.default_rng(7).uniform(0.5, 0.6, 80).tolist()
    estimates = [by_symbol(made(truth))["V_form"].estimate for truth in truths]
    covered = sum(each is not None and truth in each.interval for truth, each in zip(truths, estimates, strict=True))
    assert coverage_accepted(covered, 80)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sigma", [1e-10, 1e-9])
def test_a_device_that_does_not_form_gives_a_bound_and_no_false_jump(seed: int, sigma: float) -> None:
    result = by_symbol(made(2.0, as_made=1e-9, sigma=sigma, offset=1e-8, seed=seed))["V_form"]
    assert result.estimate is None
    assert "did not form up to 1 V" in result.reason
    assert result.bound is not None
    assert result.bound.low == pytest.approx(1.0)
    assert "volatile" not in result.notes


def test_a_device_that_is_on_as_made_has_no_forming_voltage() -> None:
    found = by_symbol(made(as_made=ON))
    assert found["V_form"].estimate is None
    assert "as made" in found["V_form"].reason
    assert found["V_form"].counts["sweep"] == 1
    free, conductance = found["forming-free"].estimate, found["G_as_made"].estimate
    assert free is not None
    assert conductance is not None
    assert free.value == 1
    assert ON in conductance.interval


def test_a_device_that_must_be_formed_is_not_forming_free() -> None:
    free = by_symbol(made())["forming-free"].estimate
    assert free is not None
    assert free.value == 0


def test_a_first_read_at_the_level_itself_decides_nothing() -> None:
    result = by_symbol(made(as_made=FORMED / READ * 0.999, offset=5e-9))["forming-free"]
    assert result.estimate is None
    assert "too close" in result.reason


def test_a_jump_that_has_gone_at_the_read_is_told_and_is_no_forming() -> None:
    result = by_symbol(made(0.9005, volatile=0.5995))["V_form"]
    assert result.estimate is not None
    assert "jumps" in result.notes["volatile"]
    assert "600 mV" in result.notes["volatile"]


def test_forming_by_degrees_lies_between_two_stops() -> None:
    result = by_symbol(made(0.5005, gradual=True, as_made=2e-6))["V_form"]
    assert result.estimate is None
    assert "by degrees" in result.reason
    assert result.bound is not None
    assert result.bound.low < result.bound.high < 1


def test_a_first_read_in_the_noise_is_an_upper_bound() -> None:
    result = by_symbol(made(as_made=1e-10, sigma=1e-9, offset=1e-8))["G_as_made"]
    assert Flag.SIGNAL_TO_NOISE in result.flags
    assert result.bound is not None
    assert result.bound.low == 0


def test_forming_on_the_way_back_is_found_there() -> None:
    voltage = swept(1.0)
    late = np.arange(len(voltage)) > 110
    assert find_rise(voltage, np.where(late, ON, OFF) * voltage) == pytest.approx((0.9, 0.89))


@pytest.mark.parametrize("offset", [0.0, -5e-9, 5e-9])
def test_an_offset_of_the_ammeter_is_no_jump(offset: float) -> None:
    voltage = swept(1.0)
    assert find_rise(voltage, 1e-8 * voltage + offset, 6e-9) is None


def test_a_run_without_the_level_says_what_to_declare() -> None:
    run = made()
    with pytest.raises(NotMeasured) as refused:
        FORMING.compute(replace(run, description=replace(run.description, parameters={})))
    assert "`formed`" in refused.value.remedy
