"""A published device: what the review's tables print of it, and how sure it is that they do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from labkit.literature._quantities import Quantity


class Confidence(StrEnum):
    """How sure it is that a number stands in the column that it is read in; nothing about the measurement."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    def reaches(self, least: "Confidence") -> bool:
        """Whether it is as sure as `least`, or surer."""
        order = list(Confidence)
        return order.index(self) >= order.index(least)


class Mechanism(StrEnum):
    """How a device remembers, as the tables group them."""

    VCM = "VCM"
    ECM = "ECM"
    FLOATING_GATE = "FG"
    DEFECT = "DE"
    FERROELECTRIC = "FE"
    HETEROJUNCTION = "HJ"

    @property
    def words(self) -> str:
        """The mechanism in words."""
        return _TITLES[self]


_TITLES = {
    Mechanism.VCM: "valence change",
    Mechanism.ECM: "electrochemical metallization",
    Mechanism.FLOATING_GATE: "floating gate",
    Mechanism.DEFECT: "defects",
    Mechanism.FERROELECTRIC: "ferroelectric",
    Mechanism.HETEROJUNCTION: "heterojunction",
}


@dataclass(frozen=True, slots=True)
class PublishedValue:
    """One number of the tables in SI units (ratios shown in percent as ratios: 1.51 for 151 %).

    `printed` is what stands in the paper, `definition` how the review defines it, `reason` why its column is as sure as
    `confidence` says.
    """

    quantity: Quantity
    value: float
    confidence: Confidence
    printed: str
    definition: str
    reason: str = ""

    @property
    def unit(self) -> str:
        """The SI unit, `%` for a ratio shown in percent."""
        return self.quantity.about.unit


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A printed number whose column cannot be told; it is a value of none of `candidates`."""

    printed: str
    candidates: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Reference:
    """The paper of a device, by its number in the review. The DOI is as the review's list prints it."""

    number: int
    authors: str
    journal: str
    year: int
    doi: str

    def __str__(self) -> str:
        return f"{self.authors}, {self.journal}, {self.year}, {self.doi}"


@dataclass(frozen=True, slots=True)
class PublishedDevice:
    """A row of Table 1, 2 or 3. Wavelengths in m, `structure` with PVSK for the perovskite layer.

    `confidence` is that of the row as a whole, `ambiguity` tells what is doubtful about it.
    """

    table: int
    row: int
    perovskite: str
    perovskite_confidence: Confidence
    dimensionality: str
    structure: str
    terminals: int
    mechanism: Mechanism
    migrating_ions: str
    wavelengths: tuple[float, ...]
    values: Mapping[Quantity, PublishedValue]
    unplaced: tuple[Unplaced, ...]
    reference: Reference
    confidence: Confidence
    ambiguity: str

    @property
    def name(self) -> str:
        """A short name that no other row has: table, row and the number of the reference."""
        return f"T{self.table}.{self.row} [{self.reference.number}]"
