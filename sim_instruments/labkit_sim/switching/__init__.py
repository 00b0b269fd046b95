"""TSP switch mainframes: the matrices 707B and 708B, and the system switch 3706A."""

from labkit_sim.switching._keithley_707b import Keithley707B, Keithley708B
from labkit_sim.switching._keithley_3706a import Keithley3706A

__all__ = ["Keithley707B", "Keithley708B", "Keithley3706A"]
