"""A device of holes: the mirror image of one of electrons, every voltage and current with the other sign."""

from dataclasses import replace

from labkit.core import FloatArray
from labkit_sim.devices._device import Device, Stimulus, Trace


class Mirrored:
    """A device whose voltages and currents have the other sign."""

    def __init__(self, device: Device) -> None:
        self.device = device

    @property
    def terminals(self) -> tuple[str, ...]:
        """The names of the terminals, the reference last."""
        return self.device.terminals

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Give the mirrored device's voltages and currents with the other sign."""
        found = self.device.trace(turned(stimulus), offsets)
        return {name: (-voltage, -current) for name, (voltage, current) in found.items()}

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Let time pass for the mirrored device."""
        self.device.advance(turned(stimulus), duration)


def turned(stimulus: Stimulus) -> Stimulus:
    """Give a stimulus with every voltage of the other sign."""
    drives = {name: replace(drive, voltage=-drive.voltage) for name, drive in stimulus.drives.items()}
    return replace(stimulus, drives=drives)
