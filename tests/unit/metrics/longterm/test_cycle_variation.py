"""M19: cycle-to-cycle variation with the read noise taken off."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from labkit.core import Flag, Run
from labkit.metrics import CYCLE_VARIATION
from labkit.metrics._cycle_variation import cycle_variation


def test_read_noise_is_taken_off(synapse: Any) -> None:
    """2 % read noise makes 3.5 % look like 4.5 %."""
    random = np.random.default_rng(6)
    raw, corrected = [], []
    for _ in range(60):
        result = cycle_variation(synapse(c2c=0.035, read=0.02).curves(random))[0]
        assert result.estimate is not None
        corrected.append(result.estimate.value)
        raw.append(result.variants["uncorrected"].value)
    assert np.median(raw) == pytest.approx(0.045, abs=0.0015)
    assert np.median(corrected) == pytest.approx(0.035, abs=0.0015)


def test_scatter_below_the_read_noise_gives_an_upper_bound(synapse: Any) -> None:
    random = np.random.default_rng(8)
    bounded = held = 0
    for _ in range(100):
        result = cycle_variation(synapse(c2c=0.001, read=0.02).curves(random))[0]
        if result.estimate is None:
            assert Flag.SIGNAL_TO_NOISE in result.flags
            assert result.bound is not None
            assert result.bound.low == 0
            bounded += 1
            held += 0.001 <= result.bound.high < 0.02
    assert bounded > 30
    assert held == bounded


def test_denominators_are_told_apart(synapse: Any) -> None:
    curves = synapse(lowest=30e-6, change=10e-6, pulses=40, c2c=0.02).curves(np.random.default_rng(3))
    result = cycle_variation(curves)[0]
    assert result.estimate is not None
    assert result.variants["mean_step"].value == pytest.approx(40 * result.estimate.value)
    assert result.variants["absolute"].value == pytest.approx(2e-7, rel=0.1)
    # A walk of 20 steps on average, against a level of 36 uS on average.
    assert result.variants["level"].value == pytest.approx(2e-7 * np.sqrt(20.5) / 36e-6, rel=0.5)


def test_scaling_the_current_leaves_the_variation(synapse: Any) -> None:
    curves = synapse(c2c=0.02, read=0.01).curves(np.random.default_rng(3))
    trains = {
        name: replace(train, conductance=1e3 * train.conductance, read_sigma=1e3 * train.read_sigma)
        for name, train in curves.trains.items()
    }
    for one, other in zip(cycle_variation(curves), cycle_variation(replace(curves, trains=trains)), strict=True):
        assert one.estimate is not None
        assert other.estimate is not None
        assert one.estimate.value == pytest.approx(other.estimate.value)


def test_identical_cycles_do_not_vary(synapse: Any) -> None:
    result = cycle_variation(synapse().curves(np.random.default_rng(3)))[0]
    assert result.estimate is None or result.estimate.value < 1e-9


def test_few_cycles_are_not_enough(synapse: Any) -> None:
    result = cycle_variation(synapse(cycles=5, c2c=0.02).curves(np.random.default_rng(3)))[0]
    assert Flag.REPEATS in result.flags


def test_a_run_gives_the_variation_of_its_device(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    run = ltp_ltd_run(synapse(lowest=9e-6, c2c=0.01), 3, sigma=2e-8, levels=np.linspace(9e-6, 18e-6, 20))
    for result in CYCLE_VARIATION.compute(run):
        assert result.estimate is not None
        assert abs(result.estimate.value - 0.01) < 3 * result.estimate.uncertainty
        assert result.unit == "%"
