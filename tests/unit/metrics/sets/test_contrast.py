"""M39: the contrast of regions, not of extreme pixels; dead pixels counted; images that fade while they are read."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.validation.generators import Mosaic
from labkit.core import Flag, LabkitError, Result
from labkit.metrics import CONTRAST, DeviceSet

TRIALS = 120


def contrasts(mosaic: Mosaic, seed: int) -> list[Result]:
    generator = np.random.default_rng(seed)
    return [CONTRAST.compute(mosaic.set(generator))[0] for _ in range(TRIALS)]


@pytest.mark.parametrize("bright", [8, 40])
def test_a_contrast_of_a_half_is_covered(bright: int, coverage_accepted: Callable[[int, int], bool]) -> None:
    mosaic = Mosaic(bright=bright)
    estimates = [result.estimate for result in contrasts(mosaic, 39) if result.estimate is not None]
    assert mosaic.contrast == pytest.approx(0.5)
    assert len(estimates) == TRIALS
    assert coverage_accepted(sum(0.5 in estimate.interval for estimate in estimates), TRIALS)
    assert np.mean([estimate.value for estimate in estimates]) == pytest.approx(0.5, abs=0.01)


def test_extreme_pixels_would_make_more_of_it() -> None:
    extremes = [result.variants["pixel extremes"].value for result in contrasts(Mosaic(), 1)]
    assert np.mean(extremes) == pytest.approx(0.65, abs=0.04)


def test_dead_pixels_are_left_out_and_counted() -> None:
    results = contrasts(Mosaic(dead=7), 2)
    assert all(result.counts["dead pixel"] == 7 for result in results)
    assert all(result.counts["device"] == 93 for result in results)
    assert "7 left out" in results[0].notes["dead pixels"]
    values = [result.estimate.value for result in results if result.estimate is not None]
    assert np.mean(values) == pytest.approx(0.5, abs=0.01)


def test_an_image_that_fades_while_it_is_read_is_told_at_one_instant() -> None:
    fading = Mosaic(fading=0.15, step=0.15, frames=4)
    results = contrasts(fading, 3)
    last_of_frame = fading.first + 99 * fading.step
    assert results[0].at["time"] == pytest.approx(last_of_frame)
    values = [result.estimate.value for result in results if result.estimate is not None]
    assert np.mean(values) == pytest.approx(fading.at(last_of_frame), abs=0.01)
    assert "within 14.8 s" in results[0].notes["frame"]


def test_the_contrast_over_time_is_told_of_the_same_pixels(coverage_accepted: Callable[[int, int], bool]) -> None:
    fading = Mosaic(fading=0.15, step=0.01, frames=4)
    generator = np.random.default_rng(4)
    covered = 0
    for _ in range(TRIALS):
        contrast, enhancement = CONTRAST.compute(fading.set(generator))
        assert enhancement.estimate is not None
        truth = fading.at(enhancement.at["time"]) / fading.at(contrast.at["time"])
        covered += enhancement.estimate.interval.low <= truth <= enhancement.estimate.interval.high
        assert enhancement.estimate.value < 1
    assert covered > 0.9 * TRIALS


def test_an_image_that_is_gone_before_the_frame_ends_is_flagged() -> None:
    assert Flag.WINDOW in CONTRAST.compute(Mosaic(fading=1.0, step=0.15).set(np.random.default_rng(1)))[0].flags
    assert Flag.WINDOW not in CONTRAST.compute(Mosaic(fading=0.05, step=0.15).set(np.random.default_rng(1)))[0].flags
    assert Flag.WINDOW in CONTRAST.compute(Mosaic(frames=1, step=0.15).set(np.random.default_rng(1)))[0].flags


def test_four_bright_pixels_are_too_few() -> None:
    result = CONTRAST.compute(Mosaic(bright=4).set(np.random.default_rng(1)))[0]
    assert result.estimate is None
    assert Flag.REPEATS in result.flags


def test_an_image_needs_a_bright_and_a_dark_region() -> None:
    with pytest.raises(LabkitError, match="bright and a dark region"):
        CONTRAST.compute(Mosaic(bright=100).set(np.random.default_rng(1)))
    with pytest.raises(LabkitError):
        CONTRAST.compute(DeviceSet("nothing", ()))
