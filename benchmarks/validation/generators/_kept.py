"""States that are programmed and read until they are forgotten (P17)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack

import numpy as np

from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import NO_SAMPLES, RunBuilder, instants
from labkit.core import FloatArray, Kind, Run

Shape = Callable[[FloatArray], FloatArray]


@dataclass
class Kept:
    """States that some pulses program and that forget by `law` of the time since (s), which need not be 1 at 1 s."""

    law: Shape
    states: tuple[int, ...] = (0, 10, 40)
    longest: float = 1e4
    per_decade: int = 4
    readings: int = 10
    aperture: float = 0.01
    amplitude: float = 1e-6
    baseline: float = 1e-7

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run, read by an ammeter of those properties."""
        built = RunBuilder(
            loops=("state", "program", "reading"), valued_loops=("state", "reading"), terminals={"top": "electrical"}
        )
        nominal = np.geomspace(1, self.longest, round(self.per_decade * np.log10(self.longest)) + 1)
        grid = instants(self.readings, self.aperture)
        half, now = self.readings * self.aperture / 2, 1.0
        time: list[FloatArray] = []
        amperes: list[FloatArray] = []

        def read(mark: str, begin: float, current: FloatArray, **place: float) -> None:
            rows = (len(time) * self.readings, self.readings)
            built.event(Kind.READ, mark, "top", begin, begin + 2 * half, 0.1, samples=rows, **place)
            time.append(begin + grid)
            amperes.append(current)

        for position, pulses in enumerate(self.states):
            place: dict[str, float] = {"state": position, "state_value": float(pulses)}
            read("reference", now, np.full(self.readings, self.baseline), **place)
            now += 2 * half
            for number in range(pulses):
                built.event(
                    Kind.PULSE, "program", "top", now + 0.01, now + 0.02, 1.0, NO_SAMPLES, program=number, **place
                )
                now += 0.02
            size = self.amplitude * pulses / max(self.states)
            for number, wait in enumerate(nominal):
                since = wait - half + grid + self.aperture / 2
                place |= {"reading": number, "reading_value": wait}
                read("retention", now + wait - half, self.baseline + size * self.law(since), **place)
            now += self.longest + 10
        instrument = Instrument(**ammeter)
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
