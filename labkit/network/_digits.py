"""The digits that networks are tried on: scikit-learn's own copy of a public set, 1797 images of 8 x 8 pixels."""

from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray, IntArray, LabkitError

DATASET = (
    "scikit-learn's digits (the test part of UCI's optical recognition of handwritten digits): 1797 images, 8 x 8 "
    "pixels of 17 levels, 10 classes"
)
CLASSES = 10
_TEST_SHARE = 0.3
_BRIGHTEST = 16.0


@dataclass(frozen=True, slots=True)
class Digits:
    """Images (images x 65: pixels 0 to 1, a constant 1 for the bias) and their classes, to learn from and to test."""

    images: FloatArray
    classes: IntArray
    test_images: FloatArray
    test_classes: IntArray


def load_digits(seed: int) -> Digits:
    """Split the digits at random, three tenths for the test, every class alike.

    Raises LabkitError when scikit-learn is not installed.
    """
    try:
        from sklearn import datasets, model_selection
    except ImportError as error:
        raise LabkitError("scikit-learn is not installed", 'pip install "labkit[network]"') from error
    pixels, classes = datasets.load_digits(return_X_y=True)
    images = np.column_stack([np.asarray(pixels, float) / _BRIGHTEST, np.ones(len(pixels))])
    parts = model_selection.train_test_split(
        images, np.asarray(classes, np.int64), test_size=_TEST_SHARE, random_state=seed, stratify=classes
    )
    return Digits(parts[0], parts[2], parts[1], parts[3])
