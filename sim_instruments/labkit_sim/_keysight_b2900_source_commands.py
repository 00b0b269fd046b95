"""Source commands of a B2900: function, levels, ranges, sweeps, lists, pulses, wait times."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from labkit.core import FloatArray
from labkit_sim import _keysight_b2900_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keysight_b2900_channel import Channel
from labkit_sim._keysight_b2900_command import Limits, channel_number, channel_switch, channel_word
from labkit_sim._keysight_b2900_core import KeysightB2900Core
from labkit_sim._keysight_b2900_readings import ascii_numbers
from labkit_sim._keysight_b2900_settings import (
    SOURCED,
    UNITS,
    ChannelSettings,
    Pulse,
    Quantity,
    SourceFunction,
    Sweep,
    WaitTime,
    largest_level,
    source_ranges,
)
from labkit_sim._keysight_b2900_wait_commands import wait_commands
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call

_WORDS = {Quantity.VOLTAGE: "VOLTage", Quantity.CURRENT: "CURRent"}
_ROOT = "[:SOURce<n>]"
_MANY = (1, specs.LIST_POINTS)


def _with_range(channel: Channel, source: SourceFunction, value: float) -> SourceFunction:
    found = specs.holding(source_ranges(channel.model, source.quantity), value, specs.SOURCE_OVERRANGE)
    if found is None:
        raise ScpiError(-222)
    fixed = replace(source, full_scale=found.full_scale, auto_range=False)
    return fixed.with_level(channel.model, source.level)


def _with_auto(channel: Channel, source: SourceFunction, on: bool) -> SourceFunction:
    changed = replace(source, auto_range=on)
    return changed.with_level(channel.model, source.level) if on else changed


def _with_lowest(channel: Channel, source: SourceFunction, value: float) -> SourceFunction:
    found = specs.holding(source_ranges(channel.model, source.quantity), value, specs.SOURCE_OVERRANGE)
    return replace(source, lowest_scale=found.full_scale if found else source.lowest_scale)


def _with_mode(source: SourceFunction, mode: str) -> SourceFunction:
    if mode == "ARB":
        raise ScpiError(-224)
    return replace(source, mode=mode)


_SWEEP: tuple[tuple[str, Callable[[SourceFunction], float], Callable[[SourceFunction, float], SourceFunction]], ...] = (
    (":STARt", lambda found: found.start, lambda found, value: replace(found, start=value)),
    (":STOP", lambda found: found.stop, lambda found, value: replace(found, stop=value)),
    (
        ":CENTer",
        lambda found: (found.start + found.stop) / 2,
        lambda found, value: replace(
            found, start=value - (found.stop - found.start) / 2, stop=value + (found.stop - found.start) / 2
        ),
    ),
    (
        ":SPAN",
        lambda found: found.stop - found.start,
        lambda found, value: replace(
            found, start=(found.start + found.stop - value) / 2, stop=(found.start + found.stop + value) / 2
        ),
    ),
    (":STEP", lambda found: found.step, lambda found, value: found.with_step(value)),
    (
        "[:LEVel]:TRIGgered[:AMPLitude]",
        lambda found: found.trigger_level,
        lambda found, value: replace(found, triggered=value),
    ),
)
"""Levels of a function that triggers use: header, what a query tells, what a setting changes."""


def _function_commands(quantity: Quantity) -> tuple[Command, ...]:
    """Give the commands of one source function."""
    root, unit = f"{_ROOT}:{_WORDS[quantity]}", UNITS[quantity]

    def levels(channel: Channel) -> Limits:
        largest = largest_level(channel.model, quantity)
        return -largest, largest, 0.0

    def scales(channel: Channel) -> Limits:
        smallest = source_ranges(channel.model, quantity)[0].full_scale
        return smallest, largest_level(channel.model, quantity), smallest

    def numeric(
        pattern: str,
        limits: Callable[[Channel], Limits],
        get: Callable[[SourceFunction], float],
        changed: Callable[[Channel, SourceFunction, float], SourceFunction],
    ) -> Command:
        return channel_number(
            root + pattern,
            unit,
            limits,
            lambda channel: get(channel.settings.sources[quantity]),
            lambda channel, value: channel.set_source(changed(channel, channel.settings.sources[quantity], value)),
        )

    def sweep_number(
        pattern: str,
        get: Callable[[SourceFunction], float],
        changed: Callable[[SourceFunction, float], SourceFunction],
    ) -> Command:
        return numeric(pattern, levels, get, lambda channel, found, value: changed(found, value))

    return (
        channel_number(
            f"{root}[:LEVel][:IMMediate][:AMPLitude]",
            unit,
            levels,
            lambda channel: channel.settings.sources[quantity].level,
            lambda channel, value: channel.set_level(
                channel.settings.sources[quantity].with_level(channel.model, value)
            ),
        ),
        *(sweep_number(pattern, get, changed) for pattern, get, changed in _SWEEP),
        numeric(":RANGe", scales, lambda found: found.full_scale, _with_range),
        numeric(":RANGe:AUTO:LLIMit", scales, lambda found: found.lowest_scale, _with_lowest),
        channel_switch(
            f"{root}:RANGe:AUTO",
            lambda channel: channel.settings.sources[quantity].auto_range,
            lambda channel, on: channel.set_source(_with_auto(channel, channel.settings.sources[quantity], on)),
        ),
        _points_command(f"{root}:POINts", (quantity,)),
        channel_word(
            f"{root}:MODE",
            {"FIXed": "FIX", "SWEep": "SWE", "LIST": "LIST", "ARB": "ARB"},
            lambda channel: channel.settings.sources[quantity].mode,
            lambda channel, word: channel.set_source(_with_mode(channel.settings.sources[quantity], word)),
        ),
        *_list_commands(quantity),
    )


def _points_command(pattern: str, quantities: tuple[Quantity, ...]) -> Command:
    def limits(smu: KeysightB2900Core) -> Limits:
        return 1, smu.list_points, 1

    def write(smu: KeysightB2900Core, call: Call) -> Reply:
        channel = smu.channel(call)
        smallest, largest, default = limits(smu)
        points = round(call.number(0, "", smallest, largest, default))
        for quantity in quantities:
            channel.set_source(replace(channel.settings.sources[quantity], points=points))
        return None

    def query(smu: KeysightB2900Core, call: Call) -> Reply:
        asked = call.extreme(*limits(smu))
        return str(round(smu.channel(call).settings.sources[quantities[0]].points if asked is None else asked))

    return Command(pattern, write, query)


def _list_commands(quantity: Quantity) -> tuple[Command, ...]:
    root = f"{_ROOT}:LIST:{_WORDS[quantity]}"

    def checked(smu: KeysightB2900Core, call: Call, before: int) -> FloatArray:
        values = call.numbers(0, UNITS[quantity])
        if np.any(np.abs(values) > largest_level(smu.model, quantity)):
            raise ScpiError(-222)
        if before + len(values) > smu.list_points:
            raise ScpiError(-223)
        return values

    def write(smu: KeysightB2900Core, call: Call) -> Reply:
        channel = smu.channel(call)
        values = checked(smu, call, 0)
        channel.set_source(replace(channel.settings.sources[quantity], levels=values, list_start=1))
        return None

    def append(smu: KeysightB2900Core, call: Call) -> Reply:
        channel = smu.channel(call)
        source = channel.settings.sources[quantity]
        values = checked(smu, call, len(source.levels))
        channel.set_source(replace(source, levels=np.concatenate((source.levels, values))))
        return None

    def levels(smu: KeysightB2900Core, call: Call) -> FloatArray:
        return smu.channel(call).settings.sources[quantity].levels

    return (
        Command(root, write, lambda smu, call: ",".join(ascii_numbers(levels(smu, call))), _MANY, (0, 0)),
        event(f"{root}:APPend", append, _MANY),
        Command(f"{root}:POINts", query=lambda smu, call: str(len(levels(smu, call))), query_arguments=(0, 0)),
        channel_number(
            f"{root}:STARt",
            "",
            lambda channel: (1, len(channel.settings.sources[quantity].levels), 1),
            lambda channel: channel.settings.sources[quantity].list_start,
            lambda channel, value: channel.set_source(
                replace(channel.settings.sources[quantity], list_start=round(value))
            ),
            whole=True,
        ),
    )


def _set_function(channel: Channel, word: str) -> None:
    quantity = Quantity(word)
    if quantity is not channel.settings.active:
        channel.settings.active = quantity
        channel.refresh()


def _set_continuous(channel: Channel, on: bool) -> None:
    channel.settings.continuous = on


def _set_pulse(changed: Callable[[Pulse, float], Pulse]) -> Callable[[Channel, float], None]:
    def put(channel: Channel, value: float) -> None:
        channel.settings.pulse = changed(channel.settings.pulse, round(value / specs.TIMER_STEP) * specs.TIMER_STEP)

    return put


def _set_shape(channel: Channel, word: str) -> None:
    channel.settings.pulse = replace(channel.settings.pulse, on=word == "PULS")


def _sweep_word(
    pattern: str, words: dict[str, str], get: Callable[[Sweep], str], changed: Callable[[Sweep, str], Sweep]
) -> Command:
    def put(channel: Channel, word: str) -> None:
        channel.settings.sweep = changed(channel.settings.sweep, word)

    return channel_word(f"{_ROOT}:SWEep{pattern}", words, lambda channel: get(channel.settings.sweep), put)


def _set_source_wait(settings: ChannelSettings, wait: WaitTime) -> None:
    settings.source_wait = wait


SOURCE_COMMANDS = (
    *(command for quantity in SOURCED for command in _function_commands(quantity)),
    channel_word(
        f"{_ROOT}:FUNCtion:MODE",
        {"VOLTage": "VOLT", "CURRent": "CURR"},
        lambda channel: channel.settings.active.value,
        _set_function,
    ),
    channel_word(
        f"{_ROOT}:FUNCtion[:SHAPe]",
        {"DC": "DC", "PULSe": "PULS"},
        lambda channel: "PULS" if channel.settings.pulse.on else "DC",
        _set_shape,
    ),
    channel_switch(
        f"{_ROOT}:FUNCtion:TRIGgered:CONTinuous", lambda channel: channel.settings.continuous, _set_continuous
    ),
    channel_number(
        f"{_ROOT}:PULSe:WIDTh",
        "S",
        lambda _: (*specs.PULSE_WIDTHS, specs.PULSE_WIDTHS[0]),
        lambda channel: channel.settings.pulse.width,
        _set_pulse(lambda pulse, value: replace(pulse, width=value)),
    ),
    channel_number(
        f"{_ROOT}:PULSe:DELay",
        "S",
        lambda _: (0.0, specs.LONGEST_TIME, 0.0),
        lambda channel: channel.settings.pulse.delay,
        _set_pulse(lambda pulse, value: replace(pulse, delay=value)),
    ),
    _sweep_word(
        ":DIRection",
        {"UP": "UP", "DOWN": "DOWN"},
        lambda sweep: "UP" if sweep.upward else "DOWN",
        lambda sweep, word: replace(sweep, upward=word == "UP"),
    ),
    _sweep_word(
        ":SPACing",
        {"LINear": "LIN", "LOGarithmic": "LOG"},
        lambda sweep: "LOG" if sweep.logarithmic else "LIN",
        lambda sweep, word: replace(sweep, logarithmic=word == "LOG"),
    ),
    _sweep_word(
        ":STAir",
        {"SINGle": "SING", "DOUBle": "DOUB"},
        lambda sweep: "DOUB" if sweep.double else "SING",
        lambda sweep, word: replace(sweep, double=word == "DOUB"),
    ),
    _sweep_word(
        ":RANGing",
        {"BEST": "BEST", "AUTO": "AUTO", "FIXed": "FIX"},
        lambda sweep: sweep.ranging,
        lambda sweep, word: replace(sweep, ranging=word),
    ),
    _points_command(f"{_ROOT}:SWEep:POINts", SOURCED),
    *wait_commands(f"{_ROOT}:WAIT", lambda settings: settings.source_wait, _set_source_wait),
)
