"""Keysight B2902A and B2912A as drivers: how their channels are opened and described."""

from collections.abc import Mapping
from functools import partial

from labkit.core import (
    BenchTerminal,
    Clock,
    Connection,
    Driver,
    ElectricalTerminal,
    InstrumentError,
    SourceMeterCapabilities,
)
from labkit_drivers import _keysight_b2900_data as data
from labkit_drivers._keysight_b2900 import KeysightB2900
from labkit_drivers._keysight_b2900_commands import B2900Commands, pin_of
from labkit_drivers._keysight_b2900_run import described
from labkit_drivers._link import Link


def _open(
    model: data.Model, connection: Connection, terminals: Mapping[str, BenchTerminal], clock: Clock
) -> Mapping[str, KeysightB2900]:
    channels: dict[str, ElectricalTerminal] = {}
    for name, terminal in terminals.items():
        if not isinstance(terminal, ElectricalTerminal) or terminal.channel not in ("1", "2"):
            raise InstrumentError(
                f"{connection.name}: terminal {name} is no electrical one on channel 1 or 2", "correct bench.yaml"
            )
        channels[name] = terminal
    if len({terminal.channel for terminal in channels.values()}) < len(channels):
        raise InstrumentError(f"{connection.name}: two terminals have one channel", "give each a channel of its own")
    link = Link(connection)
    commands = B2900Commands(link, connection.name)
    roles = {
        name: KeysightB2900(connection, link, commands, terminal, clock, model) for name, terminal in channels.items()
    }
    used = sorted(terminal.channel for terminal in channels.values())
    commands.prepare([commands.channel_tables[channel] for channel in used], pin_of(connection))
    next(iter(roles.values())).check_errors()
    return roles


def _describe(model: data.Model, terminal: BenchTerminal, line_frequency: float) -> SourceMeterCapabilities:
    if not isinstance(terminal, ElectricalTerminal):
        raise InstrumentError(f"a {model.name} serves electrical terminals only", "correct bench.yaml")
    return described(model, line_frequency)


def _driver(model: data.Model) -> Driver:
    return Driver(
        name=f"keysight_{model.name.lower()}",
        title=f"Keysight {model.name} source/measure unit, two channels, SCPI",
        role="source meter",
        models=(model.name,),
        open=partial(_open, model),
        describe=partial(_describe, model),
    )


KEYSIGHT_B2902A = _driver(data.MODELS["B2902A"])
KEYSIGHT_B2912A = _driver(data.MODELS["B2912A"])
