"""M38: a change under steady light is called adaptation where it is one."""

import numpy as np
import pytest

from benchmarks.validation.generators import SteadyLight
from labkit.core import Flag, Result
from labkit.metrics import ADAPTATION, NotMeasured


def adaptation(device: SteadyLight, sigma: float = 5e-12, seed: int = 38) -> tuple[Result, ...]:
    return ADAPTATION.compute(device.run(np.random.default_rng(seed), sigma=sigma))


@pytest.mark.parametrize(("ratio", "word"), [(0.74, "desensitisation"), (1.68, "sensitisation")])
def test_the_ratio_and_the_time_constant_are_those_of_the_device(ratio: float, word: str) -> None:
    device = SteadyLight(ratio=ratio)
    found, time = adaptation(device)
    assert found.estimate is not None
    assert device.truth in found.estimate.interval
    assert found.notes["adaptation"] == word
    assert time.estimate is not None
    assert time.estimate.value == pytest.approx(15.0, rel=0.05)


def test_a_device_that_stays_is_not_said_to_adapt() -> None:
    found, time = adaptation(SteadyLight(ratio=1.0))
    assert found.estimate is not None
    assert found.notes["adaptation"].startswith("no adaptation")
    assert time.estimate is None


def test_the_photocurrent_alone_changes_by_another_ratio() -> None:
    found, _ = adaptation(SteadyLight(ratio=0.74, scatter=1e-6))
    assert found.variants["above the dark current"].value == pytest.approx((0.74 - 0.2) / 0.8, rel=0.01)


def test_a_drift_in_the_dark_is_not_taken_for_adaptation() -> None:
    found, _ = adaptation(SteadyLight(ratio=1.02, drift=4e-13, scatter=0.0))
    assert Flag.DRIFT in found.flags
    assert "drift" in found.notes["adaptation"]


def test_a_single_repeat_has_the_noise_under_light_as_its_uncertainty() -> None:
    found, _ = adaptation(SteadyLight(ratio=0.74, repeats=1))
    assert found.estimate is not None
    assert 0 < found.estimate.uncertainty < 0.02
    assert "repeats" in found.notes


def test_light_of_seconds_shows_no_adaptation() -> None:
    device = SteadyLight()
    run = device.run(np.random.default_rng(39), sigma=1e-12)
    run.timeline.loc[:, "end"] = run.timeline["begin"] + 20.0
    with pytest.raises(NotMeasured, match="20 s"):
        ADAPTATION.compute(run)
