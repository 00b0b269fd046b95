"""Light pulses of several widths or levels (P07, P08)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack

import numpy as np

from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import FloatArray, Kind, Run


@dataclass
class SteppedPulses:
    """Light pulses of several widths or levels in random order, each group after a reference pulse.

    A pulse of level E reaches `amplitude` (A) times `reached(E, t)` after t (s), and decays within 10 ms. `weaker` is
    how much weaker and longer the pulses of equal dose are; 0 for none.
    """

    pulses: tuple[tuple[float, float], ...]
    reached: Callable[[float, FloatArray], FloatArray]
    repeats: int = 5
    sampling: float = 0.01
    rest: float = 2.0
    amplitude: float = 1e-9
    scatter: float = 0.02
    fading: float = 0.0
    references: bool = True
    shuffled: bool = True
    weaker: float = 0.0

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run, read by an ammeter of those properties."""
        built = RunBuilder(loops=("step", "repeat"))
        order = generator.permutation(len(self.pulses)) if self.shuffled else range(len(self.pulses))
        now = 3.0
        stimuli: list[tuple[float, float, float, float]] = []
        for turn, step in enumerate(order):
            asked = [("epsc", *self.pulses[step])]
            if self.weaker:
                asked.append(("equal_dose", self.pulses[step][0] / self.weaker, self.pulses[step][1] * self.weaker))
            turns = [("reference", 1.0, 0.5)] if self.references else []
            for mark, level, width in [*turns, *(asked * self.repeats)]:
                built.event(Kind.PULSE, mark, "light", now, now + width, level, step=int(step), repeat=len(stimuli))
                size = (1 + self.scatter * generator.standard_normal()) * (1 - self.fading * turn)
                stimuli.append((now, level, width, size))
                now = round((now + width + self.rest) / self.sampling) * self.sampling
        time = instants(round(now / self.sampling), self.sampling)
        instrument = Instrument(**ammeter)
        readings = instrument.read(self._current(time, stimuli), generator)
        built.trace("drain", time, 0.1, readings, instrument, self.sampling / 2)
        return built.build()

    def _current(self, time: FloatArray, stimuli: list[tuple[float, float, float, float]]) -> FloatArray:
        current = np.full(len(time), 1e-9)
        middle = time + self.sampling / 4
        for begin, level, width, size in stimuli:
            first, last = np.searchsorted(time, [begin, begin + width + 0.3])
            since = middle[first:last] - begin
            rise = self.reached(level, np.clip(since, 0, width))
            fall = np.exp(-np.clip(since - width, 0, None) / 0.01)
            current[first:last] += np.where(since > 0, self.amplitude * size * rise * fall, 0.0)
        return current
