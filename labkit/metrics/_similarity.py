"""How much an image on an array resembles what was shown: the correlation of pixels with their irradiances."""

from collections.abc import Callable

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Result
from labkit.metrics._array_image import Image, images
from labkit.metrics._contrast import MINIMUM_PIXELS
from labkit.metrics._outcome import outcome
from labkit.metrics._set_metric import DeviceSet, SetMetric
from labkit.metrics._statistics import coverage_factor

_DRAWS = 2000
_METHOD = (
    "Pearson's correlation of the pixels' currents with the irradiances that they saw, dead pixels left out and "
    "counted; interval of resampled pixels, in Fisher's z"
)
Measure = Callable[[FloatArray, FloatArray], FloatArray]
"""From currents and irradiances (... x pixels) to a similarity."""


def correlation(currents: FloatArray, seen: FloatArray) -> FloatArray:
    """Give Pearson's r along the last axis; 0 where one of both is all the same."""
    x, y = (each - np.mean(each, axis=-1, keepdims=True) for each in (currents, seen))
    return _share(np.sum(x * y, axis=-1), np.sum(x**2, axis=-1) * np.sum(y**2, axis=-1))


def cosine(currents: FloatArray, seen: FloatArray) -> FloatArray:
    """Give the cosine between both along the last axis, their means kept."""
    return _share(np.sum(currents * seen, axis=-1), np.sum(currents**2, axis=-1) * np.sum(seen**2, axis=-1))


def _share(product: FloatArray, squares: FloatArray) -> FloatArray:
    usable = squares > 0
    return np.where(usable, product / np.sqrt(np.where(usable, squares, 1.0)), 0.0)


def similarity(devices: DeviceSet) -> tuple[Result, ...]:
    """Give the similarity of each image to what was shown, after each exposure that was read.

    Raises NotMeasured without an image.
    """
    found = images(devices)
    estimates = [_resampled(image.currents[:, 0], image.irradiances, correlation) for image in found]
    results = []
    for wavelength in dict.fromkeys(image.wavelength for image in found):
        own = [k for k, image in enumerate(found) if image.wavelength == wavelength]
        curves = _over_exposures([found[k] for k in own], [estimates[k] for k in own])
        results += [_result(found[k], estimates[k], curves if k == own[-1] else ()) for k in own]
    return tuple(results)


def _result(image: Image, estimate: Estimate, curves: tuple[Curve, ...]) -> Result:
    variants = {"cosine": _resampled(image.currents[:, 0], image.irradiances, cosine)}
    if image.changes is not None:
        variants["of the change"] = _resampled(image.changes[:, 0], image.irradiances, correlation)
    few = min(np.sum(image.bright > 0), np.sum(image.bright == 0))
    return outcome(
        "similarity",
        "ME13.pearson/1",
        "r",
        estimate,
        "1",
        _METHOD,
        flags={Flag.REPEATS} if few < MINIMUM_PIXELS else set(),
        at={"time": float(image.instants[0])} | image.at,
        counts={"device": len(image.bright), "dead pixel": len(image.dead)},
        variants=variants,
        curves=curves,
    )


def _resampled(currents: FloatArray, seen: FloatArray, measure: Measure) -> Estimate:
    """Give a similarity with the interval of resampled pixels: symmetric in artanh, which keeps it within -1 and 1."""
    generator = np.random.default_rng(143)
    picks = generator.integers(0, len(seen), (_DRAWS, len(seen)))
    value = float(measure(currents, seen))
    drawn = _artanh(measure(currents[picks], seen[picks]))
    middle, half = float(_artanh(np.array(value))), coverage_factor(len(seen) - 1) * float(np.std(drawn, ddof=1))
    interval = Interval(float(np.tanh(middle - half)), float(np.tanh(middle + half)))
    return Estimate(value, float(np.std(np.tanh(drawn), ddof=1)), interval, len(seen) - 1)


def _artanh(values: FloatArray) -> FloatArray:
    edge = 1 - 1e-12
    return np.arctanh(np.clip(values, -edge, edge))


def _over_exposures(found: list[Image], estimates: list[Estimate]) -> tuple[Curve, ...]:
    if len(found) < 2:
        return ()
    return (
        Curve(
            "similarity over exposures",
            np.array([float(image.exposure) for image in found]),
            np.array([estimate.value for estimate in estimates]),
            "exposures",
            "1",
            "r",
            "1",
            y_uncertainty=np.array([estimate.uncertainty for estimate in estimates]),
        ),
    )


SIMILARITY = SetMetric(
    name="similarity",
    definition="ME13/1",
    title="Similarity of an image",
    unit="1",
    formula="r = cov(I, E) / (s_I s_E) over the pixels;  cosine = Σ I E / √(Σ I² Σ E²)",
    description=(
        "How much the image that an array holds resembles the one that it was shown: the correlation of the pixels' "
        "currents with the irradiances that they saw, after each exposure that was read. It falls with the scatter "
        "from pixel to pixel, and with a response that is not linear; the contrast does not."
    ),
    requires=("an exposure through a mask with a bright and a dark region (P22)", "5 pixels a region"),
    reference="asked for without a number by the review of the field (Nano-Micro Lett. 2026, 18:246)",
    compute=similarity,
)
