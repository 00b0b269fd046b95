"""Which firmware stands behind which driver of a bench file."""

from collections.abc import Callable, Mapping

from labkit_sim._endpoint import Endpoint
from labkit_sim._keithley_2400 import Keithley2400, Keithley2450Scpi2400
from labkit_sim._keithley_2450 import Keithley2450
from labkit_sim._keysight_b2201a import KeysightB2201A
from labkit_sim._keysight_b2900 import KeysightB2902A, KeysightB2912A
from labkit_sim._lakeshore_336 import LakeShore336
from labkit_sim._line_multiplexer import LineMultiplexer
from labkit_sim._station import Station
from labkit_sim._thorlabs_dc2200 import ThorlabsDC2200
from labkit_sim._thorlabs_dc4100 import ThorlabsDC4100, ThorlabsDC4104
from labkit_sim._thorlabs_ledd1b import ThorlabsLEDD1B
from labkit_sim.generators import Keysight33522B, Keysight33622A, Keysight81160A
from labkit_sim.keithley_2600 import Keithley2602B, Keithley2614B, Keithley2636B
from labkit_sim.switching import Keithley707B, Keithley708B, Keithley3706A

FIRMWARE: Mapping[str, Callable[[Station], Endpoint]] = {
    "keithley_2400": Keithley2400,
    "keithley_2450": Keithley2450,
    "keysight_33522b": Keysight33522B,
    "keysight_33622a": Keysight33622A,
    "keysight_81160a": Keysight81160A,
    "keithley_2602b": Keithley2602B,
    "keithley_2614b": Keithley2614B,
    "keithley_2636b": Keithley2636B,
    "keithley_2450_scpi2400": Keithley2450Scpi2400,
    "keithley_3706a": Keithley3706A,
    "keithley_707b": Keithley707B,
    "keithley_708b": Keithley708B,
    "keysight_b2201a": KeysightB2201A,
    "keysight_b2902a": KeysightB2902A,
    "keysight_b2912a": KeysightB2912A,
    "lakeshore_336": LakeShore336,
    "line_multiplexer": LineMultiplexer,
    "thorlabs_dc2200": ThorlabsDC2200,
    "thorlabs_dc4100": ThorlabsDC4100,
    "thorlabs_dc4104": ThorlabsDC4104,
}
"""Driver name to what makes the firmware of that very model; `station.options["model"]` tells models of a family."""

ATTACHMENTS: Mapping[str, Callable[[Station], object]] = {"thorlabs_ledd1b": ThorlabsLEDD1B}
"""Driver name to what stands for an instrument without an interface, an entry without an address: it acts on the wires
of its station by itself."""
