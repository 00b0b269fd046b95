"""The drivers of the 2600B family: one for each model, so that a bench is planned with what that model can do."""

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
from labkit_drivers._keithley_2600 import Keithley2600Channel
from labkit_drivers._keithley_2600_commands import Keithley2600Commands
from labkit_drivers._keithley_2600_data import MODEL_2602B, MODEL_2614B, MODEL_2636B, Model
from labkit_drivers._keithley_2600_layout import described
from labkit_drivers._keithley_2600_mainframe import Mainframe
from labkit_drivers._link import Link

_CHANNELS = ("a", "b")


def _open(
    model: Model, connection: Connection, terminals: Mapping[str, BenchTerminal], clock: Clock
) -> Mapping[str, Keithley2600Channel]:
    served = _electrical(model, connection, terminals)
    link = Link(connection)
    mainframe = Mainframe(connection, link, Keithley2600Commands(link, connection.name), model)
    try:
        line_frequency = mainframe.prepare()
        return {
            name: Keithley2600Channel(mainframe, terminal, clock, line_frequency) for name, terminal in served.items()
        }
    except BaseException:
        link.close()
        raise


def _electrical(
    model: Model, connection: Connection, terminals: Mapping[str, BenchTerminal]
) -> dict[str, ElectricalTerminal]:
    served: dict[str, ElectricalTerminal] = {}
    for name, terminal in terminals.items():
        if not isinstance(terminal, ElectricalTerminal):
            raise InstrumentError(f"{connection.name}: terminal {name} is no electrical one", "correct bench.yaml")
        if terminal.channel not in _CHANNELS:
            raise InstrumentError(
                f"{connection.name}: terminal {name} names {terminal.channel!r}, which is no channel of a {model.name}",
                "state `channel: a` or `channel: b` in bench.yaml",
            )
        if any(terminal.channel == other.channel for other in served.values()):
            raise InstrumentError(
                f"{connection.name}: channel {terminal.channel} serves more than one terminal",
                "give each terminal a channel of its own in bench.yaml",
            )
        served[name] = terminal
    return served


def _describe(model: Model, terminal: BenchTerminal, line_frequency: float) -> SourceMeterCapabilities:
    return described(model, line_frequency)


def _driver(model: Model) -> Driver:
    return Driver(
        name=f"keithley_{model.name.lower()}",
        title=f"Keithley {model.name} System SourceMeter, two channels, TSP",
        role="source meter",
        models=(model.name,),
        open=partial(_open, model),
        describe=partial(_describe, model),
    )


KEITHLEY_2636B = _driver(MODEL_2636B)
KEITHLEY_2602B = _driver(MODEL_2602B)
KEITHLEY_2614B = _driver(MODEL_2614B)
