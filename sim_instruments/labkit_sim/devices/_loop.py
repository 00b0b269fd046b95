"""The loop through a two-terminal device: both drives together are one source, one resistance, one limit."""

from typing import NamedTuple

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._device import GROUND, OPEN, Drive, Stimulus, Trace

TERMINALS = ("top", "bottom")


class Loop(NamedTuple):
    """What drives the current from top to bottom.

    `voltage` (V) is what stands across the device while no current flows, `resistance` (ohm) that of both leads;
    neither source delivers more than `limit` (A).
    """

    voltage: float
    limit: float
    resistance: float
    top: Drive
    bottom: Drive

    def trace(self, across: FloatArray, current: FloatArray) -> Trace:
        """Lay the voltage across (V) and the current through (A) on the two terminals.

        The source whose limit is the higher one is not at its limit: its terminal is where it puts it.
        """
        if self.top.limit <= self.bottom.limit:
            bottom = _behind(self.bottom, -current)
            return {"top": (bottom + across, current), "bottom": (bottom, -current)}
        top = _behind(self.top, current)
        return {"top": (top, current), "bottom": (top - across, -current)}


def _behind(drive: Drive, current: FloatArray) -> FloatArray:
    if drive.resistance:
        return drive.voltage - drive.resistance * current
    return np.full(len(current), drive.voltage)


def loop_of(stimulus: Stimulus) -> Loop:
    """Read the loop from the drives.

    An open terminal is a drive that can deliver no current, and then there is no voltage across either.
    """
    top = stimulus.drives.get("top", OPEN)
    bottom = stimulus.drives.get("bottom", GROUND)
    limit = min(top.limit, bottom.limit)
    voltage = top.voltage - bottom.voltage if limit > 0 else 0.0
    return Loop(voltage, limit, top.resistance + bottom.resistance, top, bottom)


def ohmic(conductance: float, stimulus: Stimulus, offsets: FloatArray) -> Trace:
    """Trace a constant conductance (S): a divider with the leads; in the limit the voltage is limit / conductance."""
    loop = loop_of(stimulus)
    voltage = loop.voltage / (1 + loop.resistance * conductance)
    current = conductance * voltage
    if abs(current) > loop.limit:
        current = loop.limit if voltage > 0 else -loop.limit
        voltage = current / conductance
    return loop.trace(np.full(len(offsets), voltage), np.full(len(offsets), current))
