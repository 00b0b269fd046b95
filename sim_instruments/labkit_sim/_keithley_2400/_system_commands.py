"""System, status, route and display commands of the 2400's dialect."""

from collections.abc import Callable

from labkit_sim._errors import StatusRegister
from labkit_sim._keithley_2400._core import Keithley2400Core
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call


def _register(root: str, found: Callable[[Keithley2400Core], StatusRegister]) -> tuple[Command, ...]:
    def take(smu: Keithley2400Core, call: Call) -> Reply:
        value = smu.format.register(found(smu).take_event())
        smu.status_refreshed()
        return value

    def condition(smu: Keithley2400Core, call: Call) -> Reply:
        return smu.format.register(found(smu).condition)

    def enable(smu: Keithley2400Core, call: Call) -> Reply:
        found(smu).enable = call.integer(0, 0, 0xFFFF)
        smu.status_refreshed()
        return None

    def enabled(smu: Keithley2400Core, call: Call) -> Reply:
        return smu.format.register(found(smu).enable)

    return (
        Command(f":STATus:{root}[:EVENt]", query=take, query_arguments=(0, 0)),
        Command(f":STATus:{root}:CONDition", query=condition, query_arguments=(0, 0)),
        Command(f":STATus:{root}:ENABle", enable, enabled, query_arguments=(0, 0)),
    )


def _preset(smu: Keithley2400Core, call: Call) -> Reply:
    for register in (smu.measurement, smu.operation, smu.questionable):
        register.preset()
    smu.status_refreshed()
    return None


def _next_error(smu: Keithley2400Core, call: Call) -> Reply:
    entry = smu.errors.pop()
    smu.status_refreshed()
    return smu.format_error(entry)


def _clear_queue(smu: Keithley2400Core, call: Call) -> Reply:
    smu.errors.clear()
    smu.status_refreshed()
    return None


def _set_remote_sense(smu: Keithley2400Core, call: Call) -> Reply:
    smu.setup.remote_sense = call.boolean(0)
    return None


def _set_auto_zero(smu: Keithley2400Core, call: Call) -> Reply:
    if call.text(0).upper() != "ONCE":
        smu.setup.auto_zero = call.boolean(0)
    return None


def _set_line_frequency(smu: Keithley2400Core, call: Call) -> Reply:
    smu.channel.line_frequency = float(call.choice(0, {"50": 50.0, "60": 60.0}))
    smu.line_frequency_auto = False
    return None


def _set_automatic(smu: Keithley2400Core, call: Call) -> Reply:
    smu.line_frequency_auto = call.boolean(0)
    if smu.line_frequency_auto:
        smu.channel.line_frequency = smu.station.line_frequency
    return None


def _set_terminals(smu: Keithley2400Core, call: Call) -> Reply:
    front = call.choice(0, {"FRONt": True, "REAR": False})
    if front != smu.channel.front_terminals:
        smu.channel.set_output(False)
        smu.channel.front_terminals = front
    return None


def _set_display(smu: Keithley2400Core, call: Call) -> Reply:
    smu.display = call.boolean(0)
    return None


def _reset_time(smu: Keithley2400Core, call: Call) -> Reply:
    smu.set_time_zero()
    return None


def _preset_system(smu: Keithley2400Core, call: Call) -> Reply:
    smu.reset()
    return None


def _accepted(smu: Keithley2400Core, call: Call) -> Reply:
    return None


def _language(smu: Keithley2400Core, call: Call) -> Reply:
    return smu.MODEL.language


SYSTEM_COMMANDS = (
    *_register("MEASurement", lambda smu: smu.measurement),
    *_register("OPERation", lambda smu: smu.operation),
    *_register("QUEStionable", lambda smu: smu.questionable),
    event(":STATus:PRESet", _preset),
    Command(":STATus:QUEue[:NEXT]", query=_next_error, query_arguments=(0, 0)),
    event(":STATus:QUEue:CLEar", _clear_queue),
    event(":SYSTem:CLEar", _clear_queue),
    event(":SYSTem:PRESet", _preset_system),
    Command(":SYSTem:RSENse", _set_remote_sense, lambda smu, call: str(int(smu.setup.remote_sense))),
    Command(":SYSTem:AZERo[:STATe]", _set_auto_zero, lambda smu, call: str(int(smu.setup.auto_zero))),
    Command(":SYSTem:LFRequency", _set_line_frequency, lambda smu, call: f"{smu.channel.line_frequency:.0f}"),
    Command(":SYSTem:LFRequency:AUTO", _set_automatic, lambda smu, call: str(int(smu.line_frequency_auto))),
    event(":SYSTem:TIME:RESet", _reset_time),
    Command(":SYSTem:TIME", query=lambda smu, call: f"{smu.since_time_zero:.2f}", query_arguments=(0, 0)),
    Command(":SYSTem:BEEPer[:IMMediate]", _accepted, write_arguments=(0, 2)),
    Command(":SYSTem:BEEPer:STATe", _accepted, lambda smu, call: "1"),
    event(":SYSTem:LOCal", _accepted),
    event(":SYSTem:REMote", _accepted),
    event(":SYSTem:RWLock", _accepted),
    Command(":SYSTem:MEP[:STATe]", query=lambda smu, call: "0", query_arguments=(0, 0)),
    Command(":ROUTe:TERMinals", _set_terminals, lambda smu, call: "FRON" if smu.channel.front_terminals else "REAR"),
    Command(":DISPlay:ENABle", _set_display, lambda smu, call: str(int(smu.display))),
    event(":DISPlay:CNDisplay", _accepted),
    Command(":DISPlay:DIGits", _accepted, lambda smu, call: "6"),
    Command(":DISPlay[:WINDow<n>]:TEXT[:DATA]", _accepted, lambda smu, call: '""'),
    Command(":DISPlay[:WINDow<n>]:TEXT:STATe", _accepted, lambda smu, call: "0"),
)

LANGUAGE_COMMAND = Command("*LANG", query=_language, query_arguments=(0, 0))
"""What a 2450 in the dialect answers beside it."""
