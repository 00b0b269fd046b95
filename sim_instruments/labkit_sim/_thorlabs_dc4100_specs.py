"""Numbers of the Thorlabs DC4100 and DC4104 four-channel LED drivers.

Commands and reply forms: the serial command list that Thorlabs gives with its examples. Status bits: operation manual
rev. 2.2, section 6.3.24. Not verified: the error numbers and their texts but `ERROR 0:No Error.`, the scale of the
modulation inputs, the firmware version, the serial latencies.
"""

from dataclasses import dataclass

from labkit_sim._endpoint import Latency

CHANNELS = 4
LARGEST_CURRENT = 1000
"""mA, for each LED."""
FIRMWARE = "2.00"
MANUFACTURER = "THORLABS"
CALIBRATION_DATE = "01-JAN-2022"

CONSTANT_CURRENT, BRIGHTNESS, EXTERNAL = 0, 1, 2
"""Operation modes; the mode is that of all channels."""

MODULATION_SCALE = 0.1
"""LED current over the voltage at the modulation input (A/V): 0 to 10 V for 0 to 1 A. Not verified."""

NO_ERROR, UNKNOWN_COMMAND, MISSING_PARAMETER, OUT_OF_RANGE, WRONG_MODE, NO_LED, LOCKED = range(7)
ERRORS = {
    NO_ERROR: "No Error.",
    UNKNOWN_COMMAND: "Unknown command.",
    MISSING_PARAMETER: "Missing or invalid parameter.",
    OUT_OF_RANGE: "Parameter out of range.",
    WRONG_MODE: "Not possible in this operation mode.",
    NO_LED: "No LED connected.",
    LOCKED: "LED is locked.",
}

VCC_FAIL, OVER_TEMPERATURE = 1, 3
NO_LED_BITS = (5, 7, 9, 11)
OPEN_BITS = (13, 15, 17, 19)
LIMIT_BITS = (21, 23, 25, 27)
"""Bits of the status register; the bit below each tells that it has changed since the register was read."""

LATENCY = Latency(write=0.5e-3, read=4e-3, jitter=1e-3, per_byte=10 / 115_200)
"""115 200 baud, 10 bits a byte; the USB converter holds a short answer back for some milliseconds."""


@dataclass(frozen=True, slots=True)
class Led:
    """An LED head on a channel: what its memory says, currents in mA, forward voltage in V, wavelength in nm."""

    serial: str
    name: str
    wavelength: float
    forward_voltage: float
    maximum_current: int


NO_HEAD = Led("n/a", "n/a", 0.0, 0.0, LARGEST_CURRENT)
