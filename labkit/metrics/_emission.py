"""Schottky and Poole-Frenkel emission: a straight line against the root of the voltage proves nothing by itself (M30).

Schottky: ln(J/T^2) = c - phi/kT + beta sqrt(V/L)/kT with beta = sqrt(q^3/(4 pi eps_0 eps_r)); Poole-Frenkel: ln(J/V) in
the place of ln(J/T^2), and twice the beta. The slope gives eps_r, which must be one that the film can have, and must
come out the same at every temperature, while the current is activated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import stats

from labkit.core import Estimate, FloatArray
from labkit.metrics._conduction_curves import ConductionCurve
from labkit.metrics._over_cycles import mapped
from labkit.metrics._power_segments import LINEARITY, akaike
from labkit.metrics._statistics import combine, normal_estimate
from labkit.metrics._temperatures import BOLTZMANN

VACUUM_PERMITTIVITY = 8.8541878128e-12
CHARGE = 1.602176634e-19
LEAST_TEMPERATURES = 3
_THERMAL_VOLTAGES = 3.0
_DISAGREES = 0.01
_TOLERANCE = 0.02
"""How far slopes may lie apart in any case: the mean field of a film is not known better."""


class Law(StrEnum):
    """A law of field-assisted emission."""

    SCHOTTKY = "Schottky"
    POOLE_FRENKEL = "Poole-Frenkel"


@dataclass(frozen=True, slots=True)
class Line:
    """ln(J/T^2) or ln(J/V) against sqrt(V) at one temperature: slope (1/sqrt(V)) and value at 0, with uncertainties."""

    temperature: float
    slope: float
    slope_uncertainty: float
    start: float
    start_uncertainty: float
    points: int
    criterion: float
    determination: float


@dataclass(frozen=True, slots=True)
class Emission:
    """What a law gives over all temperatures: eps_r, the barrier (eV, from three temperatures on), its agreement."""

    law: Law
    lines: tuple[Line, ...]
    permittivity: Estimate
    barrier: Estimate | None
    agrees: bool


def usable(curve: ConductionCurve) -> np.ndarray:
    """Tell which points lie above three thermal voltages: below, the current of the other contact counts as much."""
    return np.asarray(curve.voltage >= _THERMAL_VOLTAGES * BOLTZMANN * curve.temperature)


def line(curve: ConductionCurve, law: Law) -> Line | None:
    """Fit one law to one curve; None with fewer than five points."""
    chosen = usable(curve)
    root, level = np.sqrt(curve.voltage[chosen]), curve.log_current[chosen]
    count = len(root)
    if count < 5:
        return None
    values = level - np.log(curve.voltage[chosen])
    if law is Law.SCHOTTKY:
        # What goes back over the barrier is taken off: the net current is the emission times 1 - exp(-qV/kT).
        back = np.log(-np.expm1(-curve.voltage[chosen] / (BOLTZMANN * curve.temperature)))
        values = level - back - 2 * np.log(curve.temperature)
    slope, start = np.polyfit(root, values, 1)
    residuals = values - slope * root - start
    squares = float(residuals @ residuals)
    variance = squares / (count - 2) + LINEARITY**2
    spread = float(np.sum((root - np.mean(root)) ** 2))
    total = float(np.sum((values - np.mean(values)) ** 2))
    return Line(
        curve.temperature,
        float(slope),
        float(np.sqrt(variance / spread)),
        float(start),
        float(np.sqrt(variance * (1 / count + np.mean(root) ** 2 / spread))),
        count,
        akaike(squares, count, 2),
        1 - squares / total if total > 0 else 0.0,
    )


def emission(
    curves: Sequence[ConductionCurve], law: Law, thickness: float, thickness_uncertainty: float
) -> Emission | None:
    """Take eps_r from the lines of all temperatures; None when a curve has too few points, or the current falls."""
    lines = [line(curve, law) for curve in curves]
    found = [each for each in lines if each is not None]
    if len(found) < len(lines) or any(each.slope <= 0 for each in found):
        return None
    scaled = np.array([each.slope * each.temperature for each in found])
    doubts = np.array([each.slope_uncertainty * each.temperature for each in found])
    weights = 1 / doubts**2
    mean = float(np.sum(weights * scaled) / np.sum(weights))
    doubt = float(1 / np.sqrt(np.sum(weights)))
    chi_squared = float(np.sum((scaled - mean) ** 2 / (doubts**2 + (_TOLERANCE * mean) ** 2)))
    steady = len(found) < 2 or float(stats.chi2.sf(chi_squared, len(found) - 1)) > _DISAGREES
    barrier = _barrier(found) if len(found) >= LEAST_TEMPERATURES else None
    activated = barrier is not None and barrier.interval.low > 0
    degrees = sum(each.points - 2 for each in found)
    random = [(doubt, degrees), (mean * thickness_uncertainty / 2, np.inf)]
    slope = combine(mean, random, _limits(curves, law, mean))
    return Emission(law, tuple(found), _permittivity(slope, law, thickness), barrier, steady and activated)


def _limits(curves: Sequence[ConductionCurve], law: Law, mean: float) -> tuple[float, ...]:
    """Give what the limits of thermometer, source and ammeter make of slope times temperature."""
    first = curves[0]
    by_offset = [0.0]
    for curve in curves:
        moved = [line(curve.shifted(shift), law) for shift in (-curve.offset, curve.offset)]
        ends = [each.slope * each.temperature for each in moved if each is not None]
        by_offset.append((max(ends) - min(ends)) / 2)
    return (
        mean * first.temperature_limit / first.temperature,
        mean * first.voltage_gain / 2,
        max(by_offset),
    )


def _permittivity(slope: Estimate, law: Law, thickness: float) -> Estimate:
    """Turn slope times temperature (K/sqrt(V)) into eps_r."""
    factor = 4 if law is Law.POOLE_FRENKEL else 1
    unit = factor * CHARGE / (4 * np.pi * VACUUM_PERMITTIVITY * thickness * BOLTZMANN**2)
    return mapped(slope, lambda value: unit / max(value, 1e-12) ** 2)


def _barrier(lines: Sequence[Line]) -> Estimate:
    """Fit the values at no field over 1/kT: minus the slope is the barrier (eV)."""
    inverse = np.array([1 / (BOLTZMANN * each.temperature) for each in lines])
    starts = np.array([each.start for each in lines])
    doubts = np.array([each.start_uncertainty for each in lines])
    weights = 1 / doubts**2
    centre = float(np.sum(weights * inverse) / np.sum(weights))
    spread = float(np.sum(weights * (inverse - centre) ** 2))
    slope = float(np.sum(weights * (inverse - centre) * starts)) / spread
    level = float(np.sum(weights * starts) / np.sum(weights))
    residuals: FloatArray = (starts - level - slope * (inverse - centre)) / doubts
    degrees = len(lines) - 2
    scatter = max(float(residuals @ residuals) / degrees, 1.0)
    return normal_estimate(-slope, float(np.sqrt(scatter / spread)), degrees, "eV")
