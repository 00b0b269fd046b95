"""What the TSP switch mainframes share: slots, channels, patterns, scans, triggers, and no measurement."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from labkit_sim._station import Station
from labkit_sim._switchboard import Contact
from labkit_sim.switching._cards import CardModel, channels_of, fitted
from labkit_sim.switching._channel_lists import ChannelTable
from labkit_sim.switching._channels import Channels
from labkit_sim.switching._patterns import pattern_node
from labkit_sim.switching._scan import Scan
from labkit_sim.switching._slots import memory_node, slot_node
from labkit_sim.tsp import Node, TriggerSystem, TspInstrument, Value, flag, integer


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
        self._publish_interfaces()

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

    def _publish_interfaces(self) -> None:
        """Publish what says how the instrument is reached, and set-ups, which are neither saved nor recalled."""
        interfaces = Node()
        for name in ("gpib", "lan", "usb"):
            interfaces.child(name).setting("enable", True, flag)
        self.publish("comm", interfaces)
        gpib = Node()
        gpib.setting("address", self.GPIB_ADDRESS, lambda value: integer(value, 0, 30))
        self.publish("gpib", gpib)
        lan = Node()
        lan.function("reset", lambda *_: None)
        lan.child("status").attribute("ipaddress", lambda: "127.0.0.1")
        self.publish("lan", lan)
        setup = Node()
        setup.function("save", lambda *_: None)
        setup.function("recall", self._recall)
        self.publish("setup", setup)

    def _recall(self, source: Value = None, *_: Value) -> None:
        self.reset_all()


def _worst(contacts: Sequence[Contact]) -> Contact:
    """Give the data sheet that holds for every card."""
    return Contact(
        max((contact.resistance for contact in contacts), default=1.0),
        max((contact.offset_current for contact in contacts), default=1e-12),
    )
