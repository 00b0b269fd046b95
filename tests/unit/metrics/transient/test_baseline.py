from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.core import Flag, Kind
from labkit.metrics import BASELINE


def test_level_noise_and_drift_of_a_dark_record(builder: Any, instrument: Any) -> None:
    ammeter = instrument(sigma=2e-12)
    time = np.arange(6000) * 0.01
    built = builder()
    built.event(Kind.RECORD, "", "drain", 0.0, 60.0, samples=(0, 6000))
    built.trace("drain", time, 0.1, ammeter.read(1e-9 + 1e-13 * time, np.random.default_rng(1)), ammeter, 0.005)
    level, sigma, drift = BASELINE.compute(built.build())
    assert sigma.estimate is not None
    assert drift.estimate is not None
    assert sigma.estimate.value == pytest.approx(2e-12, rel=0.05)
    assert 2e-12 in sigma.estimate.interval
    assert 1e-13 in drift.estimate.interval
    assert Flag.DRIFT in level.flags
    assert drift.notes["significant"] == "yes"


def test_the_spectrum_of_white_noise_is_flat_at_its_density(builder: Any, instrument: Any) -> None:
    ammeter = instrument(sigma=2e-12)
    time = np.arange(20_000) * 0.01
    built = builder()
    built.event(Kind.RECORD, "", "drain", 0.0, 200.0, samples=(0, 20_000))
    built.trace("drain", time, 0.1, ammeter.read(np.full(20_000, 1e-9), np.random.default_rng(2)), ammeter, 0.005)
    (curve,) = BASELINE.compute(built.build())[1].curves
    assert np.mean(curve.y) == pytest.approx(2 * 0.01 * 2e-12**2, rel=0.05)


def test_the_first_baseline_is_not_touched_by_what_later_pulses_leave(single_pulses: Callable[..., Any]) -> None:
    device = single_pulses(after=lambda time: np.exp(-time / 30))
    level = BASELINE.compute(device.run(np.random.default_rng(3), sigma=1e-11))[0]
    assert Flag.HISTORY in level.flags
    assert level.estimate is not None
    assert device.baseline in level.estimate.interval
    assert level.variants["mean over repeats"].value > 1.2 * device.baseline


@pytest.mark.parametrize("noise", ["white", "ar1"])
def test_a_steady_baseline_is_rarely_said_to_drift(builder: Any, instrument: Any, noise: str) -> None:
    ammeter = instrument(sigma=2e-12, noise=noise)
    time = np.arange(2000) * 0.01
    drifting = 0
    for seed in range(100):
        built = builder()
        built.event(Kind.RECORD, "", "drain", 0.0, 20.0, samples=(0, 2000))
        built.trace("drain", time, 0.1, ammeter.read(np.full(2000, 1e-9), np.random.default_rng(seed)), ammeter, 0.005)
        drifting += Flag.DRIFT in BASELINE.compute(built.build())[0].flags
    assert drifting <= 5
