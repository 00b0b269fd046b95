"""Steady light on a device that goes on to change while it stays (P21)."""

from dataclasses import dataclass
from typing import Unpack

import numpy as np

from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import FloatArray, Kind, Run


@dataclass
class SteadyLight:
    """Light of 60 s, with 70 s of darkness before each: I(50 s)/I(10 s) is `ratio`, by one exponential of `constant`.

    `constant` is in s; `current` (A) is the total current at 10 s, `dark` (A) that in the dark, `drift` (A/s) the drift
    of both; `scatter` is the relative scatter of the current from repeat to repeat.
    """

    ratio: float = 0.74
    constant: float = 15.0
    current: float = 1e-9
    dark: float = 2e-10
    drift: float = 0.0
    repeats: int = 5
    period: float = 0.1
    scatter: float = 0.02

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run."""
        built = RunBuilder(loops=("repeat",))
        time = instants(round(self.repeats * 135 / self.period), self.period)
        current = self.dark + self.drift * time
        for repeat in range(self.repeats):
            begin = 70.0 + 135 * repeat
            built.event(Kind.PULSE, "adaptation", "light", begin, begin + 60.0, 1.0, repeat=repeat)
            lit = (time >= begin - 1e-9) & (time < begin + 60.0 - 1e-9)
            size = 1 + self.scatter * generator.standard_normal()
            current[lit] += size * self._course(time[lit] + self.period / 4 - begin) - self.dark
        instrument = Instrument(**ammeter)
        built.trace("drain", time, 0.1, instrument.read(current, generator), instrument, self.period / 2)
        return built.build()

    def _course(self, since: FloatArray) -> FloatArray:
        gone = (1 - np.exp(-(since - 10) / self.constant)) / (1 - np.exp(-40 / self.constant))
        return np.asarray(self.current * (1 + (self.ratio - 1) * gone), float)

    @property
    def truth(self) -> float:
        """The ratio of the means over the windows of 1 s around 50 and 10 s."""
        late, early = (float(np.mean(self._course(middle + np.linspace(-0.5, 0.5, 1001)))) for middle in (50.0, 10.0))
        return late / early
