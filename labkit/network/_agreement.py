"""Whether a simulated curve is the measured one: points within 2u, nonlinearity within the measured interval."""

from collections.abc import Mapping

import numpy as np

from labkit.core import FloatArray
from labkit.metrics import fit_update, nonlinearity
from labkit.network._synapse import UP, MeasuredSynapse

WITHIN = 2.0
"""Standard uncertainties within which a simulated point counts as measured (metric standard, section 8)."""
ENOUGH = 0.95
"""Share of the points that must lie within: of a 95 % interval, as 2u are, a true model leaves one point in twenty."""
RESOLUTION = 0.03
"""Difference of labels that is nothing: 0.3 % of the range between two curves, three steps of NeuroSim's table."""


def at_reads(synapse: MeasuredSynapse, direction: str, simulated: FloatArray) -> FloatArray:
    """Give a simulated curve (S, after 0 to P_max pulses) where the measured one was read."""
    return np.asarray(simulated[synapse.train(direction).pulses.astype(int)], float)


def departures(synapse: MeasuredSynapse, direction: str, simulated: FloatArray) -> FloatArray:
    """Give how far a simulated curve (S, after 0 to P_max pulses) is from the measured one, in standard uncertainties.

    Where nothing scatters at all, 1e-6 of the range stands for the uncertainty.
    """
    mean = synapse.train(direction).mean
    uncertainty = np.maximum(synapse.uncertainty(direction), 1e-6 * float(np.ptp(mean)))
    return np.asarray((at_reads(synapse, direction, simulated) - mean) / uncertainty, float)


def share_within(synapse: MeasuredSynapse, simulated: Mapping[str, FloatArray]) -> float:
    """Give the share of the points of all directions that lie within 2u."""
    away = np.concatenate([departures(synapse, direction, curve) for direction, curve in simulated.items()])
    return float(np.mean(np.abs(away) <= WITHIN))


def label_again(synapse: MeasuredSynapse, direction: str, simulated: FloatArray) -> float:
    """Fit the nonlinearity of a simulated curve as M15 fits a measured one: depression mirrored, x -> 1 - x."""
    train, curve = synapse.train(direction), at_reads(synapse, direction, simulated)
    x, oriented = (train.x, curve) if direction == UP else (1 - train.x[::-1], curve[::-1])
    return float(nonlinearity(fit_update(x, oriented, float(train.count)).curvature))


def same_label(synapse: MeasuredSynapse, direction: str, label: float) -> bool:
    """Tell whether a label is within the measured 95 % interval, or so close that it makes no difference.

    Where cycles shift as a whole, u is wide and says little of the shape: the label says it.
    """
    measured = synapse.fits[direction].label
    return label in measured.interval or abs(label - measured.value) <= RESOLUTION


def agrees(synapse: MeasuredSynapse, simulated: Mapping[str, FloatArray]) -> bool:
    """Tell whether simulated curves, by direction, are within 2u of the measured ones with the same nonlinearity."""
    return share_within(synapse, simulated) >= ENOUGH and all(
        same_label(synapse, direction, label_again(synapse, direction, curve)) for direction, curve in simulated.items()
    )
