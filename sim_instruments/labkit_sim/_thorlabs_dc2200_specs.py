"""Numbers of the Thorlabs DC2200 LED driver, from its operation manual unless marked as not verified.

Source: operation manual v1.8 section 4.3.2, in excerpts. Not verified: resolutions and accuracies, the error codes,
what a finished train leaves behind, the header of the head's identity, the numbers of the modes.
"""

from dataclasses import dataclass

MODEL = "DC2200"
FIRMWARE = "1.2.0"


@dataclass(frozen=True, slots=True)
class LedTerminal:
    """An LED connector: largest current, step of a setting, accuracy of the read-back (A)."""

    maximum_current: float
    resolution: float
    accuracy: float


TERMINALS = {
    1: LedTerminal(maximum_current=10.0, resolution=1e-4, accuracy=20e-3),
    2: LedTerminal(maximum_current=2.0, resolution=1e-4, accuracy=4e-3),
}
"""LED1 has 12 pins, LED2 has 4."""

BRIGHTNESS_RESOLUTION = 0.1
"""Percent of the current limit."""

MODES = {"CC": 1, "CB": 2, "PWM": 3, "PULS": 4, "TTL": 5}
"""Mode to the number that some clients send instead."""

TTL_LOW, TTL_HIGH = 0.8, 2.0
"""Levels of the modulation input (V)."""

MARKER_LEVEL = 5.0
"""What the SMA connector puts out while the LED is on in the PWM and pulse modes (V)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A numeric setting: header, unit, limits, value after `*RST`, and the step that it is rounded to.

    `is_current` marks drive currents (A): their largest value is the terminal's, and the current limit clips them.
    """

    key: str
    pattern: str
    unit: str
    minimum: float
    maximum: float
    default: float
    step: float
    is_current: bool = False


SETTINGS = (
    Setting("cc", ":SOURce[1]:CCURent[:CURRent][:LEVel][:AMPLitude]", "A", 0, 10, 0, 1e-4, is_current=True),
    Setting("cb", ":SOURce[1]:CBRightness[:BRIGhtness][:LEVel][:AMPLitude]", "PCT", 0, 100, 0, BRIGHTNESS_RESOLUTION),
    Setting("pwm_current", ":SOURce[1]:PWM[:CURRent][:LEVel][:AMPLitude]", "A", 0, 10, 0, 1e-4, is_current=True),
    Setting("pwm_frequency", ":SOURce[1]:PWM:FREQency", "HZ", 0.1, 20e3, 100, 0.1),
    Setting("pwm_duty", ":SOURce[1]:PWM:DCYCle", "PCT", 0.1, 99.9, 50, 0.1),
    Setting("pwm_count", ":SOURce[1]:PWM:COUNt", "", 0, 1000, 0, 1),
    Setting(
        "pulse_brightness", ":SOURce[1]:PULSe[:BRIGhtness][:LEVel][:AMPLitude]", "PCT", 0, 100, 0, BRIGHTNESS_RESOLUTION
    ),
    Setting("pulse_on", ":SOURce[1]:PULSe:ONTime", "S", 1e-6, 10, 1e-3, 1e-6),
    Setting("pulse_off", ":SOURce[1]:PULSe:OFFTime", "S", 1e-6, 10, 1e-3, 1e-6),
    Setting("pulse_count", ":SOURce[1]:PULSe:COUNt", "", 0, 1000, 0, 1),
    Setting("ttl", ":SOURce[1]:TTL[:CURRent][:LEVel][:AMPLitude]", "A", 0, 10, 0, 1e-4, is_current=True),
)
"""All settings but the current limit. A count of 0 goes on until the output is switched off."""


@dataclass(frozen=True, slots=True)
class LedHead:
    """An LED on a terminal, and what its memory says of it: A, V, and the wavelength in nm."""

    identity: str
    maximum_current: float
    forward_voltage: float
    wavelength: float


NO_HEAD = LedHead("Thorlabs,no head,no head,-2.0.0", 0.0, 0.0, 0.0)
CUSTOM_HEAD = LedHead("Thorlabs,custom,n/a,-1.0.0", 0.0, 3.0, 0.0)


def mounted_head(wavelength: float, calibrated_current: float, serial: str) -> LedHead:
    """Make the head of a mounted LED (M<nm>L3 style, 3.3 V) for a wavelength (m).

    It stands 1 A, or the largest current (A) at which the bench's owner calibrated it.
    """
    nanometres = round(wavelength * 1e9)
    largest = max(1.0, calibrated_current)
    return LedHead(f"Thorlabs,M{nanometres}L3,{serial},1.0.0", largest, 3.3, float(nanometres))
