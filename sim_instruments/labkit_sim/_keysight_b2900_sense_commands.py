"""Sense commands of a B2900: functions, ranges, aperture, limits of the source, remote sensing."""

from collections.abc import Callable
from dataclasses import replace

from labkit_sim import _keysight_b2900_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keysight_b2900_channel import Channel
from labkit_sim._keysight_b2900_command import Limits, channel_number, channel_switch, channel_word
from labkit_sim._keysight_b2900_core import KeysightB2900Core
from labkit_sim._keysight_b2900_settings import (
    SOURCED,
    UNITS,
    ChannelSettings,
    Quantity,
    SenseFunction,
    WaitTime,
    largest_level,
    measure_ranges,
)
from labkit_sim._keysight_b2900_wait_commands import wait_commands
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call

_WORDS = {
    Quantity.VOLTAGE: "VOLTage[:DC]",
    Quantity.CURRENT: "CURRent[:DC]",
    Quantity.RESISTANCE: "RESistance",
}
_FUNCTIONS = {
    "VOLTage": Quantity.VOLTAGE,
    "VOLTage:DC": Quantity.VOLTAGE,
    "CURRent": Quantity.CURRENT,
    "CURRent:DC": Quantity.CURRENT,
    "RESistance": Quantity.RESISTANCE,
}
_SMALLEST_LIMIT = 0.01
"""The source's limit may not be below this part of the lowest measure range (an assumption)."""


def _with_range(channel: Channel, sense: SenseFunction, value: float) -> SenseFunction:
    found = specs.holding(measure_ranges(channel.model, sense.quantity), value, specs.OVERRANGE)
    if found is None:
        raise ScpiError(-222)
    return replace(sense, full_scale=found.full_scale, auto_range=False)


def _scales(channel: Channel, quantity: Quantity) -> Limits:
    ranges = measure_ranges(channel.model, quantity)
    largest = ranges[-1].full_scale * specs.largest_part(ranges[-1], specs.OVERRANGE)
    return ranges[0].full_scale, largest, ranges[0].full_scale


def _either_sign(channel: Channel, quantity: Quantity) -> Limits:
    _, largest, default = _scales(channel, quantity)
    return -largest, largest, default


def _scale_of(channel: Channel, quantity: Quantity, value: float) -> float:
    ranges = measure_ranges(channel.model, quantity)
    return (specs.holding(ranges, value, specs.OVERRANGE) or ranges[-1]).full_scale


def _range_number(
    quantity: Quantity,
    pattern: str,
    number_unit: str,
    limits: Callable[[Channel, Quantity], Limits],
    get: Callable[[SenseFunction], float],
    changed: Callable[[Channel, SenseFunction, float], SenseFunction],
) -> Command:
    return channel_number(
        _range_root(quantity) + pattern,
        number_unit,
        lambda channel: limits(channel, quantity),
        lambda channel: get(channel.settings.senses[quantity]),
        lambda channel, value: channel.set_sense(changed(channel, channel.settings.senses[quantity], value)),
    )


def _range_root(quantity: Quantity) -> str:
    return f":SENSe<n>:{_WORDS[quantity]}:RANGe"


def _sense_commands(quantity: Quantity) -> tuple[Command, ...]:
    root, unit = _range_root(quantity), UNITS[quantity]
    return (
        _range_number(quantity, "[:UPPer]", unit, _either_sign, lambda sense: sense.full_scale, _with_range),
        _range_number(
            quantity,
            ":AUTO:LLIMit",
            unit,
            _scales,
            lambda sense: sense.lower_limit,
            lambda channel, sense, value: replace(sense, lower_limit=_scale_of(channel, quantity, value)),
        ),
        _range_number(
            quantity,
            ":AUTO:ULIMit",
            unit,
            _scales,
            lambda sense: sense.upper_limit,
            lambda channel, sense, value: replace(sense, upper_limit=_scale_of(channel, quantity, value)),
        ),
        _range_number(
            quantity,
            ":AUTO:THReshold",
            "PCT",
            lambda channel, quantity: (11, 100, 90),
            lambda sense: sense.threshold,
            lambda channel, sense, value: replace(sense, threshold=value),
        ),
        channel_switch(
            f"{root}:AUTO",
            lambda channel: channel.settings.senses[quantity].auto_range,
            lambda channel, on: channel.set_sense(replace(channel.settings.senses[quantity], auto_range=on)),
        ),
        channel_word(
            f"{root}:AUTO:MODE",
            {"NORMal": "NORM", "RESolution": "RES", "SPEed": "SPE"},
            lambda channel: channel.settings.senses[quantity].auto_mode,
            lambda channel, word: channel.set_sense(replace(channel.settings.senses[quantity], auto_mode=word)),
        ),
        *_limit_commands(quantity),
    )


