"""Leads of instruments, the nodes where they meet, and the cells of a chip between the nodes.

A node is a terminal of the device, or a column of a switch matrix with the pads of one or more cells on it. The
stiffest source on a node gives it its voltage, behind that source's resistance and the contacts on the way.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import reduce
from math import inf

import numpy as np

from labkit.core import FloatArray
from labkit_sim._surroundings import Climate, Surroundings
from labkit_sim.devices import GROUND, OPEN, Device, Drive, Stimulus, Trace

_LEAST_RESISTANCE = 1e-3
"""Between two sources on one node (ohm): no leads have less."""


class Lead:
    """A cable from one output.

    `drive` is what that output does, None when it is off; a grounded lead has no output. `nodes` are what it reaches,
    each with the resistance (ohm) of the contacts on the way; `offset` (A) leaks into it from open contacts.
    """

    __slots__ = ("drive", "grounded", "name", "nodes", "offset")

    def __init__(self, name: str, grounded: bool = False) -> None:
        self.name = name
        self.grounded = grounded
        self.drive: Drive | None = GROUND if grounded else None
        self.nodes: dict[Node, float] = {}
        self.offset = 0.0

    @property
    def driven(self) -> bool:
        """Whether an output drives it."""
        return self.drive is not None and not self.grounded

    def set_drive(self, drive: Drive | None) -> None:
        """Drive all that the lead reaches from now on."""
        self.drive = drive
        for node in self.nodes:
            node.forget()

    def join(self, node: "Node", resistance: float = 0.0) -> None:
        """Connect the lead with a node."""
        self.nodes[node] = resistance
        node.leads.append(self)
        node.forget()

    def part(self, node: "Node") -> None:
        """Disconnect the lead from a node."""
        if node in self.nodes:
            del self.nodes[node]
            node.leads.remove(self)
            node.forget()

    def fed(self) -> list[tuple["Cell", str]]:
        """Give the cells that live on the lead, each with its terminal."""
        return [found for node in self.nodes if node.feeds and node.feeds[0][0] is self for found in node.active]

    def trace(self, offsets: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give voltage (V) and current (A) at the output, the latter into the chip."""
        traces = [(resistance, node.trace(offsets, self)) for node, resistance in self.nodes.items()]
        if not traces:
            emf = 0.0 if self.drive is None else self.drive.voltage
            return np.full(len(offsets), emf), np.full(len(offsets), self.offset)
        resistance, (voltage, current) = traces[0]
        if resistance:
            voltage = voltage + resistance * current
        for _, (_, more) in traces[1:]:
            current = current + more
        return voltage, current + self.offset if self.offset else current


Feed = tuple[Lead, Drive]
"""A lead that drives a node, and what arrives of it there."""


class Node:
    """Where leads meet pads.

    `switched` is a column of a matrix, whose pads float while no contact is closed. `cells` are all that have a pad
    here, `active` those that more than this pad connects, with the terminal that is on it.
    """

    __slots__ = ("_feeds", "active", "cells", "leads", "name", "switched")

    def __init__(self, name: str, switched: bool = False) -> None:
        self.name = name
        self.switched = switched
        self.leads: list[Lead] = []
        self.cells: list[Cell] = []
        self.active: list[tuple[Cell, str]] = []
        self._feeds: list[Feed] | None = None

    @property
    def feeds(self) -> list[Feed]:
        """The leads that drive the node, the stiffest first, each with its resistance up to the node."""
        if self._feeds is None:
            self._feeds = [
                (lead, replace(lead.drive, resistance=lead.drive.resistance + path) if path else lead.drive)
                for lead, path in ((lead, lead.nodes[self]) for lead in self.leads)
                if lead.drive is not None
            ]
            if len(self._feeds) > 1:
                winner = reduce(_stiffer, self._feeds)
                self._feeds.remove(winner)
                self._feeds.insert(0, winner)
        return self._feeds

    @property
    def drive(self) -> Drive | None:
        """What a pad on the node feels; None where no wire leads to it."""
        if self.feeds:
            return self.feeds[0][1]
        return OPEN if self.leads or self.switched else None

    @property
    def drive_at_rest(self) -> Drive | None:
        """What a pad on the node feels while nothing that may change reaches its cell."""
        if self.switched:
            return OPEN
        return GROUND if any(lead.grounded for lead in self.leads) else OPEN if self.leads else None

    def forget(self) -> None:
        """Work out anew what stands on the node when somebody asks."""
        self._feeds = None
        for cell, _ in self.active:
            cell.forget()

    def trace(self, offsets: FloatArray, lead: Lead | None = None) -> tuple[FloatArray, FloatArray]:
        """Give the voltage (V) and the current (A) into the cells, or what of it comes from one lead."""
        feeds = self.feeds
        voltage, current = self._into_cells(offsets)
        if lead is None or (len(feeds) == 1 and feeds[0][0] is lead):
            return voltage, current
        forced = {weaker: _forced(drive, voltage) for weaker, drive in feeds[1:]}
        if feeds and feeds[0][0] is lead:
            return voltage, current - sum(forced.values())
        return voltage, forced.get(lead, np.zeros(len(offsets)))

    @property
    def _resting_level(self) -> float:
        """Give the voltage (V) of a node that no current flows into: its source's, or what comes through its cells."""
        through = (node for cell in self.cells for node in cell.nodes.values())
        return next((node.feeds[0][1].voltage for node in (self, *through) if node.feeds), 0.0)

    def _into_cells(self, offsets: FloatArray) -> tuple[FloatArray, FloatArray]:
        if not self.active:
            return np.full(len(offsets), self._resting_level), np.zeros(len(offsets))
        first, terminal = self.active[0]
        voltage, current = first.trace(offsets)[terminal]
        for cell, terminal in self.active[1:]:
            current = current + cell.trace(offsets)[terminal][1]
        return voltage, current


