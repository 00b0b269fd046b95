"""The limits of an ammeter's accuracy, for levels that were read in one range."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the reading (relative), and the offset in the unit of the level."""

    gain: float
    offset: float
