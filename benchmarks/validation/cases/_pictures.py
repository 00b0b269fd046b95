"""M39 and beside it: pixels, how much an image resembles what was shown, and colours told apart."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared
from benchmarks.validation.generators import ExposedPixel, Pictures
from labkit.metrics import COLOURS, PIXEL, SIMILARITY

PIXELS = Group(
    "M39",
    "Pixel of an image",
    "A pixel of 1 nA in the dark and 2 nA more after light, fading as t^-0.15, three frames of ten readings; noise of "
    "50 pA. The limits of the ammeter, common to all pixels of an array, are not part of one pixel's interval; its "
    "offset of 0.1 nA cancels in the change from the dark.",
    "coverage 93 to 97 %.",
)
RESEMBLANCE = Group(
    "beside the standard",
    "Similarity of an image",
    "64 or 256 pixels, a third of them bright, that hold 2 nA more than the others and scatter by 1 or 0.5 nA; truth "
    "by the variances.",
    "coverage 93 to 97 %.",
)
COLOUR = Group(
    "beside the standard",
    "Colour recognition",
    "64 pixels, 22 of them bright, that saw two colours; the responses differ by 2.5 times their scatter, or in sign.",
    "coverage at least 93 % (exact binomial: conservative); the mean response 93 to 97 %.",
)
OFFSET = 1e-10


def pixels(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the current of the first frame by an exact ammeter, and the change by one with an offset."""
    device = ExposedPixel()
    truth = device.at(1.0)
    (exact,) = PIXEL.compute(device.run(generator, sigma=5e-11))
    (shifted,) = PIXEL.compute(device.run(generator, sigma=5e-11, offset=OFFSET))
    return compared(exact, truth), compared(shifted, truth - device.dark, variant="change")


def resemblance(noise: float, pixels_: int, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the correlation of an image with what was shown."""
    array = Pictures({("exposure", 1.0): 2e-9}, noise, pixels_)
    return (compared(SIMILARITY.compute(array.set(generator))[0], array.correlation(2e-9)),)


def told_apart(first: float, second: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the share of pixels whose colour is told, and the mean response to the first."""
    array = Pictures({("wavelength", 450e-9): first, ("wavelength", 650e-9): second}, 4e-10)
    share, response, _ = COLOURS.compute(array.set(generator))
    return compared(share, array.recognised()), compared(response, first, "first colour")


CASES = (
    Case("pixel", PIXELS, "first frame, and change from the dark", pixels),
    *(
        Case(f"similarity_{count}", RESEMBLANCE, words, partial(resemblance, noise, count), short=5)
        for count, noise, words in ((64, 1e-9, "64 pixels, 1 nA"), (256, 5e-10, "256 pixels, 0.5 nA"))
    ),
    *(
        Case(f"colours_{name}", COLOUR, words, partial(told_apart, 2e-9, other), band=(0.93, 1.0), short=5)
        for name, words, other in (("size", "2 and 1 nA", 1e-9), ("sign", "2 and −2 nA", -2e-9))
    ),
)
