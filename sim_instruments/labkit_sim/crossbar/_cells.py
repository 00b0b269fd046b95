"""What the cells of a crossbar conduct: current and differential conductance for a voltage, all cells at once.

Every model is passive (I V >= 0) and strictly monotonic in V, so that a network of them has one solution. Voltages are
those of the word line over the bit line, currents flow from the word line to the bit line.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from labkit.core import FloatArray

_LARGEST = 200.0
"""Exponents beyond this are cut: no current that a solution has, and a search that comes past stays finite."""
_STEPS = 60
_CLOSE = 1e-15


class Cells(Protocol):
    """The cells of a crossbar, word lines x bit lines."""

    @property
    def shape(self) -> tuple[int, int]:
        """How many word lines and bit lines."""
        ...

    @property
    def linear(self) -> bool:
        """Whether all cells follow Ohm's law."""
        ...

    def currents(self, voltages: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the currents (A) and their derivatives (S) at voltages (V), all of the cells' shape."""
        ...


@dataclass(frozen=True, slots=True)
class OhmicCells:
    """I = G V; a conductance of 0 is an open cell."""

    conductances: FloatArray
    linear: bool = True

    @property
    def shape(self) -> tuple[int, int]:
        """How many word lines and bit lines."""
        return _shape(self.conductances)

    def currents(self, voltages: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the currents (A) and their derivatives (S)."""
        return self.conductances * voltages, self.conductances


@dataclass(frozen=True, slots=True)
class SinhCells:
    """I = G V_c sinh(V / V_c), the conduction of the memristor model: `scale` is V_c (V)."""

    conductances: FloatArray
    scale: float
    linear: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """How many word lines and bit lines."""
        return _shape(self.conductances)

    def currents(self, voltages: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the currents (A) and their derivatives (S)."""
        reduced = np.clip(voltages / self.scale, -_LARGEST, _LARGEST)
        return self.conductances * self.scale * np.sinh(reduced), self.conductances * np.cosh(reduced)


@dataclass(frozen=True, slots=True)
class SelectorCells:
    """An ohmic cell in series with a selector that conducts exponentially either way: V = I / G + V_0 asinh(I / I_s).

    `current` is I_s (A), `scale` V_0 (V): at low voltage the selector is a resistance V_0 / I_s, and its current grows
    by e for each V_0. G must be above 0.
    """

    conductances: FloatArray
    current: float
    scale: float
    linear: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """How many word lines and bit lines."""
        return _shape(self.conductances)

    def currents(self, voltages: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the currents (A) and their derivatives (S).

        Newton's method for s = asinh(I / I_s) from above, where V(s) is convex: each step comes nearer.
        """
        magnitude, share = np.abs(voltages), self.current / self.conductances
        s = np.minimum(np.minimum(magnitude / self.scale, np.arcsinh(magnitude / share)), _LARGEST)
        for _ in range(_STEPS):
            step = (share * np.sinh(s) + self.scale * s - magnitude) / (share * np.cosh(s) + self.scale)
            s = np.maximum(s - step, 0.0)
            if np.all(np.abs(step) <= _CLOSE * s):
                break
        current = np.copysign(self.current * np.sinh(s), voltages)
        return current, 1 / (1 / self.conductances + self.scale / (self.current * np.cosh(s)))


@dataclass(frozen=True, slots=True)
class RectifyingCells:
    """A cell that rectifies, behind a diode or its own Schottky barrier: V = I / G + n V_T ln(1 + I / I_s).

    `saturation` is I_s (A), `scale` n V_T (V), `leakage` (S) what conducts beside it, backwards too. G must be above 0.
    """

    conductances: FloatArray
    saturation: float
    scale: float
    leakage: float = 0.0
    linear: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """How many word lines and bit lines."""
        return _shape(self.conductances)

    def currents(self, voltages: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the currents (A) and their derivatives (S).

        Newton's method for s = ln(1 + I / I_s); V(s) is convex, so that it comes from above after one step.
        """
        share = self.saturation / self.conductances
        s = np.minimum(voltages / self.scale, np.log1p(np.maximum(voltages, 0.0) / share))
        for _ in range(_STEPS):
            step = (share * np.expm1(s) + self.scale * s - voltages) / (share * np.exp(s) + self.scale)
            s = np.clip(s - step, -_LARGEST, _LARGEST)
            if np.all(np.abs(step) <= _CLOSE * np.abs(s)):
                break
        through = self.saturation * np.expm1(s)
        slope = 1 / (1 / self.conductances + self.scale / (self.saturation * np.exp(s)))
        return through + self.leakage * voltages, slope + self.leakage


def gated(conductances: FloatArray, open_words: FloatArray, on: float, off: float) -> OhmicCells:
    """Give cells that each have a transistor in series, whose gates run along the word lines.

    `open_words` tells (1 or 0) on which word lines the transistors are on; `on` and `off` are their conductances (S) in
    the linear region.
    """
    series = np.where(np.asarray(open_words, bool), on, off)[:, None]
    return OhmicCells(conductances * series / (conductances + series))


def _shape(conductances: FloatArray) -> tuple[int, int]:
    words, bits = conductances.shape
    return int(words), int(bits)
