"""Sense commands of a 2450: function, range, aperture, autozero, filter, count."""

from collections.abc import Callable
from dataclasses import replace

from labkit_sim import _keithley_2450_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2450_core import Keithley2450Core
from labkit_sim._keithley_2450_delays import Delays, user_delay
from labkit_sim._keithley_2450_settings import Quantity, SenseSetting, full_scales
from labkit_sim._keithley_2450_source_commands import least_limit
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call

Write = Callable[[Keithley2450Core, Call], Reply]

_WORDS = {
    Quantity.CURRENT: "CURRent[:DC]",
    Quantity.VOLTAGE: "VOLTage[:DC]",
    Quantity.RESISTANCE: "RESistance",
}
_SI_UNITS = {Quantity.CURRENT: "A", Quantity.VOLTAGE: "V", Quantity.RESISTANCE: "OHM"}
_NAMES = {Quantity.CURRENT: '"CURR:DC"', Quantity.VOLTAGE: '"VOLT:DC"', Quantity.RESISTANCE: '"RES"'}
_FUNCTIONS = {
    "CURRent": Quantity.CURRENT,
    "CURRent:DC": Quantity.CURRENT,
    "VOLTage": Quantity.VOLTAGE,
    "VOLTage:DC": Quantity.VOLTAGE,
    "RESistance": Quantity.RESISTANCE,
}
_MOST_READINGS = 300_000
_LONGEST_FILTER = 100


def holding_scale(quantity: Quantity, value: float) -> float:
    """Give the smallest measure range that holds a magnitude; raises ScpiError -222."""
    magnitude = abs(value) * (1 - 1e-9)
    for scale in full_scales(quantity):
        if magnitude <= scale * specs.OVERRANGE:
            return scale
    raise ScpiError(-222)


def sense_commands(quantity: Quantity) -> tuple[Command, ...]:
    """Give the commands of one measure function."""
    root = f"[:SENSe[1]]:{_WORDS[quantity]}"

    def switch(
        pattern: str, get: Callable[[SenseSetting], bool], put: Callable[[SenseSetting, bool], SenseSetting]
    ) -> Command:
        def write(smu: Keithley2450Core, call: Call) -> Reply:
            smu.set_sense(put(smu.channel.sense.of(quantity), call.boolean(0)))
            return None

        def query(smu: Keithley2450Core, call: Call) -> Reply:
            return str(int(get(smu.channel.sense.of(quantity))))

        return Command(f"{root}:{pattern}", write, query, query_arguments=(0, 0))

    return (
        _range_command(f"{root}:RANGe[:UPPer]", quantity),
        switch("RANGe:AUTO", lambda found: found.auto_range, lambda found, on: replace(found, auto_range=on)),
        _auto_limit(f"{root}:RANGe:AUTO:LLIMit", quantity, upper=False),
        _auto_limit(f"{root}:RANGe:AUTO:ULIMit", quantity, upper=True),
        _line_cycles(f"{root}:NPLCycles", quantity),
        switch("AZERo[:STATe]", lambda found: found.auto_zero, lambda found, on: replace(found, auto_zero=on)),
        switch("AVERage[:STATe]", lambda found: found.filter_on, lambda found, on: replace(found, filter_on=on)),
        _filter_kind(f"{root}:AVERage:TCONtrol", quantity),
        _filter_count(f"{root}:AVERage:COUNt", quantity),
        switch("RSENse", lambda found: found.remote_sense, lambda found, on: replace(found, remote_sense=on)),
        switch(
            "OCOMpensated",
            lambda found: found.offset_compensation,
            lambda found, on: replace(found, offset_compensation=on),
        ),
        _user_delay(f"{root}:DELay:USER<n>", quantity),
    )


def _range_command(pattern: str, quantity: Quantity) -> Command:
    scales = full_scales(quantity)
    largest = scales[-1] * specs.OVERRANGE

    def write(smu: Keithley2450Core, call: Call) -> Reply:
        scale = holding_scale(quantity, call.number(0, _SI_UNITS[quantity], -largest, largest, scales[-1]))
        smu.set_sense(replace(smu.channel.sense.of(quantity), full_scale=scale, auto_range=False))
        _raise_limit(smu, quantity)
        return None

    def query(smu: Keithley2450Core, call: Call) -> Reply:
        asked = call.extreme(scales[0], scales[-1], scales[-1])
        return smu.format.number(smu.channel.sense.of(quantity).full_scale if asked is None else asked)

    return Command(pattern, write, query)


