"""What a 2450 can tell of its interlock and its trigger output while the source is off."""

from labkit.core import Check, ElectricalTerminal, Finding
from labkit_drivers._keithley_2450_commands import Keithley2450Commands
from labkit_drivers._keithley_2450_data import INTERLOCK_VOLTAGE


def interlock_check(engaged: float, terminal: ElectricalTerminal) -> Check:
    """Judge the interlock: only a terminal that may go beyond the touch-safe 21 V needs it."""
    if engaged or terminal.maximum_voltage <= INTERLOCK_VOLTAGE:
        return Check("interlock", Finding.RIGHT, "closed" if engaged else "open, and not needed up to 21 V")
    remedy = "close the fixture's interlock, or lower maximum_voltage in bench.yaml to 21 V"
    return Check("interlock", Finding.WRONG, f"open, and {terminal.maximum_voltage:g} V are allowed", remedy)


def trigger_check(commands: Keithley2450Commands, line: str) -> Check:
    """Put both levels on a trigger output and read them back, which a short in the cable would show."""
    levels = [commands.line_level(line, level) for level in (1, 0)]
    if levels == [1, 0]:
        return Check(f"trigger output {line}", Finding.RIGHT, "follows, as read at this end")
    told = f"reads {levels[0]} and {levels[1]} where 1 and 0 were put out"
    return Check(f"trigger output {line}", Finding.WRONG, told, "look for a short in the trigger cable")
