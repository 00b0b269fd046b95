"""Dummies with known answers: a resistor, a resistor with a slow capacitor, a photoconductor."""

from dataclasses import dataclass, field
from math import exp, inf, log

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._device import Drive, Stimulus, Trace

TERMINALS = ("top", "bottom")
_GROUND = Drive(0.0)
_OPEN = Drive(0.0, 0.0)


def applied(stimulus: Stimulus) -> tuple[float, float, float]:
    """Give (voltage across, current limit, voltage of the bottom) of a two-terminal device.

    An open top is a drive that can deliver no current, and then there is no voltage across either.
    """
    top = stimulus.drives.get("top", _OPEN)
    bottom = stimulus.drives.get("bottom", _GROUND)
    limit = min(top.limit, bottom.limit)
    return top.voltage - bottom.voltage if limit > 0 else 0.0, limit, bottom.voltage


def two_terminal(across: FloatArray, current: FloatArray, ground: float) -> Trace:
    """Lay voltage across and current through on the two terminals."""
    return {"top": (across + ground, current), "bottom": (np.full_like(across, ground), -current)}


def ohmic(conductance: float, stimulus: Stimulus, offsets: FloatArray) -> Trace:
    """Trace a constant conductance (S): in the limit the voltage falls to limit / conductance."""
    voltage, limit, ground = applied(stimulus)
    current = conductance * voltage
    if abs(current) > limit:
        current = limit if voltage > 0 else -limit
        voltage = current / conductance
    return two_terminal(np.full(len(offsets), voltage), np.full(len(offsets), current), ground)


@dataclass(slots=True)
class Resistor:
    """A resistor (ohm)."""

    resistance: float
    terminals: tuple[str, ...] = field(default=TERMINALS, init=False)

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Follow Ohm's law, and a drive's limit."""
        return ohmic(1 / self.resistance, stimulus, offsets)

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Nothing in a resistor remembers."""


@dataclass(slots=True)
class Photoconductor:
    """A conductance that follows the irradiance at once.

    `dark` (S), `responsivity` (A/W at 1 V) and `area` (m^2): G = dark + responsivity * area * irradiance / 1 V, every
    wavelength alike.
    """

    dark: float
    responsivity: float
    area: float
    terminals: tuple[str, ...] = field(default=TERMINALS, init=False)

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Add dark and photoconductance."""
        light = sum(stimulus.irradiance.values())
        return ohmic(self.dark + self.responsivity * self.area * light, stimulus, offsets)

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Nothing in this photoconductor remembers."""


@dataclass(slots=True)
class ResistorCapacitor:
    """A resistor with a capacitor (F) beside it that is charged through `series` (ohm): tau = series * capacitance.

    The dummy for settling and capacitive loops: I = V / resistance + (V - V_C) / series.
    """

    resistance: float
    capacitance: float
    series: float
    charge_voltage: float = 0.0
    terminals: tuple[str, ...] = field(default=TERMINALS, init=False)

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Follow the charging exponential, with the limit's linear ramp towards its own exponential."""
        voltage, limit, ground = applied(stimulus)
        pairs = [self._after(voltage, limit, float(offset)) for offset in offsets]
        across, stored = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
        return two_terminal(across, across / self.resistance + (across - stored) / self.series, ground)

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Charge or discharge the capacitor."""
        voltage, limit, _ = applied(stimulus)
        self.charge_voltage = self._after(voltage, limit, duration)[1]

    def _after(self, voltage: float, limit: float, duration: float) -> tuple[float, float]:
        """Give the voltage across and on the capacitor after `duration`."""
        total = 1 / self.resistance + 1 / self.series
        stored = self.charge_voltage
        if abs(voltage * total - stored / self.series) > limit:
            current = limit if voltage * total > stored / self.series else -limit
            # At the limit the node is (current + V_C / series) / total, so V_C goes to current * resistance.
            slow = self.capacitance * (self.series + self.resistance)
            target = current * self.resistance
            leaves_at = self.series * (voltage * total - current)
            share = (leaves_at - target) / (stored - target) if stored != target else inf
            lasts = -slow * log(share) if 0 < share < 1 else inf
            if duration < lasts:
                stored = target + (stored - target) * exp(-duration / slow)
                return (current + stored / self.series) / total, stored
            stored, duration = leaves_at, duration - lasts
        return voltage, voltage + (stored - voltage) * exp(-duration / (self.series * self.capacitance))
