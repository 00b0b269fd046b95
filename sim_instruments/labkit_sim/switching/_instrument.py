"""What the TSP switch mainframes share: slots, channels, patterns, scans, triggers, and no measurement."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from labkit_sim._station import Station
from labkit_sim._switchboard import Contact
from labkit_sim.switching._cards import CardModel, channels_of, fitted
from labkit_sim.switching._channel_lists import ChannelTable
from labkit_sim.switching._channels import Channels
from labkit_sim.switching._interfaces import publish_interfaces
from labkit_sim.switching._patterns import pattern_node
from labkit_sim.switching._scan import Scan
from labkit_sim.switching._slots import memory_node, slot_node
from labkit_sim.tsp import Node, TriggerSystem, TspInstrument


class SwitchMainframe(TspInstrument):
    """A mainframe with switch cards. Option `cards` names those in its slots: `7072,,7174A`."""

    PRECISION: ClassVar[int] = 10
    CARDS: ClassVar[Mapping[str, CardModel]] = {}
    DEFAULT_CARDS: ClassVar[Sequence[str]] = ()
    GPIB_ADDRESS: ClassVar[int] = 16

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        cards = fitted(str(station.options.get("cards", "")), self.DEFAULT_CARDS, self.CARDS)
        channels = [channel for slot, card in enumerate(cards, 1) if card for channel in channels_of(slot, card)]
        self.table = ChannelTable(channels, len(cards))
        self.channels = Channels(station, self.table)
        self.triggers = TriggerSystem(station, self.interpreter)
        self.scan = Scan(self, self.channels, self.triggers.board)
        station.switchboard.fit(_worst([card.contact for card in cards if card]))
        self.publish("channel", self.channel_node())
        self.publish("slot", slot_node(cards, station.serial))
        self.publish("scan", self.scan.node())
        self.publish("memory", memory_node())
        self.publish("trigger", self.triggers.trigger_node())
        self.publish("digio", self.triggers.digital_node())
        publish_interfaces(self, self.GPIB_ADDRESS)

    def channel_node(self) -> Node:
        """Give the table `channel`."""
        node = self.channels.node()
        node.child("pattern", pattern_node(self.channels, self.interpreter))
        return node

    def reset(self) -> None:
        """Open all channels and take the settings of `reset()`; patterns go."""
        super().reset()
        self.scan.reset()
        self.triggers.reset()
        self.table.patterns.clear()
        self.begin_operation(self.channels.reset())

    def trigger(self) -> None:
        """Act on `*TRG` or a trigger from the bus."""
        super().trigger()
        self.triggers.command_trigger()


def _worst(contacts: Sequence[Contact]) -> Contact:
    """Give the data sheet that holds for every card."""
    return Contact(
        max((contact.resistance for contact in contacts), default=1.0),
        max((contact.offset_current for contact in contacts), default=1e-12),
    )
