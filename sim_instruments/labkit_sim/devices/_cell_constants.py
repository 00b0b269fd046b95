"""A switching cell at one temperature, light and polarity, in the form in which compiled code takes it."""

from typing import NamedTuple

from labkit.core import FloatArray, IntArray

EXPONENTIAL, HYPERBOLIC = 0, 1
"""The laws of a path's rate: r_0 (exp(over / V_0) - 1), and r_0 sinh(over / V_0)."""


class CellConstants(NamedTuple):
    """A switching cell under voltages of one polarity; arrays have an entry a path.

    `leakage` and `shares` in S, `rates`, `openings` and `losses` in 1/s, `thresholds`, `scales` and those of conduction
    and of the selector in V. `signs` are 1 where this polarity raises a path and -1 where it lowers it. `openings` and
    `losses` are what acts without voltage: w' = opening - loss w.
    """

    leakage: float
    shares: FloatArray
    bends: FloatArray
    conduction_scale: float
    signs: IntArray
    laws: IntArray
    thresholds: FloatArray
    rates: FloatArray
    scales: FloatArray
    softness: FloatArray
    openings: FloatArray
    losses: FloatArray
    selector_current: float
    selector_scale: float


class CellSource(NamedTuple):
    """What drives a cell, as magnitudes: a voltage (V) behind a resistance (ohm), at most `limit` (A)."""

    voltage: float
    limit: float
    resistance: float
