"""Reading buffers: `smuX.nvbuffer1`, `smuX.nvbuffer2`, `smuX.makebuffer(n)`."""

from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from labkit.core import FloatArray
from labkit_sim.tsp import Node, TspError, Value, flag, integer, number

READING: Final = np.dtype(
    [
        ("time", np.int64),
        ("reading", np.float64),
        ("source", np.float64),
        ("status", np.int64),
        ("measure_range", np.float64),
        ("source_range", np.float64),
        ("measure_function", np.int64),
        ("source_function", np.int64),
        ("output", np.int64),
    ]
)
"""A reading: begin of its aperture (ns), value, source value, status bits, ranges, functions, output state."""

Readings = npt.NDArray[np.void]

MEASURE_AUTORANGED, SOURCE_AUTORANGED, FOUR_WIRE, RELATIVE, COMPLIANCE, FILTERED = 4, 8, 16, 32, 64, 128
"""Bits of a reading's status."""

_CAPACITIES = (140_000, 100_000, 60_000)
"""Of a dedicated buffer, with none, one or both of time stamps and source values (unverified)."""

_COLUMNS = {
    "readings": "reading",
    "timestamps": "time",
    "sourcevalues": "source",
    "statuses": "status",
    "measureranges": "measure_range",
    "sourceranges": "source_range",
    "measurefunctions": "measure_function",
    "sourcefunctions": "source_function",
    "sourceoutputstates": "output",
}
_TEXTS = {
    "measure_function": {0: "Current", 1: "Voltage", 2: "Ohms", 3: "Watts"},
    "source_function": {0: "Current", 1: "Voltage"},
    "output": {0: "Off", 1: "On"},
}


@dataclass(slots=True)
class ReadingBuffer:
    """Readings in order. Without `append_mode` each new measurement, of whatever count, begins anew.

    `window` lets new readings push out the oldest once `fill_count` are there (FILL_WINDOW). `size` is 0 for a
    dedicated buffer, which holds more when it keeps less of each reading.
    """

    size: int = 0
    append_mode: bool = False
    collect_timestamps: bool = False
    collect_source_values: bool = False
    window: bool = False
    fill_count: int = 0
    cache: bool = True
    base: int = 0
    _blocks: list[Readings] = field(default_factory=list)
    _count: int = 0

    def __len__(self) -> int:
        return self._count

    def clear(self) -> None:
        """Forget all readings."""
        self._blocks.clear()
        self._count = 0

    def reset(self) -> None:
        """Forget all readings and settings."""
        self.clear()
        self.append_mode = self.collect_timestamps = self.collect_source_values = self.window = False
        self.fill_count = 0

    def begin(self) -> None:
        """Prepare for a new measurement."""
        if not self.append_mode:
            self.clear()

    @property
    def capacity(self) -> int:
        """How many readings fit in all."""
        return self.size or _CAPACITIES[self.collect_timestamps + self.collect_source_values]

    @property
    def room(self) -> int:
        """How many readings still find a place."""
        return self.capacity - self._count if not self.window else self.capacity

    def store(self, rows: Readings) -> bool:
        """Append readings, as many as find a place; gives whether all did."""
        taken = rows[: self.room]
        if not self._count and len(taken):
            self.base = int(taken["time"][0])
        self._blocks.append(taken)
        self._count += len(taken)
        most = self.fill_count or self.capacity
        if self.window and self._count > most:
            self._blocks = [self.rows()[-most:]]
            self._count = most
        return len(taken) == len(rows)

    def rows(self) -> Readings:
        """Give all readings."""
        if len(self._blocks) != 1:
            self._blocks = [np.concatenate(self._blocks) if self._blocks else np.empty(0, READING)]
        return self._blocks[0]

    def column(self, name: str, begin: int, end: int) -> FloatArray:
        """Give the entries [begin, end) of a column, time stamps in s since the first reading."""
        values = self.rows()[name][begin:end]
        if name == "time":
            return np.round((values - self.base) * 1e-9, 6)
        found: FloatArray = values.astype(np.float64)
        return found


