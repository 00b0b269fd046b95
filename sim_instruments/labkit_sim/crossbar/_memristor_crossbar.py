"""A crossbar that is written and read: memristors between wires, moved by the voltages that reach them."""

from labkit.core import FloatArray
from labkit_sim.crossbar._course import Course
from labkit_sim.crossbar._crossbar import Crossbar, Solution
from labkit_sim.crossbar._memristor_cells import MemristorCells
from labkit_sim.crossbar._read import CellRead, Scheme, read_bias, read_cell
from labkit_sim.crossbar._selected_cells import SelectedCells
from labkit_sim.crossbar._wires import IDEAL_WIRES, Bias, Wires
from labkit_sim.devices import ROOM_TEMPERATURE


class MemristorCrossbar:
    """State-space cells between wires: what drives the lines moves all cells, each by the voltage that reaches it.

    Pulses on one cell disturb its neighbours by what the scheme leaves on the other lines, drop along the wires, and
    creep through other cells where lines float.
    """

    def __init__(self, cells: MemristorCells, wires: Wires = IDEAL_WIRES) -> None:
        self.cells = cells
        self.wires = wires

    @property
    def conductances(self) -> FloatArray:
        """G (S) of each cell in the limit of low voltage, word lines x bit lines, without its selector."""
        return self.cells.conductances

    def now(self) -> Crossbar:
        """Give the crossbar as its cells conduct now."""
        return Crossbar(self.cells.at(self.cells.levels), self.wires)

    def course(self, bias: Bias, temperature: float = ROOM_TEMPERATURE) -> Course:
        """Look ahead under a bias that stays; at a temperature (K)."""

        def solve(cells: SelectedCells, near: Solution | None) -> Solution:
            return Crossbar(cells, self.wires).solve(bias, near)

        return Course(self.cells, solve, temperature)

    def hold(self, bias: Bias, duration: float, temperature: float = ROOM_TEMPERATURE) -> None:
        """Let a time (s) pass under a bias, at a temperature (K)."""
        self.course(bias, temperature).settle(duration)

    def pulse(self, scheme: Scheme, word: int, bit: int, voltage: float, width: float) -> None:
        """Put a voltage (V) on a cell for a time (s), its word line over its bit line, under a scheme for the others.

        The lines are at 0 V before and after: a write begins and ends with the pulse.
        """
        self.hold(read_bias(scheme, self.cells.shape, word, bit, voltage), width)
        self.hold(read_bias(Scheme.GROUNDED, self.cells.shape, word, bit, 0.0), 0.0)

    def read(self, scheme: Scheme, word: int, bit: int, voltage: float) -> CellRead:
        """Read a cell at a voltage (V) under a scheme for the other lines; takes no time."""
        return read_cell(self.now(), scheme, word, bit, voltage)
