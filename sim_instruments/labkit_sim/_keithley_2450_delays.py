"""User delays of a 2450: five for each function of source and meter, which a trigger model may ask for."""

from collections.abc import Callable

from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2450_core import Keithley2450Core
from labkit_sim._scpi import Command, Reply
from labkit_sim._scpi_data import Call

LONGEST_DELAY = 10e3
"""Of all delays (s)."""

Delays = tuple[float, ...]


def user_delay(
    pattern: str, get: Callable[[Keithley2450Core], Delays], put: Callable[[Keithley2450Core, Delays], None]
) -> Command:
    """Make the command of the delays (s) of a function; the header's suffix, 1 to 5, says which."""

    def place(call: Call) -> int:
        if not 1 <= call.suffixes[0] <= 5:
            raise ScpiError(-114)
        return call.suffixes[0] - 1

    def write(smu: Keithley2450Core, call: Call) -> Reply:
        delays = list(get(smu))
        delays[place(call)] = call.number(0, "S", 0.0, LONGEST_DELAY, 0.0)
        put(smu, tuple(delays))
        return None

    def query(smu: Keithley2450Core, call: Call) -> Reply:
        return smu.format.number(get(smu)[place(call)])

    return Command(pattern, write, query)
