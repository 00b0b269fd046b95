"""The relays of a switch matrix as its firmware drives them: told now, settled a relay's time later."""

from collections.abc import Generator, Iterable
from enum import Enum

from labkit.core import Crosspoint, Nanoseconds, nanoseconds
from labkit_sim._ports import Disturbance
from labkit_sim._process import Task, Until, Wish
from labkit_sim._station import Station

RELAY_TIME = 4e-3
"""What a reed relay takes to open or close, bounce included (s)."""


class Order(Enum):
    """Which contacts move first when some are to open and others to close."""

    BREAK_FIRST = "break before make"
    MAKE_FIRST = "make before break"
    TOGETHER = "together"


class Relays:
    """Contacts between rows and columns of the bench's switchboard.

    `closed` is what the firmware has commanded and reports: it does not sense its contacts. A stuck output is a coil
    driver that no longer follows: neither the contacts nor `closed` change.
    """

    def __init__(self, station: Station, time: float = RELAY_TIME) -> None:
        self._station = station
        self._time = nanoseconds(time)
        self._closed: set[Crosspoint] = set()
        self._moving: Task | None = None

    @property
    def closed(self) -> frozenset[Crosspoint]:
        """The crosspoints that are commanded closed."""
        return frozenset(self._closed)

    def move(self, opening: Iterable[Crosspoint], closing: Iterable[Crosspoint], order: Order) -> Task | None:
        """Move contacts once those moved before have settled; give the task to wait for, None when none moves.

        The motion goes on whatever becomes of the command that began it.
        """
        if Disturbance.STUCK_OUTPUT in self._station.disturbances:
            return None
        made = frozenset(closing) - self._closed
        broken = (frozenset(opening) & self._closed) - frozenset(closing)
        if not made and not broken:
            return None
        self._closed = (self._closed - broken) | made
        self._moving = self._station.world.spawn(self._motion(_stages(broken, made, order), self._moving))
        return self._moving

    def _motion(self, stages: list[list[tuple[Crosspoint, bool]]], before: Task | None) -> Generator[Wish, None, None]:
        if before is not None and not before.done:
            yield before
        for stage in stages:
            yield Until(Nanoseconds(self._station.world.now + self._time))
            for crosspoint, closed in stage:
                self._station.switchboard.set(crosspoint, closed)


def _stages(
    broken: frozenset[Crosspoint], made: frozenset[Crosspoint], order: Order
) -> list[list[tuple[Crosspoint, bool]]]:
    """Give the contacts that move at one instant, in order of time; within it breaks come before makes."""
    breaks = [(crosspoint, False) for crosspoint in sorted(broken)]
    makes = [(crosspoint, True) for crosspoint in sorted(made)]
    if order is Order.TOGETHER:
        return [breaks + makes]
    stages = [breaks, makes] if order is Order.BREAK_FIRST else [makes, breaks]
    return [stage for stage in stages if stage]
