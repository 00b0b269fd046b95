"""What a transistor's parameters say of its metrics, without a measurement (metric standard M31)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from labkit_sim.devices._transistor_parameters import TransistorParameters


@dataclass(frozen=True, slots=True)
class TransistorTruth:
    """The true metrics of a transistor of electrons, its gate without leads and its contact open."""

    parameters: TransistorParameters

    @property
    def mobility(self) -> float:
        """The mobility (m^2/Vs) of the channel."""
        return self.parameters.channel.mobility

    def saturation_mobility(self, drain: float) -> float:
        """Give what the square law yields at V_DS (V): the current beyond saturation is larger by V_DS / V_A."""
        return self.mobility * (1 + abs(drain) / self.parameters.early_voltage)

    @property
    def threshold(self) -> float:
        """V_th (V), without charge on the floating gate."""
        return self.parameters.channel.threshold

    @property
    def subthreshold_swing(self) -> float:
        """SS (V a decade): the current goes with the square of a charge that falls e times within q_0."""
        return self.parameters.channel.subthreshold * log(10) / 2

    @property
    def modulation(self) -> float:
        """Lambda (1/V): relative slope of the saturated current."""
        return 1 / self.parameters.early_voltage

    def current(self, gate: float, drain: float, shift: float = 0.0) -> float:
        """Give I_D (A) at V_GS, V_DS (V) with a threshold shift (V)."""
        return float(self.parameters.current(gate, drain, np.array([shift]))[0])

    def on_off_ratio(self, on: float, off: float, drain: float) -> float:
        """Give I_on / I_off between two gate voltages (V) at V_DS (V)."""
        return self.current(on, drain) / self.current(off, drain)

    def on_resistance(self, gate: float) -> float:
        """Give R_on (ohm), dV_DS/dI_D at V_DS = 0."""
        step = 1e-6
        return step / self.current(gate, step)

    def shift_after(self, stretches: Sequence[tuple[float, float]], shift: float = 0.0) -> float:
        """Give the threshold shift (V) after stretches of (V_GS in V, time in s) with writes of efficiency 1."""
        moved = self.parameters.floating_gate
        for gate, time in stretches if moved is not None else ():
            shift = moved.shift_after(gate, shift, time) if moved is not None else shift
        return shift
