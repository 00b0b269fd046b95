"""Single light pulses on a device that charges up and decays (P02)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack

import numpy as np

from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import FloatArray, Kind, Run, Sample

Shape = Callable[[FloatArray], FloatArray]


@dataclass
class SinglePulses:
    """Light pulses on a device that charges up during the pulse and decays by `after` (1 at the pulse's end).

    `amplitude` (A) is what an endless pulse would reach, `charging` (s) how fast; `scatter` its relative scatter from
    repeat to repeat.
    """

    repeats: int = 10
    period: float = 0.02
    width: float = 1.0
    rest: float = 4.0
    lead: float = 4.0
    amplitude: float = 1e-9
    baseline: float = 1e-9
    charging: float = 0.3
    scatter: float = 0.02
    drift: float = 0.0
    fading: float = 0.0
    after: Shape = lambda time: np.exp(-time / 0.3)
    sample: Sample | None = None
    light_uncertainty: float = 0.0

    @property
    def aperture(self) -> float:
        return self.period / 2

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run, read by an ammeter of those properties."""
        built = RunBuilder(loops=("repeat",), light_uncertainty=self.light_uncertainty)
        if self.sample is not None:
            built.sample = self.sample
        turn = self.width + self.rest
        time = instants(round((self.lead + self.repeats * turn) / self.period), self.period)
        current = self.baseline + self.drift * time
        for repeat in range(self.repeats):
            begin = self.lead + repeat * turn
            built.event(Kind.PULSE, "epsc", "light", begin, begin + self.width, 1.0, repeat=repeat)
            size = self.amplitude * (1 + self.scatter * generator.standard_normal()) * (1 - self.fading * repeat)
            current += size * self.response(time + self.aperture / 2 - begin)
        instrument = Instrument(**ammeter)
        built.trace("drain", time, 0.1, instrument.read(current, generator), instrument, self.aperture)
        return built.build()

    def response(self, since: FloatArray) -> FloatArray:
        """Give the response to a pulse of unit amplitude, at times since its beginning (s)."""
        rise = np.where(since > 0, 1 - np.exp(-np.clip(since, 0, self.width) / self.charging), 0.0)
        return rise * np.where(since > self.width, self.after(np.clip(since - self.width, 0, None)), 1.0)

    @property
    def truth(self) -> float:
        """The mean amplitude (A) over the last 5 readings before the end of the pulse."""
        return self.mean_over(5 * self.period)

    def mean_over(self, window: float) -> float:
        """The mean amplitude (A) over the last so many seconds of the pulse, readings or not."""
        instants = np.linspace(self.width - window, self.width, 1001)
        return self.amplitude * float(np.mean(self.response(instants)))
