"""Residuals of a device whose events scatter: each event's deviation moves all that comes after it.

Their covariance is C = S^2 + v^2 H H', with S the noise of the readings, v the coefficient of variation of events and
H the derivative of the currents by the factor of each event. All that is needed of it goes by the small matrix
H' S^-2 H (Woodbury), for there are far fewer events than readings.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from labkit.core import FloatArray

_LARGEST = 1.0
_SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class Scatter:
    """The covariance of residuals: `sigmas` (A), `events` (A, readings x events) and `variation`."""

    sigmas: FloatArray
    events: FloatArray
    variation: float

    def solve(self, right: FloatArray) -> FloatArray:
        """Give C^-1 times a vector or the columns of a matrix."""
        weight = 1 / self.sigmas**2
        plain = (weight * right.T).T
        if self.variation <= _SMALLEST or not self.events.shape[1]:
            return plain
        weighted = self.events * weight[:, None]
        inner = np.eye(self.events.shape[1]) / self.variation**2 + self.events.T @ weighted
        return plain - weighted @ np.linalg.solve(inner, self.events.T @ plain)

    def deviations(self, residuals: FloatArray) -> FloatArray:
        """Give the likeliest deviation of each event's factor from 1."""
        found: FloatArray = self.variation**2 * (self.events.T @ self.solve(residuals))
        return found

    def cost(self, residuals: FloatArray) -> float:
        """Give r' C^-1 r."""
        return float(residuals @ self.solve(residuals))

    def log_determinant(self) -> float:
        """Give ln |C|."""
        total = 2 * float(np.sum(np.log(self.sigmas)))
        if self.variation <= _SMALLEST or not self.events.shape[1]:
            return total
        small = self.events.T @ (self.events / self.sigmas[:, None] ** 2)
        return total + float(np.linalg.slogdet(np.eye(len(small)) + self.variation**2 * small)[1])


def likeliest(sigmas: FloatArray, events: FloatArray, residuals: FloatArray) -> Scatter:
    """Find the variation of events under which the residuals are likeliest."""
    if not events.shape[1]:
        return Scatter(sigmas, events, 0.0)

    def badness(logarithm: float) -> float:
        scatter = Scatter(sigmas, events, float(np.exp(logarithm)))
        return scatter.cost(residuals) + scatter.log_determinant()

    found = optimize.minimize_scalar(badness, bounds=(np.log(_SMALLEST), np.log(_LARGEST)), method="bounded")
    return Scatter(sigmas, events, float(np.exp(found.x)))
