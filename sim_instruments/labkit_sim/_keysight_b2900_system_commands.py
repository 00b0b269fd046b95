"""System, status, display and digital-port commands of a B2900."""

from collections.abc import Callable

from labkit_sim import _keysight_b2900_specs as specs
from labkit_sim._errors import ScpiError, StatusRegister
from labkit_sim._keysight_b2900_core import KeysightB2900Core
from labkit_sim._keysight_b2900_pins import DigitalPin
from labkit_sim._keysight_b2900_readings import number
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call

_NONE = (0, 0)
_FIFTEEN_BITS = 0x7FFF


def _register_commands(node: str, of: Callable[[KeysightB2900Core], StatusRegister]) -> tuple[Command, ...]:
    root = f":STATus:{node}"

    def mask(word: str, get: Callable[[StatusRegister], int], put: Callable[[StatusRegister, int], None]) -> Command:
        def write(smu: KeysightB2900Core, call: Call) -> Reply:
            put(of(smu), call.integer(0, 0, 65535) & _FIFTEEN_BITS)
            smu.event_happened(0)
            return None

        return Command(f"{root}:{word}", write, lambda smu, call: f"+{get(of(smu))}", query_arguments=_NONE)

    def set_enable(register: StatusRegister, value: int) -> None:
        register.enable = value

    def set_rising(register: StatusRegister, value: int) -> None:
        register.rising = value

    def set_falling(register: StatusRegister, value: int) -> None:
        register.falling = value

    return (
        Command(f"{root}[:EVENt]", query=lambda smu, call: f"+{of(smu).take_event()}", query_arguments=_NONE),
        Command(f"{root}:CONDition", query=lambda smu, call: f"+{of(smu).condition}", query_arguments=_NONE),
        mask("ENABle", lambda register: register.enable, set_enable),
        mask("PTRansition", lambda register: register.rising, set_rising),
        mask("NTRansition", lambda register: register.falling, set_falling),
    )


def _preset_status(smu: KeysightB2900Core, call: Call) -> Reply:
    for register in (smu.operation, smu.questionable, smu.measurement):
        register.preset()
    smu.event_happened(0)
    return None


def _reset_timer(smu: KeysightB2900Core, call: Call) -> Reply:
    smu.timer_origin = int(smu.world.now)
    return None


def _timer_count(smu: KeysightB2900Core, call: Call) -> Reply:
    return number((smu.world.now - smu.timer_origin) / 1e9)


def _set_timer_reset(smu: KeysightB2900Core, call: Call) -> Reply:
    smu.timer_resets = call.boolean(0)
    return None


def _set_line_frequency(smu: KeysightB2900Core, call: Call) -> Reply:
    value = call.integer(0, 50, 60)
    if value not in (50, 60):
        raise ScpiError(-224)
    smu.line_frequency = value
    for channel in smu.channels.values():
        channel.line_frequency = float(value)
    return None


def _nothing(smu: KeysightB2900Core, call: Call) -> Reply:
    return None


def _interlock(smu: KeysightB2900Core, call: Call) -> Reply:
    return str(int(not smu.channels[1].interlock))


def _display(pattern: str, default: str) -> Command:
    """Make a setting of the front panel, which is kept and shown nowhere."""

    def write(smu: KeysightB2900Core, call: Call) -> Reply:
        smu.display[pattern] = call.text(0)
        return None

    return Command(pattern, write, lambda smu, call: smu.display.get(pattern, default), query_arguments=_NONE)


# Digital port


def _pin(smu: KeysightB2900Core, call: Call) -> DigitalPin:
    try:
        return smu.pins[f"EXT{call.suffixes[1]}"]
    except KeyError:
        raise ScpiError(-114) from None


_FUNCTIONS = {"DIO": "DIO", "DINPut": "DINP", "HVOL": "HVOL", "TINPut": "TINP", "TOUTput": "TOUT"}


def _set_function(smu: KeysightB2900Core, call: Call) -> Reply:
    pin = _pin(smu, call)
    pin.set_function(call.choice(0, _FUNCTIONS), pin.positive)
    return None


