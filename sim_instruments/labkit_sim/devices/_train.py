"""Long trains: the same cycle of constant stimuli over and over, and the state at every edge."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._constants import MemristorTrain, PhototransistorTrain
from labkit_sim.devices._device import Stimulus
from labkit_sim.devices._loop import Loop, loop_of
from labkit_sim.devices._memristor import Memristor
from labkit_sim.devices._phototransistor import Bias, Phototransistor

_PART = 1 << 14

Segment = tuple[Stimulus, float]
"""A stimulus and how long it lasts (s)."""


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
    Raises ValueError for a memristor that wears out, of whose age the compiled loop knows nothing.
    """
    if isinstance(device, Memristor):
        return _memristor_train(device, segments, cycles)
    return _phototransistor_train(device, segments, cycles)


def _memristor_train(device: Memristor, segments: Sequence[Segment], cycles: int) -> Train:
    from labkit_sim.devices._compiled_train import memristor_train

    if device.wear.wears:
        raise ValueError("a compiled train knows nothing of wear; advance the device through the segments")
    temperature = _temperature(segments)
    parameters = device.parameters.at(temperature)
    loops, durations = [loop_of(stimulus) for stimulus, _ in segments], np.array([duration for _, duration in segments])
    voltages, limits, resistances = (np.array(column) for column in zip(*(loop[:3] for loop in loops), strict=True))
    drives = np.array([parameters.drive(loop.voltage) for loop in loops])
    writes = [device.polarity(loop.voltage) for loop in loops]
    losses = np.array([1 / part.lifetime for part in parameters.populations])
    full = parameters.lowest_conductance + sum(part.conductance for part in parameters.populations)
    train = MemristorTrain(
        durations,
        voltages,
        drives,
        resistances,
        limits,
        np.array(writes, np.int64),
        np.array([parameters.switching(loop.voltage).at(loop.voltage) for loop in loops]),
        np.exp(-np.outer(durations, losses)),
        (np.array(writes) != 0) & ((full * np.abs(drives) > limits) | (resistances > 0)),
    )
    levels = np.array(device.populations)
    rising, falling = device.constants(1.0, temperature), device.constants(-1.0, temperature)
    edges = np.empty(cycles * len(segments) + 1)
    edges[0] = device.conductance
    for part in _parts(edges[1:], len(segments)):
        factors = device.efficiency.take_many(_events(writes, device.write, len(part) // len(segments)))
        device.factor = memristor_train(rising, falling, train, levels, factors, part, device.write, device.factor)
        device.write = writes[-1]
    device.populations = levels.tolist()
    return Train(edges, len(segments), partial(_memristor_current, device, loops))


def _temperature(segments: Sequence[Segment]) -> float:
    found = {stimulus.temperature for stimulus, _ in segments}
    if len(found) != 1:
        raise ValueError("a train has one temperature; go through each temperature apart")
    return found.pop()


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
    train = _phototransistor_segments(device, fluxes, biases, durations, _temperature(segments))
    shifts = np.array(device.shifts)
    edges = np.empty(cycles * len(segments) + 1)
    edges[0] = device.shift
    for part in _parts(edges[1:], len(segments)):
        factors = device.efficiency.take_many(_events(lit, device.lit, len(part) // len(segments)))
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


def _parts(edges: FloatArray, segments: int) -> Iterator[FloatArray]:
    """Cut edges into views of whole cycles, of a size whose random draws stay in the processor's cache."""
    size = max(_PART // segments, 1) * segments
    for first in range(0, len(edges), size):
        yield edges[first : first + size]


def _events(active: Sequence[int] | Sequence[bool], before: int | bool, cycles: int) -> int:
    """Count the events that begin: where something becomes active, or changes its polarity."""

    def begun(previous: int | bool) -> int:
        return sum(now != last and bool(now) for last, now in zip([previous, *active], active, strict=False))

    return begun(before) + (cycles - 1) * begun(active[-1])
