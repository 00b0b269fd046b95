"""The response to one pulse against the conductance that it meets, as straight pieces fitted to a measured curve."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from labkit.core import FloatArray
from labkit.network._agreement import agrees, at_reads, departures
from labkit.network._common_range import common_range, own_shapes
from labkit.network._synapse import DOWN, UP, MeasuredSynapse

_NODES = (3, 5, 9, 17)


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
    """Fit straight pieces to the averaged curves, as few as agree with them; the nearest of all where none do."""
    shapes = own_shapes(synapse)
    lowest, highest = common_range(synapse, shapes)
    found = []
    for count in _NODES:
        nodes = np.linspace(lowest, highest, count)
        curve = StepCurve(nodes, *(_fitted(synapse, direction, nodes, shapes[direction]) for direction in (UP, DOWN)))
        simulated = {direction: curve.after(direction, synapse.train(direction).count) for direction in (UP, DOWN)}
        if agrees(synapse, simulated):
            return curve
        away = np.concatenate([departures(synapse, direction, each) for direction, each in simulated.items()])
        found.append((float(np.mean(away**2)), curve))
    return min(found, key=lambda pair: pair[0])[1]


def _fitted(synapse: MeasuredSynapse, direction: str, nodes: FloatArray, shape: FloatArray) -> FloatArray:
    """Fit the logarithms of the steps at the nodes, beginning with those of the exponential update.

    Where the device creeps from cycle to cycle, the two curves do not end where the other began. It is the shape, drawn
    to the common range, that is fitted: a curve that began beside its own beginning would come out bent otherwise.
    """
    train = synapse.train(direction)
    drawn = nodes[0] + shape * np.ptp(nodes)
    weights = 1 / np.maximum(synapse.uncertainty(direction), 1e-6 * float(np.ptp(nodes)))

    def away(logarithms: FloatArray) -> FloatArray:
        simulated = trajectory(nodes, np.exp(logarithms), direction, train.count)
        return np.asarray((at_reads(synapse, direction, simulated) - drawn) * weights, float)

    steps = exponential_steps(nodes, synapse.fits[direction].fit.curvature, train.count, direction)
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
