"""Firmware of the Keithley 3706A system switch without multimeter, with 3730 matrix cards.

Commands as in the Series 3700A reference manual, as far as the 707B has them too, and the analog backplane. Backplane
relays are opened and closed by name; those that `channel.setbackplane()` ties to a channel do not move with it.
"""

from labkit_sim._switchboard import Contact
from labkit_sim.switching._cards import CardModel, Channel
from labkit_sim.switching._channel_lists import invalid
from labkit_sim.switching._instrument import SwitchMainframe
from labkit_sim.tsp import Node, Value, text

CARDS = {
    "3730": CardModel(
        "3730",
        "6x16 High Density Matrix",
        "01.40h",
        "123456",
        16,
        Contact(1.5, 1e-10),
        backplane=("911", "912", "913", "914", "915", "916"),
        interlock=3,
    )
}


class Keithley3706A(SwitchMainframe):
    """A 3706A-SNFP: six slots, cards in the first three unless option `cards` says otherwise."""

    IDENTITY = "KEITHLEY INSTRUMENTS INC.,MODEL 3706A,{serial},01.56a"
    MODEL = "3706A"
    REVISION = "01.56a"
    CARDS = CARDS
    DEFAULT_CARDS = ("3730", "3730", "3730", "", "", "")

    def channel_node(self) -> Node:
        """Give the table `channel`."""
        node = super().channel_node()
        self._backplane: dict[Channel, str] = {}
        node.function("setbackplane", self._set_backplane)
        node.function("getbackplane", self._get_backplane)
        return node

    def _matrix_channels(self, channels: Value) -> list[Channel]:
        found = self.table.read(text(channels), patterns=False)
        if any(channel.crosspoint is None for channel in found):
            raise invalid("analog backplane relay not allowed")
        return found

    def _set_backplane(self, channels: Value = None, relays: Value = None, *_: Value) -> None:
        found = self._matrix_channels(channels)
        names = self.table.read(text(relays), slots=False, patterns=False)
        if any(relay.crosspoint is not None for relay in names):
            raise invalid("only analog backplane relays allowed")
        self._backplane |= dict.fromkeys(found, ",".join(relay.name for relay in names))

    def _get_backplane(self, channels: Value = None, *_: Value) -> str:
        return ";".join(self._backplane.get(channel, "") for channel in self._matrix_channels(channels))
