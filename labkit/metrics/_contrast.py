"""M39: contrast of an image on an array, from the means of its bright and its dark region."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Result
from labkit.metrics._array_image import Image, images
from labkit.metrics._outcome import outcome
from labkit.metrics._set_metric import DeviceSet, SetMetric
from labkit.metrics._statistics import COVERAGE, coverage_factor

MINIMUM_PIXELS = 5
"""Pixels of each region."""
LONGEST_FRAME = 1.0
"""How long a frame may take (s; metric standard, P22)."""
_FADED = 0.5
"""Share of the image that may be lost between two frames; what is between them is interpolated."""
_DRAWS = 2000
_METHOD = (
    "Michelson contrast of the means of the pixels that saw more than midway between the least and the most, and of "
    "the others; each pixel brought to the same instant between its own frames, over the logarithm of time; pixels "
    "resampled within their region"
)
Statistic = Callable[[FloatArray, FloatArray], FloatArray]
"""From bright and dark pixels (... x pixels) to a contrast for each resampled image."""


def michelson(signal: FloatArray, background: FloatArray) -> FloatArray:
    """Give (S - B) / (S + B) of region means."""
    s, b = np.mean(signal, axis=-1), np.mean(background, axis=-1)
    return np.asarray((s - b) / (s + b), float)


def weber(signal: FloatArray, background: FloatArray) -> FloatArray:
    """Give (S - B) / B of region means."""
    s, b = np.mean(signal, axis=-1), np.mean(background, axis=-1)
    return np.asarray((s - b) / b, float)


def root_mean_square(signal: FloatArray, background: FloatArray) -> FloatArray:
    """Give the standard deviation of the whole image over its mean."""
    whole = np.concatenate([signal, background], axis=-1)
    return np.asarray(np.std(whole, axis=-1) / np.mean(whole, axis=-1), float)


def resampled(signal: FloatArray, background: FloatArray, statistic: Statistic, seed: int = 139) -> Estimate:
    """Give a statistic of an image (pixels of two regions, last axis) with the interval of resampled pixels.

    Percentiles about the estimate, widened from the normal to Student's t of the smaller region and for the n - 1 of
    its variance: regions of ten pixels would be covered too seldom else.
    """
    generator = np.random.default_rng(seed)
    value = float(statistic(signal, background))
    few = min(signal.shape[-1], background.shape[-1])
    picks = [generator.integers(0, each.shape[-1], (_DRAWS, each.shape[-1])) for each in (signal, background)]
    drawn = statistic(signal[..., picks[0]], background[..., picks[1]])
    low, high = np.quantile(drawn, [0.5 - COVERAGE / 2, 0.5 + COVERAGE / 2])
    wider = coverage_factor(few - 1) / coverage_factor(np.inf) * float(np.sqrt(few / (few - 1))) if few > 1 else np.inf
    interval = Interval(value - wider * (value - float(low)), value + wider * (float(high) - value))
    return Estimate(value, float(np.std(drawn, ddof=1)) * float(np.sqrt(few / max(few - 1, 1))), interval, few - 1)


def contrast(devices: DeviceSet) -> tuple[Result, ...]:
    """Give the contrast of each image, and how it is after the last instant, and exposure, against the first.

    Raises NotMeasured without an image.
    """
    found = images(devices)
    results = [result for image in found for result in _contrast(image)]
    return (*results, *(_over_exposures(first, later) for first, later in successions(found)))


def successions(found: Sequence[Image]) -> list[tuple[Image, Image]]:
    """Pair each later exposure with the first that showed the same image in the same colour."""
    firsts: list[Image] = []
    pairs = []
    for image in found:
        first = next((each for each in firsts if _shows_the_same(each, image)), None)
        if first is None:
            firsts.append(image)
        else:
            pairs.append((first, image))
    return pairs


def _shows_the_same(one: Image, other: Image) -> bool:
    seen = dict(zip(other.cells, other.irradiances.tolist(), strict=True))
    pairs = zip(one.cells, one.irradiances.tolist(), strict=True)
    return one.wavelength == other.wavelength and all(seen.get(cell, level) == level for cell, level in pairs)


def _over_exposures(first: Image, later: Image) -> Result:
    """Give the contrast of a later exposure over that of the first, of the pixels that live in both."""
    both = [cell for cell in first.cells if cell in later.cells]
    places = [[image.cells.index(cell) for cell in both] for image in (first, later)]
    bright = later.bright[places[1]] > 0
    currents = np.array([image.currents[place, 0] for image, place in zip((first, later), places, strict=True)])
    flags = {Flag.REPEATS} if min(np.sum(bright), np.sum(~bright)) < MINIMUM_PIXELS else set()
    return outcome(
        "contrast",
        "M39.exposures/1",
        "C(n)/C(1)",
        resampled(currents[:, bright], currents[:, ~bright], _ratio),
        "1",
        f"ratio of the contrasts after {later.exposure} exposures and after {first.exposure}, of the same pixels",
        flags=flags,
        at=later.at,
        counts={**_counts(later), "device": len(both)},
        notes=_notes(later),
    )


def _ratio(signal: FloatArray, background: FloatArray) -> FloatArray:
    """Give the second image's contrast over the first's; the first axis are the two."""
    return np.asarray(michelson(signal[1], background[1]) / michelson(signal[0], background[0]), float)


def _contrast(image: Image) -> list[Result]:
    at = {"time": float(image.instants[0])} | image.at
    flags = set()
    first = image.regions(image.currents[:, 0])
    if min(map(len, first)) < MINIMUM_PIXELS:
        flags.add(Flag.REPEATS)
    if image.frame > LONGEST_FRAME and (image.fading is None or image.fading > _FADED):
        flags.add(Flag.WINDOW)
    results = [
        outcome(
            "contrast",
            "M39.michelson/1",
            "C_M",
            resampled(*first, michelson),
            "1",
            _METHOD,
            flags=flags,
            at=at,
            counts=_counts(image),
            variants=_variants(image),
            notes=_notes(image),
            curves=_curves(image),
        )
    ]
    if len(image.instants) > 1:
        results.append(_enhancement(image, at, flags))
    return results


def _enhancement(image: Image, at: Mapping[str, float], flags: set[Flag]) -> Result:
    signal, background = image.regions(image.currents[:, [0, -1]])
    return outcome(
        "contrast",
        "M39.enhancement/1",
        "C(t)/C(0)",
        resampled(signal.T, background.T, _ratio),
        "1",
        "ratio of the contrasts at the last and the first common instant, of the same pixels",
        flags=flags,
        at={**at, "time": float(image.instants[-1])},
        counts=_counts(image),
        notes=_notes(image),
    )


def _counts(image: Image) -> dict[str, int]:
    bright = int(np.sum(image.bright))
    return {
        "device": len(image.bright),
        "bright pixel": bright,
        "dark pixel": len(image.bright) - bright,
        "dead pixel": len(image.dead),
    }


def _variants(image: Image) -> dict[str, Estimate]:
    first = image.regions(image.currents[:, 0])
    variants = {"RMS": resampled(*first, root_mean_square), "Weber": resampled(*first, weber)}
    variants["as read"] = resampled(*image.regions(image.as_read), michelson)
    if image.changes is not None:
        variants["of the change"] = resampled(*image.regions(image.changes[:, 0]), michelson)
    low, high = float(np.min(image.currents[:, 0])), float(np.max(image.currents[:, 0]))
    extremes = (high - low) / (high + low)
    variants["pixel extremes"] = Estimate(extremes, np.inf, Interval(-np.inf, np.inf), 0.0)
    return variants


def _notes(image: Image) -> dict[str, str]:
    notes = {"frame": f"the cells were read one after another within {image.frame:.3g} s, each at a known time"}
    if image.frame > LONGEST_FRAME:
        notes["frame"] += "; a frame below 1 s is asked for"
    if image.frames < 2:
        notes["instants"] = "one frame only: the cells are compared at the instants of their own reads"
    if image.fading is not None and image.fading > _FADED:
        notes["fading"] = f"{image.fading:.0%} of the image is lost from the first frame to the second: read it faster"
    if image.dead:
        names = ", ".join(image.dead[:8]) + (", ..." if len(image.dead) > 8 else "")
        notes["dead pixels"] = f"{len(image.dead)} left out ({names})"
    notes["pixel extremes"] = "of the brightest and the darkest pixel, which noise and scatter make too large: no value"
    return notes


def _curves(image: Image) -> tuple[Curve, ...]:
    if len(image.instants) < 2:
        return ()
    over_time = [resampled(*image.regions(column), michelson) for column in image.currents.T]
    return (
        Curve(
            "contrast over time",
            image.instants,
            np.array([found.value for found in over_time]),
            "time after the light",
            "s",
            "C_M",
            "1",
            y_uncertainty=np.array([found.uncertainty for found in over_time]),
            log_x=True,
        ),
    )


CONTRAST = SetMetric(
    name="contrast",
    definition="M39/1",
    title="Contrast of an image",
    unit="1",
    formula=(
        "C_M = (Ī_s − Ī_b) / (Ī_s + Ī_b) of region means;  RMS = s/Ī;  Weber = (Ī_s − Ī_b)/Ī_b;  C(t)/C(0);  "
        "C(n)/C(1) over exposures"
    ),
    description=(
        "Michelson contrast of the means of the bright and the dark region of an array, never of its brightest and "
        "darkest pixel. Dead pixels are left out and counted. The cells are read one after another: each is brought to "
        "the same instant between its own frames. The interval is that of resampled pixels."
    ),
    requires=("an exposure through a mask with a bright and a dark region (P22)", "two frames", "5 pixels a region"),
    reference="metric standard M39; Peli, Contrast in complex images",
    compute=contrast,
)
