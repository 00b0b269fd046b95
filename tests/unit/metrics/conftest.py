"""Synthetic runs with a known truth, as fixtures; they are made in benchmarks/validation/generators."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from benchmarks.validation.generators import Instrument, RunBuilder, noise
from labkit.core import FloatArray

BAND = 0.93, 0.97
"""Where the coverage of a nominal 95 % interval is accepted."""


def accepted(covered: int, trials: int) -> bool:
    """Tell whether so many intervals covering the truth agree with a coverage of 93 to 97 %.

    The short form allows the binomial scatter of its few trials: 99.9 % of honest metrics at either end pass.
    """
    low = float(stats.binom.ppf(0.0005, trials, BAND[0]))
    high = float(stats.binom.ppf(0.9995, trials, BAND[1]))
    return low <= covered <= high


@pytest.fixture
def builder() -> type[RunBuilder]:
    """The class that puts synthetic runs together."""
    return RunBuilder


@pytest.fixture
def instrument() -> type[Instrument]:
    """The class of synthetic ammeters."""
    return Instrument


@pytest.fixture
def make_noise() -> Callable[[str, int, float, np.random.Generator], FloatArray]:
    """Noise by kind."""
    return noise


@pytest.fixture
def coverage_accepted() -> Callable[[int, int], bool]:
    """Whether a count of covering intervals agrees with 93 to 97 %."""
    return accepted
