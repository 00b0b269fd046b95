"""Switch cards in their slots, and the channels that they bring: how a channel is called, and which contact it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from labkit.core import Crosspoint
from labkit_sim._switchboard import Contact

EMPTY_SLOT = "Empty Slot"


@dataclass(frozen=True, slots=True)
class CardModel:
    """A model of matrix card. `backplane` are the numbers of its analog backplane relays, `1911` in slot 1."""

    model: str
    description: str
    firmware: str
    rows: str
    columns: int
    contact: Contact
    backplane: tuple[str, ...] = ()
    interlock: int | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A relay: its name, `1A01`, and the crosspoint of the bench, None for a backplane relay."""

    name: str
    slot: int
    crosspoint: Crosspoint | None


@cache
def channels_of(slot: int, card: CardModel) -> tuple[Channel, ...]:
    """Give the channels of a card in ascending order: row by row, then the backplane.

    The columns of the bench count over all slots.
    """
    first = (slot - 1) * card.columns
    matrix = (
        Channel(f"{slot}{row}{column:02d}", slot, Crosspoint(row, str(first + column)))
        for row in card.rows
        for column in range(1, card.columns + 1)
    )
    return (*matrix, *(Channel(f"{slot}{relay}", slot, None) for relay in card.backplane))


def fitted(option: str, default: Sequence[str], known: Mapping[str, CardModel]) -> list[CardModel | None]:
    """Read which cards are in the slots, such as `7072,,7174A`; raises ValueError for a card that is not known."""
    names = [name.strip() for name in option.split(",")] if option else list(default)
    if len(names) > len(default):
        raise ValueError(f"there are {len(default)} slots, not {len(names)}")
    names += [""] * (len(default) - len(names))
    unknown = [name for name in names if name and name not in known]
    if unknown:
        raise ValueError(f"no card {unknown[0]!r}; there are: {', '.join(known)}")
    return [known[name] if name else None for name in names]
