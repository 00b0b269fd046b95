"""Instrument drivers on pymeasure's classes. All are checked against simulated firmware, not on hardware."""

from labkit_drivers._keithley_2450 import KEITHLEY_2450, Keithley2450
from labkit_drivers._thorlabs_dc2200 import THORLABS_DC2200, ThorlabsDC2200
from labkit_drivers._thorlabs_dc4104 import THORLABS_DC4104, ThorlabsDC4104
from labkit_drivers._thorlabs_ledd1b import THORLABS_LEDD1B, ThorlabsLEDD1B

__all__ = [
    "KEITHLEY_2450",
    "THORLABS_DC2200",
    "THORLABS_DC4104",
    "THORLABS_LEDD1B",
    "Keithley2450",
    "ThorlabsDC2200",
    "ThorlabsDC4104",
    "ThorlabsLEDD1B",
]
