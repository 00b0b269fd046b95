"""The relays between rows (instruments) and columns (devices) of a bench, whoever's firmware moves them."""

from dataclasses import dataclass

from labkit.core import Crosspoint, Nanoseconds
from labkit_sim._nets import Lead
from labkit_sim._world import World

_COLD_VOLTAGE = 5e-3
_COLD_CURRENT = 5e-6
"""A contact that moves with less than both is switched cold: offsets of sources that are on at zero."""
_FRESH = (0.2, 1.0)
"""Contact resistances lie between these parts of the largest that the data sheet allows."""


@dataclass(frozen=True, slots=True)
class Contact:
    """The data sheet of a crosspoint: largest contact resistance (ohm), largest offset current (A) when open."""

    resistance: float = 1.0
    offset_current: float = 1e-12


@dataclass(frozen=True, slots=True)
class HotSwitch:
    """A contact that moved under load, at a time (ns): voltage (V) across it open, current (A) through it closed."""

    time: Nanoseconds
    crosspoint: Crosspoint
    closed: bool
    voltage: float
    current: float


class Switchboard:
    """The contacts of a switch matrix, as they really are now, and what they join in a world.

    Without a world they join nothing: a matrix that stands beside the bench. `hot_switches` tells of each contact that
    was moved under load.
    """

    def __init__(self, world: World | None = None) -> None:
        self._world = world
        self._closed: set[Crosspoint] = set()
        self._rows: dict[str, list[Lead]] = {}
        self._contact = Contact()
        self._drawn: dict[str, dict[str, tuple[float, float]]] = {}
        self.hot_switches: list[HotSwitch] = []

    @property
    def closed(self) -> frozenset[Crosspoint]:
        """The crosspoints that conduct."""
        return frozenset(self._closed)

    def fit(self, contact: Contact) -> None:
        """Take the contacts of the matrix's data sheet; each crosspoint is drawn within it, once for a seed."""
        self._contact = contact
        self._drawn.clear()
        for row in self._rows:
            self._leak(row)

    def plug(self, lead: Lead, row: str) -> None:
        """Put a lead on a row."""
        self._rows.setdefault(row, []).append(lead)
        self._leak(row)

    def set(self, crosspoint: Crosspoint, closed: bool) -> None:
        """Move one contact, now; the firmware lets the relay's time pass before it does."""
        if closed == (crosspoint in self._closed):
            return
        (self._closed.add if closed else self._closed.discard)(crosspoint)
        if self._world is not None and crosspoint.row in self._rows:
            self._move(self._world, crosspoint, closed)

    def _move(self, world: World, crosspoint: Crosspoint, closed: bool) -> None:
        leads, node = self._rows[crosspoint.row], world.chip.columns.get(crosspoint.column)
        before = world.at_node(node, leads) if node else (0.0, 0.0)

        def change() -> None:
            self._leak(crosspoint.row)
            for lead in leads:
                if node and closed:
                    lead.join(node, self._contacts(crosspoint.row)[crosspoint.column][0])
                elif node:
                    lead.part(node)

        world.rewire(change, [node] if node else [])
        after = world.at_node(node, leads) if node else (0.0, 0.0)
        sources = [lead.drive for lead in leads if lead.drive is not None]
        if sources:
            opened, joined = (before, after) if closed else (after, before)
            stiffest = min(sources, key=lambda drive: drive.resistance)
            self._judge(HotSwitch(world.now, crosspoint, closed, stiffest.voltage - opened[0], joined[1]))

    def _judge(self, move: HotSwitch) -> None:
        if abs(move.voltage) > _COLD_VOLTAGE or abs(move.current) > _COLD_CURRENT:
            self.hot_switches.append(move)

    def _leak(self, row: str) -> None:
        """Let the offset currents of the row's open contacts flow into its lead."""
        contacts = self._contacts(row)
        open_ones = (offset for column, (_, offset) in contacts.items() if Crosspoint(row, column) not in self._closed)
        self._rows[row][0].offset = sum(open_ones)

    def _contacts(self, row: str) -> dict[str, tuple[float, float]]:
        """Give resistance and offset current of each contact of a row."""
        if row not in self._drawn and self._world is not None:
            random = self._world.random(f"contacts of row {row}")
            self._drawn[row] = {
                column: (
                    self._contact.resistance * float(random.uniform(*_FRESH)),
                    self._contact.offset_current * float(random.uniform(-1.0, 1.0)),
                )
                for column in self._world.chip.columns
            }
        return self._drawn.get(row, {})
