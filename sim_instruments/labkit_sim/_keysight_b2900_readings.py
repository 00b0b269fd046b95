"""Readings of a B2900: the sense data of the latest measurement, the trace buffer, and how both are written."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from labkit.core import FloatArray
from labkit_sim import _keysight_b2900_specs as specs
from labkit_sim._scpi_data import definite_block

READING: Final = np.dtype(
    [("voltage", "f8"), ("current", "f8"), ("resistance", "f8"), ("time", "i8"), ("status", "i4"), ("source", "f8")]
)
Readings = npt.NDArray[np.void]

CURRENT_SOURCE, LIMITED, OVERFLOW = 1, 2, 8192
"""Bits of a reading's status (SCPI reference, table 1-2)."""

ELEMENTS: Final = {
    "VOLTage": "voltage",
    "CURRent": "current",
    "RESistance": "resistance",
    "TIME": "time",
    "STATus": "status",
    "SOURce": "source",
}
"""Elements of a reading, in the order in which they are always sent."""


def no_readings() -> Readings:
    """Give a table without rows."""
    return np.empty(0, READING)


class Store:
    """Readings as they come, at most `capacity` of them."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._parts: list[Readings] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, rows: Readings) -> None:
        """Keep rows as far as there is room."""
        kept = rows[: self.capacity - self._count]
        if len(kept):
            self._parts.append(kept)
            self._count += len(kept)

    def all(self) -> Readings:
        """Give all rows."""
        if len(self._parts) > 1:
            self._parts = [np.concatenate(self._parts)]
        return self._parts[0] if self._parts else no_readings()

    def clear(self) -> None:
        """Forget all rows."""
        self._parts.clear()
        self._count = 0


@dataclass(slots=True)
class TraceBuffer:
    """`:TRACe`: what feeds it, whether it fills, how its time stamps are told."""

    store: Store = field(default_factory=lambda: Store(specs.BUFFER_POINTS))
    feed: str = "SENS"
    filling: bool = False
    delta: bool = False
    statistic: str = "MEAN"

    def append(self, rows: Readings) -> None:
        """Take rows while it fills; when it is full it stops by itself, without an error."""
        if self.filling and self.feed == "SENS":
            self.store.append(rows)
            self.filling = len(self.store) < self.store.capacity


@dataclass(slots=True)
class DataFormat:
    """`:FORMat`: ASCII or IEEE 754 of 32 or 64 bits, byte order, elements."""

    bits: int = 0
    swapped: bool = False
    elements: tuple[str, ...] = tuple(ELEMENTS.values())
    calculated: tuple[str, ...] = ("CALC",)
    digital: str = "ASC"
    status: str = "ASC"

    def answer(self, table: FloatArray) -> str | bytes:
        """Write numbers row by row; nan and infinities as the format has them."""
        values = np.asarray(table, dtype=np.float64).ravel()
        if self.bits:
            order = "<" if self.swapped else ">"
            return definite_block(values.astype(f"{order}f{self.bits // 8}").tobytes())
        return ",".join(ascii_numbers(values))


def ascii_numbers(values: FloatArray) -> list[str]:
    """Write numbers in NR3 form, with the numbers that stand for infinity and for no number."""
    shown = np.where(np.isnan(values), specs.NO_NUMBER, values)
    shown = np.where(np.isinf(values), np.copysign(specs.INFINITE, values), shown)
    return [f"{value:+.6E}" for value in shown.tolist()]


def number(value: float) -> str:
    """Write a setting as the answer of a query."""
    return f"{value:+.6E}"


def columns(rows: Readings, elements: tuple[str, ...], origin: int) -> FloatArray:
    """Give elements of readings as a table, times (s) counted from `origin` (ns)."""
    table = np.empty((len(rows), len(elements)))
    for index, element in enumerate(elements):
        table[:, index] = (rows["time"] - origin) / 1e9 if element == "time" else rows[element]
    return table
