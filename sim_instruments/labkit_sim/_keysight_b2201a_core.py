"""What the commands of a B2200 stand on: its cards, its relays, and how a command names a card."""

from collections.abc import Generator
from typing import ClassVar

from labkit_sim._errors import ErrorEntry, ScpiError
from labkit_sim._instrument import ScpiInstrument
from labkit_sim._keysight_b2201a_card import Card, Route, cards_of, read_channels
from labkit_sim._process import Task, Wish
from labkit_sim._relays import Order, Relays
from labkit_sim._scpi import Reply
from labkit_sim._scpi_data import Call
from labkit_sim._station import Station
from labkit_sim._switchboard import Contact

SLOTS = 4
CONTACT = Contact(resistance=1.5, offset_current=1e-13)
"""Of a B2211A module; recalled, not verified."""


class MatrixCore(ScpiInstrument):
    """The state of the mainframe: `cards` are one in auto configuration, else one for each module."""

    IDENTITY: ClassVar[str] = "AGILENT,{model},0,A.01.00"

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self.model = str(station.options.get("model", "B2201A"))
        self.modules = int(station.options.get("modules", SLOTS))
        station.switchboard.fit(CONTACT)
        self._relays = Relays(station)
        self.memories: dict[int, tuple[bool, list[Card]]] = {}
        self.comments: dict[int, str] = {}
        self.tested: set[str] = set()
        self._power_on()

    def _power_on(self) -> None:
        self.automatic = True
        self.cards = cards_of(self.modules, self.automatic)
        self.port_symbols: dict[int, str] = {}

    def identity(self) -> str:
        """Give the answer to `*IDN?`."""
        return self.IDENTITY.format(model=self.model)

    def reset(self) -> None:
        """Open all relays and take the settings of `*RST`."""
        self._power_on()
        self.follow(Order.BREAK_FIRST)

    def format_error(self, entry: ErrorEntry | None) -> str:
        """Write an entry of the error queue with its sign."""
        return f'{entry.code:+d},"{entry.message}"' if entry else '+0,"No error"'

    def follow(self, order: Order) -> Reply:
        """Move the relays to what the cards ask for; later commands wait until they have settled."""
        wanted = {crosspoint for card in self.cards for crosspoint in card.crosspoints()}
        task = self._relays.move(self._relays.closed - wanted, wanted, order)
        return None if task is None else _settled(task)

    def closed(self, card: Card) -> set[Route]:
        """Give the connections of a card as its relays are driven."""
        found = ((int(point.row), int(point.column) - card.first) for point in self._relays.closed)
        return {(number, output) for number, output in found if 1 <= output <= card.outputs}

    def chosen(self, call: Call) -> list[Card]:
        """Read a card number or ALL; raises ScpiError -222 for a card that is not there."""
        if call.text(0).upper() == "ALL":
            return self.cards
        number = call.integer(0, 0, SLOTS)
        found = [card for card in self.cards if card.number == number]
        if not found:
            raise ScpiError(-222)
        return found

    def asked(self, call: Call) -> Card:
        """Read the card number of a query, where ALL is not available."""
        if call.text(0).upper() == "ALL":
            raise ScpiError(-224)
        return self.chosen(call)[0]

    def channels(self, call: Call) -> list[tuple[Card, Route]]:
        """Read a channel list."""
        return read_channels(call.text(0), self.cards)


def _settled(task: Task) -> Generator[Wish, None, None]:
    yield task


def flags(values: list[bool]) -> str:
    """Write truth values as the instrument does."""
    return ",".join("1" if value else "0" for value in values)
