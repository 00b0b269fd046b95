"""M26: on/off ratio."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from labkit.core import Flag, Run, SampleStatus
from labkit.metrics import ON_OFF_RATIO
from labkit.metrics._on_off_ratio import States, on_off_of_loops

RATES = {0.1: 5, 10.0: 5, 1.0: 21}


def test_a_run_gives_the_ratio_of_its_device(memristor: Any, loop_run: Callable[..., Run]) -> None:
    result = ON_OFF_RATIO.compute(loop_run(memristor(scatter=0.1), 2, rates=RATES, sigma=1e-10))[0]
    assert result.estimate is not None
    assert 100 in result.estimate.interval
    assert 100 in result.variants["other_polarity"].interval
    assert result.variants["worst_case"].value < result.estimate.value
    assert result.at["read_voltage"] == 0.1
    assert result.counts["cycle"] == 20


def test_the_read_voltage_is_that_of_the_protocol_but_never_switches(
    memristor: Any, loop_run: Callable[..., Run]
) -> None:
    run = loop_run(memristor(), 2, rates=RATES)
    for wished, expected in (("50 mV", 0.05), ("0.9 V", 0.2)):
        asked = replace(run, description=replace(run.description, parameters={"read_bias": wished}))
        assert ON_OFF_RATIO.compute(asked)[0].at["read_voltage"] == pytest.approx(expected)


def test_an_off_state_in_the_noise_gives_a_lower_bound(memristor: Any, loop_run: Callable[..., Run]) -> None:
    result = ON_OFF_RATIO.compute(loop_run(memristor(off=1e-9), 2, rates=RATES, sigma=1e-8))[0]
    assert result.estimate is None
    assert Flag.SIGNAL_TO_NOISE in result.flags
    assert result.bound is not None
    assert 10 < result.bound.low < 1e5
    assert result.bound.high == np.inf


def test_an_on_state_at_the_limit_gives_a_lower_bound(memristor: Any, loop_run: Callable[..., Run]) -> None:
    result = ON_OFF_RATIO.compute(loop_run(memristor(), 2, rates=RATES, compliance=5e-6))[0]
    assert result.estimate is None
    assert Flag.COMPLIANCE in result.flags
    assert result.bound is not None
    assert result.bound.low == pytest.approx(50)


def test_a_limit_above_the_read_does_not_matter(memristor: Any, loop_run: Callable[..., Run]) -> None:
    result = ON_OFF_RATIO.compute(loop_run(memristor(), 2, rates=RATES, compliance=3e-5))[0]
    assert result.estimate is not None
    assert result.estimate.value == pytest.approx(100, rel=1e-3)


def test_scaling_the_current_leaves_the_ratio() -> None:
    random = np.random.default_rng(3)
    on, off = 1e-5 * np.exp(0.1 * random.standard_normal(10)), 1e-7 * np.exp(0.1 * random.standard_normal(10))
    one, other = States(0.1, on, off, 1e-9).ratio, States(0.1, 7 * on, 7 * off, 7e-9).ratio
    assert one is not None
    assert other is not None
    assert one.interval.low == pytest.approx(other.interval.low, rel=1e-6)


def test_the_sign_of_the_current_does_not_matter() -> None:
    random = np.random.default_rng(3)
    on, off = 1e-5 * np.exp(0.1 * random.standard_normal(10)), 1e-7 * np.exp(0.1 * random.standard_normal(10))
    one, other = States(0.1, on, off, 1e-9).ratio, States(-0.1, -on, -off, 1e-9).ratio
    assert one == other


def test_few_cycles_are_not_enough(memristor: Any, make_loops: Any) -> None:
    loops = make_loops(memristor(scatter=0.1), np.random.default_rng(1), {1.0: 4})
    assert Flag.REPEATS in on_off_of_loops(loops, 0.1).flags


def test_a_capacitor_is_told(memristor: Any, make_loops: Any) -> None:
    device = memristor(on=1e-6, off=1e-6, capacitance=5e-8)
    loops = make_loops(device, np.random.default_rng(1), {1.0: 10, 0.1: 5}, sigma=1e-9)
    assert "capacitive" in on_off_of_loops(loops, 0.1).notes


def test_ltp_ltd_cycles_have_a_ratio_too(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    run = ltp_ltd_run(synapse(lowest=1e-6, change=9e-6, c2c=0.0005), 3, sigma=1e-9)
    result = ON_OFF_RATIO.compute(run)[0]
    assert result.estimate is not None
    assert 10 in result.estimate.interval


def test_ltp_ltd_reads_at_the_limit_have_none(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    run = ltp_ltd_run(synapse(lowest=1e-6, change=9e-6), 3, sigma=1e-9, status=SampleStatus.COMPLIANCE)
    assert Flag.COMPLIANCE in ON_OFF_RATIO.compute(run)[0].flags
