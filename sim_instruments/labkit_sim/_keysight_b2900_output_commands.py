"""Output commands of a B2900: on and off, what off means, the low terminal, protection, filter."""

from collections.abc import Callable
from dataclasses import replace

from labkit_sim._errors import ScpiError
from labkit_sim._keysight_b2900_channel import Channel
from labkit_sim._keysight_b2900_command import channel_number, channel_switch, channel_word
from labkit_sim._keysight_b2900_settings import Output
from labkit_sim._scpi import Command


def _switch(pattern: str, get: Callable[[Output], bool], changed: Callable[[Output, bool], Output]) -> Command:
    def put(channel: Channel, on: bool) -> None:
        channel.settings.output = changed(channel.settings.output, on)

    return channel_switch(f":OUTPut<n>{pattern}", lambda channel: get(channel.settings.output), put)


def _set_off_mode(channel: Channel, word: str) -> None:
    channel.settings.output = replace(channel.settings.output, off_mode=word)


def _set_low(channel: Channel, word: str) -> None:
    if channel.output:
        raise ScpiError(-221)
    channel.settings.output = replace(channel.settings.output, low_grounded=word == "GRO")


def _set_filter_constant(channel: Channel, value: float) -> None:
    channel.settings.output = replace(channel.settings.output, filter_constant=value, filter_automatic=False)


def _set_output(channel: Channel, on: bool) -> None:
    channel.set_output(on)


OUTPUT_COMMANDS = (
    channel_switch(":OUTPut<n>[:STATe]", lambda channel: channel.output, _set_output),
    channel_word(
        ":OUTPut<n>:OFF:MODE",
        {"ZERO": "ZERO", "HIZ": "HIZ", "NORMal": "NORM"},
        lambda channel: channel.settings.output.off_mode,
        _set_off_mode,
    ),
    channel_word(
        ":OUTPut<n>:LOW",
        {"FLOat": "FLO", "GROund": "GRO"},
        lambda channel: "GRO" if channel.settings.output.low_grounded else "FLO",
        _set_low,
    ),
    _switch(":ON:AUTO", lambda output: output.automatic_on, lambda output, on: replace(output, automatic_on=on)),
    _switch(":OFF:AUTO", lambda output: output.automatic_off, lambda output, on: replace(output, automatic_off=on)),
    _switch(":PROTection[:STATe]", lambda output: output.protection, lambda output, on: replace(output, protection=on)),
    _switch(
        ":HCAPacitance[:STATe]",
        lambda output: output.high_capacitance,
        lambda output, on: replace(output, high_capacitance=on),
    ),
    _switch(
        ":FILTer[:LPASs][:STATe]", lambda output: output.filter_on, lambda output, on: replace(output, filter_on=on)
    ),
    _switch(
        ":FILTer[:LPASs]:AUTO",
        lambda output: output.filter_automatic,
        lambda output, on: replace(output, filter_automatic=on),
    ),
    channel_number(
        ":OUTPut<n>:FILTer[:LPASs]:TCONstant",
        "S",
        lambda _: (5e-6, 5e-3, 5e-6),
        lambda channel: channel.settings.output.filter_constant,
        _set_filter_constant,
    ),
)
