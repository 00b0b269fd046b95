"""Writes and light pulses: each has a strength, known beforehand, that it keeps from its beginning to its end."""

from collections.abc import Sequence
from typing import Protocol

from labkit_sim.devices._efficiency import EventEfficiency


class Strengths(Protocol):
    """Where the strengths of events come from; a kind is a number, such as the polarity of a write."""

    def strength(self, kind: int) -> float:
        """Give the strength that the next event of a kind will have."""
        ...

    def take(self, kind: int) -> float:
        """Begin an event of a kind and give its strength."""
        ...


class RandomStrengths:
    """Factors with mean 1, drawn one after another, whatever the kind (see `EventEfficiency`)."""

    def __init__(self, variation: float, seed: int | Sequence[int]) -> None:
        self._drawn = EventEfficiency(variation, seed)

    def strength(self, _: int) -> float:
        """Give the factor of the next event."""
        return self._drawn.next

    def take(self, _: int) -> float:
        """Begin an event: give its factor and go on to the next."""
        return self._drawn.take()


class Events:
    """What is going on of one sort: 0 for nothing, another number for each kind."""

    def __init__(self, strengths: Strengths) -> None:
        self._strengths = strengths
        self.kind = 0
        self.strength = 1.0

    def foreseen(self, kind: int) -> float:
        """Give the strength of what would be going on, were it of this kind from now."""
        if kind == 0:
            return 1.0
        return self.strength if kind == self.kind else self._strengths.strength(kind)

    def enter(self, kind: int) -> float:
        """Let something of this kind go on from now, and give its strength."""
        if kind != self.kind:
            self.kind, self.strength = kind, self._strengths.take(kind) if kind else 1.0
        return self.strength
