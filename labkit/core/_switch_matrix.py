"""The role of a switch matrix: it joins instruments to devices."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from labkit.core._roles import Instrument


@dataclass(frozen=True, slots=True, order=True)
class Crosspoint:
    """One relay of a switch matrix: a row (instrument side) and a column (device side), as the bench names them."""

    row: str
    column: str


@dataclass(frozen=True, slots=True)
class MatrixCapabilities:
    """What a switch matrix can do.

    `settling` (s) is what the relays take, `contact_resistance` (ohm) of a closed crosspoint, `isolation` (ohm) of an
    open one; `voltage` (V) and `current` (A) are the most that a crosspoint bears, `closed` how many may be closed at
    once.
    """

    model: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    settling: float
    contact_resistance: float
    isolation: float
    voltage: float
    current: float
    closed: int
    source_document: str


@runtime_checkable
class SwitchMatrix(Instrument, Protocol):
    """Relays that join instruments to devices, switched cold: whoever calls has brought the sources to zero."""

    @property
    def capabilities(self) -> MatrixCapabilities:
        """What the matrix can do."""
        ...

    def connect(self, crosspoints: frozenset[Crosspoint]) -> None:
        """Leave exactly these crosspoints closed: opens the others first, returns when the relays have settled.

        Raises InstrumentError when reading back shows others.
        """
        ...

    def connected(self) -> frozenset[Crosspoint]:
        """Ask which crosspoints are closed."""
        ...
