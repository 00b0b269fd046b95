"""The cells of a virtual bench, and the leads that reach them."""

from collections.abc import Iterable, Mapping
from functools import partial
from math import inf

import numpy as np

from labkit.core import FloatArray
from labkit_sim._nets import Cell, Lead, Node
from labkit_sim._surroundings import Surroundings
from labkit_sim.devices import Device, Drive

THE_DEVICE = "device"
"""Name of the only cell of a bench without a switch."""


class Wired:
    """Leads and what they reach: `terminals` are nodes that they go to directly, `columns` those of a switch matrix."""

    def __init__(self, terminals: Mapping[str, Node], columns: Mapping[str, Node]) -> None:
        self.leads: dict[str, Lead] = {}
        self.terminals = terminals
        self.columns = columns

    def lead(self, name: str) -> Lead:
        """Give the lead of a name; a new one goes to the terminal of that name, or to nothing."""
        if name not in self.leads:
            self.add(Lead(name), self.terminals.get(name))
        return self.leads[name]

    def add(self, lead: Lead, node: Node | None) -> None:
        """Add a lead, to a node or to nothing yet."""
        self.leads[lead.name] = lead
        if node is not None:
            lead.join(node)

    def trace(self, name: str, offsets: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give voltage (V) and current (A) of a lead, or else of the terminal of that name."""
        lead, node = self.leads.get(name), self.terminals.get(name)
        if lead is not None:
            return lead.trace(offsets)
        if node is not None:
            return node.trace(offsets)
        return np.zeros(len(offsets)), np.zeros(len(offsets))

    def drive(self, name: str) -> Drive | None:
        """Give what an output does with a lead, or else with the terminal of that name; None when it is off."""
        lead, node = self.leads.get(name), self.terminals.get(name)
        if lead is not None:
            return lead.drive if lead.driven else None
        found = [each.drive for each, _ in node.feeds if each.driven] if node else []
        return found[0] if found else None


class Chip(Wired):
    """Cells by name, each between the nodes of its own terminals.

    `active` are the cells that are connected; the others are at rest. Cells that share a lead share its limit as their
    currents stand when something changes, but each sees its resistance alone. Sources of different voltage that meet on
    one node do not share their limits: each keeps its own towards every node. What creeps through cells on lines that
    float is left out; a `CrossbarChip` has it.
    """

    def __init__(
        self,
        devices: Device | Mapping[str, Device],
        pads: Mapping[str, Mapping[str, str]],
        surroundings: Surroundings,
    ) -> None:
        if not isinstance(devices, Mapping):
            devices = {next(iter(pads), THE_DEVICE): devices}
        self.cells = {name: Cell(name, partial(devices.__getitem__, name), surroundings) for name in devices}
        terminals = next(iter(self.cells.values())).device.terminals
        super().__init__(
            {name: Node(name) for name in terminals},
            {column: Node(f"column {column}", switched=True) for on in pads.values() for column in on.values()},
        )
        self.active: list[Cell] = []
        for name, cell in self.cells.items():
            on = pads.get(name, {})
            for terminal in terminals:
                cell.place(terminal, self.columns[on[terminal]] if terminal in on else self.terminals[terminal])
            self._settle(cell, 0)

    @property
    def only_cell(self) -> Cell:
        """The cell of a bench that has one; raises LookupError."""
        if len(self.cells) > 1:
            raise LookupError(f"there are {len(self.cells)} cells; ask for one by its name")
        return next(iter(self.cells.values()))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the cells."""
        return tuple(self.cells)

    def device_of(self, cell: str, now: int) -> Device:
        """Give the device of a cell: as of now (ns) when nothing is connected to it, else as of the latest change."""
        found = self.cells[cell]
        found.catch_up(now)
        return found.device

    def advance(self, duration: int) -> None:
        """Let a time (ns) pass for all that is connected."""
        for cell in self.active:
            cell.advance(duration)

    def settle(self, nodes: Iterable[Node], now: int) -> None:
        """Follow the cells on nodes from now on, or leave them at rest, as they are now connected."""
        for node in nodes:
            for cell in node.cells:
                self._settle(cell, now)

    def _settle(self, cell: Cell, now: int) -> None:
        connected = cell.connected
        if connected != cell.active:
            cell.follow(connected, now)
            if connected:
                self.active.append(cell)
            else:
                self.active.remove(cell)

    def changed(self) -> None:
        """Work out anew what reaches each cell, after something did that acts on cells which may share a lead."""
        if len(self.active) > 1 or any(cell.limits for cell in self.active):
            allotted: dict[str, dict[str, float]] = {cell.name: {} for cell in self.active}
            for lead in self.leads.values():
                if lead.drive is not None and lead.drive.limit < inf and len(lead.fed()) > 1:
                    for (cell, terminal), limit in zip(lead.fed(), _shares(lead), strict=True):
                        allotted[cell.name][terminal] = limit
            for cell in self.active:
                cell.limits = allotted[cell.name]
        for cell in self.active:
            cell.forget()


def _shares(lead: Lead) -> list[float]:
    """Divide a lead's limit (A): what each cell draws and all that is over, or its part where nothing is over."""
    limit = lead.drive.limit if lead.drive is not None else 0.0
    currents = [cell.unlimited_current(terminal) for cell, terminal in lead.fed()]
    over = limit - sum(currents)
    return [current + over if over >= 0 else limit * current / sum(currents) for current in currents]
