"""From what a B2900 sends to readings: means over the samples of each, flags, and whether it can be true."""

import numpy as np

from labkit.core import FloatArray, Samples, SampleStatus
from labkit_drivers._keysight_b2900_commands import STATUS_COMPLIANCE
from labkit_drivers._keysight_b2900_run import Acquisition

OVERFLOW = 9.0e37


def beyond_range(values: FloatArray) -> "np.ndarray":
    """Tell which values are no numbers, or stand for infinity."""
    return np.isnan(values) | (np.abs(values) > OVERFLOW)


def samples_of(table: FloatArray, acquisition: Acquisition) -> Samples:
    """Make readings of samples: means over those that belong to each, an overload among them makes an overload.

    The voltage is the level of the source, which has no noise, and what was measured where the limit held it back.
    """
    firsts, counts = acquisition.firsts, acquisition.counts
    offsets = np.arange(int(counts.max()))
    chosen = np.minimum(firsts[:, None] + offsets[None, :], len(table) - 1)
    weights = (offsets[None, :] < counts[:, None]) / counts[:, None]
    measured, current, time, flags, level = table.T
    beyond = beyond_range(current)
    limited = flags.astype(np.int64) & STATUS_COMPLIANCE > 0
    voltage = np.where(limited & ~beyond_range(measured), measured, level)
    used = weights > 0
    status = np.zeros(len(firsts), dtype=np.uint8)
    overload = (beyond[chosen] & used).any(axis=1)
    status[(limited[chosen] & used).any(axis=1)] |= np.uint8(SampleStatus.COMPLIANCE)
    status[overload] |= np.uint8(SampleStatus.OVERLOAD)
    means = [np.sum(one[chosen] * weights, axis=1) for one in (voltage, np.where(beyond, 0.0, current))]
    means[1][overload] = np.nan
    begin = time[firsts] - time[0] + acquisition.bursts.delay / 1e9
    return Samples(begin, means[0], means[1], status)


def is_plausible(table: FloatArray, largest: float) -> bool:
    """Tell whether a B2900 that reads currents up to `largest` (A) can have sent a block.

    SCPI blocks have no checksum, but a garbled one shows.
    """
    voltage, current, time, status, level = table.T
    in_order = bool(np.isfinite(time).all() and np.all(np.diff(time) > 0))
    readable = bool(np.all((np.abs(current) <= largest) | beyond_range(current)))
    sourced = bool(np.all((np.abs(voltage) <= 212.0) | beyond_range(voltage)) and np.all(np.abs(level) <= 210.0))
    return in_order and readable and sourced and bool(np.all((status >= 0) & (status == np.round(status))))
