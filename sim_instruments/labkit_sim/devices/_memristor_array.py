"""Many memristors of one kind at once: their states and constants as arrays, and trains through all of them."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from math import inf

import numpy as np

from labkit.core import FloatArray, IntArray
from labkit_sim.devices._constants import LARGEST_EXPONENT, BoolArray, MemristorConstantsArray, MemristorTrainArray
from labkit_sim.devices._device import Stimulus
from labkit_sim.devices._efficiency import gamma_factors
from labkit_sim.devices._loop import loop_of
from labkit_sim.devices._memristor import Memristor
from labkit_sim.devices._segments import Segment, common_temperature, events_of, parts_of


class MemristorArray:
    """Memristors in their states: what each would do alone, with the random draws and the wear of its own.

    They may differ in every parameter but the number of their populations. `populations` (memristors x kinds), `write`
    and `factor` are as in Memristor; the memristors themselves stay as they were until `give_back`. With a `seed` the
    efficiencies of all writes come from one stream of the array, which is quicker than from a stream of each. Raises
    ValueError where the numbers differ.
    """

    def __init__(self, devices: Sequence[Memristor], seed: int | None = None) -> None:
        if len({len(device.populations) for device in devices}) != 1:
            raise ValueError("the memristors of an array have as many populations each")
        self.devices = tuple(devices)
        self.populations = np.array([device.populations for device in devices])
        self.write: IntArray = np.array([device.write for device in devices], np.int64)
        self.factor = np.array([device.factor for device in devices])
        self._stream = None if seed is None else np.random.default_rng(seed)
        self._variations = np.array([device.parameters.variation for device in devices])
        self._wearing = [place for place, device in enumerate(devices) if device.wear.wears]
        self._constants = lru_cache(4)(self._new_constants)

    @property
    def conductances(self) -> FloatArray:
        """G (S) of each memristor in the limit of low voltage."""
        cells = self._constants(self.devices[0].parameters.reference_temperature)
        return np.asarray(cells.lowest + np.sum(cells.shares * self.populations, axis=1), float)

    def train(self, segments: Sequence[Segment], cycles: int, keep: Collection[int] | None = None) -> FloatArray:
        """Take all through the same segments, `cycles` times, in a compiled loop.

        Gives the conductances (S) at the begin and at the end of every segment, or of those that `keep` numbers from
        0: memristors x (cycles x kept segments + 1). Raises ValueError where there is none to keep.
        """
        kept = np.array([keep is None or place in keep for place in range(len(segments))])
        if not np.any(kept):
            raise ValueError("a train keeps the end of one segment or more")
        durations = np.array([duration for _, duration in segments])
        sources = _sources([stimulus for stimulus, _ in segments])
        return self._go(sources, durations, common_temperature(segments), cycles, kept)

    def follow(self, stimuli: Sequence[Stimulus], course: IntArray, durations: FloatArray) -> FloatArray:
        """Take all once through `stimuli[course]`, each for its duration (s), as `train` does.

        Quicker than that where few stimuli come again in no order.
        """
        sources = _sources(stimuli)[:, course]
        temperature = common_temperature([(stimulus, 0.0) for stimulus in stimuli])
        return self._go(sources, durations, temperature, 1, np.ones(len(course), np.bool_))

    def _go(
        self, sources: FloatArray, durations: FloatArray, temperature: float, cycles: int, kept: BoolArray
    ) -> FloatArray:
        from labkit_sim.devices._compiled_train import memristor_array_train

        cells = self._constants(temperature)
        train = _train_of(cells, sources, durations, kept)
        count = int(np.sum(kept))
        edges = np.empty((len(self.devices), cycles * count + 1))
        edges[:, 0] = self.conductances
        for part in parts_of(edges[:, 1:], count):
            factors = self._factors(train.writes, part.shape[1] // count)
            memristor_array_train(cells, train, self.populations, factors, part, self.write, self.factor)
            self.write = train.writes[:, -1].copy()
        return edges

    def give_back(self) -> None:
        """Put the memristors where the array is."""
        for device, levels, write, factor in zip(
            self.devices, self.populations.tolist(), self.write.tolist(), self.factor.tolist(), strict=True
        ):
            device.populations, device.write, device.factor = levels, write, factor

    def _factors(self, writes: IntArray, cycles: int) -> FloatArray:
        """Draw the efficiencies of the writes to come, memristors x events; what is over stays unused."""
        courses, course = np.column_stack([self.write, writes]), np.zeros(len(self.devices), np.int64)
        if not np.all(courses == courses[0]):
            courses, course = np.unique(courses, axis=0, return_inverse=True)
        else:
            courses = courses[:1]
        begun = [events_of(own[1:], own[0], cycles) for own in courses.tolist()]
        most = max(map(len, begun))
        if self._stream is not None:
            factors = _array_factors(self._stream, self._variations, most)
        else:
            factors = np.ones((len(self.devices), most))
            for device, row, which in zip(self.devices, factors, course.tolist(), strict=True):
                row[: len(begun[which])] = device.efficiency.take_many(len(begun[which]))
        for place in self._wearing:
            events = begun[course[place]]
            factors[place, : len(events)] *= self.devices[place].wear.take_many(events)
        return factors

    def _new_constants(self, temperature: float) -> MemristorConstantsArray:
        both = [[device.constants(sign, temperature) for sign in (1.0, -1.0)] for device in self.devices]
        rising = [one for one, _ in both]
        return MemristorConstantsArray(
            np.array([one.lowest for one in rising]),
            np.array([one.shares for one in rising]),
            np.array([one.losses for one in rising]),
            np.array([one.efficiencies for one in rising]),
            np.array([one.conduction_scale for one in rising]),
            np.array([[one.threshold for one in pair] for pair in both]),
            np.array([[one.rate for one in pair] for pair in both]),
            np.array([[one.scale for one in pair] for pair in both]),
        )


def _array_factors(random: np.random.Generator, variations: FloatArray, count: int) -> FloatArray:
    """Draw factors as `gamma_factors` does, one row a variation; in one go where all are the same."""
    if np.all(variations == variations[0]):
        drawn = gamma_factors(random, float(variations[0]), len(variations) * count)
        return drawn.reshape(len(variations), count)
    return np.array([gamma_factors(random, each, count) for each in variations.tolist()])


def _sources(stimuli: Sequence[Stimulus]) -> FloatArray:
    """Give voltages (V), limits (A) and resistances (ohm) of stimuli, a row each."""
    return np.array([loop_of(stimulus)[:3] for stimulus in stimuli]).T


def _train_of(
    cells: MemristorConstantsArray, sources: FloatArray, durations: FloatArray, keep: BoolArray
) -> MemristorTrainArray:
    voltages, limits, resistances = sources
    side = (voltages <= 0).astype(np.int64)
    over = np.abs(voltages) - cells.thresholds[:, side]
    writes = np.where(over > 0, np.where(voltages > 0, 1, -1), 0)
    speeds = cells.rates[:, side] * np.expm1(np.clip(over / cells.scales[:, side], 0, LARGEST_EXPONENT))
    scales = np.where(cells.conduction_scales == inf, 1.0, cells.conduction_scales)[:, None]
    drives = np.where(cells.conduction_scales[:, None] == inf, voltages, scales * np.sinh(voltages / scales))
    full = (cells.lowest + np.sum(cells.shares, axis=1))[:, None]
    return MemristorTrainArray(
        durations,
        voltages,
        drives,
        resistances,
        limits,
        writes.astype(np.int64),
        speeds,
        np.exp(-durations[None, :, None] * cells.losses[:, None, :]),
        (writes != 0) & ((full * np.abs(drives) > limits) | (resistances > 0)),
        keep,
    )