def _raise_limit(smu: Keithley2450Core, quantity: Quantity) -> None:
    """Bring a source limit that is too small for a range to what the range allows, with a warning."""
    limiting = {Quantity.CURRENT: Quantity.VOLTAGE, Quantity.VOLTAGE: Quantity.CURRENT}.get(quantity)
    if limiting is None:
        return
    source = smu.channel.source.of(limiting)
    least = least_limit(smu, limiting)
    if source.limit < least:
        smu.set_source(replace(source, limit=specs.LEAST_LIMIT_OF_RANGE * smu.channel.sense.of(quantity).full_scale))
        smu.warn(-221, "Settings conflict: source limit changed to the smallest of the measure range")


def _auto_limit(pattern: str, quantity: Quantity, upper: bool) -> Command:
    scales = full_scales(quantity)
    default = scales[-1] if upper else scales[0]

    def write(smu: Keithley2450Core, call: Call) -> Reply:
        scale = holding_scale(quantity, call.number(0, _SI_UNITS[quantity], 0.0, scales[-1], default))
        setting = smu.channel.sense.of(quantity)
        low, high = (setting.lower_limit, scale) if upper else (scale, setting.upper_limit)
        if low > high:
            raise ScpiError(-221)
        smu.set_sense(replace(setting, lower_limit=low, upper_limit=high))
        return None

    def query(smu: Keithley2450Core, call: Call) -> Reply:
        asked = call.extreme(scales[0], scales[-1], default)
        setting = smu.channel.sense.of(quantity)
        limit = setting.upper_limit if upper else setting.lower_limit
        return smu.format.number(limit if asked is None else asked)

    return Command(pattern, write, query)


def _line_cycles(pattern: str, quantity: Quantity) -> Command:
    bounds = specs.SHORTEST_NPLC, specs.LONGEST_NPLC, 1.0

    def write(smu: Keithley2450Core, call: Call) -> Reply:
        cycles = call.number(0, "", *bounds)
        smu.set_sense(replace(smu.channel.sense.of(quantity), power_line_cycles=cycles))
        return None

    def query(smu: Keithley2450Core, call: Call) -> Reply:
        asked = call.extreme(*bounds)
        return smu.format.number(smu.channel.sense.of(quantity).power_line_cycles if asked is None else asked)

    return Command(pattern, write, query)


def _filter_kind(pattern: str, quantity: Quantity) -> Command:
    def write(smu: Keithley2450Core, call: Call) -> Reply:
        moving = call.choice(0, {"REPeat": False, "MOVing": True})
        smu.set_sense(replace(smu.channel.sense.of(quantity), filter_moving=moving))
        return None

    def query(smu: Keithley2450Core, call: Call) -> Reply:
        return "MOV" if smu.channel.sense.of(quantity).filter_moving else "REP"

    return Command(pattern, write, query, query_arguments=(0, 0))


def _filter_count(pattern: str, quantity: Quantity) -> Command:
    def write(smu: Keithley2450Core, call: Call) -> Reply:
        count = call.integer(0, 1, _LONGEST_FILTER, 10)
        smu.set_sense(replace(smu.channel.sense.of(quantity), filter_count=count))
        return None

    def query(smu: Keithley2450Core, call: Call) -> Reply:
        asked = call.extreme(1, _LONGEST_FILTER, 10)
        return str(smu.channel.sense.of(quantity).filter_count if asked is None else round(asked))

    return Command(pattern, write, query)


def _user_delay(pattern: str, quantity: Quantity) -> Command:
    def put(smu: Keithley2450Core, delays: Delays) -> None:
        smu.set_sense(replace(smu.channel.sense.of(quantity), user_delays=delays))

    return user_delay(pattern, lambda smu: smu.channel.sense.of(quantity).user_delays, put)


def _set_function(smu: Keithley2450Core, call: Call) -> Reply:
    smu.select_sense(call.choice(0, _FUNCTIONS))
    return None


def _get_function(smu: Keithley2450Core, call: Call) -> Reply:
    return _NAMES[smu.channel.sense.active]


def _set_count(smu: Keithley2450Core, call: Call) -> Reply:
    smu.check_idle()
    smu.channel.sense = replace(smu.channel.sense, count=call.integer(0, 1, _MOST_READINGS, 1))
    return None


def _get_count(smu: Keithley2450Core, call: Call) -> Reply:
    asked = call.extreme(1, _MOST_READINGS, 1)
    return str(smu.channel.sense.count if asked is None else round(asked))


def _autozero_once(smu: Keithley2450Core, call: Call) -> Reply:
    smu.check_idle()
    return smu.channel.refresh_references()


SENSE_COMMANDS = (
    Command("[:SENSe[1]]:FUNCtion[:ON]", _set_function, _get_function, query_arguments=(0, 0)),
    Command("[:SENSe[1]]:COUNt", _set_count, _get_count),
    event("[:SENSe[1]]:AZERo:ONCE", _autozero_once),
    *sense_commands(Quantity.CURRENT),
    *sense_commands(Quantity.VOLTAGE),
    *sense_commands(Quantity.RESISTANCE),
)
