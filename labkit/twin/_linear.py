"""A model made linear around where it is: what is unknown, how well it was known before, and what the runs say.

What is unknown is of several kinds - parameters, what the instruments got wrong, times of light pulses, how well each
event worked - and of each something was known before: a mean and a standard deviation. That of the events is the
device's own scatter and is found here too: it is what makes the runs likeliest with all else integrated out, so that
what the parameters take up is not counted as little scatter (restricted likelihood, Patterson and Thompson 1971).
All goes by small matrices, for there are far more readings than unknowns.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from labkit.core import FloatArray

LARGEST = 1.0
SMALLEST = 1e-5
_STIFF = 1e-5
"""How much of what the runs tell counts in a damping, beside what was known before."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What is thought of the unknowns before the runs: their means, and one over the squares of their deviations."""

    means: FloatArray
    precisions: FloatArray

    def cost(self, unknowns: FloatArray) -> float:
        """Give by how much unknowns are against it."""
        away = unknowns - self.means
        return float(away @ (self.precisions * away))


@dataclass(frozen=True, slots=True)
class Linear:
    """What readings say around the unknowns `at`: A'A and A'r, with slopes A and residuals r in parts of the noise."""

    information: FloatArray
    pull: FloatArray
    at: FloatArray

    @classmethod
    def of(cls, slopes: FloatArray, residuals: FloatArray, at: FloatArray) -> "Linear":
        """Sum up readings: slopes (readings x unknowns) and what is left of the currents at the unknowns `at`."""
        return cls(slopes.T @ slopes, slopes.T @ residuals, at)

    def step(self, belief: Belief, damping: float = 0.0) -> FloatArray:
        """Give the way to the likeliest unknowns; with `damping` a part of it."""
        matrix = self.information + np.diag(belief.precisions)
        # By what was known before, so that what the runs hardly tell moves less: there the way is bent.
        damped = matrix + damping * np.diag(belief.precisions + _STIFF * np.diag(matrix))
        return np.asarray(np.linalg.solve(damped, self._downhill(belief)), dtype=np.float64)

    def _downhill(self, belief: Belief) -> FloatArray:
        return self.pull - belief.precisions * (self.at - belief.means)

    def covariance(self, belief: Belief) -> FloatArray:
        """Give the covariance of the unknowns after the runs."""
        return np.asarray(np.linalg.inv(self.information + np.diag(belief.precisions)), dtype=np.float64)

    def told(self, belief: Belief) -> float:
        """Count the unknowns that the readings tell, those that they half tell by half."""
        return float(np.trace(self.covariance(belief) @ self.information))

    def badness(self, belief: Belief) -> float:
        """Give how unlikely the runs are under a belief, all unknowns integrated out: -2 ln, but for a constant."""
        matrix = self.information + np.diag(belief.precisions)
        downhill = self._downhill(belief)
        fallen = float(downhill @ np.linalg.solve(matrix, downhill))
        surprise = float(np.linalg.slogdet(matrix)[1] - np.sum(np.log(belief.precisions)))
        return surprise + belief.cost(self.at) - fallen


def likeliest(linear: Linear, belief: Callable[[float], Belief]) -> float:
    """Give the scatter under which the runs are likeliest; `belief` is what it makes one think."""
    found = optimize.minimize_scalar(
        lambda logarithm: linear.badness(belief(float(np.exp(logarithm)))),
        bounds=(np.log(SMALLEST), np.log(LARGEST)),
        method="bounded",
    )
    return float(np.exp(found.x))
