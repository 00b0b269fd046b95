"""The relays between rows (instruments) and columns (devices) of a bench, whoever's firmware moves them."""

from labkit.core import Crosspoint


class Switchboard:
    """The contacts of a switch matrix, as they really are now."""

    def __init__(self) -> None:
        self._closed: set[Crosspoint] = set()

    @property
    def closed(self) -> frozenset[Crosspoint]:
        """The crosspoints that conduct."""
        return frozenset(self._closed)

    def set(self, crosspoint: Crosspoint, closed: bool) -> None:
        """Move one contact, now; the firmware lets the relay's time pass before it does."""
        if closed:
            self._closed.add(crosspoint)
        else:
            self._closed.discard(crosspoint)
