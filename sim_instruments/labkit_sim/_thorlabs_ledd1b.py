"""The Thorlabs LEDD1B T-Cube LED driver: no interface, only a knob, a mode switch and a modulation input.

In mode `modulation` the LED current is (voltage / 5 V) x limit; in mode `trigger` a TTL level switches the limit's
current; in mode `continuous` the knob's current flows always. The limit is set by a screw. All its numbers are not
verified: 1.2 A, 200 mA to 1.2 A for the limit, 5 V, 5 kHz, TTL levels.
"""

from math import pi

from labkit.core import LabkitError, nanoseconds, quantity
from labkit_sim._ports import Disturbance
from labkit_sim._station import Station

LARGEST_CURRENT = 1.2
SMALLEST_LIMIT = 0.2
FULL_SCALE = 5.0
BANDWIDTH = 5e3
TTL_LOW, TTL_HIGH = 0.8, 2.0
MODES = ("modulation", "trigger", "continuous")


class ThorlabsLEDD1B:
    """An LEDD1B beside the bench, which acts on its modulation input by itself.

    Options of the station: `current_limit` ("1.2 A", the screw), `mode`, and `knob` (part of the limit that the knob
    gives in mode `continuous`). The device gets a step one time constant of the bandwidth after the input changes: it
    has the area of the driver's exponential edge.
    """

    def __init__(self, station: Station) -> None:
        self.world = station.world
        self.mode = str(station.options.get("mode", "modulation"))
        if self.mode not in MODES:
            raise LabkitError(f"{station.name}: an LEDD1B has no mode {self.mode!r}", f"use: {', '.join(MODES)}")
        limit = station.options.get("current_limit", "1.2 A")
        self.limit = min(LARGEST_CURRENT, max(SMALLEST_LIMIT, quantity(str(limit), "current")))
        self._knob = float(station.options.get("knob", 0.0))
        self._input = station.modulation()
        self._light = station.optical_port("1")
        self._disturbances = station.disturbances
        self._triggered = False
        self._delay = nanoseconds(1 / (2 * pi * BANDWIDTH))
        self._input.changed.listeners.append(self._changed)
        self._light.light(self.current)

    @property
    def current(self) -> float:
        """The LED current (A) that the present state of mode, knob and input asks for."""
        if self.mode == "continuous":
            return self._knob * self.limit
        level = self._input.level
        if self.mode == "trigger":
            self._triggered = level >= TTL_HIGH or (self._triggered and level > TTL_LOW)
            return self.limit if self._triggered else 0.0
        return min(self.limit, max(0.0, level / FULL_SCALE * self.limit))

    def _changed(self) -> None:
        current = self.current
        self.world.at(self.world.now + self._delay, lambda: self._drive(current))

    def _drive(self, current: float) -> None:
        if Disturbance.STUCK_OUTPUT not in self._disturbances:
            self._light.light(current)
