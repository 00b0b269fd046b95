"""Which firmware stands behind which driver of a bench file."""

from collections.abc import Mapping

from labkit_sim._instrument import ScpiInstrument
from labkit_sim._keithley_2450 import Keithley2450
from labkit_sim._thorlabs_dc2200 import ThorlabsDC2200

FIRMWARE: Mapping[str, type[ScpiInstrument]] = {
    "keithley_2450": Keithley2450,
    "thorlabs_dc2200": ThorlabsDC2200,
}
"""Driver name to the firmware class of that very model."""
