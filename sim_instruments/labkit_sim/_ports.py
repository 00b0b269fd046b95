"""Outputs wired to the world: a source on a terminal of the device, a light on the device, and what can ail them."""

from collections.abc import Sequence
from enum import StrEnum
from math import inf

import numpy as np

from labkit.core import FloatArray, IntArray, Nanoseconds
from labkit_sim._process import Line, Sampling, Sink
from labkit_sim._warm_up import WarmUp
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
    """An output with the lead on it (`terminal`), which goes to a terminal of the device or to nothing."""

    def __init__(self, world: World, terminal: str, disturbances: set[Disturbance] | None = None) -> None:
        self._world = world
        self.terminal = terminal
        self._disturbances = set() if disturbances is None else disturbances

    def drive(self, voltage: float, limit: float = inf, resistance: float = 0.0) -> None:
        """Source a voltage (V) behind a resistance (ohm) that delivers at most `limit` (A) from now on."""
        if Disturbance.STUCK_OUTPUT not in self._disturbances:
            self._world.set_drive(self.terminal, voltage, limit, resistance)

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


_MODULATION_INPUT = 10e3
"""Input resistance (ohm) of an LED driver's modulation input: 10 kohm in the DC2200's data sheet, taken for all."""


class ModulationPort(ElectricalPort):
    """An output that is wired to the modulation inputs of LED drivers instead of the device.

    To a firmware it is a port as any other; the inputs see the source behind its resistance and their own load.
    """

    def __init__(
        self, world: World, terminal: str, lines: Sequence[Line], disturbances: set[Disturbance] | None = None
    ) -> None:
        super().__init__(world, terminal, disturbances)
        self._lines = lines

    def drive(self, voltage: float, limit: float = inf, resistance: float = 0.0) -> None:
        """Put a voltage (V) behind a resistance (ohm) on the modulation inputs from now on."""
        super().drive(voltage, limit, resistance)
        self._set_level(voltage * _MODULATION_INPUT / (_MODULATION_INPUT + resistance))

    def release(self) -> None:
        """Switch the output off: the inputs draw their line to 0 V."""
        super().release()
        self._set_level(0.0)

    def _set_level(self, level: float) -> None:
        if Disturbance.STUCK_OUTPUT not in self._disturbances:
            for line in self._lines:
                line.set_level(level)


class OpticalPort:
    """A light that shines on the device: drive current to irradiance along a calibration curve.

    The curve (A, W/m^2) is linear between its points and goes on with the slope of its end beyond them; it is dark
    at and below zero irradiance. Without points the light shines elsewhere. With a `warm_up` that is the irradiance of
    the warm LED.
    """

    def __init__(
        self,
        world: World,
        source: str,
        wavelength: float,
        currents: FloatArray,
        levels: FloatArray,
        disturbances: set[Disturbance] | None = None,
        warm_up: WarmUp | None = None,
    ) -> None:
        self._world = world
        self._source = source
        self._warm_up = warm_up
        self._current = 0.0
        self._drifting = False
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
        if Disturbance.STUCK_OUTPUT in self._disturbances:
            return
        self._current = current
        if self._warm_up is not None and self.calibrated_current:
            self._warm_up.heat(max(0.0, current / self.calibrated_current))
        self._shine()

    def _shine(self) -> None:
        level = self.irradiance(self._current)
        if self._warm_up is not None:
            level *= self._warm_up.factor
            self._follow(self._warm_up.until_next_step() if level else None)
        self._world.set_irradiance(self._source, self.wavelength, level)

    def _follow(self, step: Nanoseconds | None) -> None:
        """Look again after a step; one look ahead is enough, however often the light was switched meanwhile."""
        if step is not None and not self._drifting:
            self._drifting = True
            self._world.at(self._world.now + step, self._drift)

    def _drift(self) -> None:
        self._drifting = False
        self._shine()


def dark_port(world: World, source: str) -> OpticalPort:
    """Give the port of a light that does not reach the device."""
    return OpticalPort(world, source, 0.0, np.empty(0), np.empty(0))
