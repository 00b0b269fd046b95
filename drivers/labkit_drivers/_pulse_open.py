"""Open a pulse generator: check the model once, then bring each channel that the bench uses into a known state."""

from collections.abc import Callable, Mapping

from pymeasure.instruments import Instrument

from labkit.core import BenchTerminal, Clock, Connection, Driver, InstrumentError, PulseTerminal
from labkit_drivers._link import Link
from labkit_drivers._pulse_commands import PulseCommands
from labkit_drivers._pulse_generator import PulseGeneratorChannel, check_model
from labkit_drivers._pulse_model import PulseModel


def generator_driver(model: PulseModel, title: str, commands: Callable[[Link, str], Instrument]) -> Driver:
    """Make the driver of a model; `commands` gives its command set on a link, by the instrument's name."""

    def connect(
        connection: Connection, terminals: Mapping[str, BenchTerminal], clock: Clock
    ) -> Mapping[str, PulseGeneratorChannel]:
        link = Link(connection)
        return _channels(connection, link, commands(link, connection.name), model, terminals, clock)

    return Driver(
        name=model.driver,
        title=title,
        role="pulse source",
        models=(model.name,),
        open=connect,
        describe=lambda terminal, line_frequency: model.describe(terminal),
    )


def _channels(
    connection: Connection,
    link: Link,
    wire: Instrument,
    model: PulseModel,
    terminals: Mapping[str, BenchTerminal],
    clock: Clock,
) -> dict[str, PulseGeneratorChannel]:
    """Give a channel for each terminal, all outputs off, load and voltage limits set.

    Raises InstrumentError, the connection closed again, when it is another model or the bench asks for what it has not.
    """
    try:
        check_model(connection, wire, model)
        wire.write("OUTP1 OFF;:OUTP2 OFF;*RST;*CLS")  # off before the reset may change waveform and levels
        channels: dict[str, PulseGeneratorChannel] = {}
        for name, terminal in terminals.items():
            if not isinstance(terminal, PulseTerminal):
                raise InstrumentError(
                    f"{connection.name}: terminal {name} is no terminal on a pulse generator; a {model.name} serves "
                    "only those",
                    "state its `load` in bench.yaml, or give it another instrument",
                )
            commands = _commands(connection, wire, model, terminal)
            channels[name] = PulseGeneratorChannel(connection, link, wire, commands, model, terminal, clock)
        for channel in channels.values():
            channel.siblings = tuple(other for other in channels.values() if other is not channel)
    except BaseException:
        link.close()
        raise
    return channels


def _commands(connection: Connection, wire: Instrument, model: PulseModel, terminal: PulseTerminal) -> PulseCommands:
    found = {str(number): commands for number, commands in wire.channels.items()}
    if terminal.channel not in found:
        raise InstrumentError(
            f"{connection.name}: there is no channel {terminal.channel} on a {model.name}; it has {', '.join(found)}",
            "correct the channel in bench.yaml",
        )
    commands = found[terminal.channel]
    if not isinstance(commands, PulseCommands):
        raise TypeError(f"{type(commands).__name__} cannot be told to make pulses")
    return commands
