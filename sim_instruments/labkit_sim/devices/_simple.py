"""Dummies with known answers: a resistor, a resistor with a slow capacitor, a photoconductor."""

from dataclasses import dataclass, field
from math import exp, inf, log

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._device import Stimulus, Trace
from labkit_sim.devices._loop import TERMINALS, Loop, loop_of, ohmic


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
        loop = loop_of(stimulus)
        pairs = [self._after(loop, float(offset)) for offset in offsets]
        across, stored = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
        return loop.trace(across, across / self.resistance + (across - stored) / self.series)

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Charge or discharge the capacitor."""
        self.charge_voltage = self._after(loop_of(stimulus), duration)[1]

    def _after(self, loop: Loop, duration: float) -> tuple[float, float]:
        """Give the voltage across and on the capacitor after `duration`.

        The loop and the resistor are for the capacitor one source, `target` behind `inner`.
        """
        total = 1 / self.resistance + 1 / self.series
        inner = loop.resistance * self.resistance / (loop.resistance + self.resistance)
        target = loop.voltage * self.resistance / (loop.resistance + self.resistance)
        share = inner / (inner + self.series)
        stored = self.charge_voltage
        free = (1 - share) * target * total
        slope = share * total - 1 / self.series
        if abs(free + slope * stored) > loop.limit:
            current = loop.limit if free + slope * stored > 0 else -loop.limit
            # At the limit the node is (current + V_C / series) / total, so V_C goes to current * resistance.
            slow = self.capacitance * (self.series + self.resistance)
            at_limit = current * self.resistance
            leaves_at = (current - free) / slope
            remains = (leaves_at - at_limit) / (stored - at_limit) if stored != at_limit else inf
            lasts = -slow * log(remains) if 0 < remains < 1 else inf
            if duration < lasts:
                stored = at_limit + (stored - at_limit) * exp(-duration / slow)
                return (current + stored / self.series) / total, stored
            stored, duration = leaves_at, duration - lasts
        stored = target + (stored - target) * exp(-duration / ((inner + self.series) * self.capacitance))
        return target + share * (stored - target), stored
