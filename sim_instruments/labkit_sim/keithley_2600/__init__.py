"""Simulated Keithley 2600B SourceMeters with two channels."""

from labkit_sim.keithley_2600._firmware import Keithley2600, Keithley2602B, Keithley2614B, Keithley2636B

__all__ = ["Keithley2600", "Keithley2602B", "Keithley2614B", "Keithley2636B"]
