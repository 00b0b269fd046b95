"""A chip whose cells are a crossbar: all lines as one network, with what creeps through cells on lines that float."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from math import inf
from typing import NamedTuple

import numpy as np
from scipy import optimize

from labkit.core import FloatArray, IntArray, LabkitError
from labkit_sim._chip import Wired
from labkit_sim._nets import Cell, Lead, Node
from labkit_sim._surroundings import Surroundings
from labkit_sim.crossbar import (
    Bias,
    Course,
    Crossbar,
    Ends,
    MemristorCells,
    SelectedCells,
    SelectorPart,
    Solution,
    Wires,
)
from labkit_sim.devices import OPEN, Defect, Device, Memristor, Resistor

_WORD, _BIT = "top", "bottom"
"""The terminals of a cell on its word line and on its bit line."""
_OVER = 1e-9
"""Of a limit: a current that is over by less is at it."""
_CLOSE = 1e-11
"""How near (V) the voltage of a source at its limit is found."""
_PASSES = 3
"""How often the sources at their limits are put right in turn: what one does moves the others."""


class LineNetwork(NamedTuple):
    """What a crossbar is made of beside its cells."""

    wires: Wires
    selector: SelectorPart | None = None


class LineNode(Node):
    """The end of a line: a column of the matrix with all cells of the line behind it."""

    __slots__ = ("_chip", "is_word", "place")

    def __init__(self, name: str, chip: "CrossbarChip", is_word: bool, place: int) -> None:
        super().__init__(name, switched=True)
        self._chip = chip
        self.is_word = is_word
        self.place = place

    def forget(self) -> None:
        """Work out anew what stands on the line, and with it on all others, when somebody asks."""
        super().forget()
        self._chip.changed()

    def _into_cells(self, offsets: FloatArray) -> tuple[FloatArray, FloatArray]:
        return self._chip.into_line(self, offsets)


class CrossbarChip(Wired):
    """Cells at the crossings of word lines (their `top`) and bit lines (`bottom`), solved node by node.

    Every line counts, connected or not. A source behind a resistance has it towards each line alone; a source with a
    limit delivers no more than that to all its lines together. Light does not act on the cells. Raises LabkitError for
    cells that are no memristors, resistors or dead, or that do not make a full crossbar.
    """

    def __init__(
        self,
        devices: Mapping[str, Device],
        pads: Mapping[str, Mapping[str, str]],
        surroundings: Surroundings,
        network: LineNetwork,
    ) -> None:
        self._devices = {name: _cell_device(name, devices[name]) for name in pads}
        words, bits = (list(dict.fromkeys(on[end] for on in pads.values() if end in on)) for end in (_WORD, _BIT))
        crossings = {(on.get(_WORD, ""), on.get(_BIT, "")): name for name, on in pads.items()}
        if len(crossings) != len(words) * len(bits) or len(pads) != len(crossings) or set(words) & set(bits):
            raise LabkitError(
                "the cells behind the switch are no crossbar: one at each crossing of a word and a bit line",
                "leave `cells` out of the switch, or `crossbar` out of the virtual chip",
            )
        lines = [LineNode(f"word line {column}", self, True, k) for k, column in enumerate(words)]
        lines += [LineNode(f"bit line {column}", self, False, k) for k, column in enumerate(bits)]
        super().__init__({end: Node(end) for end in (_WORD, _BIT)}, dict(zip(words + bits, lines, strict=True)))
        self.names = tuple(pads)
        grid = [[self._devices[crossings[word, bit]] for bit in bits] for word in words]
        self.cells = MemristorCells(grid, network.selector)
        self._lines = lines
        self._wires = network.wires
        self._surroundings = surroundings
        self._course: Course | None = None
        self._seen: tuple[FloatArray, Ends] | None = None

    @property
    def only_cell(self) -> Cell:
        """No cell of a crossbar stands alone; raises LookupError."""
        raise LookupError(f"there are {len(self.names)} cells; ask for one by its name")

    def device_of(self, cell: str, now: int) -> Device:
        """Give the device of a cell, in the state of the latest change."""
        self.cells.give_back()
        return self._devices[cell]

    def settle(self, nodes: Collection[Node], now: int) -> None:
        """Take note that lines were joined or parted."""
        self.changed()

    def changed(self) -> None:
        """Work out anew what stands on all lines when somebody asks."""
        self._course = self._seen = None

    def advance(self, duration: int) -> None:
        """Let a time (ns) pass under what stands on the lines."""
        self._begun().settle(duration * 1e-9)
        self.changed()

    def into_line(self, line: LineNode, offsets: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the voltage (V) at the end of a line and the current (A) into it, at offsets (s) from the change."""
        ends, place = self._ends(offsets), line.place
        if line.is_word:
            levels, potentials, current = ends.word_levels, ends.word_potentials, ends.word_currents[:, place]
        else:
            levels, potentials, current = ends.bit_levels, ends.bit_potentials, -ends.bit_currents[:, place]
        if not line.feeds or np.isnan(levels[:, place]).any():
            return potentials[:, place], np.zeros(len(offsets))
        return levels[:, place] - line.feeds[0][1].resistance * current, current

    def _ends(self, offsets: FloatArray) -> Ends:
        """Remember the latest: a lead on many lines asks for all of them at the same instants."""
        if self._seen is None or not np.array_equal(self._seen[0], offsets):
            self._seen = offsets, self._begun().along(offsets)
        return self._seen[1]

    def _begun(self) -> Course:
        if self._course is None:
            self._course = Course(self.cells, self._solve, self._surroundings.climate.temperature)
        return self._course

    def _solve(self, cells: SelectedCells, near: Solution | None) -> Solution:
        crossbar = Crossbar(cells, self._wires)
        found = crossbar.solve(self._bias(), near)
        limited = [lead for lead in self._sources() if lead.drive is not None and 0 < lead.drive.limit < inf]
        for _ in range(_PASSES):
            before = found
            for lead in limited:
                found = self._within(crossbar, found, lead)
            if found is before:
                break
        return found

    def _sources(self) -> list[Lead]:
        return list(dict.fromkeys(line.feeds[0][0] for line in self._lines if line.feeds))

    def _bias(self) -> Bias:
        """Give what drives each line; a source that can deliver nothing lets its line float."""
        drives = [line.feeds[0][1] if line.feeds and line.feeds[0][1].limit > 0 else None for line in self._lines]
        levels = np.array([np.nan if drive is None else drive.voltage for drive in drives])
        resistances = np.array([0.0 if drive is None else drive.resistance for drive in drives])
        words = self.cells.shape[0]
        return Bias(levels[:words], levels[words:], resistances[:words], resistances[words:])

    def _within(self, crossbar: Crossbar, found: Solution, lead: Lead) -> Solution:
        """Lower the voltage of a source until it delivers its limit; a passive network draws less, the lower it is."""
        drive = lead.drive or OPEN
        fed = np.array([bool(line.feeds) and line.feeds[0][0] is lead for line in self._lines])
        own = (np.flatnonzero(fed[: len(found.bias.words)]), np.flatnonzero(fed[len(found.bias.words) :]))
        levels = np.concatenate([found.bias.words, found.bias.bits])
        full = found if np.all(levels[fed] == drive.voltage) else _at(crossbar, found, own, drive.voltage)
        flows = _delivered(full, own)
        if abs(flows) <= drive.limit * (1 + _OVER):
            return full
        bound = float(np.copysign(drive.limit, flows))

        def over(voltage: float) -> float:
            return _delivered(_at(crossbar, full, own, voltage), own) / bound - 1

        other = float(np.nanmin(levels) if flows > 0 else np.nanmax(levels))
        level = optimize.brentq(over, other, drive.voltage, xtol=_CLOSE, rtol=_CLOSE)
        return _at(crossbar, full, own, float(level))


def _at(crossbar: Crossbar, near: Solution, own: tuple[IntArray, IntArray], voltage: float) -> Solution:
    """Solve with some lines at another voltage (V)."""
    words, bits = near.bias.words.copy(), near.bias.bits.copy()
    words[own[0]], bits[own[1]] = voltage, voltage
    return crossbar.solve(replace(near.bias, words=words, bits=bits), near)


def _delivered(found: Solution, own: tuple[IntArray, IntArray]) -> float:
    """Give what a source delivers into its word and bit lines (A)."""
    return float(np.sum(found.word_currents[own[0]]) - np.sum(found.bit_currents[own[1]]))


def _cell_device(name: str, device: Device) -> Memristor | Defect | Resistor:
    if not isinstance(device, Memristor | Defect | Resistor):
        raise LabkitError(
            f"cell {name} is a {type(device).__name__}: crossbars are solved for memristors and resistors",
            "choose a preset of the memristor family, or leave `crossbar` out of the virtual chip",
        )
    return device
