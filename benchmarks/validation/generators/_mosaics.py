"""Images on an array: pixels that scatter, fade, are read one after another, and are dead here and there (P22)."""

from dataclasses import dataclass

import numpy as np

from benchmarks.validation.generators._run import instants
from labkit.core import Curve, FloatArray, Result, Sample
from labkit.metrics import DeviceSet, MeasuredDevice
from labkit.metrics._pixel import FRAMES, SILENT
from labkit.metrics._statistics import normal_estimate


@dataclass
class Mosaic:
    """A mask of 10 x 10 with `bright` open cells, whose pixels carry `signal` and `background` (A).

    Pixels scatter in proportion by `scatter`. What the light added fades as t to the power of -`fading` from `first`
    (s) on; `frames` frames are read, each pixel `step` (s) after the one before it. `dead` of the pixels are open.
    """

    signal: float = 3e-9
    background: float = 1e-9
    bright: int = 40
    size: int = 10
    scatter: float = 0.10
    fading: float = 0.0
    frames: int = 3
    first: float = 1.0
    step: float = 0.0
    pause: float = 10.0
    dead: int = 0

    @property
    def contrast(self) -> float:
        """The true Michelson contrast of the region means, before anything fades."""
        return (self.signal - self.background) / (self.signal + self.background)

    def at(self, time: float) -> float:
        """Give the true contrast at a time (s) after the light."""
        faded = float((time / self.first) ** -self.fading)
        signal = self.background + (self.signal - self.background) * faded
        return (signal - self.background) / (signal + self.background)

    def set(self, generator: np.random.Generator) -> DeviceSet:
        """Draw one image."""
        total = self.size**2
        lit = np.zeros(total, bool)
        lit[generator.permutation(total)[: self.bright]] = True
        dead = set(generator.permutation(total)[: self.dead].tolist())
        members = []
        for place in range(total):
            times = self.first + self.step * place + instants(self.frames, self.step * total + self.pause)
            added = (self.signal - self.background) * (times / self.first) ** -self.fading if lit[place] else 0.0
            current = (self.background + added) * (1 + self.scatter * generator.standard_normal())
            row, column = divmod(place, self.size)
            sample = Sample(name="array", device=f"r{row + 1}c{column + 1}", row=row + 1, column=column + 1)
            result = _pixel(np.broadcast_to(current, times.shape) * (place not in dead), times, bool(lit[place]))
            members.append(MeasuredDevice(sample, (result,), float(place)))
        return DeviceSet("array", tuple(members))


def _pixel(current: FloatArray, times: FloatArray, lit: bool) -> Result:
    silent = current[0] == 0
    return Result(
        "pixel",
        "M39.pixel/1",
        "I_px",
        normal_estimate(float(current[0]), 1e-13, unit="A"),
        "A",
        "drawn",
        at={"irradiance": 1.0 if lit else 0.0, "wavelength": 5.32e-07},
        notes={SILENT: "open"} if silent else {},
        curves=(Curve(FRAMES, times, np.asarray(current, float), "time", "s", "current", "A"),),
    )
