"""Devices of a chip whose values are drawn: areas, batches, order of measurement, dead ones (P23)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from labkit.core import Criteria, Estimate, FloatArray, Result, Sample
from labkit.metrics import DeviceSet, MeasuredDevice
from labkit.metrics._statistics import repeats_mean

VISIT_TIME = 60.0
"""How long one device takes (s)."""


@dataclass
class Population:
    """Devices on a grid, column by column or at random places, with a value `G_max` (S) measured over cycles.

    ln G scatters with `between` from device to device and with `within` from cycle to cycle; the median is
    `median` (S) at the first of the `areas` (m^2) and goes as the area to the power of `exponent`. `area_scatter` is
    what whole areas scatter about that line. `along_row`, `along_column` are the changes of ln G over the chip. `dead`
    devices have no value. With `linear` the value itself is normal instead, with `median` as its mean.
    """

    devices: int = 20
    cycles: int = 5
    median: float = 1e-5
    between: float = 0.10
    within: float = 0.15
    areas: tuple[float, ...] = (1e-10,)
    exponent: float = 0.0
    area_scatter: float = 0.0
    along_row: float = 0.0
    along_column: float = 0.0
    dead: int = 0
    order: Literal["random", "raster"] = "random"
    layout: Literal["mixed", "columns"] = "mixed"
    linear: bool = False

    def set(self, generator: np.random.Generator, criteria: Criteria | None = None) -> DeviceSet:
        """Draw one set; `devices` are those of each area."""
        total = self.devices * len(self.areas)
        side = int(np.ceil(np.sqrt(total)))
        area = np.repeat(np.arange(len(self.areas)), self.devices)
        if self.layout == "mixed":
            area = generator.permutation(area)
        shifts = generator.normal(0, self.area_scatter, len(self.areas)) if self.area_scatter else [0.0] * 99
        order = generator.permutation(total) if self.order == "random" else np.arange(total)
        dead = set(generator.permutation(total)[: self.dead].tolist())
        members = []
        for place in range(total):
            column, row = divmod(place, side)
            chosen = int(area[place])
            scale = self.exponent * float(np.log(self.areas[chosen] / self.areas[0])) + shifts[chosen]
            scale += (self.along_row * row + self.along_column * column) / max(side - 1, 1)
            place_of = {"row": row + 1, "column": column + 1, "active_area": self.areas[chosen]}
            sample = Sample(name="chip", device=f"r{row + 1}c{column + 1}").model_copy(update=place_of)
            result = self._result(generator, scale, place in dead)
            members.append(MeasuredDevice(sample, (result,), float(order[place]) * VISIT_TIME))
        members.sort(key=lambda device: device.begun)
        return DeviceSet("chip", tuple(members), criteria=criteria, registered=True, random=self.order == "random")

    def _result(self, generator: np.random.Generator, scale: float, dead: bool) -> Result:
        drawn = generator.normal(0, self.between) + generator.normal(0, self.within, self.cycles)
        values = self.median * (1 + drawn) if self.linear else self.median * np.exp(scale + drawn)
        if dead:
            return Result("dynamic_range", "M18.G_max/1", "G_max", None, "S", "drawn", reason="an open device")
        estimate: Estimate = repeats_mean(values, "S")
        return Result(
            "dynamic_range",
            "M18.G_max/1",
            "G_max",
            estimate,
            "S",
            "drawn",
            counts={"cycle": self.cycles},
            repeats=tuple(float(value) for value in np.asarray(values, float)),
        )


def good_devices(probability: float, count: int, generator: np.random.Generator) -> FloatArray:
    """Draw conductances (S) of devices that are good, 10 uS, with a probability, and 1 uS else."""
    return np.where(generator.random(count) < probability, 1e-5, 1e-6)
