"""Readings on their way from an instrument to the file: columns, never single points."""

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
StatusArray = npt.NDArray[np.uint8]


class SampleStatus(IntFlag):
    """What an instrument said of one reading, a bit each."""

    OK = 0
    OVERLOAD = 1
    """Beyond the measure range; the current is NaN."""
    COMPLIANCE = 2
    """The source was at its current or voltage limit."""
    LATE = 4
    """The PC was late for this point by more than the plan allows."""
    INVALID = 8
    """The instrument returned no number; the current is NaN."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Readings of one terminal: arrays of one length n.

    `time` (s) is the beginning of each aperture; `voltage` (V) and `current` (A) are at the terminal, current
    counted positive into the device; `status` holds SampleStatus bits.
    """

    time: FloatArray
    voltage: FloatArray
    current: FloatArray
    status: StatusArray

    def __len__(self) -> int:
        return len(self.time)

    def shifted(self, offset: float) -> "Samples":
        """Give the same readings with `offset` (s) added to their time."""
        return Samples(self.time + offset, self.voltage, self.current, self.status)

    def part(self, first: int, count: int) -> "Samples":
        """Give `count` readings from `first` on, as views."""
        chosen = slice(first, first + count)
        return Samples(self.time[chosen], self.voltage[chosen], self.current[chosen], self.status[chosen])


def no_samples() -> Samples:
    """Give a table of readings without rows."""
    empty = np.empty(0)
    return Samples(empty, empty, empty, np.empty(0, np.uint8))