def _set_polarity(smu: KeysightB2900Core, call: Call) -> Reply:
    pin = _pin(smu, call)
    pin.set_function(pin.function, call.choice(0, {"POSitive": True, "NEGative": False}))
    return None


def _set_kind(smu: KeysightB2900Core, call: Call) -> Reply:
    _pin(smu, call).kind = call.choice(0, {"EDGE": "EDGE", "LEVel": "LEV"})
    return None


def _set_position(smu: KeysightB2900Core, call: Call) -> Reply:
    _pin(smu, call).position = call.choice(0, {"BEFore": "BEF", "AFTer": "AFT", "BOTH": "BOTH"})
    return None


def _set_width(smu: KeysightB2900Core, call: Call) -> Reply:
    shortest, longest = specs.TRIGGER_WIDTHS
    _pin(smu, call).width = call.number(0, "S", shortest, longest, 100e-6)
    return None


def _width(smu: KeysightB2900Core, call: Call) -> Reply:
    shortest, longest = specs.TRIGGER_WIDTHS
    asked = call.extreme(shortest, longest, 100e-6)
    return number(_pin(smu, call).width if asked is None else asked)


def _write_data(smu: KeysightB2900Core, call: Call) -> Reply:
    value = call.integer(0, 0, (1 << specs.PINS) - 1)
    for place, pin in enumerate(smu.pins.values()):
        pin.write(bool(value >> place & 1))
    return None


def _read_data(smu: KeysightB2900Core, call: Call) -> Reply:
    return str(sum(pin.read() << place for place, pin in enumerate(smu.pins.values())))


_PIN = "[:SOURce<n>]:DIGital:EXTernal<n>"

SYSTEM_COMMANDS = (
    *_register_commands("OPERation", lambda smu: smu.operation),
    *_register_commands("QUEStionable", lambda smu: smu.questionable),
    *_register_commands("MEASurement", lambda smu: smu.measurement),
    event(":STATus:PRESet", _preset_status),
    Command(
        ":SYSTem:LFRequency", _set_line_frequency, lambda smu, call: str(smu.line_frequency), query_arguments=_NONE
    ),
    Command(":SYSTem:TIME:TIMer:COUNt", query=_timer_count, query_arguments=_NONE),
    event(":SYSTem:TIME:TIMer:COUNt:RESet[:IMMediate]", _reset_timer),
    Command(
        ":SYSTem:TIME:TIMer:COUNt:RESet:AUTO",
        _set_timer_reset,
        lambda smu, call: str(int(smu.timer_resets)),
        query_arguments=_NONE,
    ),
    Command(":SYSTem:INTerlock:TRIPped", query=_interlock, query_arguments=_NONE),
    event(":SYSTem:BEEPer[:IMMediate]", _nothing, (0, 2)),
    event(":SYSTem:LOCal", _nothing),
    event(":SYSTem:REMote", _nothing),
    event(":SYSTem:RWLock", _nothing),
    _display(":SYSTem:BEEPer:STATe", "1"),
    _display(":DISPlay:ENABle", "1"),
    _display(":DISPlay:VIEW", "DUAL"),
    _display(":DISPlay:DIGits", "7"),
    Command(f"{_PIN}[:FUNCtion]", _set_function, lambda smu, call: _pin(smu, call).function, query_arguments=_NONE),
    Command(
        f"{_PIN}:POLarity",
        _set_polarity,
        lambda smu, call: "POS" if _pin(smu, call).positive else "NEG",
        query_arguments=_NONE,
    ),
    Command(f"{_PIN}:TOUTput:TYPE", _set_kind, lambda smu, call: _pin(smu, call).kind, query_arguments=_NONE),
    Command(
        f"{_PIN}:TOUTput[:EDGE]:POSition",
        _set_position,
        lambda smu, call: _pin(smu, call).position,
        query_arguments=_NONE,
    ),
    Command(f"{_PIN}:TOUTput[:EDGE]:WIDTh", _set_width, _width),
    Command("[:SOURce<n>]:DIGital:DATA", _write_data, _read_data, query_arguments=_NONE),
)
