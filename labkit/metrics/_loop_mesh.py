"""Loops laid on common voltages: the index of hysteresis, and the test whether a loop is that of a capacitor (M28)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from labkit.core import Estimate, FloatArray
from labkit.metrics._loops import Loops, Side
from labkit.metrics._statistics import combine, repeats_mean

CAPACITIVE = 0.9
"""Share of the squared difference of the branches that a capacitor must explain."""
_TRIMMED = 0.1
_RATE_SPAN = 2.0
_SMOOTHED = 5
_AGREEMENT = 0.2


@dataclass(frozen=True, slots=True)
class Mesh:
    """Loops of one rate and polarity on common voltages: |V| (points), currents (cycles x points), their difference.

    `difference` is backward minus forward magnitude-wise signed current (A), that of the dummy taken off.
    """

    polarity: int
    rate: float
    voltage: FloatArray
    forward: FloatArray
    backward: FloatArray
    difference: FloatArray

    def index(self, shift: float = 0.0) -> FloatArray:
        """Give the index of each cycle, with an offset (A) added to all currents."""
        sign = np.sign(_smoothed(np.mean(self.difference, axis=0)))
        area = np.abs(self.backward + shift) + np.abs(self.forward + shift)
        top = np.trapezoid(sign * self.difference, self.voltage, axis=1)
        return np.asarray(top / np.trapezoid(area, self.voltage, axis=1), float)

    def estimate(self, offset: float) -> Estimate:
        """Give the mean index over cycles."""
        mean = repeats_mean(self.index())
        limit = max(abs(float(np.mean(self.index(shift))) - mean.value) for shift in (-offset, offset))
        return combine(mean.value, [(mean.uncertainty, mean.degrees_of_freedom)], [limit])

    @property
    def displacement(self) -> FloatArray:
        """Half the difference of the mean branches over dV/dt (A s/V): a capacitance, where it is one."""
        inner = slice(*_inner(len(self.voltage)))
        return np.asarray(-self.polarity * np.mean(self.difference, axis=0)[inner] / (2 * self.rate), float)


def _inner(count: int) -> tuple[int, int]:
    # After each turn a series resistance charges the capacitance; the ends of the branches are left out.
    cut = int(np.ceil(_TRIMMED * count))
    return cut, count - cut


def _smoothed(difference: FloatArray) -> FloatArray:
    """Give the moving mean: positive weights, so that a jump throws no shadow of the other sign beside it."""
    return np.asarray(ndimage.uniform_filter1d(difference, _SMOOTHED, mode="nearest"), float)


def mesh(loops: Loops, polarity: int, rate: float) -> Mesh | None:
    """Lay the loops of a rate and a polarity on common voltages; None when there are none."""
    sides = loops.sides(polarity, rate)
    if not sides:
        return None
    reach = min(min(side.forward.magnitude[-1], side.backward.magnitude[-1]) for side in sides)
    base = sides[0].forward.magnitude
    voltage = base[base <= reach * (1 + 1e-9)]
    forward, backward = _on(voltage, sides)
    difference = backward - forward
    dummies = loops.dummy_sides(polarity, rate)
    if dummies:
        out, back = _on(voltage, dummies)
        difference = difference - np.mean(back - out, axis=0)
    return Mesh(polarity, rate, voltage, forward, backward, difference)


def _on(voltage: FloatArray, sides: Sequence[Side]) -> tuple[FloatArray, FloatArray]:
    forward = np.array([side.forward.current_at(voltage) for side in sides])
    backward = np.array([side.backward.current_at(voltage) for side in sides])
    return forward, backward


def capacitance(meshes: Sequence[Mesh]) -> float | None:
    """Give the capacitance (F) when the loops are those of a capacitor, None when they are not.

    The difference of the branches then is 2 C dV/dt at every voltage, polarity and rate: one C must explain 90 % of
    its square, and each rate alone must agree with it within a fifth. Needs rates that differ by a factor of two.
    """
    rates = [each.rate for each in meshes]
    if not rates or not all(np.isfinite(rates)) or max(rates) < _RATE_SPAN * min(rates):
        return None
    # Relative to the rate, so that a slow loop counts as much as a fast one.
    found = [each.displacement for each in meshes]
    means = np.array([float(np.mean(values)) for values in found])
    weights = np.array([1 / _noise(each) ** 2 for each in meshes])
    common = float(np.sum(weights * means) / np.sum(weights))
    fastest = [values for each, values in zip(meshes, found, strict=True) if each.rate == max(rates)]
    explained = 1 - sum(float(np.sum((v - common) ** 2)) for v in fastest) / sum(float(np.sum(v**2)) for v in fastest)
    agree = np.abs(means - common) <= _AGREEMENT * abs(common) + 3 * np.sqrt(1 / weights)
    return common if common > 0 and explained >= CAPACITIVE and bool(np.all(agree)) else None


def _noise(each: Mesh) -> float:
    """Give the standard uncertainty of a mesh's mean displacement (F), never below a hundredth of its size."""
    inner = slice(*_inner(len(each.voltage)))
    own = np.mean(each.difference[:, inner], axis=1) / (2 * each.rate)
    spread = float(np.std(own, ddof=1) / np.sqrt(len(own))) if len(own) > 1 else 0.0
    return max(spread, 0.01 * float(np.max(np.abs(each.displacement))), 1e-30)


def meshes_of(loops: Loops) -> dict[int, list[Mesh]]:
    """Lay all loops on common voltages: polarity to meshes in the order of rising rate."""
    return {
        polarity: [found for rate in loops.rates if (found := mesh(loops, polarity, rate))]
        for polarity in loops.polarities
    }


def capacitive_note(loops: Loops) -> dict[str, str]:
    """Give a warning when the loops are those of a capacitor."""
    found = capacitance([each for meshes in meshes_of(loops).values() for each in meshes])
    if found is None:
        return {}
    return {"capacitive": f"the branches differ by the displacement current of {found:.3g} F, not by a memory"}
