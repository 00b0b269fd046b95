"""Instrument drivers on pymeasure's classes. All are checked against simulated firmware, not on hardware."""

from labkit_drivers._keithley_707b import KEITHLEY_707B, KEITHLEY_708B
from labkit_drivers._keithley_2400 import KEITHLEY_2400, KEITHLEY_2450_SCPI2400, Keithley2400
from labkit_drivers._keithley_2450 import KEITHLEY_2450, Keithley2450
from labkit_drivers._keithley_2600 import Keithley2600Channel
from labkit_drivers._keithley_2600_models import KEITHLEY_2602B, KEITHLEY_2614B, KEITHLEY_2636B
from labkit_drivers._keysight_33500 import KEYSIGHT_33522B, KEYSIGHT_33622A
from labkit_drivers._keysight_81160a import KEYSIGHT_81160A
from labkit_drivers._keysight_b2201a import KEYSIGHT_B2201A
from labkit_drivers._keysight_b2900 import KeysightB2900
from labkit_drivers._keysight_b2900_models import KEYSIGHT_B2902A, KEYSIGHT_B2912A
from labkit_drivers._lakeshore_336 import LAKESHORE_336, LakeShore336
from labkit_drivers._line_multiplexer import LINE_MULTIPLEXER
from labkit_drivers._pulse_generator import PulseGeneratorChannel
from labkit_drivers._relay_matrix import RelayMatrix
from labkit_drivers._thorlabs_dc2200 import THORLABS_DC2200, ThorlabsDC2200
from labkit_drivers._thorlabs_dc4104 import THORLABS_DC4104, ThorlabsDC4104
from labkit_drivers._thorlabs_ledd1b import THORLABS_LEDD1B, ThorlabsLEDD1B

__all__ = [
    "KEITHLEY_707B",
    "KEITHLEY_708B",
    "KEITHLEY_2400",
    "KEITHLEY_2450",
    "KEITHLEY_2450_SCPI2400",
    "KEITHLEY_2602B",
    "KEITHLEY_2614B",
    "KEITHLEY_2636B",
    "KEYSIGHT_33522B",
    "KEYSIGHT_33622A",
    "KEYSIGHT_81160A",
    "KEYSIGHT_B2201A",
    "KEYSIGHT_B2902A",
    "KEYSIGHT_B2912A",
    "LAKESHORE_336",
    "LINE_MULTIPLEXER",
    "THORLABS_DC2200",
    "THORLABS_DC4104",
    "THORLABS_LEDD1B",
    "Keithley2400",
    "Keithley2450",
    "Keithley2600Channel",
    "KeysightB2900",
    "LakeShore336",
    "PulseGeneratorChannel",
    "RelayMatrix",
    "ThorlabsDC2200",
    "ThorlabsDC4104",
    "ThorlabsLEDD1B",
]
