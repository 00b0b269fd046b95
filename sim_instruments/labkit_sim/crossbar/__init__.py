"""Crossbars of two-terminal cells: a nodal solve with the resistance of every piece of wire, reads, products."""

from labkit_sim.crossbar._cells import Cells, OhmicCells, RectifyingCells, SelectorCells, SinhCells, gated
from labkit_sim.crossbar._converter import Converter
from labkit_sim.crossbar._crossbar import Crossbar, Solution
from labkit_sim.crossbar._product import ideal_product, multiply
from labkit_sim.crossbar._read import CellRead, Scheme, read_bias, read_cell
from labkit_sim.crossbar._wires import IDEAL_WIRES, Bias, Wires

__all__ = [
    "IDEAL_WIRES",
    "Bias",
    "CellRead",
    "Cells",
    "Converter",
    "Crossbar",
    "OhmicCells",
    "RectifyingCells",
    "Scheme",
    "SelectorCells",
    "SinhCells",
    "Solution",
    "Wires",
    "gated",
    "ideal_product",
    "multiply",
    "read_bias",
    "read_cell",
]
