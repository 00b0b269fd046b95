"""What an array makes of images: similarity to what was shown, contrast over exposures, colours told apart."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.validation.generators._pictures import drawn_pixel
from labkit.core import FloatArray, LabkitError, Sample
from labkit.metrics import COLOURS, CONTRAST, SIMILARITY, DeviceSet, MeasuredDevice

SEEN = (np.arange(64) % 3 == 0).astype(float)
DARK = 1e-9


def array(images: Mapping[tuple[str, float], FloatArray]) -> DeviceSet:
    """Images by a condition and its value: what each of 64 pixels carries (A)."""
    members = []
    for place in range(64):
        results = tuple(
            drawn_pixel(float(image[place]), float(SEEN[place]), {name: value})
            for (name, value), image in images.items()
        )
        members.append(MeasuredDevice(Sample(name="array", device=f"r{place // 8 + 1}c{place % 8 + 1}"), results))
    return DeviceSet("array", tuple(members))


def lit(gain: float, scatter: float, generator: np.random.Generator) -> FloatArray:
    return (DARK + gain * SEEN) * (1 + scatter * generator.standard_normal(64))


def test_the_correlation_of_an_image_is_covered(coverage_accepted: Callable[[int, int], bool]) -> None:
    generator, gain, noise = np.random.default_rng(3), 2e-9, 1e-9
    spread = gain * np.std(SEEN)
    truth = spread / np.hypot(spread, noise)
    covered = 0
    for _ in range(60):
        image = DARK + gain * SEEN + noise * generator.standard_normal(64)
        found = SIMILARITY.compute(array({("exposure", 1.0): image}))[0]
        assert found.estimate is not None
        covered += truth in found.estimate.interval
    assert coverage_accepted(covered, 60)


def test_similarity_and_contrast_grow_with_the_exposures() -> None:
    generator = np.random.default_rng(5)
    images = {("exposure", float(n)): lit(n * 1e-9, 0.1, generator) for n in (1, 4, 16)}
    similar = SIMILARITY.compute(array(images))
    values = [result.estimate.value for result in similar if result.estimate is not None]
    assert values == sorted(values)
    assert [result.at["exposure"] for result in similar] == [1, 4, 16]
    assert similar[-1].curves[0].x.tolist() == [1, 4, 16]
    assert not similar[0].curves
    gains = [result for result in CONTRAST.compute(array(images)) if result.symbol == "C(n)/C(1)"]
    truths = [(n / (n + 2)) / (1 / 3) for n in (4, 16)]
    for result, truth in zip(gains, truths, strict=True):
        assert result.estimate is not None
        assert truth in result.estimate.interval


def test_contrast_over_exposures_is_of_the_same_image() -> None:
    generator = np.random.default_rng(6)
    images = {("exposure", float(n)): lit(n * 1e-9, 0.1, generator) for n in (1, 2, 3)}
    members = []
    for place, one in enumerate(array(images)):
        first, second, third = one.results
        inverse = replace(second, at=second.at | {"irradiance": 1 - float(SEEN[place])})
        members.append(replace(one, results=(first, inverse, third)))
    gains = [each for each in CONTRAST.compute(DeviceSet("array", tuple(members))) if each.symbol == "C(n)/C(1)"]
    assert [each.at["exposure"] for each in gains] == [3]


def test_an_image_that_is_what_was_shown_is_fully_similar() -> None:
    found = SIMILARITY.compute(array({("exposure", 1.0): DARK * (1 + SEEN)}))[0]
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(1)
    assert found.estimate.interval.high <= 1


def test_colours_far_apart_are_told_and_their_signs_named() -> None:
    generator = np.random.default_rng(7)
    images = {
        ("wavelength", 1e-9 * w): lit(gain, 0.05, generator) for w, gain in ((450, -6e-10), (520, -3e-10), (808, 5e-10))
    }
    told, *responses = COLOURS.compute(array(images))
    assert told.estimate is not None
    assert told.estimate.value > 0.95
    assert told.notes["signs"] == "450 nm -, 520 nm -, 808 nm +"
    assert [result.estimate is not None and result.estimate.value > 0 for result in responses] == [False, False, True]


def test_colours_alike_are_told_no_better_than_by_chance() -> None:
    generator, covered = np.random.default_rng(8), 0
    for _ in range(40):
        images = {("wavelength", 1e-9 * w): lit(1e-9, 0.2, generator) for w in (450, 520)}
        told = COLOURS.compute(array(images))[0]
        assert told.estimate is not None
        covered += told.estimate.interval.low < 0.5
    assert covered >= 37


def test_one_colour_or_unequal_light_is_no_recognition() -> None:
    generator = np.random.default_rng(9)
    with pytest.raises(LabkitError, match="1 colours"):
        COLOURS.compute(array({("wavelength", 450e-9): lit(1e-9, 0.1, generator)}))
    unequal = array({("wavelength", 1e-9 * w): lit(1e-9, 0.1, generator) for w in (450, 520)})
    brighter = [
        MeasuredDevice(
            one.sample, (one.results[0], replace(one.results[1], at=one.results[1].at | {"irradiance": 2.0 * SEEN[k]}))
        )
        for k, one in enumerate(unequal)
    ]
    with pytest.raises(LabkitError, match="different irradiances"):
        COLOURS.compute(DeviceSet("array", tuple(brighter)))
