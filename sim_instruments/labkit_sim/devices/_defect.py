"""Cells of a chip that are none: shorted or open."""

from dataclasses import dataclass, replace

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._device import OPEN, Stimulus, Trace
from labkit_sim.devices._loop import TERMINALS, ohmic

SHORT, OPEN_CIRCUIT = 0.05, 0.0
"""Conductance (S) between the electrodes of a shorted cell, 20 ohm of a burnt-through stack, and of an open one."""


@dataclass(slots=True)
class Defect:
    """A conductance (S) between the first and the last terminal, whatever the light; other terminals carry nothing."""

    terminals: tuple[str, ...]
    conductance: float

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Follow Ohm's law between the electrodes, and the limits of their drives."""
        ends = self.terminals[0], self.terminals[-1]
        drives = {
            name: stimulus.drives[end] for name, end in zip(TERMINALS, ends, strict=True) if end in stimulus.drives
        }
        between = ohmic(self.conductance, replace(stimulus, drives=drives), offsets)
        others = {
            name: (np.full(len(offsets), stimulus.drives.get(name, OPEN).voltage), np.zeros(len(offsets)))
            for name in self.terminals[1:-1]
        }
        return {ends[0]: between["top"], ends[1]: between["bottom"]} | others

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Nothing in a dead cell remembers."""
