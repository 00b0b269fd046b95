"""The data store of the 2400's dialect, and how readings are written to the bus."""

from dataclasses import dataclass, field

import numpy as np

from labkit.core import FloatArray
from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2400._channel import Reading
from labkit_sim._keithley_2400._models import BUFFER, NO_NUMBER

ELEMENTS = ("VOLT", "CURR", "RES", "TIME", "STAT")
"""Data elements, in the order in which they are always sent."""


@dataclass(slots=True)
class DataStore:
    """The buffer of `:TRACe`: it takes readings while `filling`, up to its size, and then stops."""

    size: int = 100
    feed: str = "SENS"
    filling: bool = False
    deltas: bool = False
    readings: list[Reading] = field(default_factory=list)

    def check_idle(self) -> None:
        """Raise ScpiError +800 while readings are being stored."""
        if self.filling:
            raise ScpiError(800, "Illegal with storage active")

    def set_size(self, size: int) -> None:
        """Choose how many readings it takes, at most 2500; what was stored is lost."""
        self.check_idle()
        self.size = size
        self.readings.clear()

    def begin(self) -> None:
        """Store from the next reading on, over what was there."""
        self.readings.clear()
        self.filling = True

    def take(self, reading: Reading) -> bool:
        """Take a reading while it fills; tell whether it is full with it."""
        if not self.filling:
            return False
        self.readings.append(reading)
        self.filling = len(self.readings) < self.size
        return not self.filling

    @property
    def free(self) -> tuple[int, int]:
        """Bytes available and in use, 24 a reading."""
        return 24 * (BUFFER - len(self.readings)), 24 * len(self.readings)

    def timed(self) -> list[Reading]:
        """Give the readings with times from the first one on, or from one to the next."""
        found: list[Reading] = []
        before = self.readings[0].time if self.readings else 0.0
        for reading in self.readings:
            found.append(_at(reading, reading.time - before))
            if self.deltas:
                before = reading.time
        return found


def _at(reading: Reading, time: float) -> Reading:
    return Reading(reading.voltage, reading.current, reading.resistance, time, reading.status)


@dataclass(slots=True)
class DataFormat:
    """How readings are written: elements, ASCII or single-precision binary, byte order."""

    elements: tuple[str, ...] = ELEMENTS
    binary: bool = False
    swapped: bool = False
    registers: str = "ASC"

    def answer(self, readings: list[Reading]) -> bytes:
        """Write readings; raises ScpiError -230 when there are none."""
        if not readings:
            raise ScpiError(-230)
        values = [value for reading in readings for value in self._values(reading)]
        if self.binary:
            return b"#0" + np.array(values, dtype="<f4" if self.swapped else ">f4").tobytes()
        return ",".join(f"{value:+.6E}" for value in values).encode()

    def _values(self, reading: Reading) -> list[float]:
        all_of_it = (reading.voltage, reading.current, reading.resistance, round(reading.time, 4), reading.status)
        return [value for name, value in zip(ELEMENTS, all_of_it, strict=True) if name in self.elements]

    def register(self, value: int) -> str:
        """Write a status register in the chosen base."""
        return {"ASC": f"{value}", "HEX": f"#H{value:X}", "OCT": f"#Q{value:o}", "BIN": f"#B{value:b}"}[self.registers]


def statistics(kind: str, readings: list[Reading]) -> str:
    """Give MEAN, SDEV, MAX, MIN or PKPK of voltage, current and resistance in the buffer."""
    if not readings:
        raise ScpiError(-230)
    columns = np.array([(reading.voltage, reading.current, reading.resistance) for reading in readings]).T
    return ",".join(f"{_statistic(kind, column):+.6E}" for column in columns)


def _statistic(kind: str, column: FloatArray) -> float:
    if (np.abs(column) > 1e37).any():
        return NO_NUMBER
    if kind == "SDEV":
        return float(column.std(ddof=1)) if len(column) > 1 else 0.0
    largest, smallest = float(column.max()), float(column.min())
    return {"MEAN": float(column.mean()), "MAX": largest, "MIN": smallest, "PKPK": largest - smallest}[kind]