def _limit_commands(quantity: Quantity) -> tuple[Command, ...]:
    root, unit = f":SENSe<n>:{_WORDS[quantity]}:PROTection", UNITS[quantity]
    default = 100e-6 if quantity is Quantity.CURRENT else 2.0

    def limits(channel: Channel) -> Limits:
        smallest = measure_ranges(channel.model, quantity)[0].full_scale * _SMALLEST_LIMIT
        return smallest, largest_level(channel.model, quantity), default

    def negative(channel: Channel) -> Limits:
        smallest, largest, _ = limits(channel)
        return -largest, -smallest, -default

    def numeric(
        pattern: str,
        allowed: Callable[[Channel], Limits],
        get: Callable[[SenseFunction], float],
        changed: Callable[[SenseFunction, float], SenseFunction],
    ) -> Command:
        return channel_number(
            root + pattern,
            unit,
            allowed,
            lambda channel: get(channel.settings.senses[quantity]),
            lambda channel, value: channel.set_sense(changed(channel.settings.senses[quantity], value)),
        )

    def tripped(smu: KeysightB2900Core, call: Call) -> Reply:
        channel = smu.channel(call)
        return str(int(channel.settings.active is not quantity and channel.limited()))

    return (
        numeric(
            "[:LEVel][:BOTH]",
            limits,
            lambda sense: sense.positive_limit,
            lambda sense, value: replace(sense, positive_limit=value, negative_limit=-value),
        ),
        numeric(
            "[:LEVel]:POSitive",
            limits,
            lambda sense: sense.positive_limit,
            lambda sense, value: replace(sense, positive_limit=value),
        ),
        numeric(
            "[:LEVel]:NEGative",
            negative,
            lambda sense: sense.negative_limit,
            lambda sense, value: replace(sense, negative_limit=value),
        ),
        Command(f"{root}:TRIPped", query=tripped, query_arguments=(0, 0)),
    )


def _aperture_commands(quantity: Quantity) -> tuple[Command, ...]:
    root = f":SENSe<n>:{_WORDS[quantity]}"
    shortest, longest = specs.APERTURES

    def put(channel: Channel, value: float) -> None:
        channel.settings.aperture, channel.settings.auto_aperture = value, False

    def set_auto(channel: Channel, on: bool) -> None:
        channel.settings.auto_aperture = on

    def automatic(channel: Channel) -> bool:
        return channel.settings.auto_aperture

    return (
        channel_number(
            f"{root}:APERture",
            "S",
            lambda channel: (shortest, longest, 0.1 / channel.line_frequency),
            lambda channel: channel.settings.aperture,
            put,
            clipped=True,
        ),
        channel_number(
            f"{root}:NPLCycles",
            "",
            lambda channel: (shortest * channel.line_frequency, longest * channel.line_frequency, 0.1),
            lambda channel: channel.settings.aperture * channel.line_frequency,
            lambda channel, value: put(channel, value / channel.line_frequency),
            clipped=True,
        ),
        channel_switch(f"{root}:APERture:AUTO", automatic, set_auto),
        channel_switch(f"{root}:NPLCycles:AUTO", automatic, set_auto),
    )


def _chosen(call: Call) -> frozenset[Quantity]:
    if not len(call):
        raise ScpiError(-109)
    return frozenset(call.choice(index, _FUNCTIONS) for index in range(len(call)))


def _function(
    change: Callable[[frozenset[Quantity], Call], frozenset[Quantity]],
) -> Callable[[KeysightB2900Core, Call], Reply]:
    def write(smu: KeysightB2900Core, call: Call) -> Reply:
        settings = smu.channel(call).settings
        settings.measured = change(settings.measured, call)
        return None

    return write


def _list_functions(wanted: bool) -> Callable[[KeysightB2900Core, Call], Reply]:
    def query(smu: KeysightB2900Core, call: Call) -> Reply:
        measured = smu.channel(call).settings.measured
        names = [f'"{quantity.value}"' for quantity in Quantity if (quantity in measured) == wanted]
        return ",".join(names) or '""'

    return query


def _count_functions(wanted: bool) -> Callable[[KeysightB2900Core, Call], Reply]:
    def query(smu: KeysightB2900Core, call: Call) -> Reply:
        measured = smu.channel(call).settings.measured
        return str(sum((quantity in measured) == wanted for quantity in Quantity))

    return query


def _function_state(smu: KeysightB2900Core, call: Call) -> Reply:
    return str(int(call.choice(0, _FUNCTIONS) in smu.channel(call).settings.measured))


def _put_remote(channel: Channel, on: bool) -> None:
    channel.settings.remote_sense = on


def _set_wait(settings: ChannelSettings, wait: WaitTime) -> None:
    settings.sense_wait = wait


_MANY = (1, 3)

SENSE_COMMANDS = (
    *(command for quantity in SOURCED for command in _sense_commands(quantity)),
    *(command for quantity in Quantity for command in _aperture_commands(quantity)),
    Command(
        ":SENSe<n>:FUNCtion[:ON]",
        _function(lambda old, call: old | _chosen(call)),
        _list_functions(True),
        _MANY,
        (0, 0),
    ),
    event(":SENSe<n>:FUNCtion[:ON]:ALL", _function(lambda old, call: frozenset(Quantity))),
    Command(":SENSe<n>:FUNCtion[:ON]:COUNt", query=_count_functions(True), query_arguments=(0, 0)),
    Command(
        ":SENSe<n>:FUNCtion:OFF",
        _function(lambda old, call: old - _chosen(call)),
        _list_functions(False),
        _MANY,
        (0, 0),
    ),
    event(":SENSe<n>:FUNCtion:OFF:ALL", _function(lambda old, call: frozenset[Quantity]())),
    Command(":SENSe<n>:FUNCtion:OFF:COUNt", query=_count_functions(False), query_arguments=(0, 0)),
    Command(":SENSe<n>:FUNCtion:STATe", query=_function_state, query_arguments=(1, 1)),
    channel_switch(":SENSe<n>:REMote", lambda channel: channel.settings.remote_sense, _put_remote),
    *wait_commands(":SENSe<n>:WAIT", lambda settings: settings.sense_wait, _set_wait),
)
