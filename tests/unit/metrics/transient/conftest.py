"""Synthetic transients with a known truth: single pulses, pairs, writes and retention (metric standard, section 8)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from labkit.core import FloatArray, Kind, Run, Sample

Shape = Callable[[FloatArray], FloatArray]


@dataclass
class SinglePulses:
    """Light pulses on a device that charges up during the pulse and decays by `after` (1 at the pulse's end).

    `amplitude` (A) is what an endless pulse would reach, `charging` (s) how fast; `scatter` its relative scatter from
    repeat to repeat.
    """

    builder: Any
    ammeter: Any
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

    def run(self, generator: np.random.Generator, **ammeter: Any) -> Run:
        """Give one run, read by an ammeter of those properties."""
        built = self.builder(loops=("repeat",), light_uncertainty=self.light_uncertainty)
        if self.sample is not None:
            built.sample = self.sample
        turn = self.width + self.rest
        time = np.arange(round((self.lead + self.repeats * turn) / self.period)) * self.period
        current = self.baseline + self.drift * time
        for repeat in range(self.repeats):
            begin = self.lead + repeat * turn
            built.event(Kind.PULSE, "epsc", "light", begin, begin + self.width, 1.0, repeat=repeat)
            size = self.amplitude * (1 + self.scatter * generator.standard_normal()) * (1 - self.fading * repeat)
            current += size * self.response(time + self.aperture / 2 - begin)
        instrument = self.ammeter(**ammeter)
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


@pytest.fixture
def single_pulses(builder: Any, instrument: Any) -> Callable[..., SinglePulses]:
    """Single light pulses with chosen properties."""
    return lambda **properties: SinglePulses(builder, instrument, **properties)


@dataclass
class PulsePairs:
    """Pairs of light pulses with single ones between; the second response is `facilitation` times the first.

    Responses add up; with a facilitation of 1 the device is a linear integrator. `relaxing` (s) are the two time
    constants of the decay, the first with `share` of the amplitude.
    """

    builder: Any
    ammeter: Any
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

    def run(self, generator: np.random.Generator, **ammeter: Any) -> Run:
        """Give one run, intervals in random order, read by an ammeter of those properties."""
        built = self.builder(loops=("interval", "repeat"), valued_loops=("interval",))
        now, pieces = 3.0, []
        for position in generator.permutation(len(self.intervals)):
            interval = self.intervals[position]
            place = {"interval": int(position), "interval_value": interval}
            for repeat in range(self.repeats + self.controls):
                self._events(built, now, interval, repeat, place)
                pieces.append((now, interval, repeat < self.repeats))
                now += 2 * self.width + interval + self.rest
        time = np.arange(round(now / self.period)) * self.period
        instrument = self.ammeter(**ammeter)
        readings = instrument.read(self._current(time, pieces, generator), generator)
        built.trace("drain", time, 0.1, readings, instrument, self.period / 2)
        return built.build()

    def _events(self, built: Any, now: float, interval: float, repeat: int, place: dict[str, float]) -> None:
        if repeat == self.repeats:
            built.event(Kind.PULSE, "control", "light", now, now + self.width, 1.0, **place)
            return
        second = now + self.width + interval
        built.event(Kind.PULSE, "first", "light", now, now + self.width, 1.0, repeat=repeat, **place)
        built.event(Kind.PULSE, "second", "light", second, second + self.width, 1.0, repeat=repeat, **place)

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


@pytest.fixture
def pulse_pairs(builder: Any, instrument: Any) -> Callable[..., PulsePairs]:
    """Pairs of light pulses with chosen properties."""
    return lambda **properties: PulsePairs(builder, instrument, **properties)


@dataclass
class Writes:
    """Voltage pulses on a two-terminal device: G V and a displacement current C dV/dt that dies out with R C.

    Readings are exact averages over their apertures. `conductance` (S) rises over a train to twice its value.
    """

    builder: Any
    ammeter: Any
    cycles: int = 11
    pulses: int = 10
    level: float = 1.0
    width: float = 1e-3
    readings: int = 5
    conductance: float = 1e-6
    capacitance: float = 1e-10
    settling: float = 1e-4
    bias: float = 0.1
    sample: Sample | None = None

    def run(self, generator: np.random.Generator, **ammeter: Any) -> Run:
        """Give one run, read by an ammeter of those properties."""
        built = self.builder(loops=("cycle", "pulse"), terminals={"top": "electrical"})
        if self.sample is not None:
            built.sample = self.sample
        aperture = self.width / self.readings
        grid = np.arange(self.readings) * aperture
        now, time, volts, amperes = 0.1, [], [], []
        for cycle in range(self.cycles):
            for pulse in range(self.pulses):
                rows = (len(time) * self.readings, self.readings)
                place = {"cycle": cycle, "pulse": pulse}
                built.event(Kind.PULSE, "potentiation", "top", now, now + self.width, self.level, samples=rows, **place)
                time.append(now + grid)
                volts.append(np.full(self.readings, self.level))
                amperes.append(self._drive(pulse, grid, aperture))
                now += 11 * self.width
                rows = (rows[0] + self.readings, self.readings)
                built.event(Kind.READ, "potentiation", "top", now, now + self.width, self.bias, samples=rows, **place)
                time.append(now + grid)
                volts.append(np.full(self.readings, self.bias))
                amperes.append(np.full(self.readings, self.level_after(pulse) * self.bias))
                now += 0.02
        instrument = self.ammeter(**ammeter)
        readings = instrument.read(np.concatenate(amperes), generator)
        built.trace("top", np.concatenate(time), np.concatenate(volts), readings, instrument, aperture)
        return built.build()

    def level_after(self, pulse: int) -> float:
        """Conductance (S) after a pulse of the train."""
        return self.conductance * (1 + (pulse + 1) / self.pulses)

    def _drive(self, pulse: int, grid: FloatArray, aperture: float) -> FloatArray:
        fall = np.exp(-grid / self.settling) - np.exp(-(grid + aperture) / self.settling)
        return self.level_after(pulse) * self.level + self.capacitance * self.level / aperture * fall

    @property
    def truth(self) -> float:
        """Mean energy of a pulse (J)."""
        ohmic = np.mean([self.level_after(pulse) for pulse in range(self.pulses)]) * self.level**2 * self.width
        displaced = self.capacitance * self.level**2 * (1 - np.exp(-self.width / self.settling))
        return float(ohmic + displaced)


@pytest.fixture
def writes(builder: Any, instrument: Any) -> Callable[..., Writes]:
    """Trains of voltage pulses with chosen properties."""
    return lambda **properties: Writes(builder, instrument, **properties)


@dataclass
class Kept:
    """States that some pulses program and that forget by `law` of the time since (s), which need not be 1 at 1 s."""

    builder: Any
    ammeter: Any
    law: Shape
    states: tuple[int, ...] = (0, 10, 40)
    longest: float = 1e4
    per_decade: int = 4
    readings: int = 10
    aperture: float = 0.01
    amplitude: float = 1e-6
    baseline: float = 1e-7

    def run(self, generator: np.random.Generator, **ammeter: Any) -> Run:
        """Give one run, read by an ammeter of those properties."""
        built = self.builder(
            loops=("state", "program", "reading"), valued_loops=("state", "reading"), terminals={"top": "electrical"}
        )
        nominal = np.geomspace(1, self.longest, round(self.per_decade * np.log10(self.longest)) + 1)
        grid = np.arange(self.readings) * self.aperture
        half, now, time, amperes = self.readings * self.aperture / 2, 1.0, [], []

        def read(mark: str, begin: float, current: FloatArray, **place: float) -> None:
            rows = (len(time) * self.readings, self.readings)
            built.event(Kind.READ, mark, "top", begin, begin + 2 * half, 0.1, samples=rows, **place)
            time.append(begin + grid)
            amperes.append(current)

        for position, pulses in enumerate(self.states):
            place = {"state": position, "state_value": float(pulses)}
            read("reference", now, np.full(self.readings, self.baseline), **place)
            now += 2 * half
            for number in range(pulses):
                built.event(Kind.PULSE, "program", "top", now + 0.01, now + 0.02, 1.0, program=number, **place)
                now += 0.02
            size = self.amplitude * pulses / max(self.states)
            for number, wait in enumerate(nominal):
                since = wait - half + grid + self.aperture / 2
                place |= {"reading": number, "reading_value": wait}
                read("retention", now + wait - half, self.baseline + size * self.law(since), **place)
            now += self.longest + 10
        instrument = self.ammeter(**ammeter)
        readings = instrument.read(np.concatenate(amperes), generator)
        built.trace("top", np.concatenate(time), 0.1, readings, instrument, self.aperture)
        return built.build()

    def retained(self, time: float) -> float:
        """True R at a time (s)."""
        return float(self.law(np.array([time]))[0] / self.law(np.array([1.0]))[0])

    @property
    def half_time(self) -> float:
        """True t_50 (s)."""
        times = np.geomspace(1, 1e8, 400_001)
        return float(times[np.argmax(self.law(times) / self.law(np.array([1.0])) < 0.5)])


@pytest.fixture
def kept(builder: Any, instrument: Any) -> Callable[..., Kept]:
    """Retention of states with a chosen law."""
    return lambda law, **properties: Kept(builder, instrument, law, **properties)
