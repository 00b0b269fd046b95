"""Firmware of the Keithley 707B and 708B switching matrices.

Commands as in the 707B/708B reference manual (707B-901-01), sections 2, 3 and 7. Assumed: the numbers and texts of
errors about channels, the form of `*IDN?` and of `channel.getdelay()`, contact data of the cards, 4 ms for every relay.
Not simulated: the command set of the 707A and 708A, pseudocards, TSP-Link, saved set-ups, labels, front panel.
"""

from labkit_sim._switchboard import Contact
from labkit_sim.switching._cards import CardModel
from labkit_sim.switching._instrument import SwitchMainframe

CARDS = {
    card.model: card
    for card in (
        CardModel("7072", "8x12 Semi Matrix", "01.00a", "ABCDEFGH", 12, Contact(3.5, 1e-12)),
        CardModel("7072-HV", "8x12 High Voltage Semi Matrix", "01.00a", "ABCDEFGH", 12, Contact(3.5, 1e-12)),
        CardModel("7172", "8x12 Low Current Matrix", "01.00a", "ABCDEFGH", 12, Contact(2.0, 5e-13)),
        CardModel("7174A", "8x12 Low Current Matrix", "01.00a", "ABCDEFGH", 12, Contact(1.0, 1e-13)),
    )
}


class Keithley707B(SwitchMainframe):
    """A 707B: six slots. Rows of the bench's switch are "A" to "H", its columns "1" to "72" over the slots."""

    IDENTITY = "KEITHLEY INSTRUMENTS INC.,MODEL 707B,{serial},01.40b"
    MODEL = "707B"
    REVISION = "01.40b"
    CARDS = CARDS
    DEFAULT_CARDS = ("7072",) * 6


class Keithley708B(SwitchMainframe):
    """A 708B: one slot. Columns of the bench's switch are "1" to "12"."""

    IDENTITY = "KEITHLEY INSTRUMENTS INC.,MODEL 708B,{serial},01.40b"
    MODEL = "708B"
    REVISION = "01.40b"
    CARDS = CARDS
    DEFAULT_CARDS = ("7072",)
