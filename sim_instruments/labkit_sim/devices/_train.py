"""Long trains: the same cycle of constant stimuli over and over, and the state at every edge."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from labkit.core import FloatArray, IntArray
from labkit_sim.devices._bias import Bias
from labkit_sim.devices._constants import PhototransistorTrain
from labkit_sim.devices._device import Stimulus
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


def follow(
    device: Memristor | Phototransistor, stimuli: Sequence[Stimulus], course: IntArray, durations: FloatArray
) -> FloatArray:
    """Take a device once through `stimuli[course]`, each for its duration (s), all at one temperature, compiled.

    Gives the state at the begin and at the end of each (see `Train.edges`). It is for histories, where few stimuli come
    again in no order.
    """
    if isinstance(device, Memristor):
        array = MemristorArray([device])
        edges: FloatArray = array.follow(stimuli, course, durations)[0]
        array.give_back()
        return edges
    return _phototransistor_edges(device, stimuli, course, durations, 1)


def states_current(
    device: Memristor | Phototransistor, stimulus: Stimulus, terminal: str, states: FloatArray
) -> FloatArray:
    """Give the current (A) into a terminal under a stimulus, for states such as `follow` gives."""
    if isinstance(device, Phototransistor):
        return device.currents(device.bias(stimulus), states)[terminal][1]
    loop = loop_of(stimulus)
    return loop.trace(*device.response(loop, states))[terminal][1]


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
    stimuli = [stimulus for stimulus, _ in segments]
    durations = np.array([duration for _, duration in segments])
    biases = [device.bias(stimulus) for stimulus in stimuli]
    edges = _phototransistor_edges(device, stimuli, np.arange(len(segments)), durations, cycles)
    return Train(edges, len(segments), partial(_drain_current, device, biases))


def _phototransistor_edges(
    device: Phototransistor, stimuli: Sequence[Stimulus], course: IntArray, durations: FloatArray, cycles: int
) -> FloatArray:
    from labkit_sim.devices._compiled_train import phototransistor_train

    train = _phototransistor_segments(device, stimuli, course, durations)
    lit = train.lit.tolist()
    shifts = np.array(device.shifts)
    edges = np.empty(cycles * len(course) + 1)
    edges[0] = device.shift
    for part in parts_of(edges[1:], len(course)):
        count = len(events_of(lit, device.lit, len(part) // len(course)))
        factors = device.efficiency.take_many(count)
        device.sensitised, device.factor = phototransistor_train(
            train, shifts, device.sensitised, factors, part, device.lit, device.factor
        )
        device.lit = lit[-1]
    device.shifts = shifts.tolist()
    return edges


def _drain_current(device: Phototransistor, biases: Sequence[Bias], shift: FloatArray) -> FloatArray:
    return np.column_stack([device.drain_current(bias, column) for bias, column in zip(biases, shift.T, strict=True)])


def _phototransistor_segments(
    device: Phototransistor, stimuli: Sequence[Stimulus], course: IntArray, durations: FloatArray
) -> PhototransistorTrain:
    temperature = common_temperature([(stimulus, 0.0) for stimulus in stimuli])
    parameters = device.parameters.at(temperature)
    fluxes = [device.parameters.absorbed(stimulus.irradiance) for stimulus in stimuli]
    gates = [device.bias(stimulus).gate for stimulus in stimuli]
    moved = [device.course(gate, flux, temperature) for gate, flux in zip(gates, fluxes, strict=True)]
    emissions = np.array([[parameters.emission(trap, gate) for trap in parameters.traps] for gate in gates])[course]
    loss = 1 / parameters.sensitisation.lifetime
    return PhototransistorTrain(
        durations,
        np.array(fluxes)[course] > 0,
        np.array([each.activation for each in moved])[course],
        np.array([each.captures for each in moved])[course],
        emissions,
        np.exp(-emissions * durations[:, None]),
        np.exp(-loss * durations),
        np.array([trap.sign / trap.full_shift for trap in parameters.traps]),
        parameters.sensitisation.gain,
        loss,
    )
