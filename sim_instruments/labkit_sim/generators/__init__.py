"""Waveform generators: firmware of the Keysight 33500 and 81160 families on one core."""

from labkit_sim.generators._keysight_33500 import Keysight33522B, Keysight33622A
from labkit_sim.generators._keysight_81160a import Keysight81160A

__all__ = ["Keysight33522B", "Keysight33622A", "Keysight81160A"]
