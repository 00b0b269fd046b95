"""Weights made of devices: what a training step does to them is what pulses did to the measured device."""

from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray
from labkit.network._step_curve import StepCurve
from labkit.network._synapse import DOWN, UP, MeasuredSynapse

MOST_PULSES = 10
"""Pulses that one training step may give one weight."""


@dataclass(frozen=True, slots=True)
class PulseResponse:
    """The response to one pulse over the range: steps (parts of the range) at nodes from 0 to 1, and their scatter.

    `up` and `down` are positive and have one entry a node; `sigma_up` and `sigma_down` are the scatter from cycle to
    cycle, `mean_step` what a training step reckons with.
    """

    up: FloatArray
    down: FloatArray
    sigma_up: float
    sigma_down: float
    mean_step: float

    def after(self, state: FloatArray, upwards: FloatArray, generator: np.random.Generator) -> FloatArray:
        """Give the states (0 to 1) after one pulse each, up where `upwards`, with the scatter of a pulse."""
        nodes = np.linspace(0, 1, len(self.up))
        mean = np.where(upwards, np.interp(state, nodes, self.up), -np.interp(state, nodes, self.down))
        sigma = np.where(upwards, self.sigma_up, self.sigma_down)
        return np.clip(state + mean + sigma * generator.standard_normal(state.shape), 0.0, 1.0)


def measured_response(synapse: MeasuredSynapse, curve: StepCurve) -> PulseResponse:
    """Give the response of a measured synapse: the fitted pieces and the scatter of its steps, read noise taken off."""
    span = curve.highest - curve.lowest
    up, down = (synapse.step_sigma[direction] / span for direction in (UP, DOWN))
    return PulseResponse(curve.up / span, curve.down / span, up, down, _mean_step(synapse))


def ideal_response(synapse: MeasuredSynapse) -> PulseResponse:
    """Give the response of a device as long as the measured one, but linear and without scatter."""
    up, down = (np.full(2, 1 / synapse.train(direction).count) for direction in (UP, DOWN))
    return PulseResponse(up, down, 0.0, 0.0, _mean_step(synapse))


def _mean_step(synapse: MeasuredSynapse) -> float:
    return float(np.mean([1 / synapse.train(direction).count for direction in (UP, DOWN)]))


class DeviceWeights:
    """Weights from -1 to 1, each the mean of some devices against a fixed reference in the middle of the range.

    `state` has the shape seeds x devices x inputs x outputs. A training step asks for a change; it becomes a number of
    pulses, rounded at random, which all go to one device of the weight, the devices taking turns (as in the
    multi-memristive synapses of Boybat et al., Nat. Commun. 9, 2514 (2018)).
    """

    def __init__(
        self, start: FloatArray, devices: int, response: PulseResponse, generator: np.random.Generator
    ) -> None:
        """Begin with weights `start` (seeds x inputs x outputs), written and verified before training."""
        self.state = np.repeat((start[:, None] + 1) / 2, devices, axis=1)
        self._response, self._generator, self._turn = response, generator, 0

    @property
    def values(self) -> FloatArray:
        """The weights (seeds x inputs x outputs)."""
        return np.asarray(2 * np.mean(self.state, axis=1) - 1, float)

    def change(self, wanted: FloatArray) -> None:
        """Give the pulses that a wanted change of the weights asks for."""
        devices = self.state.shape[1]
        pulses = wanted * devices / (2 * self._response.mean_step)
        count = np.floor(np.abs(pulses) + self._generator.random(pulses.shape))
        count = np.minimum(count, MOST_PULSES).astype(int)
        part = self.state[:, self._turn]
        upwards = wanted > 0
        for number in range(int(np.max(count))):
            hit = count > number
            part[hit] = self._response.after(part[hit], upwards[hit], self._generator)
        self._turn = (self._turn + 1) % devices


class ExactWeights:
    """Weights from -1 to 1 that take every change exactly: floating point, the ceiling of network and training."""

    def __init__(self, start: FloatArray) -> None:
        """Begin with weights `start` (seeds x inputs x outputs)."""
        self.values = start

    def change(self, wanted: FloatArray) -> None:
        """Take a change, within the bounds."""
        self.values = np.clip(self.values + wanted, -1.0, 1.0)