class BufferTables:
    """Makes the tables of buffers, and finds a buffer behind a table."""

    def __init__(self) -> None:
        self._columns: WeakKeyDictionary[Node, tuple[ReadingBuffer, str]] = WeakKeyDictionary()

    def column_of(self, node: Node | None) -> tuple[ReadingBuffer, str]:
        """Give the buffer and the column that a table stands for; raises TspError for any other table."""
        if node is None or node not in self._columns:
            raise TspError(4908, "Invalid reading buffer")
        return self._columns[node]

    def buffer_of(self, node: Node | None) -> ReadingBuffer:
        """Give the buffer that a table stands for; raises TspError for any other table."""
        return self.column_of(node)[0]

    def table(self, buffer: ReadingBuffer) -> Node:
        """Give the table of a buffer."""
        node = self._column(buffer, "reading")
        for name, column in _COLUMNS.items():
            node.child(name, self._column(buffer, column))
        node.attribute("n", lambda: len(buffer))
        node.attribute("capacity", lambda: buffer.capacity)
        node.attribute("basetimestamp", lambda: buffer.base // 1_000_000_000 if len(buffer) else 0)
        node.setting("timestampresolution", 1e-6, lambda value: max(number(value, 0.0), 1e-6))
        node.constants_from({"FILL_ONCE": 0, "FILL_WINDOW": 1})
        _Switches(buffer).declare(node)
        node.function("clear", lambda *_: buffer.clear())
        node.function("clearcache", lambda *_: None)
        return node

    def _column(self, buffer: ReadingBuffer, column: str) -> Node:
        node = Node("reading_buffer")
        self._columns[node] = (buffer, column)

        def item(index: Value = None, *_: Value) -> Value:
            position = integer(index) - 1
            if not 0 <= position < len(buffer):
                return (None,)
            value = float(buffer.column(column, position, position + 1)[0])
            return _TEXTS[column].get(int(value), "") if column in _TEXTS else value

        node.items(item)
        node.function("getreading", item)
        return node


class _Switches:
    """The attributes of a buffer that are set."""

    def __init__(self, buffer: ReadingBuffer) -> None:
        self._buffer = buffer

    def declare(self, node: Node) -> None:
        buffer = self._buffer
        node.attribute("appendmode", lambda: int(buffer.append_mode), self._set_append_mode)
        node.attribute("collecttimestamps", lambda: int(buffer.collect_timestamps), self._set_timestamps)
        node.attribute("collectsourcevalues", lambda: int(buffer.collect_source_values), self._set_source_values)
        node.attribute("cachemode", lambda: int(buffer.cache), self._set_cache)
        node.attribute("fillmode", lambda: int(buffer.window), self._set_window)
        node.attribute("fillcount", lambda: buffer.fill_count, self._set_fill_count)

    def _must_be_empty(self) -> None:
        if len(self._buffer):
            raise TspError(4916, "Reading buffer is not empty")

    def _set_append_mode(self, value: Value) -> None:
        self._buffer.append_mode = flag(value)

    def _set_timestamps(self, value: Value) -> None:
        wanted = flag(value)
        if wanted != self._buffer.collect_timestamps:
            self._must_be_empty()
        self._buffer.collect_timestamps = wanted

    def _set_source_values(self, value: Value) -> None:
        wanted = flag(value)
        if wanted != self._buffer.collect_source_values:
            self._must_be_empty()
        self._buffer.collect_source_values = wanted

    def _set_cache(self, value: Value) -> None:
        self._buffer.cache = flag(value)

    def _set_window(self, value: Value) -> None:
        wanted = flag(value)
        self._must_be_empty()
        self._buffer.window = wanted

    def _set_fill_count(self, value: Value) -> None:
        self._buffer.fill_count = integer(value, 0, self._buffer.capacity)
