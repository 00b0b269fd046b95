"""Crossbars of two-terminal cells: a nodal solve with the resistance of every wire, writes, reads, products."""

from labkit_sim.crossbar._cells import Cells, OhmicCells, RectifyingCells, SelectorCells, SinhCells, gated
from labkit_sim.crossbar._converter import Converter
from labkit_sim.crossbar._course import Course, Ends
from labkit_sim.crossbar._crossbar import Crossbar, Solution
from labkit_sim.crossbar._memristor_cells import CellDevice, MemristorCells
from labkit_sim.crossbar._memristor_crossbar import MemristorCrossbar
from labkit_sim.crossbar._product import ideal_product, multiply
from labkit_sim.crossbar._read import CellRead, Scheme, read_bias, read_cell
from labkit_sim.crossbar._selected_cells import SelectedCells, SelectorPart
from labkit_sim.crossbar._wires import IDEAL_WIRES, Bias, Wires

__all__ = [
    "IDEAL_WIRES",
    "Bias",
    "CellDevice",
    "CellRead",
    "Cells",
    "Converter",
    "Course",
    "Crossbar",
    "Ends",
    "MemristorCells",
    "MemristorCrossbar",
    "OhmicCells",
    "RectifyingCells",
    "Scheme",
    "SelectedCells",
    "SelectorCells",
    "SelectorPart",
    "SinhCells",
    "Solution",
    "Wires",
    "gated",
    "ideal_product",
    "multiply",
    "read_bias",
    "read_cell",
]
