"""The models' constants as plain tuples, the form in which compiled code takes them."""

from typing import NamedTuple

from labkit.core import FloatArray

LARGEST_EXPONENT = 60.0
"""A rate beyond e^60 of its prefactor is as good as instantaneous; it keeps sums finite."""


class MemristorConstants(NamedTuple):
    """A memristive synapse under voltages of one polarity; `shares` (S), `losses` (1/s) one a population."""

    lowest: float
    shares: FloatArray
    losses: FloatArray
    efficiencies: FloatArray
    conduction_scale: float
    threshold: float
    rate: float
    scale: float
