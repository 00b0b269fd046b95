"""A floating gate that light charges: electrons and holes part in it, and one of them crosses the tunnel layer.

To the tunnelling of `_tunnelling` light brings two things. A part y of the absorbed photons drives charge across,
whatever charge is there, c = y exp(-V_GS / V_y) q flux / C, until the voltage that it builds up sends as much back:
the shift goes with the logarithm of the light, as a photovoltage does. And light helps over the barrier: what a gate
voltage moves grows by m = 1 + E_abs / E_0 with the absorbed irradiance.
"""

from math import inf
from typing import Literal

import numpy as np
from pydantic import Field

from labkit.core import FloatArray
from labkit_sim.devices._absorber import Absorber
from labkit_sim.devices._activation import speeding
from labkit_sim.devices._charge import Acting
from labkit_sim.devices._parameters import Irradiance, Ratio, Voltage
from labkit_sim.devices._tunnelling import Tunnelling


class PhotoCharging(Absorber):
    """What light does to a floating gate."""

    capture: Ratio = Field(0.0, ge=0, le=1, description="y: crosses the barrier, of the photons that are absorbed")
    capture_scale: Voltage = Field(inf, gt=0, description="V_y: gate voltage that slows this e times")
    polarity: Literal["opening", "closing"] = Field("opening", description="what the charge does to the channel")
    assistance: Irradiance = Field(
        inf, gt=0, description="E_0: absorbed irradiance that doubles what a gate voltage moves"
    )


class FloatingGate(Tunnelling):
    """A floating gate behind a barrier, in the dark and under light; its state is the threshold shift (V)."""

    light: PhotoCharging | None = Field(None, description="what light does; left out: nothing")

    def rest(self) -> FloatArray:
        """Give the state without charge."""
        return np.zeros(1)

    def after(self, state: FloatArray, acting: Acting, times: FloatArray) -> FloatArray:
        """Give the states after each of `times` (s), one row a time."""
        help_, current = acting.write, 0.0
        if self.light is not None:
            help_ *= 1 + self.light.absorbed_irradiance(acting.irradiance) / self.light.assistance
            sign = 1 if self.light.polarity == "opening" else -1
            flux = self.light.capture * self.light.absorbed(acting.irradiance)
            current = sign * acting.shift_rate(flux) * speeding(-sign * acting.gate / self.light.capture_scale)
        rates = [help_ * barrier.rate(acting.temperature, acting.reference) for barrier in (self.program, self.erase)]
        moved = self.shifts_after(acting.gate, float(state[0]), times, (rates[0], rates[1]), current)
        return moved[:, np.newaxis]

    def shift(self, states: FloatArray) -> FloatArray:
        """Give the threshold shift (V) of each row of states."""
        return np.asarray(states[:, 0])
