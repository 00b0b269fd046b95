"""Channel lists as a client writes them: `1A01, 1A03:1A05; slot2, allslots, mypattern`."""

from collections.abc import Mapping, Sequence

from labkit_sim.switching._cards import Channel
from labkit_sim.tsp import TspError

# The error summary list of the 700B was not at hand: its numbers for these cases are not known.
INVALID_CHANNEL = 1115
FORBIDDEN_CHANNEL = 1116


def invalid(what: str) -> TspError:
    """Give the error for what is no channel, slot or pattern."""
    return TspError(INVALID_CHANNEL, f"Channel list: {what}")


class ChannelTable:
    """All channels of an instrument by name, in ascending order, and the patterns that name several."""

    def __init__(self, channels: Sequence[Channel], slots: int) -> None:
        self.channels = tuple(channels)
        self.patterns: dict[str, tuple[Channel, ...]] = {}
        self._slots = slots
        self._places: Mapping[str, int] = {channel.name: place for place, channel in enumerate(channels)}

    def parts(self, text: str, slots: bool = True, patterns: bool = True) -> list[tuple[Channel, ...]]:
        """Read a list, the channels of each of its parts by themselves; nothing in it gives no parts.

        `slots` and `patterns` tell what may stand in it. Raises TspError for anything else.
        """
        return [self._part(word, slots, patterns) for word in _words(text)]

    def read(self, text: str, slots: bool = True, patterns: bool = True) -> list[Channel]:
        """Read a list, each channel once, in the order of the list."""
        return list(dict.fromkeys(channel for part in self.parts(text, slots, patterns) for channel in part))

    def steps(self, text: str) -> list[tuple[Channel, ...]]:
        """Read a list as the steps of a scan: each channel is one, and so is each pattern."""
        found: list[tuple[Channel, ...]] = []
        for word in _words(text):
            part = self._part(word, slots=True, patterns=True)
            found += [part] if word in self.patterns else [(channel,) for channel in part]
        return found

    def in_order(self, channels: Sequence[Channel] | frozenset[Channel] | set[Channel]) -> list[Channel]:
        """Put channels in ascending order."""
        return sorted(channels, key=lambda channel: self._places[channel.name])

    def _part(self, word: str, slots: bool, patterns: bool) -> tuple[Channel, ...]:
        if word in self.patterns:
            if not patterns:
                raise invalid(f"channel pattern {word} not allowed")
            return self.patterns[word]
        lower = word.lower()
        if lower == "allslots" or (lower.startswith("slot") and lower[4:].isdigit()):
            if not slots:
                raise invalid(f"{word} not allowed")
            return self.channels if lower == "allslots" else self._of_slot(int(lower[4:]))
        first, colon, last = word.partition(":")
        begin = self._place(first)
        end = self._place(last) if colon else begin
        if end < begin:
            raise invalid(f"range {word} is not ascending")
        return self.channels[begin : end + 1]

    def _of_slot(self, slot: int) -> tuple[Channel, ...]:
        found = tuple(channel for channel in self.channels if channel.slot == slot)
        if not found:
            raise invalid(f"slot {slot} is empty" if 1 <= slot <= self._slots else f"there is no slot {slot}")
        return found

    def _place(self, name: str) -> int:
        found = self._places.get(name.strip().upper())
        if found is None:
            raise invalid(f"{name.strip() or 'nothing'} is no channel")
        return found


def _words(text: str) -> list[str]:
    words = [word.strip() for word in text.replace(";", ",").split(",")]
    return [] if words == [""] else words
