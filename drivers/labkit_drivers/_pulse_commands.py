"""What the channels of all pulse generators are told, each family in its own words."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

LevelChange = tuple[str, float]
"""`HIGH` or `LOW`, and the level (V at the stated load)."""


class PulseCommands(ABC):
    """One channel of a generator: it always makes pulses in bursts, and rests at one of the two levels in between."""

    @abstractmethod
    def prepare(self, load: float) -> None:
        """Bring the channel into a known state: output off, load (ohm, inf for high) told, bursts armed by command."""

    @abstractmethod
    def limit_levels(self, most: float) -> None:
        """Set and enable the voltage limits (V, a magnitude)."""

    @property
    @abstractmethod
    def protection_query(self) -> str:
        """One message that asks for load, limit state, upper and lower limit, in this order."""

    @abstractmethod
    def levels(self, changes: Sequence[LevelChange]) -> str:
        """Give the message that changes levels one after the other."""

    @abstractmethod
    def burst(self, inverted: bool, period: float, width: float, edge: float, count: int) -> str:
        """Give the message for polarity, times (s; an edge of 0 is the shortest) and count: period before width."""

    @abstractmethod
    def polarity(self, inverted: bool) -> str:
        """Give the message that makes the channel rest at its high level (inverted) or at its low one."""

    @property
    @abstractmethod
    def starts_all(self) -> bool:
        """Whether a start by command reaches every channel that waits for one, unless it is shielded."""

    @abstractmethod
    def start(self, shielded: Sequence[str]) -> str:
        """Give the message that starts a burst; `shielded` are other armed channels, which must not start with it."""

    @abstractmethod
    def wait_for_edges(self) -> str:
        """Give the message after which every rising edge at the trigger input starts a burst."""

    @abstractmethod
    def stop(self) -> str:
        """Give the message that ends a burst and any wait for edges; bursts are then started by command."""

    @abstractmethod
    def switch(self, on: bool) -> str:
        """Give the message that switches the output relay."""

    @abstractmethod
    def rest_query(self, inverted: bool) -> str:
        """Give what asks for the level (V) at which the channel rests."""

    @property
    @abstractmethod
    def output_query(self) -> str:
        """What asks whether the output is on."""

    @property
    @abstractmethod
    def setting_queries(self) -> tuple[str, ...]:
        """What asks for the settings worth keeping with the data."""
