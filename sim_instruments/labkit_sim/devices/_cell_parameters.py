"""The parameters of a switching cell, and what they amount to at a temperature and under light."""

from collections.abc import Mapping
from math import exp, inf
from typing import NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator

from labkit_sim.devices._absorber import Absorber
from labkit_sim.devices._activation import BOLTZMANN, slowing
from labkit_sim.devices._cell_constants import EXPONENTIAL, HYPERBOLIC, CellConstants
from labkit_sim.devices._cell_parts import Forming, Leakage, Path, Selector
from labkit_sim.devices._device import ROOM_TEMPERATURE
from labkit_sim.devices._efficiency import device_factors
from labkit_sim.devices._memristor import Switching
from labkit_sim.devices._parameters import ModelParameters, Ratio, Resistance, Temperature, Voltage
from labkit_sim.devices._wear import Endurance


class Law(NamedTuple):
    """How a voltage moves one path: kind, threshold (V), rate (1/s), scale (V)."""

    kind: int
    threshold: float
    rate: float
    scale: float


_UNMOVED = Law(EXPONENTIAL, 0.0, 0.0, 1.0)


class SwitchingCellParameters(ModelParameters):
    """A two-terminal cell of paths in parallel, with all that stands in series."""

    leakage: Leakage
    paths: tuple[Path, ...] = Field(min_length=1)
    potentiation: Switching | None = Field(None, description="of every path that has no law of its own")
    depression: Switching | None = Field(None, description="of every path that has no law of its own")
    conduction_scale: Voltage = Field(inf, gt=0, description="I = G V_c sinh(V / V_c); left out: ohmic")
    series_resistance: Resistance = Field(0.0, ge=0, description="of electrodes and contacts")
    selector: Selector | None = None
    forming: Forming | None = Field(None, description="left out: it needs none")
    absorber: Absorber | None = Field(None, description="of every path that has none of its own")
    variation: Ratio = Field(0.0, ge=0, description="coefficient of variation of a write's efficiency")
    light_variation: Ratio = Field(0.0, ge=0, description="coefficient of variation of a light pulse's efficiency")
    endurance: Endurance | None = Field(None, description="how switching wears it out; left out: it does not")
    reference_temperature: Temperature = Field(ROOM_TEMPERATURE, gt=0, description="T_0: where the values hold")

    @model_validator(mode="after")
    def _light_is_absorbed(self) -> Self:
        for path in self.paths:
            own = path.light is not None and path.light.absorber is not None
            if self.absorber is None and (path.lowering is not None or (path.light is not None and not own)):
                raise ValueError("light acts on a path, but nothing absorbs it: give the cell an absorber")
        return self

    def varied(self, random: np.random.Generator) -> Self:
        """Draw a cell: one factor for its conductances (its size), one for how well voltage and light act."""
        size, speed = device_factors(random, self.device_variation, 2).tolist()
        paths = tuple(
            path.model_copy(
                update={
                    "conductance": size * path.conductance,
                    "efficiency": speed * path.efficiency,
                    "light": path.light and path.light.scaled(speed),
                }
            )
            for path in self.paths
        )
        leakage = self.leakage.model_copy(update={"conductance": size * self.leakage.conductance})
        return self.model_copy(update={"leakage": leakage, "paths": paths})

    def of_area(self, ratio: float, exponent: float) -> Self:
        """Give a cell of another area: a filament stays as it is, an interface goes as the area to `exponent`."""
        paths = tuple(
            path if path.localised else path.model_copy(update={"conductance": ratio**exponent * path.conductance})
            for path in self.paths
        )
        leakage = self.leakage.model_copy(update={"conductance": ratio * self.leakage.conductance})
        return self.model_copy(update={"leakage": leakage, "paths": paths})

    def law(self, path: Path, rising: bool, temperature: float) -> Law:
        """Give how a voltage of one polarity moves a path in the dark."""
        if path.migration is not None:
            hop = path.migration.at(temperature)
            return Law(HYPERBOLIC, path.migration.threshold, path.efficiency * hop.rate, hop.scale)
        opens = rising == (path.polarity == "positive")
        own, shared = (path.potentiation, self.potentiation) if opens else (path.depression, self.depression)
        found = shared if own is None else own
        if found is None:
            return _UNMOVED
        faster = path.efficiency / slowing(path.write_activation, temperature, self.reference_temperature)
        return Law(EXPONENTIAL, found.threshold, faster * found.rate, found.scale)

    def threshold(self, rising: bool) -> float:
        """Give the lowest voltage (V, a magnitude) of a polarity that moves any path; inf where none does."""
        laws = [self.law(path, rising, self.reference_temperature) for path in self.paths]
        return min((law.threshold for law in laws if law.rate > 0), default=inf)

    def share(self, path: Path, temperature: float) -> float:
        """Give what a path conducts (S) when it is fully open, at a temperature (K)."""
        warm = 1 + path.temperature_coefficient * (temperature - self.reference_temperature)
        cold = slowing(path.conduction_activation, temperature, self.reference_temperature)
        return path.conductance / (cold * max(warm, 1e-3))

    def leak(self, temperature: float) -> float:
        """Give the leakage (S) at a temperature (K)."""
        cold = slowing(self.leakage.activation, temperature, self.reference_temperature)
        return self.leakage.conductance / cold

    def loss(self, path: Path, temperature: float) -> float:
        """Give the rate (1/s) of a path's relaxation in the dark."""
        lifetime = path.lifetime * slowing(path.activation, temperature, self.reference_temperature)
        return 1 / lifetime + (path.migration.at(temperature).diffusion if path.migration else 0.0)

    def constants(
        self, rising: bool, forward: bool, temperature: float, irradiance: Mapping[float, float]
    ) -> CellConstants:
        """Give what compiled code needs, at a temperature (K) and under light (W/m^2 by m).

        `rising` is the polarity as the paths see it, `forward` that of the voltage itself; they differ in a cell that
        was formed by a negative voltage.
        """
        helped = [self._helped(path, temperature, irradiance) for path in self.paths]
        laws = [self.law(path, rising, temperature) for path in self.paths]
        losses = np.array([self.loss(path, temperature) for path in self.paths]) * helped
        opened, closed = np.array([self._lit(path, irradiance) for path in self.paths]).T
        resting = np.array([path.resting for path in self.paths])
        branch = self.selector and (self.selector.forward if forward else self.selector.reverse)
        return CellConstants(
            leakage=self.leak(temperature),
            shares=np.array([self.share(path, temperature) for path in self.paths]),
            bends=np.array([path.bend for path in self.paths]),
            conduction_scale=self.conduction_scale,
            signs=np.array([1 if rising == (path.polarity == "positive") else -1 for path in self.paths]),
            laws=np.array([law.kind for law in laws]),
            thresholds=np.array([law.threshold for law in laws]),
            rates=np.array([law.rate for law in laws]) * helped,
            scales=np.array([law.scale for law in laws]),
            softness=np.array([path.softness for path in self.paths]),
            openings=opened + resting * losses,
            losses=opened + closed + losses,
            selector_current=branch.current if branch else inf,
            selector_scale=branch.scale if branch else 1.0,
        )

    def _helped(self, path: Path, temperature: float, irradiance: Mapping[float, float]) -> float:
        """Give by which factor light speeds up the ions of a path."""
        if path.lowering is None or self.absorber is None or not irradiance:
            return 1.0
        lowered = path.lowering.at(self.absorber.absorbed_irradiance(irradiance))
        return exp(lowered / (BOLTZMANN * temperature))

    def _lit(self, path: Path, irradiance: Mapping[float, float]) -> tuple[float, float]:
        """Give the rates (1/s) at which light opens and closes a path."""
        if path.light is None or not irradiance:
            return 0.0, 0.0
        absorber = path.light.absorber or self.absorber
        if absorber is None:
            return 0.0, 0.0
        rate = path.light.cross_section * absorber.absorbed(irradiance)
        return (rate, 0.0) if path.light.effect == "opens" else (0.0, rate)
