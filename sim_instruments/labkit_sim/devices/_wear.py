"""How switching wears a memristor out: its window narrows cycle by cycle, and one day it is stuck.

A cycle is a potentiating write and the depressing ones after it. The cycle in which a cell fails is drawn once from a
Weibull distribution, P(N_f <= n) = 1 - exp(-(n / lifetime)^shape), in which endurance failures are reported (M. Lanza
et al., ACS Nano 15, 17214 (2021)); from that cycle on, writes away from the state that it is stuck in have no effect.
Until then they lose efficiency as exp(-n / narrowing).
"""

from math import ceil, exp, inf, isinf
from typing import Literal

import numpy as np
from pydantic import Field

from labkit.core import FloatArray, IntArray
from labkit_sim.devices._parameters import Parameters

_LIFETIME = 2
"""Tells the draw of a cell's lifetime from the stream of its events and from that of its parameters."""


class Endurance(Parameters):
    """How a cell wears out; all in switching cycles."""

    lifetime: float = Field(inf, gt=0, description="cycles, the Weibull scale: 63 % of the cells have failed by then")
    shape: float = Field(1.5, gt=0, description="the Weibull shape; above 1 failures grow more frequent with age")
    stuck: Literal["on", "off"] = Field(
        "on", description="the state that a failed cell stays in: high or low conductance"
    )
    narrowing: float = Field(inf, gt=0, description="cycles in which the writes away from it weaken to 1/e")


class Wear:
    """The age of a cell; without parameters it never wears.

    `failure` is the cycle, counted from 1, from which on the cell is stuck.
    """

    def __init__(self, parameters: Endurance | None, seed: int) -> None:
        self._parameters = Endurance() if parameters is None else parameters
        drawn = float(np.random.default_rng([seed, _LIFETIME]).standard_exponential())
        lifetime = self._parameters.lifetime * drawn ** (1 / self._parameters.shape)
        self.failure = inf if isinf(lifetime) else float(max(1, ceil(lifetime)))
        self.cycle = 0
        """The cycle that is going on, 0 before the first potentiation."""
        self._last = 0

    @property
    def wears(self) -> bool:
        """Whether anything of it changes with age."""
        return not (isinf(self.failure) and isinf(self._parameters.narrowing))

    def strength(self, write: int) -> float:
        """Give the efficiency that the next write of a polarity will have, for a random factor of 1."""
        stays = 1 if self._parameters.stuck == "on" else -1
        if write in (0, stays):
            return 1.0
        cycle = self._next(write)
        return 0.0 if cycle >= self.failure else exp(-cycle / self._parameters.narrowing)

    def take(self, write: int) -> float:
        """Begin a write: give its efficiency and grow older."""
        strength = self.strength(write)
        self.cycle, self._last = self._next(write), write
        return strength

    def take_many(self, writes: IntArray) -> FloatArray:
        """Begin writes of these polarities one after another: give what as many calls of `take` would give."""
        from labkit_sim.devices._compiled_wear import strengths_of

        strengths = np.empty(len(writes))
        stays = 1 if self._parameters.stuck == "on" else -1
        self.cycle = strengths_of(
            writes, stays, self._last, self.cycle, self.failure, self._parameters.narrowing, strengths
        )
        if len(writes):
            self._last = int(writes[-1])
        return strengths

    def _next(self, write: int) -> int:
        return self.cycle + (write > 0 >= self._last)
