"""Pairs of light pulses with single ones between (P03)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack

import numpy as np

from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import NO_SAMPLES, RunBuilder, instants
from labkit.core import FloatArray, Kind, Run


@dataclass
class PulsePairs:
    """Pairs of light pulses with single ones between; the second response is `facilitation` times the first.

    Responses add up; with a facilitation of 1 the device is a linear integrator. `relaxing` (s) are the two time
    constants of the decay, the first with `share` of the amplitude.
    """

    intervals: tuple[float, ...] = (0.2, 1.0)
    repeats: int = 10
    period: float = 0.02
    width: float = 0.5
    rest: float = 8.0
    amplitude: float = 1e-9
    scatter: float = 0.1
    relaxing: tuple[float, float] = (0.4, 1.0)
    share: float = 0.6
    facilitation: Callable[[float], float] = lambda interval: 1.0
    controls: bool = True

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run, intervals in random order, read by an ammeter of those properties."""
        built = RunBuilder(loops=("interval", "repeat"), valued_loops=("interval",))
        now, pieces = 3.0, []
        for position in generator.permutation(len(self.intervals)):
            interval = self.intervals[position]
            place = {"interval": int(position), "interval_value": interval}
            for repeat in range(self.repeats + self.controls):
                self._events(built, now, interval, repeat, place)
                pieces.append((now, interval, repeat < self.repeats))
                now += 2 * self.width + interval + self.rest
        time = instants(round(now / self.period), self.period)
        instrument = Instrument(**ammeter)
        readings = instrument.read(self._current(time, pieces, generator), generator)
        built.trace("drain", time, 0.1, readings, instrument, self.period / 2)
        return built.build()

    def _events(self, built: RunBuilder, now: float, interval: float, repeat: int, place: dict[str, float]) -> None:
        if repeat == self.repeats:
            built.event(Kind.PULSE, "control", "light", now, now + self.width, 1.0, NO_SAMPLES, **place)
            return
        second = now + self.width + interval
        built.event(Kind.PULSE, "first", "light", now, now + self.width, 1.0, NO_SAMPLES, repeat=repeat, **place)
        built.event(Kind.PULSE, "second", "light", second, second + self.width, 1.0, NO_SAMPLES, repeat=repeat, **place)

    def _current(
        self, time: FloatArray, pieces: list[tuple[float, float, bool]], generator: np.random.Generator
    ) -> FloatArray:
        current = np.full(len(time), 1e-9)
        middle = time + self.period / 4
        for begin, interval, pair in pieces:
            size = self.amplitude * (1 + self.scatter * generator.standard_normal())
            first, last = np.searchsorted(time, [begin, begin + 2 * self.width + interval + 3 * self.rest])
            since = middle[first:last] - begin
            current[first:last] += size * self.response(since)
            if pair:
                second = self.facilitation(interval) * self.response(since - self.width - interval)
                current[first:last] += size * second
        return current

    def response(self, since: FloatArray) -> FloatArray:
        """Give the response to one pulse of unit amplitude."""
        gone = np.clip(since - self.width, 0, None)
        decay = self.share * np.exp(-gone / self.relaxing[0]) + (1 - self.share) * np.exp(-gone / self.relaxing[1])
        return np.where(since > 0, np.clip(since, 0, self.width) / self.width * decay, 0.0)

    def truth(self, interval: float) -> dict[str, float]:
        """The index against its baselines, over the last 5 readings of the pulses."""
        late = np.linspace(self.width - 5 * self.period, self.width, 1001)
        first = float(np.mean(self.response(late)))
        left = float(np.mean(self.response(self.width + interval + late)))
        own = self.facilitation(interval)
        return {"global": own + left / first, "excess": own}
