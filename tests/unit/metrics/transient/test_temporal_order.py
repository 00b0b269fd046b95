"""Temporal order: which electrical pulse of a train met the light."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from benchmarks.validation.generators import OrderedTrains
from labkit.core import Flag, Result, Run
from labkit.metrics import TEMPORAL_ORDER
from labkit.metrics._metric import NotMeasured

LEFT = OrderedTrains().left


def made(
    left: Mapping[tuple[int, ...], float] = LEFT,
    repeats: int = 10,
    seed: int = 1,
    scatter: float = 0.03,
    sigma: float = 1e-12,
) -> Run:
    return OrderedTrains(left, repeats, scatter).run(np.random.default_rng(seed), sigma=sigma)


def by_symbol(run: Run) -> dict[str, Result]:
    return {result.symbol: result for result in TEMPORAL_ORDER.compute(run)}


def test_the_ratios_are_those_of_what_the_trains_left() -> None:
    found = by_symbol(made(scatter=0.0))
    truth = {"ΔI_late/ΔI_early": 5.0, "ΔI_late/ΔI_dark": 10.0, "ΔI_several/ΔI_late": 0.9}
    for symbol, ratio in truth.items():
        estimate = found[symbol].estimate
        assert estimate is not None
        assert estimate.value == pytest.approx(ratio, rel=2e-3)
    curve = found["ΔI_late/ΔI_early"].curves[0]
    assert curve.x.tolist() == [0, 1, 2, 3, 4]
    assert curve.y == pytest.approx([1e-9, 2e-9, 4e-9, 7e-9, 10e-9], rel=2e-3)


def test_intervals_cover_the_truth(coverage_accepted: Any) -> None:
    covered = 0
    for seed in range(60):
        estimate = by_symbol(made(seed=seed, scatter=0.1))["ΔI_late/ΔI_early"].estimate
        assert estimate is not None
        covered += 5.0 in estimate.interval
    assert coverage_accepted(covered, 60)


def test_a_device_that_does_not_tell_the_order_has_a_ratio_of_one() -> None:
    estimate = by_symbol(made(dict.fromkeys(LEFT, 5e-9), scatter=0.1))["ΔI_late/ΔI_early"].estimate
    assert estimate is not None
    assert 1.0 in estimate.interval
    assert estimate.interval.high < 1.5


def test_a_dark_train_that_leaves_nothing_gives_no_ratio() -> None:
    result = by_symbol(made(LEFT | {(): 0.0}, sigma=1e-10))["ΔI_late/ΔI_dark"]
    assert result.estimate is None
    assert "do not limit" in result.reason


def test_few_repeats_are_flagged() -> None:
    result = by_symbol(made(repeats=3))["ΔI_late/ΔI_early"]
    assert Flag.REPEATS in result.flags
    assert result.estimate is None


def test_without_the_control_trains_their_ratios_say_what_is_missing() -> None:
    found = by_symbol(made({(1,): 2e-9, (4,): 10e-9}))
    assert found["ΔI_late/ΔI_early"].estimate is not None
    assert "light upon none" in found["ΔI_late/ΔI_dark"].reason
    assert "light upon several" in found["ΔI_several/ΔI_late"].reason


def test_light_upon_one_pulse_only_is_no_test_of_order() -> None:
    with pytest.raises(NotMeasured) as refused:
        TEMPORAL_ORDER.compute(made({(): 1e-9, (4,): 10e-9}))
    assert "vary the place" in refused.value.remedy
