"""What a 2600B's reading buffer sends, and whether a 2600B can have sent it."""

import numpy as np
import numpy.typing as npt

from labkit.core import FloatArray, Samples, SampleStatus

COLUMNS = ("timestamps", "readings", "statuses")
"""Of a buffer, as `printbuffer` interleaves them: s, A, bits."""

OVERFLOW = 9.0e37
"""A reading above this is none: 9.91e37 stands for an overflow."""

_COMPLIANCE_BIT = 0x40
"""Of a reading's status (reference manual, bufferVar.statuses, B6)."""

_LARGEST_CURRENT = 10.2
"""No channel of the family measures more (A): 10 A, in pulses, and 2 % beyond."""


def is_plausible(table: FloatArray) -> bool:
    """Tell whether a 2600B can have sent these rows of COLUMNS: a block has no checksum, but a garbled one shows."""
    time, current, flags = table.T
    in_order = bool(np.all(np.diff(time) > 0)) and bool(np.all(time >= 0))
    readable = bool(np.all((np.abs(current) <= _LARGEST_CURRENT) | (np.abs(current) > OVERFLOW)))
    flagged = bool(np.all((flags >= 0) & (flags < 256) & (flags % 1 == 0)))
    return bool(np.isfinite(table).all()) and in_order and readable and flagged


def to_samples(table: FloatArray, kept: npt.NDArray[np.bool_], levels: FloatArray, lead: float) -> Samples:
    """Take the readings that were asked for, at programmed levels (V), out of rows of COLUMNS.

    The first row of all was taken at `lead` (s).
    """
    time, current, flags = table[kept].T
    status = np.zeros(len(time), dtype=np.uint8)
    status[(flags.astype(np.int64) & _COMPLIANCE_BIT) != 0] |= np.uint8(SampleStatus.COMPLIANCE)
    overload = np.abs(current) > OVERFLOW
    status[overload] |= np.uint8(SampleStatus.OVERLOAD)
    return Samples(time - table[0, 0] + lead, levels, np.where(overload, np.nan, current), status)
