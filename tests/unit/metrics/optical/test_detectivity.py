"""M34 and M35: noise is measured where the response is, and the linear range ends where exponent or noise end it."""

import numpy as np
import pytest

from benchmarks.validation.generators import BentResponse, ChoppedLight, Irradiances
from labkit.core import Result
from labkit.metrics import DETECTIVITY, LINEAR_RANGE

SHOT = "shot noise alone: upper bound, not D*"


def detectivity(device: ChoppedLight) -> tuple[Result, Result]:
    star, power = DETECTIVITY.compute(device.run(np.random.default_rng(34)))
    return star, power


def test_the_measured_noise_gives_the_true_detectivity_and_the_shot_noise_another() -> None:
    device = ChoppedLight(size=3e-10)
    star, power = detectivity(device)
    assert star.estimate is not None
    assert star.estimate.value == pytest.approx(device.truth, rel=0.1)
    assert device.truth in star.estimate.interval
    assert star.variants[SHOT].value == pytest.approx(device.shot_noise_alone, rel=0.05)
    assert star.variants[SHOT].value > 10 * star.estimate.value
    assert power.estimate is not None
    assert power.estimate.value * star.estimate.value == pytest.approx(100 * np.sqrt(1e-7), rel=1e-9)


def test_12_without_noise_there_is_only_an_upper_bound() -> None:
    star, power = detectivity(ChoppedLight(noise_recorded=False))
    assert star.estimate is None
    assert power.estimate is None
    assert "upper bound" in star.reason
    assert SHOT in star.variants
    assert star.bound is not None
    assert star.bound.low == 0.0


def test_12_noise_at_another_bias_or_for_too_short_gives_no_detectivity() -> None:
    elsewhere, _ = detectivity(ChoppedLight(bias_of_noise=0.2))
    assert elsewhere.estimate is None
    assert "200 mV" in elsewhere.reason
    short, _ = detectivity(ChoppedLight(dark=60.0))
    assert short.estimate is None
    assert "50 segments" in short.reason


def test_the_linear_range_ends_with_the_noise_and_with_the_exponent() -> None:
    response = BentResponse()
    device = Irradiances(response, lowest=5e-5, decades=5)
    found = LINEAR_RANGE.compute(device.run(np.random.default_rng(35), sigma=1e-12))[0]
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(response.linear_range(1e-12), abs=1.0)
    assert found.variants["decades"].value == pytest.approx(found.estimate.value / 20)
    assert "ended by the noise" in found.notes["range"]
    assert "ended by the slope" in found.notes["range"]


def test_where_the_light_ends_first_the_range_is_a_lower_bound() -> None:
    device = Irradiances(BentResponse(knee=1e6), lowest=1e-2, decades=2)
    found = LINEAR_RANGE.compute(device.run(np.random.default_rng(36), sigma=1e-12))[0]
    assert found.estimate is None
    assert found.bound is not None
    assert found.bound.low == pytest.approx(40.0, abs=0.5)
    assert found.bound.high == np.inf
