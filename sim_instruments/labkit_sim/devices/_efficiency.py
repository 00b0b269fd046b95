"""How well a write or a light pulse works: a random factor an event, drawn beforehand so that it can be seen."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from labkit.core import FloatArray

_BLOCK = 256


def gamma_factors(random: np.random.Generator, variation: float, count: int) -> FloatArray:
    """Draw factors with mean 1 and a coefficient of variation, never negative."""
    if variation == 0:
        return np.ones(count)
    shape = variation**-2
    return random.gamma(shape, 1 / shape, count)


def device_factors(random: np.random.Generator, variation: float, count: int) -> FloatArray:
    """Draw by which factors a cell of a chip differs from the others: lognormal, mean 1, a coefficient of variation.

    The logarithm of a factor scatters by sqrt(ln(1 + variation^2)), which is what M20 finds of a conductance.
    """
    scatter = float(np.sqrt(np.log1p(variation**2)))
    return np.exp(random.normal(-(scatter**2) / 2, scatter, count))


class EventEfficiency:
    """A stream of factors with mean 1 and the coefficient of variation `variation`, gamma distributed.

    A gamma factor is never negative, is nearly Gaussian for a small variation and exponential for a variation of 1, as
    the waiting time of a nucleation is; its moments are closed forms, from which the truths follow.
    """

    def __init__(self, variation: float, seed: int | Sequence[int]) -> None:
        self._variation = variation
        self._random = np.random.default_rng(seed)
        self._drawn: list[float] = []

    @property
    def next(self) -> float:
        """The factor that the next event will have."""
        if not self._drawn:
            # Backwards, so that taking from the end gives them in the order of the stream.
            self._drawn = self._draw(_BLOCK)[::-1].tolist()
        return self._drawn[-1]

    def take(self) -> float:
        """Begin an event: give its factor and go on to the next."""
        factor = self.next
        self._drawn.pop()
        return factor

    def take_many(self, count: int) -> FloatArray:
        """Give the factors of the next `count` events, the same that `count` calls of `take` would give."""
        if not self._drawn:
            return self._draw(count)
        waiting = [self._drawn.pop() for _ in range(min(count, len(self._drawn)))]
        return np.concatenate([np.array(waiting), self._draw(count - len(waiting))])

    def _draw(self, count: int) -> FloatArray:
        return gamma_factors(self._random, self._variation, count)


@runtime_checkable
class HasEfficiency(Protocol):
    """A device whose events work more or less well."""

    efficiency: EventEfficiency


def efficiency_quadrature(variation: float, points: int = 32) -> tuple[FloatArray, FloatArray]:
    """Give nodes and weights that average over the factor: sum(weights * f(nodes)) is the mean of f(factor).

    Gauss quadrature for the gamma distribution, from its three-term recurrence (Golub and Welsch 1969).
    """
    if variation == 0:
        return np.ones(1), np.ones(1)
    shape = variation**-2
    order = np.arange(points)
    between = np.sqrt(order[1:] * (order[1:] + shape - 1))
    recurrence = np.diag(2 * order + shape) + np.diag(between, 1) + np.diag(between, -1)
    nodes, vectors = np.linalg.eigh(recurrence)
    return nodes / shape, vectors[0] ** 2
