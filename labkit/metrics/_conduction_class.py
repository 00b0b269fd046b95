"""Which law a conduction curve follows, and on what conditions that may be said (M30)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from labkit.core import Estimate, FloatArray, Interval, Sample
from labkit.metrics._conduction_curves import ConductionCurve
from labkit.metrics._emission import LEAST_TEMPERATURES, Emission, Law, emission, line, usable
from labkit.metrics._power_segments import DECISIVE, Segment, Segmented, akaike, segmented
from labkit.metrics._statistics import normal_estimate

TOLERANCE = 0.1
CHILD_DECADES = 0.5
TRAP_FILLING = 3.0
_DOMINATES = 9.0
"""Where bV is nine times a, the local exponent of J = aV + bV^2 is 1.9."""


class Region(StrEnum):
    """What a straight piece of a double-logarithmic curve is."""

    OHMIC = "ohmic"
    CHILD = "Child"
    TRAP_FILLING = "trap filling"
    OTHER = "no law of its own"


def region_of(segment: Segment, log_voltage: FloatArray) -> Region:
    """Name a piece by its exponent: 1 +- 0.1, 2 +- 0.1 over half a decade of voltage, above 3."""
    exponent = segment.exponent.value
    if abs(exponent - 1) <= TOLERANCE:
        return Region.OHMIC
    if abs(exponent - 2) <= TOLERANCE and segment.decades(log_voltage) >= CHILD_DECADES:
        return Region.CHILD
    return Region.TRAP_FILLING if exponent > TRAP_FILLING else Region.OTHER


@dataclass(frozen=True, slots=True)
class OhmicChild:
    """I = aV + bV^2 over a whole curve: a (A/V), b (A/V^2) with its uncertainty, the criterion of the fit.

    `decades` is how wide the voltages are in which the square dominates.
    """

    linear: float
    square: Estimate
    criterion: float
    decades: float


def ohmic_child(curve: ConductionCurve) -> OhmicChild:
    """Fit I/V = a + bV with relative weights; neither may be negative."""
    voltage, ratio = curve.voltage, curve.current / curve.voltage
    design = np.column_stack([1 / ratio, voltage / ratio])
    found, *_ = np.linalg.lstsq(design, np.ones(len(voltage)), rcond=None)
    linear, square = (max(float(each), 0.0) for each in found)
    residuals = np.log(np.maximum(linear + square * voltage, 1e-300)) - np.log(ratio)
    squares = float(residuals @ residuals)
    degrees = len(voltage) - 2
    covariance = np.linalg.inv(design.T @ design) * squares / degrees
    doubt = float(np.sqrt(covariance[1, 1]))
    begins = max(_DOMINATES * linear / square, float(voltage[0])) if square > 0 else np.inf
    decades = max(float(np.log10(voltage[-1] / begins)), 0.0) if np.isfinite(begins) else 0.0
    criterion = akaike(squares, len(voltage), 2)
    return OhmicChild(linear, normal_estimate(square, doubt, degrees, "A/V^2"), criterion, decades)


@dataclass
class Conduction:
    """The curves of all temperatures, and what they may be taken for; `main` is the one nearest to 300 K."""

    curves: Sequence[ConductionCurve]
    sample: Sample

    @cached_property
    def main(self) -> ConductionCurve:
        """The curve whose pieces are reported."""
        return min(self.curves, key=lambda curve: abs(curve.temperature - 300.0))

    @cached_property
    def pieces(self) -> Segmented:
        """The straight pieces of the main curve."""
        return segmented(self.main.log_voltage, self.main.log_current)

    @cached_property
    def square_law(self) -> OhmicChild:
        """I = aV + bV^2 of the main curve."""
        return ohmic_child(self.main)

    @property
    def square_law_holds(self) -> bool:
        """Whether aV + bV^2 describes the whole main curve no worse than any number of straight pieces."""
        return self.square_law.square.value > 0 and self.square_law.criterion <= self.pieces.criterion + DECISIVE

    def regions(self) -> tuple[Region, ...]:
        """Name the pieces of the main curve."""
        return tuple(region_of(each, self.main.log_voltage) for each in self.pieces.segments)

    def emitted(self, law: Law) -> Emission | None:
        """Take a law's permittivity from all temperatures; None without a thickness, or where the law has no line."""
        thickness = self.sample.thickness
        if thickness is None:
            return None
        return emission(self.curves, law, thickness, self.sample.thickness_uncertainty or 0.0)

    @cached_property
    def best_emission(self) -> Law | None:
        """The emission law that describes the curve decisively better than power laws and the other one, or None."""
        chosen = usable(self.main)
        x, y = self.main.log_voltage[chosen], self.main.log_current[chosen]
        lines = {law: found for law in Law if (found := line(self.main, law)) is not None and found.slope > 0}
        if not lines or len(x) < 2:
            return None
        best = min(lines, key=lambda law: lines[law].criterion)
        others = [found.criterion for law, found in lines.items() if law is not best]
        others += [segmented(x, y).criterion, self.square_law.criterion if np.all(chosen) else np.inf]
        # A law of two parameters wins already where it is no worse than several pieces of power laws.
        return best if lines[best].criterion <= min(others) else None

    def refusal(self, law: Law, found: Emission | None) -> str:
        """Say why a law is not accepted, or nothing where it is."""
        if self.sample.thickness is None:
            return "the sample file states no thickness"
        if self.best_emission is law and found is None:
            return "at some temperature the current rises too little, or at fewer than five voltages above 3 kT/q"
        if self.best_emission is not law or found is None:
            return f"{law} emission does not describe the curve better than power laws or the other emission law"
        if not self.is_possible(found.permittivity):
            low, high = self.sample.permittivity_optical, self.sample.permittivity_static
            bounds = f"{low if low is not None else 1:g} to {f'{high:g}' if high is not None else 'eps_s, not stated'}"
            return f"eps_r = {found.permittivity.value:.3g} is none that the film can have ({bounds})"
        if self.sample.permittivity_optical is None or self.sample.permittivity_static is None:
            return "the sample file states no permittivity_optical and permittivity_static to hold eps_r against"
        if len(self.curves) < LEAST_TEMPERATURES:
            return f"{LEAST_TEMPERATURES} temperatures or more must agree; R^2 of one line proves nothing"
        if not found.agrees:
            return "the temperatures do not agree: eps_r changes with temperature, or the current is not activated"
        return ""

    def is_possible(self, permittivity: Estimate) -> bool:
        """Tell whether the interval of a permittivity reaches into what the film can have."""
        low = self.sample.permittivity_optical or 1.0
        high = self.sample.permittivity_static or np.inf
        interval: Interval = permittivity.interval
        return interval.low <= high and interval.high >= low and low / 2 <= permittivity.value <= 2 * high

    @cached_property
    def mechanism(self) -> str:
        """What the main curve may be called, in words."""
        law = self.best_emission
        if law is not None:
            refused = self.refusal(law, self.emitted(law))
            return f"not assigned: {refused}" if refused else str(law)
        if self.square_law_holds:
            reached = self.square_law.decades >= CHILD_DECADES
            return "ohmic and Child" if reached else "ohmic with a square part of less than half a decade"
        named = [region for region in dict.fromkeys(self.regions()) if region is not Region.OTHER]
        return " and ".join(named) if named else "not assigned: no piece has the exponent of a law"
