"""Light pulses of many irradiances, or of several colours, on a device that follows at once (P19)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Unpack

import numpy as np
from scipy import optimize

from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import FloatArray, Kind, Run, Sample

AREA = 1e-7
"""Of the device (m^2)."""


@dataclass
class BentResponse:
    """A response in proportion to weak light that goes over into a power of it.

    `responsivity` (A m^2/W) in weak light, `knee` (W/m^2) where it bends, `exponent` beyond, `sharpness` of the bend.
    """

    responsivity: float = 1e-8
    knee: float = 1.0
    exponent: float = 0.6
    sharpness: float = 2.0

    def __call__(self, irradiance: FloatArray) -> FloatArray:
        """Give the response (A) at irradiances (W/m^2)."""
        over = (irradiance / self.knee) ** self.sharpness
        return np.asarray(self.responsivity * irradiance * (1 + over) ** (-(1 - self.exponent) / self.sharpness), float)

    def linear_range(self, noise: float) -> float:
        """Give 20 log10 of the range between a response of `noise` (A) and a local exponent of 0.9 (dB)."""
        odds = 0.1 / (1 - self.exponent)
        highest = self.knee * (odds / (1 - odds)) ** (1 / self.sharpness)
        rough = float(np.log(noise / self.responsivity))
        lowest = float(optimize.brentq(lambda x: float(np.log(self(np.exp([x]))[0] / noise)), rough - 1, rough + 3))
        return 20 * float(np.log10(highest) - lowest / np.log(10))


@dataclass
class Irradiances:
    """Pulses of 1 s at irradiances (W/m^2) over decades, five of each, with a scatter from pulse to pulse."""

    response: BentResponse = field(default_factory=BentResponse)
    lowest: float = 1e-4
    decades: int = 6
    per_decade: int = 10
    repeats: int = 5
    period: float = 0.05
    scatter: float = 0.015
    baseline: float = 1e-10

    @property
    def levels(self) -> FloatArray:
        """The irradiances (W/m^2)."""
        count = self.decades * self.per_decade + 1
        return np.asarray(np.geomspace(self.lowest, self.lowest * 10**self.decades, count), float)

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run, the irradiances in random order."""
        pulses = generator.permutation(np.repeat(self.levels, self.repeats))
        built = RunBuilder(loops=("repeat",))
        time = instants(round((2 + 2.5 * len(pulses)) / self.period), self.period)
        current = np.full(len(time), self.baseline)
        sizes = self.response(pulses) * (1 + self.scatter * generator.standard_normal(len(pulses)))
        for place, (level, size) in enumerate(zip(pulses.tolist(), sizes.tolist(), strict=True)):
            begin = 2 + 2.5 * place
            built.event(Kind.PULSE, "epsc", "light", begin, begin + 1.0, level, repeat=place)
            current[(time >= begin - 1e-9) & (time < begin + 1 - 1e-9)] += size
        instrument = Instrument(**ammeter)
        built.trace("drain", time, 0.1, instrument.read(current, generator), instrument, self.period / 2)
        return built.build()


@dataclass
class Colours:
    """Pulses of 1 s of several colours, each at a common irradiance and at the photon flux of the first.

    `sizes` (A) are the responses at the common irradiance (1 W/m^2), in proportion to the light; `light_uncertainty`
    is what each light's calibration is wrong by.
    """

    sizes: Mapping[float, float] = field(default_factory=lambda: {405e-9: 588e-12, 532e-9: 202e-12, 635e-9: 98e-12})
    repeats: int = 6
    period: float = 0.02
    scatter: float = 0.02
    baseline: float = 1e-10
    light_uncertainty: float = 0.0
    area: float = AREA
    area_uncertainty: float = 0.0
    equal_photons: bool = True

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run, the colours one after another in every repeat."""
        names = {f"light_{round(wavelength * 1e9)}": wavelength for wavelength in self.sizes}
        terminals = {"drain": "electrical"} | dict.fromkeys(names, "optical")
        built = RunBuilder(loops=("repeat",), terminals=terminals, light_uncertainty=self.light_uncertainty)
        wrong = {name: 1 + self.light_uncertainty * generator.standard_normal() for name in names}
        area = self.area * (1 + self.area_uncertainty * generator.standard_normal())
        built.sample = Sample(active_area=f"{self.area} m^2", active_area_uncertainty=str(self.area_uncertainty))
        pulses = [pulse for _ in range(self.repeats) for pulse in self._pulses(names)]
        time = instants(round((2 + 2.5 * len(pulses)) / self.period), self.period)
        current = np.full(len(time), self.baseline)
        for place, (name, level) in enumerate(pulses):
            begin = 2 + 2.5 * place
            built.event(Kind.PULSE, "epsc", name, begin, begin + 1.0, level, repeat=place)
            size = self.sizes[names[name]] * level * wrong[name] * area / self.area
            size *= 1 + self.scatter * generator.standard_normal()
            current[(time >= begin - 1e-9) & (time < begin + 1 - 1e-9)] += size
        instrument = Instrument(**ammeter)
        built.trace("drain", time, 0.1, instrument.read(current, generator), instrument, self.period / 2)
        run = built.build()
        return replace(run, description=replace(run.description, wavelengths=names))

    def _pulses(self, names: Mapping[str, float]) -> list[tuple[str, float]]:
        first = next(iter(names.values()))
        equal = [(name, 1.0) for name in names]
        photons = [(name, first / wavelength) for name, wavelength in names.items() if wavelength != first]
        return equal + (photons if self.equal_photons else [])

    def selectivity(self, wavelength: float) -> float:
        """Give S of the first colour over another one at equal photon flux."""
        first = next(iter(self.sizes))
        return self.sizes[first] / self.sizes[wavelength] * wavelength / first

    def responsivity(self, wavelength: float) -> float:
        """Give the responsivity (A/W)."""
        return self.sizes[wavelength] / self.area
