"""Trains of light pulses, each after a single one (P05, P06)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack

import numpy as np

from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import NO_SAMPLES, RunBuilder, instants
from labkit.core import FloatArray, Kind, Run

Growth = Callable[[float, int], float]


@dataclass
class PulseTrains:
    """Trains of light pulses, each after a single one; pulse n responds `growth(f, n)` times as much as a single one.

    Responses add up: with a growth of 1 the device is a linear integrator. `relaxing` (s) is how a response decays.
    Several `frequencies` (Hz) make a loop of that name, in random order.
    """

    pulses: int = 12
    repeats: int = 10
    sampling: float = 0.01
    width: float = 0.1
    rest: float = 4.0
    amplitude: float = 1e-9
    scatter: float = 0.1
    fading: float = 0.0
    relaxing: float = 0.3
    controls: bool = True
    growth: Growth = lambda frequency, number: 1.0
    frequencies: tuple[float, ...] = (2.5,)

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run, read by an ammeter of those properties."""
        built = RunBuilder(loops=("frequency", "repeat", "pulse"), valued_loops=("frequency",))
        now, stimuli = 3.0, []
        for position in generator.permutation(len(self.frequencies)):
            frequency = self.frequencies[position]
            length = max(self.pulses / frequency, self.rest)
            for repeat in range(self.repeats):
                place = {"frequency": int(position), "frequency_value": frequency, "repeat": repeat}
                size = self.amplitude * (1 + self.scatter * generator.standard_normal()) * (1 - self.fading * repeat)
                if self.controls:
                    stimuli.append(self._pulse(built, "control", now, size, place))
                    now += length + self.rest
                for number in range(1, self.pulses + 1):
                    begin, share = now + (number - 1) / frequency, self.growth(frequency, number)
                    stimuli.append(self._pulse(built, "train", begin, size * share, place | {"pulse": number - 1}))
                now += length + self.rest
        time = instants(round(now / self.sampling), self.sampling)
        instrument = Instrument(**ammeter)
        readings = instrument.read(self._current(time, stimuli), generator)
        built.trace("drain", time, 0.1, readings, instrument, self.sampling / 2)
        return built.build()

    def _pulse(
        self, built: RunBuilder, mark: str, at: float, size: float, place: dict[str, float]
    ) -> tuple[float, float]:
        begin = round(at / self.sampling) * self.sampling
        built.event(Kind.PULSE, mark, "light", begin, begin + self.width, 1.0, NO_SAMPLES, **place)
        return begin, size

    def _current(self, time: FloatArray, stimuli: list[tuple[float, float]]) -> FloatArray:
        current = np.full(len(time), 1e-9)
        middle = time + self.sampling / 4
        for begin, size in stimuli:
            first, last = np.searchsorted(time, [begin, begin + self.width + 20 * self.relaxing])
            current[first:last] += size * self.response(middle[first:last] - begin)
        return current

    def response(self, since: FloatArray) -> FloatArray:
        """Give the response to one pulse of unit amplitude."""
        decay = np.exp(-np.clip(since - self.width, 0, None) / self.relaxing)
        return np.where(since > 0, np.clip(since, 0, self.width) / self.width * decay, 0.0)

    def truth(self, number: int, frequency: float | None = None) -> float:
        """The global ratio A_n/A_1 over the last 5 readings of the pulses."""
        rate = frequency or self.frequencies[0]
        return self._superposed(number, rate, self.growth) / self.growth(rate, 1)

    def summed(self, number: int, frequency: float | None = None) -> float:
        """What a linear integrator would show instead."""
        return self._superposed(number, frequency or self.frequencies[0], lambda frequency, number: 1.0)

    def _superposed(self, number: int, frequency: float, growth: Growth) -> float:
        late = np.linspace(self.width - 5 * self.sampling, self.width, 1001)
        left = [float(np.mean(self.response((number - k) / frequency + late))) for k in range(1, number + 1)]
        return sum(growth(frequency, k) * part for k, part in enumerate(left, start=1)) / left[-1]
