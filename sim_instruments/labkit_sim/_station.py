"""Where a simulated instrument stands: its wires to the world, its serial number, and its own inaccuracy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np

from labkit_sim._ports import Disturbance, ElectricalPort, OpticalPort, dark_port
from labkit_sim._process import Line
from labkit_sim._switchboard import Switchboard
from labkit_sim._thermal_port import ThermalPort
from labkit_sim._world import World

__all__ = ["AccuracyDraw", "Disturbance", "Station"]


class AccuracyDraw:
    """The errors that one unit was made with: drawn once for its serial number, uniform within the specification."""

    def __init__(self, seed: int, serial: str) -> None:
        self._random = np.random.default_rng([seed, crc32(serial.encode())])

    def within(self, limit: float) -> float:
        """Draw the next error, within +-limit; a firmware draws all of them in a fixed order when it is made."""
        return float(self._random.uniform(-limit, limit))


@dataclass(frozen=True, slots=True)
class Station:
    """All that a firmware is given when it is made.

    `electrical`, `optical` and `thermal` are the wired ports by channel, `lines` the trigger cables by port;
    `switchboard` has the relays that a matrix moves; `name` is the instrument's name on the bench.
    """

    world: World
    name: str
    serial: str
    electrical: Mapping[str, ElectricalPort] = field(default_factory=dict)
    optical: Mapping[str, OpticalPort] = field(default_factory=dict)
    thermal: Mapping[str, ThermalPort] = field(default_factory=dict)
    line_frequency: float = 50.0
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    disturbances: set[Disturbance] = field(default_factory=set)
    lines: Mapping[str, Line] = field(default_factory=dict)
    switchboard: Switchboard = field(default_factory=Switchboard)

    def accuracy(self) -> AccuracyDraw:
        """Give the unit's own errors."""
        return AccuracyDraw(self.world.seed, self.serial)

    def electrical_port(self, channel: str = "1") -> ElectricalPort:
        """Give the port of a channel; one that the bench does not wire is open."""
        return self.electrical.get(channel) or ElectricalPort(
            self.world, f"open wire of {self.name}:{channel}", self.disturbances
        )

    def line(self, port: str) -> Line:
        """Give the wire on a trigger port; one that the bench does not connect ends in the air."""
        return self.lines.get(port) or self.world.line(f"{self.name}:{port}")

    def modulation(self, channel: str = "") -> Line:
        """Give the wire on the modulation input of a light, or of a channel where each has an input of its own.

        A pulse terminal that the bench names in `driven_by` of a light drives both: that of its channel and that of
        the whole instrument.
        """
        return self.world.line(f"{self.name}:modulation:{channel}" if channel else f"{self.name}:modulation")

    def optical_port(self, channel: str = "1") -> OpticalPort:
        """Give the light of a channel; one that the bench does not name shines elsewhere."""
        return self.optical.get(channel) or dark_port(self.world, f"{self.name}:{channel}")
