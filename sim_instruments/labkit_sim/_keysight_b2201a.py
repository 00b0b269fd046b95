"""Firmware of the Keysight (Agilent) B2201A and B2200A switch mainframes.

Commands, answers and error classes as in the B2200 User's Guide, chapters 5 and 7. Assumed, because the pages at hand
do not tell: auto configuration, free connection rule and break-before-make after `*RST`; relays that take 4 ms; the
texts of `:SYSTem:CTYPe?` and `:SYSTem:CDEScription?`. Relay tests pass; light pen, beeper, keys and display have no
effect; no Kelvin cable is found; the inputs of `:AGND:UNUSED` are kept, but not grounded.
"""

from labkit_sim._instrument import ScpiInstrument
from labkit_sim._keysight_b2201a_core import MatrixCore
from labkit_sim._keysight_b2201a_modes import MODE_COMMANDS
from labkit_sim._keysight_b2201a_routes import ROUTE_COMMANDS
from labkit_sim._keysight_b2201a_system import SYSTEM_COMMANDS


class KeysightB2201A(MatrixCore):
    """A B2201A. Option `model: B2200A` makes it that one, `modules` says how many of the four slots are filled.

    Its inputs are the rows of the bench's switch, "1" to "14", its outputs the columns, "1" to "48".
    """

    TABLE = ScpiInstrument.TABLE.extended(
        *ScpiInstrument.ERROR_COMMANDS, *ROUTE_COMMANDS, *MODE_COMMANDS, *SYSTEM_COMMANDS
    )
