"""The response to one pulse against the conductance that it meets, as straight pieces fitted to a measured curve."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from labkit.core import FloatArray
from labkit.network._synapse import DOWN, UP, MeasuredSynapse

_NODES = (3, 5, 9, 17)
WITHIN = 2.0
"""Standard uncertainties within which a simulated point counts as measured (metric standard, section 8)."""
ENOUGH = 0.95
"""Share of the points that must lie within: of a 95 % interval, as 2u are, a true model leaves one point in twenty."""


@dataclass(frozen=True, slots=True)
class StepCurve:
    """How far one pulse moves the conductance, at nodes (S) equally spaced over the range; linear between them.

    `up` and `down` (S, positive) have one entry a node.
    """

    nodes: FloatArray
    up: FloatArray
    down: FloatArray

    @property
    def lowest(self) -> float:
        """The lower end of the range (S)."""
        return float(self.nodes[0])

    @property
    def highest(self) -> float:
        """The upper end of the range (S)."""
        return float(self.nodes[-1])

    def step(self, conductance: FloatArray, direction: str) -> FloatArray:
        """Give the signed change (S) by one pulse at each conductance (S)."""
        if direction == UP:
            return np.interp(conductance, self.nodes, self.up)
        return -np.interp(conductance, self.nodes, self.down)

    def after(self, direction: str, count: int) -> FloatArray:
        """Give the conductance (S) from one end of the range on, after 0 to `count` pulses."""
        return trajectory(self.nodes, self.up if direction == UP else self.down, direction, count)


def trajectory(nodes: FloatArray, steps: FloatArray, direction: str, count: int) -> FloatArray:
    """Give the conductance (S) after 0 to `count` pulses from the end of the range that a direction starts at."""
    sign, value = (1.0, nodes[0]) if direction == UP else (-1.0, nodes[-1])
    found = [value]
    for _ in range(count):
        value = min(max(value + sign * np.interp(value, nodes, steps), nodes[0]), nodes[-1])
        found.append(value)
    return np.array(found)


def fit_step_curve(synapse: MeasuredSynapse) -> StepCurve:
    """Fit straight pieces to the averaged curves, as few as keep them within 2u; the best of all where none do."""
    lowest, highest = synapse.measured_range
    found = []
    for count in _NODES:
        nodes = np.linspace(lowest, highest, count)
        curve = StepCurve(nodes, _fitted(synapse, UP, nodes), _fitted(synapse, DOWN, nodes))
        away = np.concatenate([departures(synapse, d, curve.after(d, synapse.train(d).count)) for d in (UP, DOWN)])
        if np.mean(np.abs(away) <= WITHIN) >= ENOUGH:
            return curve
        found.append((float(np.mean(away**2)), curve))
    return min(found, key=lambda pair: pair[0])[1]


def departures(synapse: MeasuredSynapse, direction: str, simulated: FloatArray) -> FloatArray:
    """Give how far a simulated curve (S, after 0 to P_max pulses) is from the measured one, in standard uncertainties.

    Where nothing scatters at all, 1e-6 of the range stands for the uncertainty.
    """
    train = synapse.train(direction)
    floor = 1e-6 * float(np.ptp(train.mean))
    uncertainty = np.maximum(synapse.uncertainty(direction), floor)
    return np.asarray((simulated[train.pulses.astype(int)] - train.mean) / uncertainty, float)


def _fitted(synapse: MeasuredSynapse, direction: str, nodes: FloatArray) -> FloatArray:
    """Fit the logarithms of the steps at the nodes, beginning with those of the exponential update."""
    count = synapse.train(direction).count
    steps = exponential_steps(nodes, synapse.fits[direction].fit.curvature, count, direction)

    def away(logarithms: FloatArray) -> FloatArray:
        return departures(synapse, direction, trajectory(nodes, np.exp(logarithms), direction, count))

    found = optimize.least_squares(away, np.log(steps), max_nfev=40, x_scale="jac")
    return np.asarray(np.exp(found.x), float)


def exponential_steps(nodes: FloatArray, curvature: float, count: int, direction: str) -> FloatArray:
    """Give the steps (S, positive) of an exponential update over the range of the nodes in `count` pulses.

    `curvature` is k = P_max / A in the orientation of potentiation. A step falls linearly with the way that is gone:
    it is (1 - exp(-k / P_max)) times what is left to the level that infinitely many pulses would reach.
    """
    bend = curvature if direction == UP else -curvature
    gone = (nodes - nodes[0]) / np.ptp(nodes) if direction == UP else (nodes[-1] - nodes) / np.ptp(nodes)
    if abs(bend) < 1e-9:
        return np.full(len(nodes), np.ptp(nodes) / count)
    steps = np.ptp(nodes) * -np.expm1(-bend / count) * (-1 / np.expm1(-bend) - gone)
    return np.asarray(np.maximum(steps, 1e-9 * np.ptp(nodes)), float)
