"""Noisy images through a crossbar that holds a Gaussian, judged by a network that learned from clean ones."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from labkit.core import Demonstrated, FloatArray, IntArray, LabkitError, read_document
from labkit.network import DATASET, Digits, load_digits
from labkit_sim.crossbar import Crossbar, OhmicCells, multiply
from labkit_sim.demonstrations._document import (
    CellsPart,
    ConverterPart,
    DemonstrationDocument,
    Ratio,
    Voltage,
    WiresPart,
    noted,
    seeded,
)
from labkit_sim.devices import SHORT

SIZE = 8
"""Pixels along an image, and lines of the crossbar."""
_HIDDEN, _EPOCHS = 32, 100
_CLEAN, _NOISY, _DIGITAL, _CROSSBAR = "clean", "noisy", "denoised, floating point", "denoised, crossbar"


class Denoising(DemonstrationDocument):
    """Digits of 8 x 8 pixels with noise added, through an 8 x 8 crossbar of Gaussian conductances."""

    seeds: int = Field(5, ge=2, description="how often all is drawn anew: split, noise, cells, first weights")
    noise: Ratio = Field(0.3, ge=0, description="standard deviation of the noise of a pixel, over white")
    blurs: tuple[float, ...] = Field(
        min_length=1,
        description="standard deviations of the Gaussian (pixels) to choose from: the one that brings the noisy images "
        "that the networks learn from nearest to the clean ones",
    )
    highest: Voltage = Field(0.1, gt=0, description="the pulse of a white pixel; a black one has 0 V")
    scatter: Ratio = Field(0.05, ge=0, description="coefficient of variation of the cells about what they should be")
    shorts: Ratio = Field(0.0, ge=0, le=1, description="share of cells that are shorted")
    opens: Ratio = Field(0.0, ge=0, le=1, description="share of cells that are open")
    cells: CellsPart
    wires: WiresPart = WiresPart()
    converters: ConverterPart = ConverterPart()


def denoising(path: Path, seed: int | None) -> Demonstrated:
    """Denoise digits and tell how many a network then recognises that learned from clean ones.

    Each row of an image goes through the crossbar as pulses, the currents are the row's pixels; then the columns do.
    Raises LabkitError, among others where scikit-learn is not installed.
    """
    document = read_document(path, Denoising)
    first = seeded(document, seed)
    seeds = range(first, first + document.seeds)
    names = (_CLEAN, _NOISY, _DIGITAL, _CROSSBAR)
    by_clean: dict[str, list[float]] = {name: [] for name in names}
    by_own: dict[str, list[float]] = {name: [] for name in names}
    errors: dict[str, list[float]] = {name: [] for name in names}
    shown: dict[str, FloatArray] = {}
    chosen = []
    for each in seeds:
        digits = load_digits(each)
        chain = _chain(document, digits, each)
        chosen.append(chain.blur)
        learned, tested = chain.images(digits.images), chain.images(digits.test_images)
        judge = _judge(learned[_CLEAN], digits.classes, each)
        for name, pixels in tested.items():
            own = judge if name == _CLEAN else _judge(learned[name], digits.classes, each)
            by_clean[name].append(float(np.mean(judge(pixels) == digits.test_classes)))
            by_own[name].append(float(np.mean(own(pixels) == digits.test_classes)))
            errors[name].append(float(np.sqrt(np.mean((pixels - tested[_CLEAN]) ** 2))))
        shown = shown or {name: _sheet(pixels) for name, pixels in tested.items()}
    rows = tuple((name, f"{np.mean(errors[name]):.3f}", _share(by_clean[name]), _share(by_own[name])) for name in names)
    return Demonstrated(
        title="Denoising on a crossbar",
        headings=("images", "rms error of a pixel", "recognised", "by a network that learned from such images"),
        rows=rows,
        notes=noted(
            document,
            {
                "dataset": DATASET,
                "judges": f"networks of {_HIDDEN} hidden units; the first column: learned from clean images",
                "Gaussian": f"standard deviations of {', '.join(f'{blur:g}' for blur in sorted(set(chosen)))} pixels, "
                "chosen by the error of the images to learn from",
                "seeds": f"{seeds[0]} to {seeds[-1]}: split, noise, cells, weights anew; ± is the standard deviation",
                "caution": "simulated; noise, Gaussian and cells were chosen beforehand and not fitted to any number",
            },
        ),
        images=shown,
    )


def _judge(images: FloatArray, classes: IntArray, seed: int) -> Callable[[FloatArray], IntArray]:
    """Train a network on images x 8 x 8; gives what tells the classes of others."""
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier((_HIDDEN,), max_iter=_EPOCHS, n_iter_no_change=_EPOCHS, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the last epoch was not the end of all learning is known
        network.fit(images.reshape(len(images), -1), classes)
    return lambda others: np.asarray(network.predict(others.reshape(len(others), -1)), np.int64)


@dataclass(frozen=True, slots=True)
class _Chain:
    """What images go through: noise, then a Gaussian of `blur` pixels in floating point, or in the crossbar."""

    document: Denoising
    blur: float
    crossbar: Crossbar
    random: np.random.Generator

    def images(self, pixels: FloatArray) -> dict[str, FloatArray]:
        """Give images (0 black to 1 white) clean, noisy and denoised in both ways, each images x 8 x 8."""
        clean = _squares(pixels)
        noisy = _noisy(clean, self.document.noise, self.random)
        rows = _through(self.document, self.crossbar, noisy)
        columns = _through(self.document, self.crossbar, np.swapaxes(rows, 1, 2))
        digital = _blurred(noisy, self.blur)
        return {_CLEAN: clean, _NOISY: noisy, _DIGITAL: digital, _CROSSBAR: np.swapaxes(columns, 1, 2)}


def _chain(document: Denoising, digits: Digits, seed: int) -> _Chain:
    random = np.random.default_rng([seed, 1])
    clean = _squares(digits.images)
    noisy = _noisy(clean, document.noise, random)
    blur = min(document.blurs, key=lambda each: float(np.mean((_blurred(noisy, each) - clean) ** 2)))
    cells = OhmicCells(_programmed(document, _kernel(blur), random))
    return _Chain(document, blur, Crossbar(cells, document.wires.wires()), random)


def _squares(images: FloatArray) -> FloatArray:
    """Take the constant for the bias off, and lay the pixels out."""
    return images[:, :-1].reshape(-1, SIZE, SIZE)


def _noisy(clean: FloatArray, noise: float, random: np.random.Generator) -> FloatArray:
    return np.clip(clean + noise * random.standard_normal(clean.shape), 0, 1)


def _blurred(images: FloatArray, blur: float) -> FloatArray:
    kernel = _kernel(blur)
    exact = kernel / np.sum(kernel, axis=0)
    return np.asarray(np.einsum("nij,ik,jl->nkl", images, exact, exact), float)


def _kernel(blur: float) -> FloatArray:
    """Give the Gaussian between pixels of a row, 1 at no distance."""
    place = np.arange(SIZE)
    return np.asarray(np.exp(-((place[:, None] - place) ** 2) / (2 * blur**2)), float)


def _programmed(document: Denoising, kernel: FloatArray, random: np.random.Generator) -> FloatArray:
    """Draw the conductances (S) of the cells, some of them dead."""
    wanted = document.cells.low + (document.cells.high - document.cells.low) * kernel
    spread = float(np.sqrt(np.log1p(document.scatter**2)))
    values = wanted * np.exp(spread * random.standard_normal(kernel.shape) - spread**2 / 2)
    fate = random.random(kernel.shape)
    values[fate < document.shorts] = SHORT
    values[fate > 1 - document.opens] = 0.0
    return values


def _through(document: Denoising, crossbar: Crossbar, images: FloatArray) -> FloatArray:
    """Send every row of images through the crossbar; the currents of a white row are white."""
    largest = document.highest * float(np.max(np.sum(crossbar.cells.currents(np.ones(crossbar.shape))[0], axis=0)))
    dac, adc = document.converters.dac(document.highest), document.converters.adc(largest)
    white = multiply(crossbar, np.full((1, SIZE), document.highest), dac, adc)[0]
    if np.any(white == 0):
        raise LabkitError("a line of the crossbar carries nothing", "fewer open cells, or more bits of the ADC")
    currents = multiply(crossbar, document.highest * images.reshape(-1, SIZE), dac, adc)
    return np.asarray(np.clip(currents / white, 0, 1), float).reshape(images.shape)


def _sheet(images: FloatArray) -> FloatArray:
    """Lay the first ten images side by side, in two rows."""
    return np.asarray(np.vstack([np.hstack(list(images[first : first + 5])) for first in (0, 5)]), float)


def _share(values: list[float]) -> str:
    return f"{np.mean(values):.1%} ± {np.std(values, ddof=1):.1%}"
