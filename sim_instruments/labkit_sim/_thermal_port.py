"""A stage wired to a controller: heater and coolant in, the plate's temperature out, the device's to the world."""

from collections.abc import Mapping

from labkit.core import LabkitError, nanoseconds, quantity
from labkit_sim._ports import Disturbance
from labkit_sim._thermal_plant import StageHeat, ThermalPlant
from labkit_sim._world import World

STEP = nanoseconds(0.5)
"""How often the world learns the device's temperature while it changes."""
GRAIN = 2e-3
"""The device's temperature follows the plant in steps of this (K)."""


class ThermalPort:
    """One stage; `sensor` is the input of the controller that its thermometer is on."""

    def __init__(
        self, world: World, name: str, sensor: str, heat: StageHeat, disturbances: set[Disturbance] | None = None
    ) -> None:
        self.sensor = sensor
        self._world = world
        self._name = name
        self._plant = ThermalPlant(heat)
        self._since = world.now
        self._drifting = False
        self._disturbances = set() if disturbances is None else disturbances

    def heat(self, power: float) -> None:
        """Heat with a power (W) from now on."""
        if Disturbance.STUCK_OUTPUT in self._disturbances:
            return
        self._catch_up()
        self._plant.set_power(power)
        self._world.set_heater(self._name, power)
        self._follow()

    def cool(self, flows: bool) -> None:
        """Open or close the coolant's valve."""
        if Disturbance.STUCK_OUTPUT in self._disturbances or flows == self._plant.cooled:
            return
        self._catch_up()
        self._plant.set_coolant(flows)
        self._follow()

    def temperature(self) -> float:
        """Give the temperature of the plate (K)."""
        self._catch_up()
        return float(self._plant.state[0])

    def _catch_up(self) -> None:
        elapsed = self._world.now - self._since
        if elapsed > 0:
            self._plant.advance(elapsed * 1e-9)
            self._since = self._world.now
        device = float(self._plant.state[1])
        if abs(device - self._world.temperature) > GRAIN:
            self._world.set_temperature(device)

    def _follow(self) -> None:
        if not self._drifting and self._plant.unrest > GRAIN:
            self._drifting = True
            self._world.at(self._world.now + STEP, self._drift)

    def _drift(self) -> None:
        self._drifting = False
        self._catch_up()
        self._follow()


def stage_heat(name: str, options: Mapping[str, str | int | float | bool]) -> StageHeat:
    """Read what a virtual stage stands on from its controller's options: `base_temperature`, of the coolant.

    Raises LabkitError.
    """
    try:
        base = quantity(str(options.get("base_temperature", f"{StageHeat().base} K")), "temperature")
    except ValueError as error:
        raise LabkitError(f"{name}: {error}", 'write for example options: {base_temperature: "253 K"}') from error
    return StageHeat(base=base)
