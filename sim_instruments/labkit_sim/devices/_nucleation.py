"""The forming of a cell: the first filament nucleates by chance, sooner at a higher voltage."""

from math import inf

import numpy as np

from labkit_sim.devices._cell_parts import Forming
from labkit_sim.devices._efficiency import gamma_factors

_NUCLEUS = 3
"""Tells the draw of a nucleus from the other streams of a cell."""


class Nucleation:
    """How far the forming of a cell has come; without parameters it is formed as made."""

    def __init__(self, forming: Forming | None, seed: int) -> None:
        self._forming = forming
        self._needed = 0.0
        if forming is not None:
            self._needed = float(gamma_factors(np.random.default_rng([seed, _NUCLEUS]), forming.variation, 1)[0])
        self._polarity = 1

    @property
    def formed(self) -> bool:
        """Whether the cell switches."""
        return self._needed <= 0

    def orientation(self, voltage: float) -> int:
        """Give 1 where positive voltages potentiate, or would, were `voltage` (V) to form the cell; else -1."""
        if self.formed or self._forming is None or not self._forming.either_polarity:
            return self._polarity
        return -1 if voltage < 0 else 1

    def time_left(self, across: float) -> float:
        """Give how long (s) a voltage across (V, signed) takes to form the cell."""
        if self._forming is None or self.formed:
            return 0.0
        rate = 0.0
        if across > 0 or self._forming.either_polarity:
            rate = self._forming.nucleation.at(across)
        return self._needed / rate if rate > 0 else inf

    def advance(self, across: float, duration: float) -> None:
        """Let a voltage across (V, signed) act for a time (s)."""
        left = self.time_left(across)
        if left == 0 or left == inf:
            return
        self._polarity = self.orientation(across)
        self._needed = self._needed * (1 - duration / left) if duration < left else 0.0