class Cell:
    """One device of the chip and the nodes that its terminals are on.

    The device is made when it is first needed. A cell that a matrix connects by one pad or none carries no current and
    is at rest: nothing is done for it until it is looked at, and then it is brought through all the light that it saw
    meanwhile. `limits` (A) are what is left for it at terminals whose source other cells share.
    """

    __slots__ = ("_device", "_make", "_since", "_stimulus", "_surroundings", "active", "limits", "name", "nodes")

    def __init__(self, name: str, make: Callable[[], Device], surroundings: Surroundings) -> None:
        self.name = name
        self.nodes: dict[str, Node] = {}
        self.limits: dict[str, float] = {}
        self.active = False
        self._make = make
        self._device: Device | None = None
        self._surroundings = surroundings
        self._since = 0
        self._stimulus: Stimulus | None = None

    @property
    def device(self) -> Device:
        """The device, in the state of the latest change of what acts on it."""
        if self._device is None:
            self._device = self._make()
        return self._device

    @device.setter
    def device(self, device: Device) -> None:
        self._device = device

    def place(self, terminal: str, node: Node) -> None:
        """Put a terminal on a node."""
        self.nodes[terminal] = node
        node.cells.append(self)

    @property
    def connected(self) -> bool:
        """Whether anything but light can move the device: leads at two terminals, one of them more than ground.

        A cell that is on no column of a matrix always counts as connected.
        """
        nodes = self.nodes.values()
        if not any(node.switched for node in nodes):
            return True
        reached = [node for node in nodes if node.leads]
        return len(reached) > 1 and any(node.switched or not node.leads[0].grounded for node in reached)

    @property
    def stimulus(self) -> Stimulus:
        """All that acts on the device now."""
        if self._stimulus is None:
            drives = [(terminal, node.drive) for terminal, node in self.nodes.items()]
            if self.limits:
                drives = [(terminal, _within(drive, self.limits.get(terminal, inf))) for terminal, drive in drives]
            self._stimulus = self._under(drives, self._surroundings.climate)
        return self._stimulus

    def unlimited_current(self, terminal: str) -> float:
        """Give the magnitude of the current (A) at a terminal now, were the sources without limits."""
        drives = [(name, _unlimited(node.drive)) for name, node in self.nodes.items()]
        trace = self.device.trace(self._under(drives, self._surroundings.climate), np.zeros(1))
        return abs(float(trace[terminal][1][0]))

    def forget(self) -> None:
        """Work out the stimulus anew when somebody asks."""
        self._stimulus = None

    def trace(self, offsets: FloatArray) -> Trace:
        """Give voltage (V) and current (A) at each terminal at offsets (s) from the latest change."""
        return self.device.trace(self.stimulus, offsets)

    def advance(self, duration: int) -> None:
        """Let a time (ns) pass under the present stimulus."""
        self.device.advance(self.stimulus, duration * 1e-9)

    def catch_up(self, now: int) -> None:
        """Bring a cell that is at rest up to now (ns)."""
        if self.active:
            return
        drives = [(terminal, node.drive_at_rest) for terminal, node in self.nodes.items()]
        for climate, duration in self._surroundings.past(self._since, now):
            if duration > 0:
                self.device.advance(self._under(drives, climate), duration * 1e-9)
        self._since = now

    def _under(self, drives: Iterable[tuple[str, Drive | None]], climate: Climate) -> Stimulus:
        driven = {terminal: drive for terminal, drive in drives if drive is not None}
        return Stimulus(driven, climate.on(self.name), climate.temperature, climate.air)

    def follow(self, active: bool, now: int) -> None:
        """Begin to follow the cell at every change from now on, or leave it at rest."""
        self.catch_up(now)
        self.active = active
        self._since = now
        self.forget()
        for terminal, node in self.nodes.items():
            if active:
                node.active.append((self, terminal))
            else:
                node.active.remove((self, terminal))


def _within(drive: Drive | None, limit: float) -> Drive | None:
    return replace(drive, limit=limit) if drive is not None and limit < drive.limit else drive


def _unlimited(drive: Drive | None) -> Drive | None:
    return replace(drive, limit=inf) if drive is not None and drive.limit > 0 else drive


def _stiffer(first: Feed, second: Feed) -> Feed:
    """Give which of two sources on one node has its way: the one whose limit lasts, else the lower resistance."""
    between = max(first[1].resistance + second[1].resistance, _LEAST_RESISTANCE)
    flows = abs(first[1].voltage - second[1].voltage) / between
    first_gives_in, second_gives_in = flows > first[1].limit, flows > second[1].limit
    if first_gives_in and second_gives_in:
        return first if first[1].limit >= second[1].limit else second
    if first_gives_in or second_gives_in:
        return second if first_gives_in else first
    return first if first[1].resistance <= second[1].resistance else second


def _forced(drive: Drive, voltage: FloatArray) -> FloatArray:
    """Give what a weaker source delivers into a node that another holds at a voltage."""
    flows = (drive.voltage - voltage) / max(drive.resistance, _LEAST_RESISTANCE)
    limited: FloatArray = np.clip(flows, -drive.limit, drive.limit)
    return limited
