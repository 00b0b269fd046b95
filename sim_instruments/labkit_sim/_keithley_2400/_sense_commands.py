"""Sense commands of the 2400's dialect: functions, ranges, compliance, aperture, filter."""

from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2400 import _models as specs
from labkit_sim._keithley_2400._core import Keithley2400Core
from labkit_sim._keithley_2400._settings import CURRENT, RESISTANCE, VOLTAGE, sense_scale
from labkit_sim._keithley_2400._source_commands import number
from labkit_sim._keithley_2450_settings import Quantity
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call, matches

_ROOT = "[:SENSe[1]]"
_WORDS = {VOLTAGE: "VOLTage", CURRENT: "CURRent", RESISTANCE: "RESistance"}
_UNITS = {VOLTAGE: "V", CURRENT: "A", RESISTANCE: "OHM"}
_NAMES = {VOLTAGE: '"VOLT:DC"', CURRENT: '"CURR:DC"', RESISTANCE: '"RES"'}
_SMALLEST_LIMIT = {CURRENT: 1e-9, VOLTAGE: 0.2e-3}


def function_named(text: str) -> Quantity:
    """Read the name of a function, `CURR:DC` or `CURRENT`; raises ScpiError -224."""
    word = text.removeprefix(":").upper().removesuffix(":DC")
    for quantity, keyword in _WORDS.items():
        if matches(keyword, word):
            return quantity
    raise ScpiError(-224)


def _named(call: Call) -> list[Quantity]:
    return [function_named(call.string(index)) for index in range(len(call))]


def _functions_on(smu: Keithley2400Core, call: Call) -> Reply:
    found = _named(call)
    for quantity in found:
        smu.enable(quantity, True)
    return None


def _functions_off(smu: Keithley2400Core, call: Call) -> Reply:
    for quantity in _named(call):
        smu.enable(quantity, False)
    return None


def _list(smu: Keithley2400Core, on: bool) -> str:
    return ",".join(name for quantity, name in _NAMES.items() if (quantity in smu.setup.functions) == on) or '""'


def _all_on(smu: Keithley2400Core, call: Call) -> Reply:
    for quantity in _NAMES if smu.concurrent else (RESISTANCE,):
        smu.enable(quantity, True)
    return None


def _all_off(smu: Keithley2400Core, call: Call) -> Reply:
    smu.setup.functions = set()
    return None


def _is_on(smu: Keithley2400Core, call: Call) -> Reply:
    return str(int(function_named(call.string(0)) in smu.setup.functions))


def _set_concurrent(smu: Keithley2400Core, call: Call) -> Reply:
    smu.concurrent = call.boolean(0)
    if not smu.concurrent and len(smu.setup.functions) > 1:
        smu.setup.functions = {VOLTAGE}
    return None


def _set_cycles(smu: Keithley2400Core, call: Call) -> Reply:
    smu.setup.power_line_cycles = call.number(0, "", specs.SHORTEST_NPLC, specs.LONGEST_NPLC, 1.0)
    return None


def _get_cycles(smu: Keithley2400Core, call: Call) -> Reply:
    asked = call.extreme(specs.SHORTEST_NPLC, specs.LONGEST_NPLC, 1.0)
    return f"{smu.setup.power_line_cycles if asked is None else asked:.2f}"


def _largest_range(smu: Keithley2400Core, quantity: Quantity) -> float:
    if quantity is RESISTANCE:
        return specs.OHMS_RANGES[-1]
    ranges = smu.MODEL.measure_voltage if quantity is VOLTAGE else smu.MODEL.measure_current
    return ranges[-1].full_scale


def _full_scales(smu: Keithley2400Core, quantity: Quantity) -> tuple[float, ...]:
    if quantity is RESISTANCE:
        return specs.OHMS_RANGES
    ranges = smu.MODEL.measure_voltage if quantity is VOLTAGE else smu.MODEL.measure_current
    return tuple(found.full_scale for found in ranges)


