"""A device that forgets faster when it is warm, programmed and read at several temperatures (P24)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Unpack

import numpy as np

from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import NO_SAMPLES, RunBuilder, instants
from labkit.core import FloatArray, Kind, Run, Sample

BOLTZMANN = 8.617333262e-5
"""k_B in eV/K."""

Barrier = Callable[[float], float]
"""Gives ln t_50 (s) at a temperature (K)."""


def arrhenius(energy: float, half_time: float = 80.0, at: float = 300.0) -> Barrier:
    """Give the law of a barrier (eV) with a t_50 (s) at a temperature (K)."""
    return lambda temperature: float(np.log(half_time) + energy / BOLTZMANN * (1 / temperature - 1 / at))


@dataclass
class Activated:
    """Exponential decays with t_50 by `law`, each repeat off by `scatter` of a lognormal distribution.

    `temperatures` (K) are gone to in this order. The thermometer is wrong by a line within +-`accuracy` (K) over the
    window and noisy by `wander` (K). On the way down t_50 is `aged` times that of the way up. t_50 counts as the
    standard does: where R, which is 1 at 1 s, is one half.
    """

    law: Barrier
    temperatures: Sequence[float] = (300.0, 310.0, 320.0, 330.0)
    repeats: int = 3
    scatter: float = 0.15
    accuracy: float = 0.0
    wander: float = 0.01
    aged: float = 1.0
    sample: Sample = field(default_factory=Sample)
    longest: float = 3000.0
    readings: int = 5
    amplitude: float = 1e-6
    baseline: float = 1e-7

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run, read by an ammeter of those properties."""
        made = _Making(self, generator)
        error = generator.uniform(-self.accuracy, self.accuracy, 2)
        middle, span = float(np.mean(self.temperatures)), float(np.ptp(self.temperatures)) or 1.0
        before = 0.0
        for position, temperature in enumerate(self.temperatures):
            shown = temperature + error[0] + (error[1] - error[0]) * (temperature - middle) / span
            made.settle(position, temperature, shown)
            for number in range(self.repeats):
                factor = float(np.exp(self.scatter * generator.standard_normal()))
                factor *= self.aged if temperature <= before else 1.0
                made.repeat(position, number, factor * float(np.exp(self.law(temperature))))
            before = temperature
        return made.finish(Instrument(**ammeter))


class _Making:
    """One run under way."""

    APERTURE = 0.02

    def __init__(self, device: Activated, generator: np.random.Generator) -> None:
        self._device = device
        self._generator = generator
        self._built = RunBuilder(
            loops=("temperature", "repeat", "reading"),
            valued_loops=("temperature", "reading"),
            terminals={"top": "electrical", "stage": "thermal"},
            sample=device.sample,
        )
        self._time: list[FloatArray] = []
        self._current: list[FloatArray] = []
        self._now = 1.0
        self._grid = instants(device.readings, self.APERTURE)

    def settle(self, position: int, setpoint: float, shown: float) -> None:
        """Go to a temperature, which the stage shows as another, and note it."""
        place = {"temperature": position, "temperature_value": setpoint}
        begin, self._now = self._now, self._now + 300.0
        built = self._built
        built.event(Kind.TEMPERATURE, "", "stage", begin, self._now, shown, NO_SAMPLES, **place)
        built.rows[-1]["level_requested"] = setpoint
        for _ in range(5):
            self._now += 1.0
            level = shown + self._device.wander * self._generator.standard_normal()
            built.event(Kind.TEMPERATURE, "", "stage", self._now, self._now, float(level), NO_SAMPLES, **place)

    def repeat(self, position: int, number: int, half_time: float) -> None:
        """Read the reference, program, and read until it is forgotten."""
        device, place = self._device, {"temperature": position, "repeat": number}
        self._read("reference", self._now, np.full(device.readings, device.baseline), **place)
        self._now += 1.0
        self._built.event(Kind.PULSE, "program", "top", self._now, self._now + 0.1, 0.5, NO_SAMPLES, **place)
        origin = self._now + 0.1
        half = device.readings * self.APERTURE / 2
        for k, wait in enumerate(np.geomspace(1, device.longest, 16)):
            since = wait - half + self._grid + self.APERTURE / 2
            kept = np.exp(-np.log(2) * (since - 1) / (half_time - 1))
            self._read("retention", origin + wait - half, device.baseline + device.amplitude * kept, reading=k, **place)
        self._now = origin + device.longest + 10

    def _read(self, mark: str, begin: float, current: FloatArray, **place: float) -> None:
        rows = (len(self._time) * self._device.readings, self._device.readings)
        end = begin + self._device.readings * self.APERTURE
        self._built.event(Kind.READ, mark, "top", begin, end, 0.1, samples=rows, **place)
        self._time.append(begin + self._grid)
        self._current.append(current)

    def finish(self, instrument: Instrument) -> Run:
        """Read the currents with an ammeter."""
        readings = instrument.read(np.concatenate(self._current), self._generator)
        self._built.trace("top", np.concatenate(self._time), 0.1, readings, instrument, self.APERTURE)
        run = self._built.build()
        limits = {"stage": self._device.accuracy}
        return replace(run, description=replace(run.description, temperature_accuracy=limits))
