"""Learning by gradient descent on layers of weights that may be devices; all seeds at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from labkit.core import FloatArray, IntArray
from labkit.network._digits import CLASSES, Digits

BATCH = 10
RATE = 0.1
_START = 0.1
"""Standard deviation of the first weights, of a range from -1 to 1."""


class Weights(Protocol):
    """A layer of weights, seeds x inputs x outputs, that can be asked to change."""

    @property
    def values(self) -> FloatArray:
        """The weights as they are."""

    def change(self, wanted: FloatArray) -> None:
        """Change them as nearly as they can."""


Build = Callable[[FloatArray, np.random.Generator], Weights]
"""Makes a layer from its first weights."""


@dataclass(frozen=True, slots=True)
class Training:
    """The accuracies on the test images, epochs x seeds, the first before any training."""

    accuracy: FloatArray


def train(digits: Sequence[Digits], hidden: int, epochs: int, build: Build, seed: int) -> Training:
    """Train a network on one split of the digits a seed: a perceptron without hidden units, else one hidden layer.

    Softmax and cross entropy, tanh in the hidden layer, batches of 10, a learning rate of 0.1 for everything.
    """
    generator = np.random.default_rng(seed)
    images = np.array([each.images for each in digits])
    classes = np.array([each.classes for each in digits])
    tests = np.array([each.test_images for each in digits]), np.array([each.test_classes for each in digits])
    sizes = [images.shape[2], *([hidden] if hidden else []), CLASSES]
    layers = [build(_first(len(digits), rows, columns, generator), generator) for rows, columns in _shapes(sizes)]
    found = [_accuracy(layers, *tests)]
    for _ in range(epochs):
        order = generator.permuted(np.tile(np.arange(images.shape[1]), (len(digits), 1)), axis=1)
        for start in range(0, images.shape[1] - BATCH + 1, BATCH):
            chosen = order[:, start : start + BATCH]
            part = np.take_along_axis(images, chosen[:, :, None], axis=1)
            _learn(layers, part, np.take_along_axis(classes, chosen, axis=1))
        found.append(_accuracy(layers, *tests))
    return Training(np.array(found))


def _shapes(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """Give inputs x outputs of each layer; a hidden layer hands on a constant 1 beside its units."""
    rows = [sizes[0], *(size + 1 for size in sizes[1:-1])]
    return list(zip(rows, sizes[1:], strict=True))


def _first(seeds: int, rows: int, columns: int, generator: np.random.Generator) -> FloatArray:
    return np.clip(_START * generator.standard_normal((seeds, rows, columns)), -1.0, 1.0)


def _learn(layers: Sequence[Weights], images: FloatArray, classes: IntArray) -> None:
    inputs = _forward(layers, images)
    error = _softmax(inputs[-1]) - np.eye(CLASSES)[classes]
    wanted = []
    for layer, given in zip(reversed(layers), reversed(inputs[:-1]), strict=True):
        wanted.append(-RATE * np.swapaxes(given, 1, 2) @ error / images.shape[1])
        back = error @ np.swapaxes(layer.values, 1, 2)
        error = (back * (1 - given**2))[..., :-1]  # tanh; the constant beside the units has no error to hand back
    for layer, change in zip(reversed(layers), wanted, strict=True):
        layer.change(change)


def _forward(layers: Sequence[Weights], images: FloatArray) -> list[FloatArray]:
    """Give what goes into each layer, and what comes out of the last."""
    given = [images]
    for layer in layers[:-1]:
        units = np.tanh(given[-1] @ layer.values)
        given.append(np.concatenate([units, np.ones((*units.shape[:2], 1))], axis=2))
    return [*given, np.asarray(given[-1] @ layers[-1].values, float)]


def _softmax(scores: FloatArray) -> FloatArray:
    grown = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return np.asarray(grown / np.sum(grown, axis=-1, keepdims=True), float)


def _accuracy(layers: Sequence[Weights], images: FloatArray, classes: IntArray) -> FloatArray:
    return np.asarray(np.mean(np.argmax(_forward(layers, images)[-1], axis=-1) == classes, axis=-1), float)