def _wanted_scale(smu: Keithley2400Core, quantity: Quantity, call: Call) -> float:
    scales = _full_scales(smu, quantity)
    word = call.text(0).upper()
    if word in ("UP", "DOWN"):
        place = scales.index(smu.setup.senses[quantity].full_scale) + (1 if word == "UP" else -1)
        return scales[max(0, min(place, len(scales) - 1))]
    largest = scales[-1] * specs.OVERRANGE
    value = abs(call.number(0, _UNITS[quantity], -largest, largest, scales[len(scales) // 2]))
    if quantity is RESISTANCE:
        return next(scale for scale in scales if value <= scale * specs.OVERRANGE)
    return sense_scale(smu.MODEL, quantity, value)


def _range_commands(quantity: Quantity) -> tuple[Command, ...]:
    def write(smu: Keithley2400Core, call: Call) -> Reply:
        full_scale, setup = _wanted_scale(smu, quantity, call), smu.setup
        limited = quantity is setup.measured and full_scale > sense_scale(smu.MODEL, quantity, setup.limit)
        if limited:
            raise ScpiError(824, "Cannot exceed compliance range")
        sense = setup.senses[quantity]
        sense.full_scale, sense.auto_range = full_scale, False
        if quantity is RESISTANCE and setup.auto_ohms and quantity in setup.functions:
            smu.channel.use_ohms_source()
        smu.channel.put_on_wire()
        return None

    def query(smu: Keithley2400Core, call: Call) -> Reply:
        largest = _largest_range(smu, quantity) * specs.OVERRANGE
        asked = call.extreme(-largest, largest, largest)
        return number(smu.setup.senses[quantity].full_scale * specs.OVERRANGE if asked is None else asked)

    def set_auto(smu: Keithley2400Core, call: Call) -> Reply:
        smu.setup.senses[quantity].auto_range = call.boolean(0)
        smu.channel.put_on_wire()
        return None

    def get_auto(smu: Keithley2400Core, call: Call) -> Reply:
        return str(int(smu.setup.senses[quantity].auto_range))

    word = "RESistance" if quantity is RESISTANCE else f"{_WORDS[quantity]}[:DC]"
    return (
        Command(f"{_ROOT}:{word}:RANGe[:UPPer]", write, query),
        Command(f"{_ROOT}:{word}:RANGe:AUTO", set_auto, get_auto, query_arguments=(0, 0)),
        Command(f"{_ROOT}:{word}:NPLCycles", _set_cycles, _get_cycles),
    )


def _limit_commands(quantity: Quantity) -> tuple[Command, ...]:
    """Make the commands of the compliance: that of the current limits a voltage source, and the other way round."""

    def write(smu: Keithley2400Core, call: Call) -> Reply:
        largest = _largest_range(smu, quantity) * specs.OVERRANGE
        value = abs(call.number(0, _UNITS[quantity], -largest, largest, 105e-6 if quantity is CURRENT else 21.0))
        sense = smu.setup.senses[quantity]
        if value < sense.full_scale * specs.LEAST_LIMIT_OF_RANGE and not sense.auto_range:
            raise ScpiError(822, "Too small for sense range")
        other = VOLTAGE if quantity is CURRENT else CURRENT
        if smu.setup.active is other:
            smu.check_power(other, smu.setup.sources[other].full_scale, value)
        sense.limit = max(value, _SMALLEST_LIMIT[quantity])
        smu.channel.put_on_wire()
        return None

    def query(smu: Keithley2400Core, call: Call) -> Reply:
        largest = _largest_range(smu, quantity) * specs.OVERRANGE
        asked = call.extreme(-largest, largest, largest)
        return number(smu.setup.senses[quantity].limit if asked is None else asked)

    def tripped(smu: Keithley2400Core, call: Call) -> Reply:
        return str(int(quantity is smu.setup.measured and smu.channel.at_limit()))

    def synchronize(smu: Keithley2400Core, call: Call) -> Reply:
        smu.setup.senses[quantity].synchronized = call.boolean(0)
        return None

    def synchronized(smu: Keithley2400Core, call: Call) -> Reply:
        return str(int(smu.setup.senses[quantity].synchronized))

    root = f"{_ROOT}:{_WORDS[quantity]}[:DC]:PROTection"
    return (
        Command(f"{root}[:LEVel]", write, query),
        Command(f"{root}:TRIPped", query=tripped, query_arguments=(0, 0)),
        Command(f"{root}:RSYNchronize", synchronize, synchronized, query_arguments=(0, 0)),
    )


def _set_ohms_mode(smu: Keithley2400Core, call: Call) -> Reply:
    smu.setup.auto_ohms = call.choice(0, {"AUTO": True, "MANual": False})
    if smu.setup.auto_ohms and RESISTANCE in smu.setup.functions:
        smu.channel.use_ohms_source()
        smu.channel.put_on_wire()
    return None


def _get_ohms_mode(smu: Keithley2400Core, call: Call) -> Reply:
    return "AUTO" if smu.setup.auto_ohms else "MAN"


def _set_filter(smu: Keithley2400Core, call: Call) -> Reply:
    smu.setup.filter_on = call.boolean(0)
    return None


def _set_filter_count(smu: Keithley2400Core, call: Call) -> Reply:
    smu.setup.filter_count = call.integer(0, 1, 100, 10)
    return None


def _set_filter_kind(smu: Keithley2400Core, call: Call) -> Reply:
    smu.setup.filter_repeats = call.choice(0, {"REPeat": True, "MOVing": False})
    return None


SENSE_COMMANDS = (
    Command(
        f"{_ROOT}:FUNCtion[:ON]",
        _functions_on,
        lambda smu, call: _list(smu, True),
        write_arguments=(1, 3),
        query_arguments=(0, 0),
    ),
    Command(
        f"{_ROOT}:FUNCtion:OFF",
        _functions_off,
        lambda smu, call: _list(smu, False),
        write_arguments=(1, 3),
        query_arguments=(0, 0),
    ),
    event(f"{_ROOT}:FUNCtion[:ON]:ALL", _all_on),
    event(f"{_ROOT}:FUNCtion:OFF:ALL", _all_off),
    Command(f"{_ROOT}:FUNCtion[:ON]:COUNt", query=lambda smu, call: str(len(smu.setup.functions))),
    Command(f"{_ROOT}:FUNCtion:STATe", query=_is_on, query_arguments=(1, 1)),
    Command(f"{_ROOT}:FUNCtion:CONCurrent", _set_concurrent, lambda smu, call: str(int(smu.concurrent))),
    *_range_commands(VOLTAGE),
    *_range_commands(CURRENT),
    *_range_commands(RESISTANCE),
    *_limit_commands(VOLTAGE),
    *_limit_commands(CURRENT),
    Command(f"{_ROOT}:RESistance:MODE", _set_ohms_mode, _get_ohms_mode, query_arguments=(0, 0)),
    Command(f"{_ROOT}:AVERage[:STATe]", _set_filter, lambda smu, call: str(int(smu.setup.filter_on))),
    Command(f"{_ROOT}:AVERage:COUNt", _set_filter_count, lambda smu, call: str(smu.setup.filter_count)),
    Command(
        f"{_ROOT}:AVERage:TCONtrol", _set_filter_kind, lambda smu, call: "REP" if smu.setup.filter_repeats else "MOV"
    ),
)
