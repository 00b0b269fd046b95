"""Trains of electrical pulses of which the light meets one, several or none, in random order (temporal order)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Unpack

import numpy as np

from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import FloatArray, Kind, Run

Pattern = tuple[int, ...]
"""The pulses of a train, from 1, that meet the light."""
_READINGS = 10
_READ_PERIOD = 0.02
_LENGTH = 5.0
_PULSES = 4
_AFTER = 4.0
"""When the read after a train begins (s since the one before it)."""


def _left() -> dict[Pattern, float]:
    return {(): 1e-9, (1,): 2e-9, (2,): 4e-9, (3,): 7e-9, (4,): 10e-9, (1, 3): 9e-9}


@dataclass
class OrderedTrains:
    """Trains of each kind, from a state that differs from train to train (1 nA), with a read before and after.

    `left` is what a train leaves (A), by the pulses that met the light; it scatters by `scatter`.
    """

    left: Mapping[Pattern, float] = field(default_factory=_left)
    repeats: int = 10
    scatter: float = 0.1

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run."""
        terminals = {"drain": "electrical", "gate": "electrical", "light": "optical"}
        built = RunBuilder(loops=("repeat",), terminals=terminals)
        times: list[FloatArray] = []
        currents: list[FloatArray] = []
        begin, patterns = 0.0, tuple(self.left)
        for repeat in range(self.repeats):
            for pattern in (patterns[place] for place in generator.permutation(len(patterns))):
                start = 1e-9 * generator.standard_normal()
                change = self.left[pattern] * (1 + self.scatter * generator.standard_normal())
                for mark, current, at in (("before", start, 0.0), ("after", start + change, _AFTER)):
                    rows = (len(times) * _READINGS, _READINGS)
                    time = begin + at + instants(_READINGS, _READ_PERIOD)
                    built.event(Kind.READ, mark, "drain", time[0], time[-1] + _READ_PERIOD, 0.1, rows, repeat=repeat)
                    times.append(time)
                    currents.append(np.full(_READINGS, current))
                _pulses(built, begin + 1, pattern, repeat)
                begin += _LENGTH
        instrument = Instrument(**ammeter)
        readings = instrument.read(np.concatenate(currents), generator)
        built.trace("drain", np.concatenate(times), 0.1, readings, instrument, _READ_PERIOD)
        return built.build()


def _pulses(built: RunBuilder, begin: float, pattern: Pattern, repeat: int) -> None:
    for place in range(_PULSES):
        edge = begin + 0.5 * place
        built.event(Kind.PULSE, "train", "gate", edge, edge + 0.05, 18.0 + 2 * place, repeat=repeat)
        level = 1.0 if place + 1 in pattern else 0.0
        built.event(Kind.PULSE, "train", "light", edge - 0.02, edge + 0.07, level, repeat=repeat)
