"""Reading one cell of a crossbar, and what creeps through the others meanwhile."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from labkit_sim.crossbar._crossbar import Crossbar, Solution
from labkit_sim.crossbar._wires import Bias


class Scheme(StrEnum):
    """What is done with the lines that are not selected while one cell is read."""

    FLOATING = "floating"
    """Nothing drives them."""
    GROUNDED = "grounded"
    """All are held at 0 V, as the selected bit line is."""
    HALF = "V/2"
    """All are held at half of the read voltage."""
    THIRD = "V/3"
    """Word lines are held at a third of it, bit lines at two thirds."""


_OTHERS = {
    Scheme.FLOATING: (np.nan, np.nan),
    Scheme.GROUNDED: (0.0, 0.0),
    Scheme.HALF: (1 / 2, 1 / 2),
    Scheme.THIRD: (1 / 3, 2 / 3),
}
"""Unselected word lines and bit lines, over the read voltage."""


@dataclass(frozen=True, slots=True)
class CellRead:
    """A cell as a read finds it.

    `current` (A) comes out of its bit line, `alone` (A) is what the cell itself would conduct at the full voltage;
    `through_cell` (A) is what the cell conducts here, so that the rest of `current` creeps through others.
    """

    current: float
    alone: float
    through_cell: float
    solution: Solution

    @property
    def error(self) -> float:
        """How much too large the read is, over what it should be."""
        return self.current / self.alone - 1


def read_bias(scheme: Scheme, shape: tuple[int, int], word: int, bit: int, voltage: float) -> Bias:
    """Give the bias that reads a cell at a voltage (V) on its word line, its bit line at 0 V."""
    other_words, other_bits = _OTHERS[scheme]
    words, bits = np.full(shape[0], other_words * voltage), np.full(shape[1], other_bits * voltage)
    words[word], bits[bit] = voltage, 0.0
    return Bias(words, bits)


def read_cell(crossbar: Crossbar, scheme: Scheme, word: int, bit: int, voltage: float) -> CellRead:
    """Read a cell at a voltage (V) under a scheme for the other lines."""
    found = crossbar.solve(read_bias(scheme, crossbar.shape, word, bit, voltage))
    alone, _ = crossbar.cells.currents(np.full(crossbar.shape, voltage))
    return CellRead(float(found.bit_currents[bit]), float(alone[word, bit]), float(found.currents[word, bit]), found)
