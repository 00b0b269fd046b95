"""Readings of the 2400's dialect, from text to samples: 9.9E37 is an overflow, 9.91E37 no number, never a reading."""

import numpy as np

from labkit.core import Connection, InstrumentError, Samples, SampleStatus
from labkit_drivers._link import number

ELEMENTS = "VOLT,CURR,TIME,STAT"
COLUMNS = len(ELEMENTS.split(","))
_OVERFLOW = 9.0e37
_AT_LIMIT = 1 << 3 | 1 << 16
"""Bits of the status word: real compliance and range compliance."""


def read_samples(answer: str, count: int, connection: Connection) -> Samples:
    """Read `count` readings of ELEMENTS; voltage (V), current (A), time (s) since the time stamps were reset.

    Raises InstrumentError when there are fewer or more, or one is no number.
    """
    texts = answer.split(",")
    if len(texts) != count * COLUMNS:
        raise InstrumentError(
            f"{connection.name} ({connection.address}): sent {len(texts)} numbers where {count} readings of {COLUMNS} "
            "were due",
            "check the cable, then run again",
        )
    values = np.array([number(text, connection, "a reading") for text in texts])
    voltage, current, time, flags = values.reshape(count, COLUMNS).T.copy()
    status = np.zeros(count, dtype=np.uint8)
    status[(flags.astype(np.int64) & _AT_LIMIT) != 0] |= np.uint8(SampleStatus.COMPLIANCE)
    overload = np.abs(current) > _OVERFLOW
    status[overload] |= np.uint8(SampleStatus.OVERLOAD)
    current[overload] = np.nan
    return Samples(time, voltage, current, status)
