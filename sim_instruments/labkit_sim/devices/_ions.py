"""Ions of the channel that the gate draws to its interface and that diffuse back when it is let go.

The part x (-1..1) that has drifted towards (x > 0) or away from the gate's interface shifts the threshold by S x:

    x' = r(V_GS) (sgn V_GS - x) - x / tau,    r(V) = r_0 sinh(|V| / V_0),

hops over a barrier that the field bends. Both rates are activated by the same E_a, for it is the same hop that brings
the ions there and back, and V_0 goes as T. While the gate's voltage is constant x goes exponentially to its target.
"""

from math import sinh
from typing import Literal

import numpy as np
from pydantic import Field

from labkit.core import FloatArray
from labkit_sim.devices._activation import slowing
from labkit_sim.devices._charge import Acting
from labkit_sim.devices._parameters import Energy, Parameters, Rate, Time, Voltage

_LARGEST_EXPONENT = 60.0


class IonDrift(Parameters):
    """Mobile ions; their state is the part x that has drifted."""

    full_shift: Voltage = Field(gt=0, description="S: threshold shift when all have drifted")
    polarity: Literal["opening", "closing"] = Field(
        "opening", description="what the ions do to the channel that a positive gate draws there"
    )
    rate: Rate = Field(gt=0, description="r_0: of drift, at 0.88 scales")
    scale: Voltage = Field(gt=0, description="V_0: gate voltage over which the drift grows by e")
    lifetime: Time = Field(gt=0, description="tau: of diffusion back")
    activation: Energy = Field(0.0, ge=0, description="E_a: barrier of a hop; 0: alike at every temperature")

    def rest(self) -> FloatArray:
        """Give the state of ions evenly spread."""
        return np.zeros(1)

    def after(self, state: FloatArray, acting: Acting, times: FloatArray) -> FloatArray:
        """Give the states after each of `times` (s), one row a time."""
        speed = 1 / slowing(self.activation, acting.temperature, acting.reference)
        reduced = acting.gate / self.scale * (acting.reference / acting.temperature)
        drift = speed * self.rate * sinh(max(min(reduced, _LARGEST_EXPONENT), -_LARGEST_EXPONENT))
        both = abs(drift) + speed / self.lifetime
        target = drift / both
        return np.asarray(target + np.exp(-both * times)[:, np.newaxis] * (state - target))

    def shift(self, states: FloatArray) -> FloatArray:
        """Give the threshold shift (V) of each row of states."""
        sign = 1 if self.polarity == "opening" else -1
        return np.asarray(sign * self.full_shift * states[:, 0])
