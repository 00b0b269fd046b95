"""A crossbar and its nodal solve: Kirchhoff's current law at both ends of every cell."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import linalg

from labkit.core import FloatArray, LabkitError
from labkit_sim.crossbar._cells import Cells
from labkit_sim.crossbar._network import Network, network
from labkit_sim.crossbar._wires import IDEAL_WIRES, Bias, Wires

_NEWTON_STEPS = 200
_HALVINGS = 40
_ENOUGH = 1e-13
_TOLERATED = 1e-9
"""Of the largest cell current: imbalance of a node at which the search ends, and with which a solution is given."""
_NOTHING = 1e-100
"""A current (A) that is none: numbers so small have few digits."""


@dataclass(frozen=True)
class Solution:
    """The state of a crossbar under a bias.

    `word_potentials` and `bit_potentials` (V) at the crossings, `currents` (A) through the cells from word to bit line,
    all word lines x bit lines. `imbalance` is the largest sum of currents at a node over the largest cell current.
    """

    bias: Bias
    word_potentials: FloatArray
    bit_potentials: FloatArray
    currents: FloatArray
    imbalance: float

    @cached_property
    def voltages(self) -> FloatArray:
        """What stands across each cell (V)."""
        return self.word_potentials - self.bit_potentials

    @cached_property
    def word_currents(self) -> FloatArray:
        """What the drivers deliver into each word line (A); 0 to rounding for one that floats."""
        return np.asarray(np.sum(self.currents, axis=1), float)

    @cached_property
    def bit_currents(self) -> FloatArray:
        """What each bit line delivers into its driver (A); 0 to rounding for one that floats."""
        return np.asarray(np.sum(self.currents, axis=0), float)

    @property
    def power(self) -> float:
        """What the drivers deliver (W): turned into heat in cells, wires and contacts."""
        words = np.nan_to_num(self.bias.words) @ self.word_currents
        return float(words - np.nan_to_num(self.bias.bits) @ self.bit_currents)


class Crossbar:
    """Cells at the crossings of word lines and bit lines.

    Every word line has a node above, every bit line one below each cell; with the wires' resistances they make a sparse
    system, which is solved by a direct factorization. Cells that do not follow Ohm's law take Newton's method, whose
    steps are shortened until the imbalance falls; every cell is monotonic, so there is one solution.

    A potential is known to some 1e-16 of the voltages, which is no current of its own: where a line floats and its wire
    conducts c times as well as its cells, its currents are certain to some c 1e-16.
    """

    def __init__(self, cells: Cells, wires: Wires = IDEAL_WIRES) -> None:
        self.cells = cells
        self.wires = wires

    @property
    def shape(self) -> tuple[int, int]:
        """How many word lines and bit lines."""
        return self.cells.shape

    def solve(self, bias: Bias, near: Solution | None = None) -> Solution:
        """Find the potentials under a bias; the search begins at a solution that is `near`.

        Raises ValueError for a bias of another shape, and LabkitError when no solution is found.
        """
        if (len(bias.words), len(bias.bits)) != self.shape:
            raise ValueError(f"a bias of {len(bias.words)} x {len(bias.bits)} lines for {self.shape}")
        _, conducts = self.cells.currents(np.zeros(self.shape))
        net = network(self.wires, bias, conducts)
        start = net.start(bias)
        if near is not None:
            start[net.free] = net.laid_out(near.word_potentials, near.bit_potentials)[net.free]
        elif self.wires != IDEAL_WIRES and not self.cells.linear:
            # Where the lines would be without resistance is found quickly, and is near.
            ideal = Crossbar(self.cells).solve(bias)
            start[net.free] = net.laid_out(ideal.word_potentials, ideal.bit_potentials)[net.free]
        search = _Search(self.cells, net, start)
        potentials = search.run()
        return Solution(
            bias, potentials[net.words], potentials[net.bits], search.currents, search.miss / (search.scale or 1.0)
        )

    def transfer(self) -> FloatArray:
        """Give the conductances (S, bit lines x word lines) of a linear crossbar whose lines are all driven.

        The currents into bit lines held at 0 V are this times the voltages of the word lines. Raises ValueError for
        cells that do not follow Ohm's law.
        """
        if not self.cells.linear:
            raise ValueError("only a linear crossbar has a transfer matrix")
        words, bits = self.shape
        net = network(self.wires, Bias(np.zeros(words), np.zeros(bits)), self.cells.currents(np.zeros(self.shape))[1])
        found = np.empty((bits, words))
        factors: linalg.SuperLU | None = None
        for word in range(words):
            search = _Search(self.cells, net, net.start(Bias(np.eye(words)[word], np.zeros(bits))), factors)
            search.run()
            factors = search.factors
            found[:, word] = np.sum(search.currents, axis=0)
        return found


class _Search:
    """One search for the potentials, and where it has come to."""

    def __init__(self, cells: Cells, net: Network, start: FloatArray, factors: linalg.SuperLU | None = None) -> None:
        self.factors = factors
        """The factorization that a linear crossbar keeps."""
        self._cells = cells
        self._net = net
        self._start = start
        self._look(start)

    def _look(self, potentials: FloatArray) -> None:
        net = self._net
        self.currents, self._slopes = self._cells.currents(potentials[net.words] - potentials[net.bits])
        self._imbalance = net.imbalance(potentials, self.currents)
        self.miss = float(np.max(np.abs(self._imbalance), initial=0.0))
        self.scale = float(np.max(np.abs(self.currents), initial=0.0))

    def run(self) -> FloatArray:
        """Give the potentials of all nodes."""
        net, potentials = self._net, self._start
        smallest = np.finfo(float).eps * float(np.max(np.abs(potentials)) * np.max(net.conductances, initial=0))
        rounding = max(16 * smallest, _NOTHING)
        for _ in range(_NEWTON_STEPS):
            if self.miss <= _ENOUGH * self.scale or len(net.free) == 0:
                return potentials
            step = np.zeros(net.size)
            step[net.free] = -self._factorized().solve(self._imbalance)
            exact = self._cells.linear or self.miss <= rounding  # a shorter step would be no better
            moved = self._moved(potentials, step, 1 if exact else _HALVINGS)
            if moved is None:
                break
            potentials = moved
        if self.miss > _TOLERATED * self.scale + rounding:
            raise LabkitError(
                f"no solution of the crossbar was found: {self.miss:.3g} A are left over at a node",
                "lower the voltages, or give the cells a less steep conduction",
            )
        return potentials

    def _factorized(self) -> linalg.SuperLU:
        if self.factors is None or not self._cells.linear:
            self.factors = linalg.splu(
                self._net.laplacian(self._slopes),
                permc_spec="MMD_AT_PLUS_A",
                diag_pivot_thresh=0.0,
                options={"SymmetricMode": True},
            )
        return self.factors

    def _moved(self, potentials: FloatArray, step: FloatArray, tries: int) -> FloatArray | None:
        """Take as much of a step as lowers the imbalance; None where nothing does."""
        before, length = float(np.linalg.norm(self._imbalance)), 1.0
        for _ in range(tries):
            tried = potentials + length * step
            self._look(tried)
            if float(np.linalg.norm(self._imbalance)) < before:
                return tried
            length /= 2
        self._look(potentials)
        return None
