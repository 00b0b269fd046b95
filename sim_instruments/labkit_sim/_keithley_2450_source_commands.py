"""Source commands of a 2450: output, function, level, range, limit, protection, delay."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

from labkit_sim import _keithley_2450_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2450_core import Keithley2450Core
from labkit_sim._keithley_2450_delays import LONGEST_DELAY, Delays, user_delay
from labkit_sim._keithley_2450_settings import SOURCE_RANGES, Quantity, SourceSetting
from labkit_sim._scpi import Command, Reply
from labkit_sim._scpi_data import Call

_WORDS = {Quantity.VOLTAGE: "VOLTage", Quantity.CURRENT: "CURRent"}
_SI_UNITS = {Quantity.VOLTAGE: "V", Quantity.CURRENT: "A"}
_OFF_MODES = {"NORMal": "NORM", "HIMPedance": "HIMP", "ZERO": "ZERO", "GUARd": "GUAR"}
_PROTECTIONS = {"NONE": inf} | {f"PROT{level}": float(level) for level in specs.PROTECTION_LEVELS}
_LIMITS = {
    Quantity.VOLTAGE: ("ILIMit", specs.CURRENT_LIMITS, 105e-6),
    Quantity.CURRENT: ("VLIMit", specs.VOLTAGE_LIMITS, 21.0),
}


def _number(
    quantity: Quantity,
    pattern: str,
    get: Callable[[SourceSetting], float],
    put: Callable[[SourceSetting, float], SourceSetting],
    bounds: tuple[float, float, float],
    unit: str,
) -> Command:
    """Make the command of a number; `bounds` are the smallest, the largest and the value of `*RST`."""

    def write(smu: Keithley2450Core, call: Call) -> Reply:
        smu.set_source(put(smu.channel.source.of(quantity), call.number(0, unit, *bounds)))
        return None

    def query(smu: Keithley2450Core, call: Call) -> Reply:
        asked = call.extreme(*bounds)
        return smu.format.number(get(smu.channel.source.of(quantity)) if asked is None else asked)

    return Command(f":SOURce[1]:{_WORDS[quantity]}{pattern}", write, query)


def _switch(
    quantity: Quantity,
    pattern: str,
    get: Callable[[SourceSetting], bool],
    put: Callable[[SourceSetting, bool], SourceSetting],
) -> Command:
    """Make the command of something that is on or off."""

    def write(smu: Keithley2450Core, call: Call) -> Reply:
        smu.set_source(put(smu.channel.source.of(quantity), call.boolean(0)))
        return None

    def query(smu: Keithley2450Core, call: Call) -> Reply:
        return str(int(get(smu.channel.source.of(quantity))))

    return Command(f":SOURce[1]:{_WORDS[quantity]}:{pattern}", write, query, query_arguments=(0, 0))


def source_commands(quantity: Quantity) -> tuple[Command, ...]:
    """Give the commands of one source function."""
    return (*_level_commands(quantity), *_limit_commands(quantity), *_delay_commands(quantity))


def _level_commands(quantity: Quantity) -> tuple[Command, ...]:
    unit, ranges = _SI_UNITS[quantity], SOURCE_RANGES[quantity]
    largest = ranges[-1].full_scale * specs.OVERRANGE
    level = "[:LEVel][:IMMediate][:AMPLitude]"
    smallest = ranges[0].full_scale
    return (
        _number(quantity, level, lambda found: found.level, _with_level, (-largest, largest, 0.0), unit),
        _number(quantity, ":RANGe", lambda found: found.full_scale, _with_range, (-largest, largest, smallest), unit),
        _switch(quantity, "RANGe:AUTO", lambda found: found.auto_range, _with_auto_range),
        _switch(quantity, "READ:BACK", lambda found: found.read_back, lambda found, on: replace(found, read_back=on)),
        _switch(
            quantity,
            "HIGH:CAPacitance",
            lambda found: found.high_capacitance,
            lambda found, on: replace(found, high_capacitance=on),
        ),
    )


def _limit_commands(quantity: Quantity) -> tuple[Command, ...]:
    root = f":SOURce[1]:{_WORDS[quantity]}"
    word, limits, default = _LIMITS[quantity]
    return (
        _limit_command(f"{root}:{word}[:LEVel]", quantity, (-limits[1], limits[1], default), limits[0]),
        Command(f"{root}:{word}[:LEVel]:TRIPped", query=_tripped(quantity), query_arguments=(0, 0)),
        Command(f"{root}:PROTection[:LEVel]", _set_protection(quantity), _get_protection(quantity)),
        Command(f"{root}:PROTection[:LEVel]:TRIPped", query=_protection_tripped, query_arguments=(0, 0)),
    )


def _delay_commands(quantity: Quantity) -> tuple[Command, ...]:
    word = _WORDS[quantity]
    return (
        _number(
            quantity,
            ":DELay",
            lambda found: found.delay,
            lambda found, value: replace(found, delay=value, auto_delay=False),
            (0.0, LONGEST_DELAY, 0.0),
            "S",
        ),
        _switch(
            quantity, "DELay:AUTO", lambda found: found.auto_delay, lambda found, on: replace(found, auto_delay=on)
        ),
        _user_delay(f":SOURce[1]:{word}:DELay:USER<n>", quantity),
        Command(f":OUTPut[1]:{word}:SMODe", _set_off_mode(quantity), _get_off_mode(quantity)),
    )


def _with_level(setting: SourceSetting, level: float) -> SourceSetting:
    try:
        return setting.with_level(level)
    except ValueError:
        raise ScpiError(-222) from None


def _with_range(setting: SourceSetting, value: float) -> SourceSetting:
    found = specs.holding(SOURCE_RANGES[setting.quantity], value)
    if found is None:
        raise ScpiError(-222)
    if abs(setting.level) > found.full_scale * specs.OVERRANGE:
        raise ScpiError(-221, "Settings conflict: the source level does not fit the range")
    return replace(setting, full_scale=found.full_scale, auto_range=False)


def _with_auto_range(setting: SourceSetting, on: bool) -> SourceSetting:
    changed = replace(setting, auto_range=on)
    return _with_level(changed, setting.level) if on else changed


def _limit_command(pattern: str, quantity: Quantity, bounds: tuple[float, float, float], smallest: float) -> Command:
    unit = "A" if quantity is Quantity.VOLTAGE else "V"

    def write(smu: Keithley2450Core, call: Call) -> Reply:
        limit = abs(call.number(0, unit, *bounds))
        if limit < max(smallest, least_limit(smu, quantity)):
            raise ScpiError(-222)
        smu.set_source(replace(smu.channel.source.of(quantity), limit=limit))
        return None

    def query(smu: Keithley2450Core, call: Call) -> Reply:
        asked = call.extreme(*bounds)
        return smu.format.number(smu.channel.source.of(quantity).limit if asked is None else asked)

    return Command(pattern, write, query)


def least_limit(smu: Keithley2450Core, quantity: Quantity) -> float:
    """Give the smallest limit of a source function: a part of the measure range where that is fixed."""
    measured = Quantity.CURRENT if quantity is Quantity.VOLTAGE else Quantity.VOLTAGE
    sense = smu.channel.sense.of(measured)
    return 0.0 if sense.auto_range else specs.LEAST_LIMIT_OF_RANGE * sense.full_scale * (1 - 1e-9)


def _tripped(quantity: Quantity) -> "Callable[[Keithley2450Core, Call], Reply]":
    def query(smu: Keithley2450Core, call: Call) -> Reply:
        return str(int(smu.channel.source.active is quantity and smu.channel.limited()))

    return query


def _set_protection(quantity: Quantity) -> "Callable[[Keithley2450Core, Call], Reply]":
    def write(smu: Keithley2450Core, call: Call) -> Reply:
        smu.set_source(replace(smu.channel.source.of(quantity), protection=call.choice(0, _PROTECTIONS)))
        return None

    return write


def _get_protection(quantity: Quantity) -> "Callable[[Keithley2450Core, Call], Reply]":
    def query(smu: Keithley2450Core, call: Call) -> Reply:
        protection = smu.channel.source.of(quantity).protection
        return "NONE" if protection == inf else f"PROT{protection:.0f}"

    return query


def _protection_tripped(smu: Keithley2450Core, call: Call) -> Reply:
    return str(int(smu.channel.protection_active()))


def _user_delay(pattern: str, quantity: Quantity) -> Command:
    def put(smu: Keithley2450Core, delays: Delays) -> None:
        smu.set_source(replace(smu.channel.source.of(quantity), user_delays=delays))

    return user_delay(pattern, lambda smu: smu.channel.source.of(quantity).user_delays, put)


def _set_off_mode(quantity: Quantity) -> "Callable[[Keithley2450Core, Call], Reply]":
    def write(smu: Keithley2450Core, call: Call) -> Reply:
        smu.set_source(replace(smu.channel.source.of(quantity), off_mode=call.choice(0, _OFF_MODES)))
        return None

    return write


def _get_off_mode(quantity: Quantity) -> "Callable[[Keithley2450Core, Call], Reply]":
    def query(smu: Keithley2450Core, call: Call) -> Reply:
        return smu.channel.source.of(quantity).off_mode

    return query


def _set_function(smu: Keithley2450Core, call: Call) -> Reply:
    smu.check_idle()
    quantity = call.choice(0, {word: quantity for quantity, word in _WORDS.items()})
    smu.channel.auto_ohms = False
    smu.channel.change_source(replace(smu.channel.source, active=quantity))
    return None


def _get_function(smu: Keithley2450Core, call: Call) -> Reply:
    return str(smu.channel.source.active)


def _set_output(smu: Keithley2450Core, call: Call) -> Reply:
    smu.channel.set_output(call.boolean(0))
    return None


def _get_output(smu: Keithley2450Core, call: Call) -> Reply:
    return str(int(smu.channel.output))


def _interlock(smu: Keithley2450Core, call: Call) -> Reply:
    return str(int(smu.channel.interlock))


SOURCE_COMMANDS = (
    Command(":OUTPut[1][:STATe]", _set_output, _get_output, query_arguments=(0, 0)),
    Command(":OUTPut[1]:INTerlock:TRIPped", query=_interlock, query_arguments=(0, 0)),
    Command(":SOURce[1]:FUNCtion[:MODE]", _set_function, _get_function, query_arguments=(0, 0)),
    *source_commands(Quantity.VOLTAGE),
    *source_commands(Quantity.CURRENT),
)
