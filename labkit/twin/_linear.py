"""A model made linear around where it is: what is unknown, how well it was known before, and what the runs say.

The currents y of the runs are f(0) + A x and noise. What is unknown, x, is of several kinds - parameters, what the
instruments got wrong, times of light pulses, how well each event worked - and each was known before to a standard
deviation. That of the events is the device's own scatter and is found here too: it is what makes the runs likeliest
with all else integrated out, so that what the parameters take up is not counted as little scatter (restricted
likelihood, Patterson and Thompson 1971). All goes by small matrices, for there are far more readings than unknowns.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from labkit.core import FloatArray

LARGEST = 1.0
SMALLEST = 1e-5
_STIFF = 1e-5
"""How much of what the runs tell counts in a damping, beside what was known before."""


@dataclass(frozen=True, slots=True)
class Linear:
    """What readings say of unknowns: `slopes` (readings x unknowns) and `residuals` are in parts of the noise.

    `residuals` are y - f(x) at the unknowns' values `at`.
    """

    information: FloatArray
    pull: FloatArray

    @classmethod
    def of(cls, slopes: FloatArray, residuals: FloatArray, at: FloatArray) -> "Linear":
        """Sum up readings."""
        information = slopes.T @ slopes
        return cls(information, slopes.T @ residuals + information @ at)

    def solve(self, precisions: FloatArray, damping: float = 0.0, at: FloatArray | None = None) -> FloatArray:
        """Give the likeliest unknowns; with `damping` not all the way from `at`."""
        matrix = self.information + np.diag(precisions)
        if at is None or damping == 0:
            return np.asarray(np.linalg.solve(matrix, self.pull), dtype=np.float64)
        # By what was known before, so that what the runs hardly tell moves less: there the way is bent.
        damped = matrix + damping * np.diag(precisions + _STIFF * np.diag(matrix))
        return np.asarray(at + np.linalg.solve(damped, self.pull - matrix @ at), dtype=np.float64)

    def covariance(self, precisions: FloatArray) -> FloatArray:
        """Give the covariance of the unknowns after the runs."""
        return np.asarray(np.linalg.inv(self.information + np.diag(precisions)), dtype=np.float64)

    def told(self, precisions: FloatArray) -> float:
        """Count the unknowns that the readings tell, those that they half tell by half."""
        return float(np.trace(self.covariance(precisions) @ self.information))

    def variation(self, precisions: FloatArray, events: slice) -> float:
        """Give the standard deviation of the unknowns `events` under which the runs are likeliest."""
        count = events.stop - events.start
        if count == 0:
            return 0.0

        def badness(logarithm: float) -> float:
            tried = precisions.copy()
            tried[events] = np.exp(-2 * logarithm)
            matrix = self.information + np.diag(tried)
            explained = float(self.pull @ np.linalg.solve(matrix, self.pull))
            return float(np.linalg.slogdet(matrix)[1] + 2 * logarithm * count - explained)

        bounds = (np.log(SMALLEST), np.log(LARGEST))
        return float(np.exp(optimize.minimize_scalar(badness, bounds=bounds, method="bounded").x))
