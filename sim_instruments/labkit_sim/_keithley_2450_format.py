"""How a 2450 writes numbers and readings: ASCII with a precision, or IEEE 754 blocks behind `#0`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from labkit.core import FloatArray
from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2450_buffer import UNIT_NAMES, ReadingBuffer, Readings
from labkit_sim._scpi_data import Call, matches

EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""What the instrument's clock shows when the world begins."""

_EPOCH_SECONDS: Final = int(EPOCH.timestamp())
_SECOND: Final = 1_000_000_000
_AUTOMATIC_DIGITS: Final = 7
_MOST_ELEMENTS: Final = 14

ELEMENTS: Final = (
    "DATE",
    "FORMatted",
    "FRACtional",
    "READing",
    "RELative",
    "SEConds",
    "SOURce",
    "SOURFORMatted",
    "SOURSTATus",
    "SOURUNIT",
    "STATus",
    "TIME",
    "TSTamp",
    "UNIT",
)
_PREFIXES: Final = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n"), (1e-12, "p"))


@dataclass(slots=True)
class DataFormat:
    """`:FORMat`: kind `ASC`, `REAL` or `SRE`; byte order; significant digits, 0 for automatic (7)."""

    kind: str = "ASC"
    swapped: bool = True
    precision: int = 0

    def number(self, value: float) -> str:
        """Write a number as the answer of a query."""
        return f"{value:.{(self.precision or _AUTOMATIC_DIGITS) - 1}E}"

    def answer(self, readings: Readings, elements: Sequence[str], first_time: int | None) -> str | bytes:
        """Write elements of readings, reading by reading.

        Raises ScpiError 1133 for an element that a binary format does not have.
        """
        start = first_time or 0
        if self.kind != "ASC":
            return self._binary(readings, elements, start)
        columns = [self._texts(readings, element, start) for element in elements]
        if len(columns) == 1:
            return ",".join(columns[0])
        return ",".join(text for row in zip(*columns, strict=True) for text in row)

    def _binary(self, readings: Readings, elements: Sequence[str], start: int) -> bytes:
        table = np.empty((len(readings), len(elements)))
        for index, element in enumerate(elements):
            column = _NUMBERS.get(element)
            if column is None:
                raise ScpiError(1133, "Parameter 4, Syntax error, expected valid name parameters")
            table[:, index] = column(readings, start)
        order = "<" if self.swapped else ">"
        return b"#0" + table.astype(f"{order}f{8 if self.kind == 'REAL' else 4}").tobytes()

    def _texts(self, readings: Readings, element: str, start: int) -> list[str]:
        column = _NUMBERS.get(element)
        if column is None:
            return _TEXTS[element](readings)
        form = f"%.{(self.precision or _AUTOMATIC_DIGITS) - 1}E"
        return [form % value for value in column(readings, start).tolist()]


def chosen_elements(call: Call, first: int) -> list[str]:
    """Read buffer elements from the parameters, `READing` when there are none."""
    if not call.given(first):
        return ["READing"]
    words = [call.word(index) for index in range(first, len(call))]
    if len(words) > _MOST_ELEMENTS:
        raise ScpiError(-223)
    return [_element(word) for word in words]


def _element(word: str) -> str:
    for element in ELEMENTS:
        if matches(element, word):
            return element
    raise ScpiError(1133, "Parameter 4, Syntax error, expected valid name parameters")


def _relative(readings: Readings, start: int) -> FloatArray:
    return np.asarray((readings["time"] - start) / 1e9)


_NUMBERS: Final[dict[str, Callable[[Readings, int], FloatArray]]] = {
    "READing": lambda readings, start: readings["reading"],
    "SOURce": lambda readings, start: readings["source"],
    "RELative": _relative,
}


def _seconds(readings: Readings) -> list[str]:
    return [str(_EPOCH_SECONDS + time // _SECOND) for time in readings["time"].tolist()]


def _fractions(readings: Readings) -> list[str]:
    return [f"{time % _SECOND / 1e9:.9f}" for time in readings["time"].tolist()]


def world_date(time: int) -> str:
    """Give the date of an instant of the world (ns), as the instrument writes it."""
    return f"{EPOCH + timedelta(seconds=time // _SECOND):%m/%d/%Y}"


def world_time(time: int) -> str:
    """Give the time of day of an instant of the world (ns), to the nanosecond."""
    return f"{EPOCH + timedelta(seconds=time // _SECOND):%H:%M:%S}.{time % _SECOND:09d}"


def event_time(time: int) -> str:
    """Give an instant of the world as the event log writes it, to the millisecond."""
    return f"{EPOCH + timedelta(seconds=time // _SECOND):%Y/%m/%d %H:%M:%S}.{time % _SECOND // 1_000_000:03d}"


def _display(values: FloatArray, units: "np.ndarray") -> list[str]:
    """Write values as the front panel shows them: an engineering prefix and 5 decimals."""
    texts = []
    for value, unit in zip(values.tolist(), units.tolist(), strict=True):
        if abs(value) > 1e37:
            texts.append("Overflow")
            continue
        factor, prefix = next((pair for pair in _PREFIXES if abs(value) >= pair[0]), _PREFIXES[-1])
        texts.append(f"{value / factor:+09.5f} {prefix}{('V', 'A', 'Ohm')[unit]}")
    return texts


_TEXTS: Final[dict[str, Callable[[Readings], list[str]]]] = {
    "DATE": lambda readings: [world_date(time) for time in readings["time"].tolist()],
    "TIME": lambda readings: [world_time(time) for time in readings["time"].tolist()],
    "TSTamp": lambda readings: [f"{world_date(time)} {world_time(time)}" for time in readings["time"].tolist()],
    "SEConds": _seconds,
    "FRACtional": _fractions,
    "STATus": lambda readings: [str(value) for value in readings["status"].tolist()],
    "SOURSTATus": lambda readings: [str(value) for value in readings["source_status"].tolist()],
    "UNIT": lambda readings: [UNIT_NAMES[unit] for unit in readings["unit"].tolist()],
    "SOURUNIT": lambda readings: [UNIT_NAMES[unit] for unit in readings["source_unit"].tolist()],
    "FORMatted": lambda readings: _display(readings["reading"], readings["unit"]),
    "SOURFORMatted": lambda readings: _display(readings["source"], readings["source_unit"]),
}


def statistics(buffer: ReadingBuffer) -> FloatArray:
    """Give the readings that count for statistics: those that are numbers."""
    if not len(buffer):
        return np.empty(0)
    values: FloatArray = buffer.part(1, len(buffer))["reading"]
    return values[np.abs(values) < 1e37]
