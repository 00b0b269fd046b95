"""Where a simulated instrument stands: its wires to the world, its serial number, its bus, its own inaccuracy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Protocol
from zlib import crc32

import numpy as np

from labkit.core import FloatArray, IntArray, Nanoseconds
from labkit_sim._process import Sampling, Signal, Sink
from labkit_sim._world import World


class Disturbance(StrEnum):
    """What can be physically wrong with an instrument's output, injected by a fault."""

    STUCK_OUTPUT = "stuck_output"
    """The output does not follow any more: neither level nor on and off."""
    OVERLOAD = "overload"
    """The meter sees a current beyond every range."""
    COMPLIANCE = "compliance"
    """The source sees a short circuit: the current is at its limit, the voltage is gone."""


_OVERLOAD_CURRENT = 1e3


class ElectricalPort:
    """An output that is wired to one terminal of the device, or to nothing."""

    def __init__(self, world: World, terminal: str, disturbances: set[Disturbance] | None = None) -> None:
        self._world = world
        self.terminal = terminal
        self._disturbances = set() if disturbances is None else disturbances

    def drive(self, voltage: float, limit: float = inf) -> None:
        """Source a voltage (V) that delivers at most `limit` (A) from now on."""
        if Disturbance.STUCK_OUTPUT not in self._disturbances:
            self._world.set_drive(self.terminal, voltage, limit)

    def release(self) -> None:
        """Switch the output off: high impedance."""
        if Disturbance.STUCK_OUTPUT not in self._disturbances:
            self._world.release(self.terminal)

    def response(self) -> tuple[float, float]:
        """Give the true voltage (V) and current (A) now."""
        voltage, current = self._world.response(self.terminal)
        if self._disturbances:
            voltages, currents = self._disturbed(np.array([voltage]), np.array([current]))
            return float(voltages[0]), float(currents[0])
        return voltage, current

    def sampling(
        self, start: Nanoseconds, period: Nanoseconds, count: int, aperture: Nanoseconds, sink: Sink
    ) -> Sampling:
        """Describe readings of this terminal, for a process to yield or for `World.sample`."""

        def disturbed(times: IntArray, voltage: FloatArray, current: FloatArray) -> None:
            if self._disturbances:
                voltage, current = self._disturbed(voltage, current)
            sink(times, voltage, current)

        return Sampling(self.terminal, start, period, count, aperture, disturbed)

    def _disturbed(self, voltage: FloatArray, current: FloatArray) -> tuple[FloatArray, FloatArray]:
        if Disturbance.OVERLOAD in self._disturbances:
            return voltage, np.full_like(current, _OVERLOAD_CURRENT)
        drive = self._world.drive(self.terminal)
        if Disturbance.COMPLIANCE in self._disturbances and drive is not None:
            limit = drive.limit if np.isfinite(drive.limit) else _OVERLOAD_CURRENT
            return np.zeros_like(voltage), np.full_like(current, limit if drive.voltage >= 0 else -limit)
        return voltage, current


class OpticalPort:
    """A light that shines on the device: drive current to irradiance along a calibration curve.

    The curve (A, W/m^2) is linear between its points and goes on with the slope of its end beyond them; it is dark
    at and below zero irradiance. Without points the light shines elsewhere.
    """

    def __init__(
        self,
        world: World,
        source: str,
        wavelength: float,
        currents: FloatArray,
        levels: FloatArray,
        disturbances: set[Disturbance] | None = None,
    ) -> None:
        self._world = world
        self._source = source
        self.wavelength = wavelength
        self._currents = currents
        self._levels = levels
        self._disturbances = set() if disturbances is None else disturbances

    @property
    def calibrated_current(self) -> float:
        """The largest current (A) of the calibration, 0 without one."""
        return float(self._currents[-1]) if len(self._currents) else 0.0

    def irradiance(self, current: float) -> float:
        """Give the true irradiance at the device plane (W/m^2) for a drive current (A)."""
        currents, levels = self._currents, self._levels
        if len(currents) < 2 or current <= 0:
            return 0.0
        last = int(np.clip(np.searchsorted(currents, current), 1, len(currents) - 1))
        slope = (levels[last] - levels[last - 1]) / (currents[last] - currents[last - 1])
        return max(0.0, float(levels[last - 1] + slope * (current - currents[last - 1])))

    def light(self, current: float) -> None:
        """Drive the LED with a current (A) from now on; 0 is dark."""
        if Disturbance.STUCK_OUTPUT not in self._disturbances:
            self._world.set_irradiance(self._source, self.wavelength, self.irradiance(current))


def dark_port(world: World, source: str) -> OpticalPort:
    """Give the port of a light that does not reach the device."""
    return OpticalPort(world, source, 0.0, np.empty(0), np.empty(0))


@dataclass(frozen=True, slots=True)
class Latency:
    """What a transfer on the bus takes (s): a fixed part, an exponential jitter with this mean, and a part a byte.

    The defaults stand for USBTMC or LAN: about 1 ms a query (INSTRUMENTS.md 6).
    """

    write: float = 0.4e-3
    read: float = 0.4e-3
    jitter: float = 0.1e-3
    per_byte: float = 0.1e-6

    def draw(self, fixed: float, count: int, random: np.random.Generator) -> Nanoseconds:
        """Give the time that one transfer of `count` bytes takes."""
        jitter = self.jitter * random.standard_exponential() if self.jitter else 0.0
        return Nanoseconds(round(1e9 * (fixed + jitter + self.per_byte * count)))


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

    `electrical` and `optical` are the wired ports by channel; `name` is the instrument's name on the bench.
    """

    world: World
    name: str
    serial: str
    electrical: Mapping[str, ElectricalPort] = field(default_factory=dict)
    optical: Mapping[str, OpticalPort] = field(default_factory=dict)
    line_frequency: float = 50.0
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    disturbances: set[Disturbance] = field(default_factory=set)

    def accuracy(self) -> AccuracyDraw:
        """Give the unit's own errors."""
        return AccuracyDraw(self.world.seed, self.serial)

    def electrical_port(self, channel: str = "1") -> ElectricalPort:
        """Give the port of a channel; one that the bench does not wire is open."""
        return self.electrical.get(channel) or ElectricalPort(
            self.world, f"open wire of {self.name}:{channel}", self.disturbances
        )

    def optical_port(self, channel: str = "1") -> OpticalPort:
        """Give the light of a channel; one that the bench does not name shines elsewhere."""
        return self.optical.get(channel) or dark_port(self.world, f"{self.name}:{channel}")


class Endpoint(Protocol):
    """What a bus asks of any simulated instrument, whatever its language."""

    latency: Latency
    disturbances: set[Disturbance]
    service_requested: Signal

    def error(self, code: int, message: str = "") -> None:
        """Put an error into the queue."""
        ...

    def output_ready(self) -> bool:
        """Tell whether an answer waits to be read."""
        ...

    def waiting(self) -> int:
        """Give how many bytes wait to be read."""
        ...

    def receive(self, data: bytes, end: bool) -> None:
        """Take bytes from the bus; `end` marks the last one of a message."""
        ...

    def take(self, count: int, stop: int | None) -> tuple[bytes, bool]:
        """Give at most `count` bytes of the oldest answer, up to the byte `stop`, and whether the answer is over."""
        ...

    def unanswered(self) -> None:
        """Note that the controller read and nothing came in time."""
        ...

    def serial_poll(self) -> int:
        """Give the status byte with its request bit, and clear the request."""
        ...

    def device_clear(self) -> None:
        """Empty input and output and give up the command under way."""
        ...

    def group_trigger(self) -> None:
        """Take a trigger from the bus."""
        ...
