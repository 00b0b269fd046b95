"""Commands of the wait times of a B2900: how long source or meter rest after a change of the source."""

from collections.abc import Callable
from dataclasses import replace

from labkit_sim._keysight_b2900_channel import Channel
from labkit_sim._keysight_b2900_command import channel_number, channel_switch
from labkit_sim._keysight_b2900_settings import ChannelSettings, WaitTime
from labkit_sim._scpi import Command


def wait_commands(
    root: str, get: Callable[[ChannelSettings], WaitTime], put: Callable[[ChannelSettings, WaitTime], None]
) -> tuple[Command, ...]:
    """Give the commands of the wait time of source or meter."""

    def change(changed: Callable[[WaitTime, float], WaitTime]) -> Callable[[Channel, float], None]:
        return lambda channel, value: put(channel.settings, changed(get(channel.settings), value))

    return (
        channel_switch(
            f"{root}[:STATe]",
            lambda channel: get(channel.settings).on,
            change(lambda wait, value: replace(wait, on=bool(value))),
        ),
        channel_switch(
            f"{root}:AUTO",
            lambda channel: get(channel.settings).automatic,
            change(lambda wait, value: replace(wait, automatic=bool(value))),
        ),
        channel_number(
            f"{root}:GAIN",
            "",
            lambda _: (0, 100, 1),
            lambda channel: get(channel.settings).gain,
            change(lambda wait, value: replace(wait, gain=value)),
        ),
        channel_number(
            f"{root}:OFFSet",
            "S",
            lambda _: (0, 1, 0),
            lambda channel: get(channel.settings).offset,
            change(lambda wait, value: replace(wait, offset=value)),
        ),
    )
