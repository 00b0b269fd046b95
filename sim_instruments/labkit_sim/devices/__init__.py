"""Simulated devices: the contract with the world, models with computable truth, and presets."""

from labkit_sim.devices._device import ROOM_TEMPERATURE, Device, Drive, Stimulus, Trace
from labkit_sim.devices._simple import Photoconductor, Resistor, ResistorCapacitor

__all__ = [
    "ROOM_TEMPERATURE",
    "Device",
    "Drive",
    "Photoconductor",
    "Resistor",
    "ResistorCapacitor",
    "Stimulus",
    "Trace",
]
