"""Colour recognition: how surely a pixel's response tells which of several lights it has seen."""

from collections.abc import Sequence

import numpy as np

from labkit.core import Flag, FloatArray, IntArray, Result
from labkit.metrics._array_image import Image, images
from labkit.metrics._metric import NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._set_metric import DeviceSet, SetMetric
from labkit.metrics._statistics import clopper_pearson, repeats_mean

_EQUAL = 0.05
"""How far the irradiances of colours may differ that are compared (metric standard: the limit of a dose)."""
_METHOD = (
    "each bright pixel's change of current is given to the colour whose mean it is nearest to, the pixel itself left "
    "out of the means; exact binomial interval"
)


def colours(devices: DeviceSet) -> tuple[Result, ...]:
    """Give the share of pixels whose colour is told rightly, and the mean response to each colour.

    Raises NotMeasured without images of two wavelengths at equal irradiance, or without reads in the dark before them.
    """
    last = {image.wavelength: image for image in images(devices)}
    lit = [image for image in last.values() if image.wavelength is not None and image.changes is not None]
    if len(lit) < 2:
        raise NotMeasured(
            f"the set has images of {len(lit)} colours with reads in the dark before them",
            "show the image in two or more colours, as array_image_colours does",
        )
    brightest = [float(np.max(image.irradiances)) for image in lit]
    if max(brightest) > (1 + _EQUAL) * min(brightest):
        raise NotMeasured(
            "the colours were shown at different irradiances",
            "show all colours at one irradiance: more light is no colour",
        )
    responses = [_changes(image)[image.bright > 0] for image in lit]
    return (_recognised(lit, responses), *(_response(image, each) for image, each in zip(lit, responses, strict=True)))


def _changes(image: Image) -> FloatArray:
    return np.empty(0) if image.changes is None else image.changes[:, 0]


def _recognised(lit: Sequence[Image], responses: Sequence[FloatArray]) -> Result:
    right = sum(int(np.sum(_nearest(responses, own) == own)) for own in range(len(lit)))
    of = sum(map(len, responses))
    signs = [float(np.sign(np.mean(each))) for each in responses]
    return outcome(
        "colours",
        "AP03.nearest_mean/1",
        "p_colour",
        clopper_pearson(right, of),
        "%",
        _METHOD,
        flags={Flag.REPEATS} if min(map(len, responses)) < 5 else set(),
        at={"irradiance": float(np.max(lit[0].irradiances))},
        counts={"colour": len(lit), "bright pixel": of, "dead pixel": max(len(image.dead) for image in lit)},
        notes={
            "chance": f"1 of {len(lit)} colours by chance",
            "signs": ", ".join(
                f"{1e9 * (image.wavelength or 0):g} nm {'+' if sign > 0 else '-'}"
                for image, sign in zip(lit, signs, strict=True)
            ),
            "pixels": "the same pixels saw all colours: they are not as many independent trials",
        },
    )


def _nearest(responses: Sequence[FloatArray], own: int) -> IntArray:
    """Tell which colour's mean each pixel of a colour is nearest to, itself left out of its colour's mean."""
    pixels = responses[own]
    means = np.array([np.full(len(pixels), np.mean(each)) for each in responses])
    if len(pixels) > 1:
        means[own] = (np.sum(pixels) - pixels) / (len(pixels) - 1)
    return np.asarray(np.argmin(np.abs(means - pixels), axis=0), np.int64)


def _response(image: Image, response: FloatArray) -> Result:
    return outcome(
        "colours",
        "AP03.response/1",
        "ΔI_colour",
        repeats_mean(response, "A"),
        "A",
        "mean over the bright pixels of the change from the dark, at the first common instant of the frame",
        at={"time": float(image.instants[0]), "irradiance": float(np.max(image.irradiances))} | image.at,
        counts={"bright pixel": len(response), "dead pixel": len(image.dead)},
    )


COLOURS = SetMetric(
    name="colours",
    definition="AP03/1",
    title="Colour recognition",
    unit="%",
    formula="p = pixels given to their own colour / pixels, by the nearest mean of ΔI (with its sign)",
    description=(
        "How surely the response of a pixel tells which of several lights of one irradiance it saw. An array whose "
        "response only differs in size tells colours as long as nobody changes the brightness: brighter red and dimmer "
        "green look alike; where the sign differs too, they do not."
    ),
    requires=("exposures marked image in two or more colours at one irradiance", "reads marked dark before each"),
    reference="metric standard P22, M37; [122], [130] of the review of the field (Nano-Micro Lett. 2026, 18:246)",
    compute=colours,
)
