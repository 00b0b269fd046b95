"""Cells that each have a conduction of their own, with or without a selector in series: what state-space cells are."""

from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray

_LARGEST = 200.0
"""Exponents beyond this are cut: no current that a solution has, and a search that comes past stays finite."""
_STEPS = 80
_CLOSE = 1e-15
_NO_CONDUCTANCE = 1e-100


@dataclass(frozen=True, slots=True)
class SelectorPart:
    """A selector that conducts either way, I = I_s sinh(V / V_0): `current` is I_s (A), `scale` V_0 (V)."""

    current: float
    scale: float


@dataclass(frozen=True, slots=True)
class SelectedCells:
    """I = G V_c sinh(U / V_c) of the voltage U that a selector leaves: V = U + V_0 asinh(I / I_s).

    `scales` are V_c (V), infinite for an ohmic cell; a conductance of 0 is an open cell. Without a selector U is V.
    """

    conductances: FloatArray
    scales: FloatArray
    selector: SelectorPart | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """How many word lines and bit lines."""
        words, bits = self.conductances.shape
        return int(words), int(bits)

    @property
    def linear(self) -> bool:
        """Whether all cells follow Ohm's law."""
        return self.selector is None and bool(np.all(np.isinf(self.scales)))

    def currents(self, voltages: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the currents (A) and their derivatives (S)."""
        bent = np.isfinite(self.scales)
        scales = np.where(bent, self.scales, 1.0)
        if self.selector is None:
            reduced = np.clip(voltages / scales, -_LARGEST, _LARGEST)
            current = self.conductances * np.where(bent, scales * np.sinh(reduced), voltages)
            return current, self.conductances * np.where(bent, np.cosh(reduced), 1.0)
        s = self._share(np.abs(voltages))
        current = self.selector.current * np.sinh(s)
        slope = np.hypot(self.conductances, np.where(bent, current / scales, 0.0))
        through = self.selector.scale / (self.selector.current * np.cosh(s))
        return np.copysign(current, voltages), slope / (1 + slope * through)

    def across(self, voltages: FloatArray) -> FloatArray:
        """Give what of the voltages (V) stands across the cells themselves."""
        if self.selector is None:
            return voltages
        return np.copysign(self._inner(self.selector, self._share(np.abs(voltages)))[0], voltages)

    def _share(self, magnitude: FloatArray) -> FloatArray:
        """Give s, the selector's part of the voltages over V_0; 0 where no current can flow.

        The sum of both voltages rises in s; Newton's steps that would leave the interval known to hold the solution
        are replaced by halving it.
        """
        selector = self.selector
        if selector is None:
            return np.zeros(magnitude.shape)
        low, high = np.zeros(magnitude.shape), np.minimum(magnitude / selector.scale, _LARGEST)
        s = np.minimum(high, np.arcsinh(magnitude * self.conductances / selector.current))
        for _ in range(_STEPS):
            inner, slope = self._inner(selector, s)
            over = inner + selector.scale * s - magnitude
            low, high = np.where(over < 0, s, low), np.where(over < 0, high, s)
            step = s - over / (slope + selector.scale)
            moved = np.where((step > low) & (step < high), step, (low + high) / 2)
            done = np.all((np.abs(moved - s) <= _CLOSE * s) | (over == 0))
            s = np.where(over == 0, s, moved)
            if done:
                break
        return np.where(self.conductances > 0, s, 0.0)

    def _inner(self, selector: SelectorPart, s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the voltage (V) across a cell that lets the selector's current through, and its derivative in s."""
        conductances = np.maximum(self.conductances, _NO_CONDUCTANCE)
        ohmic, slope = (selector.current * part / conductances for part in (np.sinh(s), np.cosh(s)))
        bent = np.isfinite(self.scales)
        scales = np.where(bent, self.scales, 1.0)
        return (
            np.where(bent, scales * np.arcsinh(ohmic / scales), ohmic),
            np.where(bent, slope / np.hypot(1.0, ohmic / scales), slope),
        )
