"""Trains of several counts on a device whose decay slows down with their number (P09)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

import numpy as np

from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import FloatArray, Kind, Run


class Place(TypedDict):
    """Where in the loops a train stands."""

    count: int
    repeat: int
    count_value: float


@dataclass
class LastingTrains:
    """Responses that decay by exp(-(t/tau)^beta) with tau(n) = tau_0 n^power, from `amplitude` (A) whatever the count.

    `scatter` is the relative scatter of the amplitude, `slowing` that of tau from repeat to repeat. Each train begins
    from the baseline, to which a gate pulse brings the device with `erased`.
    """

    counts: Sequence[int] = (1, 2, 5, 10, 20, 50, 100)
    repeats: int = 5
    tau: float = 6.0
    power: float = 1.0
    beta: float = 0.5
    amplitude: float = 1e-9
    scatter: float = 0.05
    slowing: float = 0.05
    drift: float = 0.0
    erased: bool = True
    period: float = 0.1
    width: float = 0.5
    gap: float = 0.5
    lead: float = 5.0
    after: float = 101.0

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run, counts in random order, read by an ammeter of those properties."""
        built = RunBuilder(
            loops=("count", "repeat", "pulse"),
            valued_loops=("count",),
            terminals={"drain": "electrical", "gate": "electrical", "light": "optical"},
        )
        pieces, now = [], 0.0
        for position in generator.permutation(len(self.counts)):
            for repeat in range(self.repeats):
                value = float(self.counts[position])
                place: Place = {"count": int(position), "repeat": repeat, "count_value": value}
                pieces.append(self._train(built, now, self.counts[position], place, generator))
                now += len(pieces[-1]) * self.period
        current = np.concatenate(pieces)
        time = instants(len(current), self.period)
        instrument = Instrument(**ammeter)
        readings = instrument.read(current + self.drift * time, generator)
        built.trace("drain", time, 0.1, readings, instrument, self.period / 2)
        return built.build()

    def _train(
        self, built: RunBuilder, begin: float, count: int, place: Place, generator: np.random.Generator
    ) -> FloatArray:
        if self.erased:
            built.event(Kind.PULSE, "erase", "gate", begin, begin + self.period, 10.0, **place)
        for pulse in range(count):
            at = begin + self.lead + pulse * (self.width + self.gap)
            built.event(Kind.PULSE, "train", "light", at, at + self.width, 1.0, pulse=pulse, **place)
        on = count * (self.width + self.gap) - self.gap
        middle = instants(round((self.lead + on + self.after) / self.period), self.period) + self.period / 4
        size = self.amplitude * (1 + self.scatter * generator.standard_normal())
        tau = self.slowest(count) * float(np.exp(self.slowing * generator.standard_normal()))
        since = middle - self.lead - on
        left = np.where(since > 0, np.exp(-((np.maximum(since, 0) / tau) ** self.beta)), 1.0)
        return np.asarray(1e-9 + size * np.where(middle > self.lead, left, 0.0), float)

    def slowest(self, count: int) -> float:
        """Give tau (s) after so many pulses."""
        return float(self.tau * count**self.power)

    def left(self, count: int, time: float = 100.0) -> float:
        """Give r at a time (s) for tau without scatter."""
        return float(np.exp(-((time / self.slowest(count)) ** self.beta)))

    @property
    def place(self) -> int:
        """Which of the counts is the first that keeps 1/e for 100 s."""
        return next(k for k, count in enumerate(self.counts) if self.slowest(count) >= 100.0)
