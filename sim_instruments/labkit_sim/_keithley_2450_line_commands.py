"""Commands of a 2450 for its digital lines and trigger timers."""

from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2450_core import Keithley2450Core
from labkit_sim._keithley_2450_events import DigitalLine, Timer, event_name
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call


def _line(smu: Keithley2450Core, call: Call) -> DigitalLine:
    found = smu.lines.get(call.suffixes[0])
    if found is None:
        raise ScpiError(-114)
    return found


def _timer(smu: Keithley2450Core, call: Call) -> Timer:
    found = smu.timers.get(call.suffixes[0])
    if found is None:
        raise ScpiError(-114)
    return found


def _set_line_mode(smu: Keithley2450Core, call: Call) -> Reply:
    mode = call.choice(0, {"DIGital": "DIG", "TRIGger": "TRIG", "SYNChronous": "SYNC"})
    directions = {"IN": "IN", "OUT": "OUT", "OPENdrain": "OPEN", "MASTer": "MAST", "ACCeptor": "ACC"}
    _line(smu, call).set_mode(mode, call.choice(1, directions))
    return None


def _get_line_mode(smu: Keithley2450Core, call: Call) -> Reply:
    line = _line(smu, call)
    return f"{line.mode},{line.direction}"


def _set_line(smu: Keithley2450Core, call: Call) -> Reply:
    _line(smu, call).write(call.boolean(0))
    return None


def _get_line(smu: Keithley2450Core, call: Call) -> Reply:
    return str(int(_line(smu, call).is_high))


def _read_lines(smu: Keithley2450Core, call: Call) -> Reply:
    return str(sum(1 << (number - 1) for number, line in smu.lines.items() if line.is_high))


def _write_lines(smu: Keithley2450Core, call: Call) -> Reply:
    pattern = call.integer(0, 0, 63)
    for number, line in smu.lines.items():
        if line.mode == "DIG" and line.direction != "IN":
            line.write(bool(pattern & 1 << (number - 1)))
    return None


def _set_stimulus(smu: Keithley2450Core, call: Call) -> Reply:
    _line(smu, call).stimulus = event_name(call.word(0))
    return None


def _get_stimulus(smu: Keithley2450Core, call: Call) -> Reply:
    return _line(smu, call).stimulus


def _set_pulse_width(smu: Keithley2450Core, call: Call) -> Reply:
    _line(smu, call).pulse_width = call.number(0, "S", 0.0, 100e3, 10e-6)
    return None


def _get_pulse_width(smu: Keithley2450Core, call: Call) -> Reply:
    return smu.format.number(_line(smu, call).pulse_width)


def _set_logic(smu: Keithley2450Core, call: Call) -> Reply:
    line = _line(smu, call)
    line.positive = call.choice(0, {"POSitive": True, "NEGative": False})
    if line.mode == "TRIG":
        line.set_mode(line.mode, line.direction)
    return None


def _get_logic(smu: Keithley2450Core, call: Call) -> Reply:
    return "POS" if _line(smu, call).positive else "NEG"


def _set_edge(smu: Keithley2450Core, call: Call) -> Reply:
    _line(smu, call).edge = call.choice(0, {"FALLing": "FALL", "RISing": "RIS", "EITHer": "EITH"})
    return None


def _get_edge(smu: Keithley2450Core, call: Call) -> Reply:
    return _line(smu, call).edge


def _clear_line(smu: Keithley2450Core, call: Call) -> Reply:
    smu.board.take(_line(smu, call).name)
    return None


def _set_timer_delay(smu: Keithley2450Core, call: Call) -> Reply:
    _timer(smu, call).delay = call.number(0, "S", 8e-6, 100e3, 10e-6)
    return None


def _get_timer_delay(smu: Keithley2450Core, call: Call) -> Reply:
    return smu.format.number(_timer(smu, call).delay)


def _set_timer_count(smu: Keithley2450Core, call: Call) -> Reply:
    _timer(smu, call).count = call.integer(0, 0, 1_048_575, 1)
    return None


def _get_timer_count(smu: Keithley2450Core, call: Call) -> Reply:
    return str(_timer(smu, call).count)


def _set_timer_start(smu: Keithley2450Core, call: Call) -> Reply:
    _timer(smu, call).start = event_name(call.word(0))
    return None


def _get_timer_start(smu: Keithley2450Core, call: Call) -> Reply:
    return _timer(smu, call).start


def _set_timer_state(smu: Keithley2450Core, call: Call) -> Reply:
    timer = _timer(smu, call)
    timer.enabled = call.boolean(0)
    if not timer.enabled:
        timer.stop()
    return None


def _get_timer_state(smu: Keithley2450Core, call: Call) -> Reply:
    return str(int(_timer(smu, call).enabled))


def _clear_timer(smu: Keithley2450Core, call: Call) -> Reply:
    smu.board.take(_timer(smu, call).name)
    return None


LINE_COMMANDS = (
    Command(":DIGital:LINE<n>:MODE", _set_line_mode, _get_line_mode, write_arguments=(2, 2)),
    Command(":DIGital:LINE<n>:STATe", _set_line, _get_line, query_arguments=(0, 0)),
    Command(":DIGital:READ", query=_read_lines, query_arguments=(0, 0)),
    event(":DIGital:WRITe", _write_lines, (1, 1)),
    Command(":TRIGger:DIGital<n>:OUT:STIMulus", _set_stimulus, _get_stimulus, query_arguments=(0, 0)),
    Command(":TRIGger:DIGital<n>:OUT:PULSewidth", _set_pulse_width, _get_pulse_width, query_arguments=(0, 0)),
    Command(":TRIGger:DIGital<n>:OUT:LOGic", _set_logic, _get_logic, query_arguments=(0, 0)),
    Command(":TRIGger:DIGital<n>:IN:EDGE", _set_edge, _get_edge, query_arguments=(0, 0)),
    event(":TRIGger:DIGital<n>:IN:CLEar", _clear_line),
    Command(":TRIGger:TIMer<n>:DELay", _set_timer_delay, _get_timer_delay, query_arguments=(0, 0)),
    Command(":TRIGger:TIMer<n>:COUNt", _set_timer_count, _get_timer_count, query_arguments=(0, 0)),
    Command(":TRIGger:TIMer<n>:STARt:STIMulus", _set_timer_start, _get_timer_start, query_arguments=(0, 0)),
    Command(":TRIGger:TIMer<n>:STATe", _set_timer_state, _get_timer_state, query_arguments=(0, 0)),
    event(":TRIGger:TIMer<n>:CLEar", _clear_timer),
)
