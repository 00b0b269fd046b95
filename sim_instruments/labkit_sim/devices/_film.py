"""A film between two electrodes whose conduction has a known law: ohmic, space charge, emission over a barrier.

The parts add up: I = G V + A (9/8) eps mu V^2 / L^3 (Mott-Gurney), and emission, with E = V/L,

    Schottky: A R T^2 exp((beta sqrt(E) - phi)/kT), Poole-Frenkel: A sigma E exp((2 beta sqrt(E) - phi)/kT),

beta = sqrt(q/(4 pi eps_0 eps_r)) in V per sqrt(V/m), times 1 - exp(-qV/kT) for the way back.
"""

from math import exp, expm1, inf, pi, sqrt
from typing import Literal

import numpy as np
from pydantic import Field

from labkit.core import FloatArray
from labkit_sim.devices._device import Stimulus, Trace
from labkit_sim.devices._efficiency import gamma_factors
from labkit_sim.devices._loop import TERMINALS, loop_of
from labkit_sim.devices._parameters import (
    ELEMENTARY_CHARGE,
    Area,
    Conductance,
    Length,
    Mobility,
    ModelParameters,
    Parameters,
    Voltage,
)

_VACUUM = 8.8541878128e-12
_BOLTZMANN = 8.617333262e-5
_RICHARDSON = 1.20173e6
"""Of free electrons, A/(m^2 K^2)."""
_LARGEST_EXPONENT = 200.0
_BISECTIONS = 80


class EmissionBarrier(Parameters):
    """Emission over a barrier that the field lowers."""

    law: Literal["Schottky", "Poole-Frenkel"]
    height: Voltage = Field(gt=0, description="phi, in volts: of the contact, or of the traps")
    permittivity: float = Field(ge=1, description="eps_r that lowers it")
    conductivity: float = Field(1.0, gt=0, description="sigma of Poole-Frenkel emission over no barrier, S/m")


class FilmParameters(ModelParameters):
    """A film between two electrodes."""

    area: Area = Field(gt=0)
    thickness: Length = Field(gt=0)
    conductance: Conductance = Field(0.0, ge=0, description="ohmic")
    mobility: Mobility = Field(0.0, ge=0, description="of injected charge without traps")
    permittivity: float = Field(1.0, ge=1, description="eps_s, relative, for the space charge")
    barrier: EmissionBarrier | None = None

    def varied(self, random: np.random.Generator) -> "FilmParameters":
        """Draw a cell: a factor for its area."""
        return self.model_copy(update={"area": float(gamma_factors(random, self.device_variation, 1)[0]) * self.area})

    @property
    def square(self) -> float:
        """The factor (A/V^2) of the Mott-Gurney law."""
        return self.area * 9 / 8 * self.permittivity * _VACUUM * self.mobility / self.thickness**3

    def current(self, voltage: float, temperature: float) -> float:
        """Give I (A) at a voltage (V) and a temperature (K), odd in the voltage."""
        size = abs(voltage)
        found = self.conductance * size + self.square * size**2
        if self.barrier is not None:
            found += self.area * self._emitted(self.barrier, size, temperature)
        return found if voltage > 0 else -found

    def _emitted(self, barrier: EmissionBarrier, voltage: float, temperature: float) -> float:
        field, thermal = voltage / self.thickness, _BOLTZMANN * temperature
        lowered = sqrt(ELEMENTARY_CHARGE * field / (4 * pi * _VACUUM * barrier.permittivity))
        if barrier.law == "Schottky":
            exponent = (lowered - barrier.height) / thermal
            back = -expm1(-min(voltage / thermal, _LARGEST_EXPONENT))
            return _RICHARDSON * temperature**2 * exp(min(exponent, _LARGEST_EXPONENT)) * back
        exponent = (2 * lowered - barrier.height) / thermal
        return barrier.conductivity * field * exp(min(exponent, _LARGEST_EXPONENT))


class Film:
    """A film; nothing in it remembers."""

    terminals = TERMINALS

    def __init__(self, parameters: FilmParameters) -> None:
        self.parameters = parameters

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Solve the loop of the sources, their resistances and their limits."""
        loop = loop_of(stimulus)
        temperature = stimulus.temperature
        across = self._across(loop.voltage, loop.resistance, inf, temperature)
        current = self.parameters.current(across, temperature)
        if abs(current) > loop.limit:
            across = self._across(loop.voltage, 0.0, loop.limit, temperature)
            current = loop.limit if loop.voltage > 0 else -loop.limit
        return loop.trace(np.full(len(offsets), across), np.full(len(offsets), current))

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Nothing in a film remembers."""

    def _across(self, voltage: float, resistance: float, limit: float, temperature: float) -> float:
        """Give the voltage (V) across the film behind a resistance (ohm), or at which it carries a limit (A)."""
        if resistance == 0 and limit == inf:
            return voltage
        low, high = 0.0, abs(voltage)
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            current = self.parameters.current(middle, temperature)
            if middle + resistance * current > abs(voltage) or current > limit:
                high = middle
            else:
                low = middle
        return low if voltage > 0 else -low
