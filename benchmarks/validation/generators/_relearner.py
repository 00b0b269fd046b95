"""A device that learns, forgets in part, and learns again until the level is regained (P14)."""

from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np

from benchmarks.validation.generators._noise import Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import FloatArray, Kind, Run


class Place(TypedDict):
    """Where in the loops a pulse stands; -1 outside."""

    repeat: int
    learning: int
    relearning: int


@dataclass
class _Trace:
    """What grows reading by reading."""

    time: list[FloatArray] = field(default_factory=list)
    current: list[FloatArray] = field(default_factory=list)
    samples: int = 0

    def add(self, begin: float, current: FloatArray, period: float) -> tuple[int, int]:
        first = self.samples
        self.time.append(begin + instants(len(current), period))
        self.current.append(current)
        self.samples += len(current)
        return first, len(current)


@dataclass
class Relearner:
    """Levels A (1 - exp(-n/n_0)); forgetting takes the device back to where `again` pulses fewer than `learned` led.

    So the level is regained after exactly `again` pulses. The two forgettings relax with `forgetting` (s); `amplitude`
    (A) scatters from repeat to repeat by `scatter`, the number to regain by `spread` pulses. The second time `kept` of
    the level is left in the end.
    """

    learned: int = 40
    again: float = 17.0
    constant: float = 30.0
    amplitude: float = 1e-8
    repeats: int = 5
    scatter: float = 0.05
    spread: float = 0.0
    forgetting: tuple[float, float] = (8.0, 12.0)
    kept: float = 0.85
    dark: float = 60.0
    period: float = 0.1
    readings: int = 5
    width: float = 0.5
    sigma: float = 0.0

    def run(self, generator: np.random.Generator, gain: float = 0.0, offset: float = 0.0) -> Run:
        """Give one run, read by an ammeter of those limits with white noise of `sigma`."""
        terminals = {"drain": "electrical", "gate": "electrical", "light": "optical"}
        built = RunBuilder(loops=("repeat", "learning", "relearning"), terminals=terminals)
        trace, now = _Trace(), 0.0
        instrument = Instrument(gain, offset)
        off = 1 + generator.uniform(-gain, gain), generator.uniform(-offset, offset)
        for repeat in range(self.repeats):
            now = self._episode(built, trace, now, repeat, generator)
        current = off[0] * np.concatenate(trace.current) + off[1]
        built.trace("drain", np.concatenate(trace.time), 0.1, current, instrument, self.period / 2)
        return built.build()

    def _episode(
        self, built: RunBuilder, trace: _Trace, begin: float, repeat: int, generator: np.random.Generator
    ) -> float:
        size = self.amplitude * (1 + self.scatter * generator.standard_normal())
        forgotten = self.learned - self.again - self.spread * generator.standard_normal()
        now = begin + self._noisy(trace, begin, np.full(50, 0.0), generator)
        level = np.nan
        for pulse in range(1, self.learned + 1):
            now, level = self._pulse(built, trace, now, "learning", size * self.grown(pulse), generator, repeat, pulse)
        top, low = size * self.grown(self.learned), size * self.grown(forgotten)
        now += self._noisy(trace, now, self._forgetting(top, low, 0), generator)
        pulse, reached = 0, -np.inf
        while reached < level and pulse < 2 * self.learned:
            pulse += 1
            target = size * self.grown(forgotten + pulse)
            now, reached = self._pulse(built, trace, now, "relearning", target, generator, repeat, pulse)
        top = size * self.grown(forgotten + pulse)
        now += self._noisy(trace, now, self._forgetting(top, self.kept * top, 1), generator)
        built.event(Kind.PULSE, "erase", "gate", now, now + 1.0, 10.0)
        return now + 2.0

    def _pulse(
        self,
        built: RunBuilder,
        trace: _Trace,
        now: float,
        mark: str,
        level: float,
        generator: np.random.Generator,
        repeat: int,
        pulse: int,
    ) -> tuple[float, float]:
        """Add a pulse and its read; gives when the read ends and what it says."""
        learning, relearning = (pulse - 1, -1) if mark == "learning" else (-1, pulse - 1)
        place: Place = {"repeat": repeat, "learning": learning, "relearning": relearning}
        built.event(Kind.PULSE, mark, "light", now, now + self.width, 1.0, **place)
        begin = now + self.width
        length = self._noisy(trace, begin, self._read(level, mark), generator)
        rows = trace.samples - self.readings, self.readings
        built.event(Kind.READ, mark, "drain", begin, begin + length, 0.1, samples=rows, **place)
        return begin + length, float(np.mean(trace.current[-1]))

    def _read(self, level: float, mark: str) -> FloatArray:
        """Give readings whose mean is the level, on a course that goes on as the forgetting does."""
        stage = int(mark == "relearning")
        # What the level goes back to if this was the last pulse of its stage.
        low = self.kept * level if stage else level * self.grown(self.learned - self.again) / self.grown(self.learned)
        falling = np.exp(-self._since(self.readings) / self.forgetting[stage])
        return np.asarray(low + (level - low) * falling / np.mean(falling), float)

    def _noisy(self, trace: _Trace, begin: float, current: FloatArray, generator: np.random.Generator) -> float:
        readings = 1e-9 + current + self.sigma * generator.standard_normal(len(current))
        trace.add(begin, np.asarray(readings, float), self.period)
        return len(current) * self.period

    def _since(self, count: int, skipped: int = 0) -> FloatArray:
        """Give the middles of readings, counted from the end of a pulse (s); the read comes right after it."""
        return np.asarray((skipped + np.arange(count)) * self.period + self.period / 4, float)

    def _forgetting(self, top: float, low: float, stage: int) -> FloatArray:
        """Relax from a level that was read to a lower one; the read was part of it."""
        time = self.forgetting[stage]
        begun = low + (top - low) / float(np.mean(np.exp(-self._since(self.readings) / time)))
        count = round(self.dark / self.period)
        return np.asarray(low + (begun - low) * np.exp(-self._since(count, self.readings) / time), float)

    def left(self, low: float, top: float, stage: int) -> float:
        """Give the mean level over the last second of a forgetting."""
        last = round(1.0 / self.period)
        return float(np.mean(self._forgetting(top, low, stage)[-last - 1 :]))

    @property
    def gain(self) -> float:
        """r2/r1 at the end of the forgettings, where the level is regained after a whole number of pulses."""
        top, low = self.grown(self.learned), self.grown(self.learned - self.again)
        return self.left(self.kept * top, top, 1) / self.left(low, top, 0)

    def grown(self, pulses: float) -> float:
        """Give the level after so many pulses, in parts of the amplitude."""
        return 1 - float(np.exp(-pulses / self.constant))

    @property
    def savings(self) -> float:
        """S."""
        return 1 - self.again / self.learned
