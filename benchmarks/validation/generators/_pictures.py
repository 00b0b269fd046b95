"""What the pixels of an array hold of images: one pixel as it was measured, and arrays of which each pixel is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Unpack

import numpy as np
from scipy import stats

from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import Curve, FloatArray, Kind, Result, Run, Sample
from labkit.metrics import DeviceSet, MeasuredDevice
from labkit.metrics._pixel import FRAMES
from labkit.metrics._statistics import normal_estimate

_PERIOD = 0.01
_DARK = 1e-9


@dataclass
class ExposedPixel:
    """A pixel read in the dark, lit for 1 s, and read in frames 1 s apart: `dark` and `added` (A) fading as t^-0.15."""

    dark: float = 1e-9
    added: float = 2e-9
    fading: float = 0.15
    frames: int = 3
    readings: int = 10

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run."""
        built = RunBuilder(loops=("frame",))
        begins = [0.0, *(3.0 + place for place in range(self.frames))]
        built.event(Kind.PULSE, "image", "light", 1.0, 2.0, 1.0)
        currents = []
        for place, begin in enumerate(begins):
            rows = (place * self.readings, self.readings)
            mark = "frame" if place else "dark"
            built.event(Kind.READ, mark, "drain", begin, begin + self.readings * _PERIOD, 0.1, rows, frame=place - 1)
            currents.append(np.full(self.readings, self.at(begin - 2.0) if place else self.dark))
        instrument = Instrument(**ammeter)
        time = np.concatenate([begin + instants(self.readings, _PERIOD) for begin in begins])
        readings = instrument.read(np.concatenate(currents), generator)
        built.trace("drain", time, 0.1, readings, instrument, _PERIOD)
        return built.build()

    def at(self, since: float) -> float:
        """Give the current (A) at a time since the light (s)."""
        return self.dark + self.added * float(since**-self.fading)


@dataclass
class Pictures:
    """An array of `pixels`, a third of them bright, that saw an image in several colours or several times.

    `gains` (A) are what a bright pixel adds, by a condition of the image and its value; every pixel scatters by
    `noise` (A) from image to image.
    """

    gains: Mapping[tuple[str, float], float]
    noise: float = 1e-9
    pixels: int = 64

    @property
    def seen(self) -> FloatArray:
        """The irradiances that the pixels saw (W/m^2)."""
        return np.asarray(np.arange(self.pixels) % 3 == 0, float)

    def set(self, generator: np.random.Generator) -> DeviceSet:
        """Draw the array."""
        images = {
            condition: _DARK + gain * self.seen + self.noise * generator.standard_normal(self.pixels)
            for condition, gain in self.gains.items()
        }
        members = []
        for place in range(self.pixels):
            results = tuple(
                drawn_pixel(float(image[place]), float(self.seen[place]), {name: value})
                for (name, value), image in images.items()
            )
            members.append(MeasuredDevice(Sample(name="array", device=f"r{place // 8 + 1}c{place % 8 + 1}"), results))
        return DeviceSet("array", tuple(members))

    def correlation(self, gain: float) -> float:
        """Give the true correlation of what bright and dark pixels carry with what they saw."""
        spread = gain * float(np.std(self.seen))
        return spread / float(np.hypot(spread, self.noise))

    def recognised(self) -> float:
        """Give the probability that one of two colours is told rightly by the nearer mean."""
        first, second = self.gains.values()
        return float(stats.norm.cdf(abs(first - second) / 2 / self.noise))


def drawn_pixel(current: float, irradiance: float, at: Mapping[str, float]) -> Result:
    """Give what is known of one pixel: its current (A) and the change from a dark one of 1 nA."""
    return Result(
        "pixel",
        "M39.pixel/1",
        "I_px",
        normal_estimate(current, 1e-13, unit="A"),
        "A",
        "drawn",
        at={"irradiance": irradiance, "wavelength": 532e-9} | dict(at),
        variants={"change": normal_estimate(current - _DARK, 1e-13, unit="A")},
        curves=(Curve(FRAMES, np.array([1.0]), np.array([current]), "time", "s", "current", "A"),),
    )
