"""Long trains: the same cycle of constant stimuli over and over, and the state at every edge."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._bias import Bias
from labkit_sim.devices._constants import PhototransistorTrain
from labkit_sim.devices._loop import Loop, loop_of
from labkit_sim.devices._memristor import Memristor
from labkit_sim.devices._memristor_array import MemristorArray
from labkit_sim.devices._phototransistor import Phototransistor
from labkit_sim.devices._segments import Segment, common_temperature, events_of, parts_of


@dataclass(frozen=True, slots=True)
class Train:
    """What a device went through, at the edges of the segments.

    `edges` (cycles x segments + 1) is the state: the conductance (S) of a memristor, the threshold shift (V) of a
    phototransistor.
    """

    edges: FloatArray
    segments: int
    current: Callable[[FloatArray], FloatArray]
    """Gives currents for states laid out as cycles x segments."""

    @property
    def begin(self) -> FloatArray:
        """The current (A) into the first terminal at the begin of every segment: cycles x segments."""
        return self.current(self.edges[:-1].reshape(-1, self.segments))

    @property
    def end(self) -> FloatArray:
        """The current (A) into the first terminal at the end of every segment: cycles x segments."""
        return self.current(self.edges[1:].reshape(-1, self.segments))


def simulate_train(device: Memristor | Phototransistor, segments: Sequence[Segment], cycles: int) -> Train:
    """Take a device `cycles` times through segments of one temperature, in a compiled loop.

    The device is afterwards where `advance` through every segment would have brought it, with the same random draws.
    """
    if isinstance(device, Memristor):
        return _memristor_train(device, segments, cycles)
    return _phototransistor_train(device, segments, cycles)


def _memristor_train(device: Memristor, segments: Sequence[Segment], cycles: int) -> Train:
    array = MemristorArray([device])
    edges = array.train(segments, cycles)[0]
    array.give_back()
    return Train(edges, len(segments), partial(_memristor_current, device, [loop_of(each) for each, _ in segments]))


def _memristor_current(device: Memristor, loops: Sequence[Loop], conductance: FloatArray) -> FloatArray:
    return np.column_stack(
        [device.response(loop, column)[1] for loop, column in zip(loops, conductance.T, strict=True)]
    )


def _phototransistor_train(device: Phototransistor, segments: Sequence[Segment], cycles: int) -> Train:
    from labkit_sim.devices._compiled_train import phototransistor_train

    fluxes = [device.parameters.absorbed(stimulus.irradiance) for stimulus, _ in segments]
    lit = [flux > 0 for flux in fluxes]
    durations = np.array([duration for _, duration in segments])
    biases = [device.bias(stimulus) for stimulus, _ in segments]
    train = _phototransistor_segments(device, fluxes, biases, durations, common_temperature(segments))
    shifts = np.array(device.shifts)
    edges = np.empty(cycles * len(segments) + 1)
    edges[0] = device.shift
    for part in parts_of(edges[1:], len(segments)):
        count = len(events_of(lit, device.lit, len(part) // len(segments)))
        factors = device.efficiency.take_many(count)
        device.sensitised, device.factor = phototransistor_train(
            train, shifts, device.sensitised, factors, part, device.lit, device.factor
        )
        device.lit = lit[-1]
    device.shifts = shifts.tolist()
    return Train(edges, len(segments), partial(_drain_current, device, biases))


def _drain_current(device: Phototransistor, biases: Sequence[Bias], shift: FloatArray) -> FloatArray:
    return np.column_stack([device.drain_current(bias, column) for bias, column in zip(biases, shift.T, strict=True)])


def _phototransistor_segments(
    device: Phototransistor,
    fluxes: Sequence[float],
    biases: Sequence[Bias],
    durations: FloatArray,
    temperature: float,
) -> PhototransistorTrain:
    parameters = device.parameters.at(temperature)
    courses = [device.course(bias.gate, flux, temperature) for bias, flux in zip(biases, fluxes, strict=True)]
    emissions = np.array([[parameters.emission(trap, bias.gate) for trap in parameters.traps] for bias in biases])
    loss = 1 / parameters.sensitisation.lifetime
    return PhototransistorTrain(
        durations,
        np.array(fluxes) > 0,
        np.array([moved.activation for moved in courses]),
        np.array([moved.captures for moved in courses]),
        emissions,
        np.exp(-emissions * durations[:, None]),
        np.exp(-loss * durations),
        np.array([trap.sign / trap.full_shift for trap in parameters.traps]),
        parameters.sensitisation.gain,
        loss,
    )
