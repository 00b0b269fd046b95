"""Commands of a 2450 beside source and meter: language, events, status, terminals, display."""

from collections.abc import Callable

from labkit_sim._errors import ScpiError, StatusRegister
from labkit_sim._keithley_2450_core import LANGUAGES, Keithley2450Core
from labkit_sim._keithley_2450_log import KINDS, EventMap
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call

Register = Callable[[Keithley2450Core], StatusRegister]
Events = Callable[[Keithley2450Core], EventMap]

_STATUS_MASK = 0x7FFF


def _ignored(smu: Keithley2450Core, call: Call) -> Reply:
    return None


# Language and events


def _set_language(smu: Keithley2450Core, call: Call) -> Reply:
    """Note the language of the next power-on; until then the present one stays."""
    smu.next_language = call.choice(0, {name: name for name in LANGUAGES})
    return None


def _get_language(smu: Keithley2450Core, call: Call) -> Reply:
    return smu.language


def _clear_events(smu: Keithley2450Core, call: Call) -> Reply:
    smu.log.clear()
    return None


def _kinds(call: Call) -> int:
    kinds = 0
    for index in range(len(call)):
        kinds |= call.choice(index, KINDS)
    return kinds or KINDS["ALL"]


def _next_event(smu: Keithley2450Core, call: Call) -> Reply:
    entry = smu.log.take(_kinds(call))
    return entry.written() if entry else '0,"No error;0;0 0"'


def _count_events(smu: Keithley2450Core, call: Call) -> Reply:
    return str(smu.log.count(_kinds(call)))


def _post_event(smu: Keithley2450Core, call: Call) -> Reply:
    kind = call.choice(1, KINDS) if call.given(1) else KINDS["INFormational"]
    number = {1: 1001, 2: 1002, 4: 1003}.get(kind)
    if number is None:
        raise ScpiError(-224)
    smu.note(kind, number, f"User: {call.string(0)}")
    return None


def _next_code(smu: Keithley2450Core, call: Call) -> Reply:
    entry = smu.errors.pop()
    return str(entry.code if entry else 0)


# Status


def _status_commands(
    word: str, register: Register, events: Callable[[Keithley2450Core], EventMap]
) -> tuple[Command, ...]:
    def take(smu: Keithley2450Core, call: Call) -> Reply:
        return str(register(smu).take_event())

    def condition(smu: Keithley2450Core, call: Call) -> Reply:
        return str(register(smu).condition)

    def enable(smu: Keithley2450Core, call: Call) -> Reply:
        register(smu).enable = call.integer(0, 0, 65535) & _STATUS_MASK
        return None

    def enabled(smu: Keithley2450Core, call: Call) -> Reply:
        return str(register(smu).enable)

    def put_map(smu: Keithley2450Core, call: Call) -> Reply:
        clears = call.integer(2, 0, 65535) if call.given(2) else 0
        events(smu).map(call.integer(0, 0, 14), call.integer(1, 0, 65535), clears)
        return None

    def get_map(smu: Keithley2450Core, call: Call) -> Reply:
        sets, clears = events(smu).events(call.integer(0, 0, 14))
        return f"{sets},{clears}"

    root = f":STATus:{word}"
    return (
        Command(f"{root}[:EVENt]", query=take, query_arguments=(0, 0)),
        Command(f"{root}:CONDition", query=condition, query_arguments=(0, 0)),
        Command(f"{root}:ENABle", enable, enabled, query_arguments=(0, 0)),
        Command(f"{root}:MAP", put_map, get_map, write_arguments=(2, 3), query_arguments=(1, 1)),
    )


def _preset_status(smu: Keithley2450Core, call: Call) -> Reply:
    smu.operation.preset()
    smu.questionable.preset()
    return None


def _clear_status(smu: Keithley2450Core, call: Call) -> Reply:
    smu.operation.take_event()
    smu.questionable.take_event()
    return None


# The rest


def _line_frequency(smu: Keithley2450Core, call: Call) -> Reply:
    return f"{smu.channel.line_frequency:.0f}"


def _set_terminals(smu: Keithley2450Core, call: Call) -> Reply:
    smu.check_idle()
    front = call.choice(0, {"FRONt": True, "REAR": False})
    if front != smu.channel.front_terminals:
        smu.channel.set_output(False)
        smu.channel.front_terminals = front
    return None


def _get_terminals(smu: Keithley2450Core, call: Call) -> Reply:
    return "FRON" if smu.channel.front_terminals else "REAR"


def _version(smu: Keithley2450Core, call: Call) -> Reply:
    return "1996.0"


_DISPLAY = (
    event(":DISPlay:CLEar", _ignored),
    event(":DISPlay:SCReen", _ignored, (1, 1)),
    event(":DISPlay:USER<n>:TEXT[:DATA]", _ignored, (1, 1)),
    event(":DISPlay:LIGHt:STATe", _ignored, (1, 1)),
    event(":DISPlay:READing:FORMat", _ignored, (1, 1)),
    event(":DISPlay:BUFFer:ACTive", _ignored, (1, 1)),
    event(":DISPlay:CURRent[:DC]:DIGits", _ignored, (1, 1)),
    event(":DISPlay:VOLTage[:DC]:DIGits", _ignored, (1, 1)),
    event(":DISPlay:RESistance:DIGits", _ignored, (1, 1)),
    event(":SYSTem:BEEPer[:IMMediate]", _ignored, (2, 2)),
    event(":SYSTem:REMote", _ignored),
    event(":SYSTem:LOCal", _ignored),
)

SYSTEM_COMMANDS = (
    Command("*LANG", _set_language, _get_language, query_arguments=(0, 0)),
    event(":SYSTem:CLEar", _clear_events),
    Command(":SYSTem:ERRor:CODE[:NEXT]", query=_next_code, query_arguments=(0, 0)),
    Command(":SYSTem:EVENtlog:NEXT", query=_next_event, query_arguments=(0, 3)),
    Command(":SYSTem:EVENtlog:COUNt", query=_count_events, query_arguments=(0, 3)),
    event(":SYSTem:EVENtlog:POST", _post_event, (1, 2)),
    Command(":SYSTem:LFRequency", query=_line_frequency, query_arguments=(0, 0)),
    Command(":SYSTem:VERSion", query=_version, query_arguments=(0, 0)),
    Command(":ROUTe:TERMinals", _set_terminals, _get_terminals, query_arguments=(0, 0)),
    event(":STATus:PRESet", _preset_status),
    event(":STATus:CLEar", _clear_status),
    *_status_commands("OPERation", lambda smu: smu.operation, lambda smu: smu.operation_map),
    *_status_commands("QUEStionable", lambda smu: smu.questionable, lambda smu: smu.questionable_map),
    *_DISPLAY,
)
