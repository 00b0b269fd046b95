"""The range of conductance that potentiation and depression of one model share."""

from collections.abc import Mapping

import numpy as np

from labkit.core import FloatArray
from labkit.network._synapse import DOWN, UP, MeasuredSynapse


def common_range(synapse: MeasuredSynapse, shapes: Mapping[str, FloatArray]) -> tuple[float, float]:
    """Give the lowest and the highest conductance (S) that fit both averaged curves best, their shapes (0..1) given.

    Least squares weighted by the points' uncertainties: measured curves need not end where the other one began.
    """
    rows, values, weights = [], [], []
    for direction, shape in shapes.items():
        mean = synapse.train(direction).mean
        rows.append(np.column_stack([1 - shape, shape]))
        values.append(mean)
        weights.append(1 / np.maximum(synapse.uncertainty(direction), 1e-6 * float(np.ptp(mean))))
    weight = np.concatenate(weights)
    found = np.linalg.lstsq(np.concatenate(rows) * weight[:, None], np.concatenate(values) * weight, rcond=None)[0]
    return float(found[0]), float(found[1])


def own_shapes(synapse: MeasuredSynapse) -> dict[str, FloatArray]:
    """Give the shape (0..1) of each averaged curve between its own ends."""
    found = {}
    for direction in (UP, DOWN):
        mean = synapse.train(direction).mean
        low, high = (mean[0], mean[-1]) if direction == UP else (mean[-1], mean[0])
        found[direction] = np.asarray((mean - low) / (high - low), float)
    return found
