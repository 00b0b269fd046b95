"""The heat of a stage: a plate with a heater on a cooled base, and the device on the plate.

With the plate's temperature T_p and the device's T_d (K),

    C_p T_p' = P - g_c (T_p - T_base) - g_a (T_p - T_ambient) - g (T_p - T_d)
    C_d T_d' = g (T_p - T_d) - g_d (T_d - T_ambient),

g_c being there only while the coolant flows. A heater cannot cool: without coolant the stage reaches what lies above
ambient only. The device follows the plate with C_d / g, and g_d keeps it a little nearer to ambient: the two errors of
a temperature that is measured at the plate. The equations are linear and are solved exactly while the power stays.
"""

from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices import ROOM_TEMPERATURE


@dataclass(frozen=True, slots=True)
class StageHeat:
    """What a stage is made of: heat capacities in J/K, conductances in W/K, temperatures in K.

    The defaults are illustrative: 150 g of copper on a base that a chiller or a Peltier element keeps cold.
    """

    plate: float = 60.0
    device: float = 5.0
    contact: float = 0.5
    cooling: float = 0.5
    losses: float = 0.05
    exposure: float = 0.001
    base: float = 253.0
    ambient: float = ROOM_TEMPERATURE


class ThermalPlant:
    """Plate and device in their state; at first both at ambient, the heater off, no coolant."""

    def __init__(self, heat: StageHeat) -> None:
        self.heat = heat
        self.power = 0.0
        self.cooled = False
        self.state = np.full(2, heat.ambient)
        self._solve()

    def set_power(self, power: float) -> None:
        """Heat with a power (W) from now on."""
        self.power = power
        self._balance()

    def set_coolant(self, flows: bool) -> None:
        """Let the coolant flow or not from now on."""
        self.cooled = flows
        self._solve()

    def advance(self, duration: float) -> None:
        """Let `duration` (s) pass."""
        fading = np.exp(self._rates * duration)
        self.state = self._balanced + self._modes @ (fading * (self._inverse @ (self.state - self._balanced)))

    @property
    def unrest(self) -> float:
        """How far plate and device are from where they are going (K)."""
        return float(np.max(np.abs(self.state - self._balanced)))

    def _matrix(self) -> FloatArray:
        heat = self.heat
        cooling = heat.cooling if self.cooled else 0.0
        return np.array(
            [
                [-(cooling + heat.losses + heat.contact) / heat.plate, heat.contact / heat.plate],
                [heat.contact / heat.device, -(heat.contact + heat.exposure) / heat.device],
            ]
        )

    def _solve(self) -> None:
        rates, modes = np.linalg.eig(self._matrix())
        self._rates, self._modes = np.real(rates), np.real(modes)
        self._inverse = np.linalg.inv(self._modes)
        self._balance()

    def _balance(self) -> None:
        heat = self.heat
        cooling = heat.cooling * heat.base if self.cooled else 0.0
        sources = np.array(
            [
                (self.power + cooling + heat.losses * heat.ambient) / heat.plate,
                heat.exposure * heat.ambient / heat.device,
            ]
        )
        self._balanced = np.linalg.solve(self._matrix(), -sources)
