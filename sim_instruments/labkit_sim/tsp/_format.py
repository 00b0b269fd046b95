"""How a TSP instrument writes numbers: ASCII with a precision, or binary blocks (`format.*`)."""

from collections.abc import Sequence
from math import isinf, isnan

import numpy as np

from labkit_sim.tsp._arguments import number
from labkit_sim.tsp._errors import TspError
from labkit_sim.tsp._nodes import Node, Value

ASCII, REAL32, REAL64 = 1, 2, 3
BIG_ENDIAN, LITTLE_ENDIAN = 0, 1

_MOST_DIGITS = 16


class NumberFormat:
    """The settings of `format.*`; `precision` is the instrument's default of `format.asciiprecision`."""

    def __init__(self, precision: int) -> None:
        self._default_precision = precision
        self.reset()

    def reset(self) -> None:
        """Go back to the settings of `reset()`."""
        self.precision = self._default_precision
        self.data = ASCII
        self.byte_order = LITTLE_ENDIAN

    def node(self) -> Node:
        """Give the table `format`."""
        node = Node()
        node.constants_from({"ASCII": ASCII, "SREAL": REAL32, "REAL32": REAL32, "REAL": REAL64, "REAL64": REAL64})
        node.constants_from({"DREAL": REAL64})
        node.constants_from({"NORMAL": BIG_ENDIAN, "BIGENDIAN": BIG_ENDIAN, "NETWORK": BIG_ENDIAN})
        node.constants_from({"SWAPPED": LITTLE_ENDIAN, "LITTLEENDIAN": LITTLE_ENDIAN})
        node.attribute("asciiprecision", lambda: self.precision, self._set_precision)
        node.attribute("data", lambda: self.data, self._set_data)
        node.attribute("byteorder", lambda: self.byte_order, self._set_byte_order)
        return node

    def _set_precision(self, value: Value) -> None:
        found = number(value)
        if not 0 <= found <= _MOST_DIGITS:
            raise TspError(1405)
        self.precision = int(found)

    def _set_data(self, value: Value) -> None:
        if number(value) not in (ASCII, REAL32, REAL64):
            raise TspError(1406)
        self.data = int(value)

    def _set_byte_order(self, value: Value) -> None:
        if number(value) not in (BIG_ENDIAN, LITTLE_ENDIAN):
            raise TspError(1404)
        self.byte_order = int(value)

    def written(self, value: Value) -> str:
        """Write a value as `print` does: numbers with the set precision, anything else as it is."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        if isnan(value):
            return "nan"
        if isinf(value):
            return "inf" if value > 0 else "-inf"
        return f"{value:.{self.precision - 1}e}" if self.precision else f"{value:.14g}"

    def numbers(self, values: Sequence[float]) -> bytes:
        """Write numbers as `printbuffer` and `printnumber` do, without the line end: `, ` between, or a `#0` block."""
        if self.data == ASCII:
            return ", ".join(map(self.written, values)).encode("latin-1")
        order = "<" if self.byte_order == LITTLE_ENDIAN else ">"
        with np.errstate(over="ignore"):
            return b"#0" + np.asarray(values, f"{order}f{4 if self.data == REAL32 else 8}").tobytes()
