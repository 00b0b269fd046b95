"""M19: cycle-to-cycle variation with the read noise taken off."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from labkit.core import Flag, Run
from labkit.metrics import CYCLE_VARIATION
from labkit.metrics._cycle_variation import cycle_variation

GENERATORS = [(0.035, 0.02), (0.01, 0.005), (0.02, 0.03)]


def _covers(synapse: Any, coverage: Any, generator: tuple[float, float], trials: int, seed: int) -> dict[str, Any]:
    c2c, read = generator
    found = {name: coverage(c2c) for name in ("value", "by_cycle", "lag_one", "mean_step")}
    found["mean_step"].truth = 50 * c2c
    random = np.random.default_rng(seed)
    for _ in range(trials):
        for result in cycle_variation(synapse(lowest=30e-6, c2c=c2c, read=read).curves(random)):
            found["value"].add(result.estimate)
            for name in ("by_cycle", "lag_one", "mean_step"):
                found[name].add(result.variants.get(name))
    return found


@pytest.mark.parametrize("generator", GENERATORS)
def test_the_variation_is_covered(
    synapse: Any, coverage: Any, coverage_accepted: Callable[[int, int], bool], generator: tuple[float, float]
) -> None:
    found = _covers(synapse, coverage, generator, 150, 190)
    for counted in (found["value"], found["mean_step"], found["by_cycle"]):
        assert coverage_accepted(counted.covered, counted.trials)
    assert abs(found["value"].bias) < 0.03 * found["value"].truth


@pytest.mark.long
@pytest.mark.parametrize("generator", GENERATORS)
def test_the_variation_is_covered_in_full(synapse: Any, coverage: Any, generator: tuple[float, float]) -> None:
    found = _covers(synapse, coverage, generator, 1000, 191)
    for counted in (found["value"], found["mean_step"]):
        assert 0.93 <= counted.covered / counted.trials <= 0.97
    for counted in (found["by_cycle"], found["lag_one"]):  # variants: rougher, each blind to something else
        assert 0.90 <= counted.covered / counted.trials <= 0.98
    assert abs(found["value"].bias) < 0.03 * found["value"].truth


def _covers_unequal_steps(drifting_synapse: Any, coverage: Any, trials: int, seed: int) -> Any:
    """Truth from very many cycles: a step's variance at each pulse number, and the mean change."""
    device = {"lowest": 2e-6, "change": 18e-6, "up": 4.0, "down": -4.0, "pulses": 20, "c2c": 0.2}
    random = np.random.default_rng(seed)
    up, _ = drifting_synapse(**device, cycles=40_000).walks(random)
    truth = np.sqrt(np.mean(np.var(np.diff(up, axis=1), axis=0))) / np.mean(up[:, -1] - up[:, 0])
    counted = coverage(float(truth))
    for _ in range(trials):
        counted.add(cycle_variation(drifting_synapse(**device, read=0.0005).curves(random))[0].estimate)
    return counted


def test_steps_that_scatter_unequally_are_covered(
    drifting_synapse: Any, coverage: Any, coverage_accepted: Callable[[int, int], bool]
) -> None:
    counted = _covers_unequal_steps(drifting_synapse, coverage, 300, 192)
    assert coverage_accepted(counted.covered, counted.trials)


@pytest.mark.long
def test_steps_that_scatter_unequally_are_covered_in_full(drifting_synapse: Any, coverage: Any) -> None:
    counted = _covers_unequal_steps(drifting_synapse, coverage, 2000, 193)
    assert 0.93 <= counted.covered / counted.trials <= 0.97


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
