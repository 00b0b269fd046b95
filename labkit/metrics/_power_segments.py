"""Straight pieces of a curve in double-logarithmic scales, as many as the data ask for (M30)."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from labkit.core import Estimate, FloatArray
from labkit.metrics._statistics import normal_estimate

LEAST_POINTS = 5
MOST_SEGMENTS = 4
DECISIVE = 10.0
"""Corrected Akaike criterion by which a further piece or parameter must improve a fit."""
LINEARITY = 1e-3
"""Relative scatter below which a difference is the instrument's linearity, not the law's."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece: its points, the exponent m with its uncertainty, and ln J = intercept + m ln V."""

    points: slice
    exponent: Estimate
    intercept: float

    def decades(self, log_voltage: FloatArray) -> float:
        """Give the width of the piece in decades of voltage."""
        return float(np.ptp(log_voltage[self.points])) / float(np.log(10))


@dataclass(frozen=True, slots=True)
class Segmented:
    """The pieces, and the criterion of the whole fit."""

    segments: tuple[Segment, ...]
    criterion: float


def akaike(squares: float, count: int, parameters: int) -> float:
    """Give the corrected Akaike criterion of a fit with so many parameters and a scatter of its own."""
    scatter = squares / count + LINEARITY**2
    free = count - parameters - 2
    return float(np.inf) if free <= 0 else count * float(np.log(scatter)) + 2 * (parameters + 1) * count / free


def segmented(log_voltage: FloatArray, log_current: FloatArray) -> Segmented:
    """Cut a curve into straight pieces of five points or more; a further one must improve the criterion by 10.

    The best cuts are found by dynamic programming over all of them (Bellman 1961).
    """
    count = len(log_voltage)
    costs = _costs(log_voltage, log_current)
    most = min(MOST_SEGMENTS, count // LEAST_POINTS)
    best: tuple[float, list[int]] | None = None
    table: list[dict[int, tuple[float, list[int]]]] = [{0: (0.0, [0])}]
    for pieces in range(1, most + 1):
        row: dict[int, tuple[float, list[int]]] = {}
        for stop in range(pieces * LEAST_POINTS, count + 1):
            options = [
                (cost + costs[start, stop], [*cuts, stop])
                for start, (cost, cuts) in table[-1].items()
                if stop - start >= LEAST_POINTS
            ]
            if options:
                row[stop] = min(options, key=lambda option: option[0])
        table.append(row)
        if count in row:
            squares, cuts = row[count]
            criterion = akaike(squares, count, 3 * pieces - 1)
            if best is None or criterion < best[0] - DECISIVE:
                best = (criterion, cuts)
    if best is None:
        return Segmented((), np.inf)
    criterion, cuts = best
    pieces_found = [slice(a, b) for a, b in pairwise(cuts)]
    return Segmented(tuple(_segment(log_voltage, log_current, each) for each in pieces_found), criterion)


def _costs(x: FloatArray, y: FloatArray) -> FloatArray:
    """Give the residual squares of a line through points i to j - 1, for all i < j, from running sums."""
    sums = [np.concatenate([[0.0], np.cumsum(each)]) for each in (np.ones(len(x)), x, y, x * x, x * y, y * y)]
    n, sx, sy, sxx, sxy, syy = (each[None, :] - each[:, None] for each in sums)
    with np.errstate(invalid="ignore", divide="ignore"):
        vxx, vxy, vyy = sxx - sx * sx / n, sxy - sx * sy / n, syy - sy * sy / n
        found = vyy - vxy**2 / vxx
    return np.asarray(np.where(n >= 2, np.maximum(found, 0.0), np.inf), float)


def _segment(x: FloatArray, y: FloatArray, points: slice) -> Segment:
    own, values = x[points], y[points]
    slope, intercept = np.polyfit(own, values, 1)
    residuals = values - slope * own - intercept
    degrees = max(len(own) - 2, 1)
    variance = float(residuals @ residuals) / degrees + LINEARITY**2
    doubt = float(np.sqrt(variance / np.sum((own - np.mean(own)) ** 2)))
    return Segment(points, normal_estimate(float(slope), doubt, degrees), float(intercept))
