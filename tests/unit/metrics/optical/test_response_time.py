"""M36: rise and fall between fitted plateaus, cut-off under modulated light."""

import numpy as np
import pytest

from benchmarks.validation.generators import Modulation, SquareWave
from labkit.core import Flag, Result
from labkit.metrics import RESPONSE_TIME


def edges(device: SquareWave, ratio: float, seed: int = 36) -> tuple[Result, ...]:
    return RESPONSE_TIME.compute(device.run(np.random.default_rng(seed), sigma=device.size / ratio))


def test_noise_does_not_hurry_a_rise_time() -> None:
    rise, fall = edges(SquareWave(), 20.0)
    for found in (rise, fall):
        assert found.estimate is not None
        assert 0.110 in found.estimate.interval
        assert found.estimate.value == pytest.approx(0.110, rel=0.05)


def test_a_single_pole_says_its_bandwidth_by_its_rise_time() -> None:
    rise, fall = edges(SquareWave(), 100.0)
    assert rise.variants["0.35/t_r"].value == pytest.approx(0.3497 / 0.110, rel=0.02)
    assert not fall.variants


def test_a_half_period_of_less_than_five_time_constants_is_told() -> None:
    rise, _ = edges(SquareWave(half=0.15), 100.0)
    assert Flag.WINDOW in rise.flags


def test_readings_too_few_for_the_edge_give_no_value() -> None:
    rise, _ = edges(SquareWave(rate=25.0), 100.0)
    assert rise.estimate is None
    assert Flag.UNDERSAMPLED in rise.flags


def test_the_cut_off_frequency_is_that_of_the_pole() -> None:
    device = Modulation()
    found = RESPONSE_TIME.compute(device.run(np.random.default_rng(37), sigma=device.size / 50))[0]
    assert found.estimate is not None
    assert device.truth in found.estimate.interval
    assert found.notes["poles"] == "1"


def test_a_device_faster_than_the_modulation_gives_a_lower_bound() -> None:
    device = Modulation(constant=1e-3)
    found = RESPONSE_TIME.compute(device.run(np.random.default_rng(38), sigma=device.size / 50))[0]
    assert found.estimate is None
    assert found.bound is not None
    assert found.bound.low == pytest.approx(50.0, rel=0.01)
