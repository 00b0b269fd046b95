"""Reading buffers of a 2450: rows that grow by whole batches, filled once or round and round."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from labkit_sim import _keithley_2450_specs as specs
from labkit_sim._errors import ScpiError

READING: Final = np.dtype(
    [
        ("reading", np.float64),
        ("source", np.float64),
        ("time", np.int64),
        ("status", np.uint16),
        ("source_status", np.uint16),
        ("unit", np.uint8),
        ("source_unit", np.uint8),
    ]
)
"""A row of a buffer; `time` is the begin of the aperture in ns of the world, units are indices into UNIT_NAMES."""

UNIT_NAMES: Final = ("Volt DC", "Amp DC", "Ohm")

Readings = npt.NDArray[Any]
"""Rows of READING, in order of time."""

_FIRST_ALLOCATION = 1024


class ReadingBuffer:
    """One reading buffer.

    With `continuous` the oldest readings give way when it is full, otherwise new ones are refused. `first_time` is the
    time of the first reading since it was cleared, from which relative time counts.
    """

    def __init__(self, capacity: int, continuous: bool) -> None:
        self._capacity = capacity
        self.continuous = continuous
        self.clear()

    @property
    def capacity(self) -> int:
        """How many readings it may hold."""
        return self._capacity

    def resize(self, capacity: int) -> None:
        """Give it another capacity, which clears it."""
        self._capacity = capacity
        self.clear()

    def clear(self) -> None:
        """Forget all readings."""
        self._rows = np.empty(min(_FIRST_ALLOCATION, self._capacity), READING)
        self._count = 0
        self._next = 0
        self.first_time: int | None = None

    def __len__(self) -> int:
        return self._count

    @property
    def start_index(self) -> int:
        """The index (from 1) of the oldest reading, 0 when there is none."""
        if not self._count:
            return 0
        return self._next % self._capacity + 1 if self._count == self._capacity else 1

    @property
    def end_index(self) -> int:
        """The index (from 1) of the newest reading, 0 when there is none."""
        return (self._next - 1) % self._capacity + 1 if self._count else 0

    def append(self, readings: Readings) -> int:
        """Store readings; gives how many did not fit."""
        count = len(readings)
        room = count if self.continuous else min(count, self._capacity - self._count)
        if not room:
            return count
        if self.first_time is None:
            self.first_time = int(readings["time"][0])
        kept = min(room, self._capacity)  # earlier rows of this very batch would be overwritten at once
        place = (self._next + room - kept) % self._capacity
        self._reserve(min(place + kept, self._capacity))
        straight = min(kept, self._capacity - place)
        last = readings[room - kept : room]
        self._rows[place : place + straight] = last[:straight]
        self._rows[: kept - straight] = last[straight:]
        self._next = (place + kept) % self._capacity
        self._count = min(self._capacity, self._count + room)
        return count - room

    def _reserve(self, size: int) -> None:
        if size > len(self._rows):
            grown = np.empty(min(self._capacity, max(size, 2 * len(self._rows))), READING)
            grown[: len(self._rows)] = self._rows
            self._rows = grown

    def part(self, start: int, end: int) -> Readings:
        """Give the readings from index `start` to `end`, both counted from 1 and included.

        Raises ScpiError -222 when there are no such readings.
        """
        if not 1 <= start <= end <= self._count:
            raise ScpiError(-222)
        return self._rows[start - 1 : end]

    def last(self) -> Readings:
        """Give the newest reading alone; raises ScpiError -222 when there is none."""
        return self.part(self.end_index, self.end_index)


class ReadingBuffers:
    """All buffers of an instrument: the two default ones, and those that a user makes, in any case of letters."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Go back to the two default buffers, empty."""
        self._buffers = {
            name: ReadingBuffer(specs.BUFFER_CAPACITY, continuous=True) for name in ("defbuffer1", "defbuffer2")
        }

    def __getitem__(self, name: str) -> ReadingBuffer:
        found = self._buffers.get(name)
        if found is None:
            raise ScpiError(-224, f"Illegal parameter value: buffer {name} does not exist")
        return found

    def make(self, name: str, capacity: int) -> None:
        """Make a buffer that is filled once."""
        if name in self._buffers:
            raise ScpiError(-224, f"Illegal parameter value: buffer {name} exists already")
        self._check_memory(capacity)
        self._buffers[name] = ReadingBuffer(capacity, continuous=False)

    def resize(self, name: str, capacity: int) -> None:
        """Give a buffer another capacity."""
        buffer = self[name]
        self._check_memory(capacity - buffer.capacity)
        buffer.resize(capacity)

    def delete(self, name: str) -> None:
        """Delete a buffer that a user made."""
        if name in ("defbuffer1", "defbuffer2"):
            raise ScpiError(-224, "Illegal parameter value: a default buffer cannot be deleted")
        del self._buffers[self._known(name)]

    def _known(self, name: str) -> str:
        self[name]
        return name

    def _check_memory(self, more: int) -> None:
        if sum(buffer.capacity for buffer in self._buffers.values()) + more > specs.BUFFER_MEMORY:
            raise ScpiError(-225, "Out of memory")
