"""What a block of readings from a 2450's buffer may hold."""

import numpy as np

from labkit.core import FloatArray
from labkit_drivers import _keithley_2450_data as data

OVERFLOW = 9.0e37
"""From here on a number stands for an overflow."""


def is_plausible(table: FloatArray) -> bool:
    """Tell whether rows of time (s), level (V) and current (A) could come from a 2450, in the order of time.

    SCPI blocks have no checksum, but a garbled one shows.
    """
    time, level, current = table.T
    in_order = bool(np.all(np.diff(time) > 0)) and bool(np.all(time >= 0))
    possible = np.abs(current) <= data.MEASURE_CURRENT[-1].full_scale * data.OVERRANGE
    readable = bool(np.all(possible | (np.abs(current) > OVERFLOW)))
    sourced = bool(np.all(np.abs(level) <= data.SOURCE_VOLTAGE[-1].full_scale * data.OVERRANGE))
    return in_order and readable and sourced and bool(np.isfinite(table).all())
