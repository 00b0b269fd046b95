"""Commands of a B2200 for the modes in which it connects by itself: bias, ground and couple mode."""

from collections.abc import Callable, Iterable

from labkit_sim._errors import ScpiError
from labkit_sim._keysight_b2201a_card import INPUTS, NO_PORT, Card, Supply
from labkit_sim._keysight_b2201a_core import MatrixCore, flags
from labkit_sim._relays import Order
from labkit_sim._scpi import Command, Handler, Reply, event
from labkit_sim._scpi_data import Call

SupplyOf = Callable[[Card], Supply]


def _supply_commands(header: str, of: SupplyOf) -> tuple[Command, ...]:
    """Make the commands of bias or ground mode, which differ by their header alone."""
    switch_on = Command(f"{header}[:STATe]", _switch(of), _is_on(of), (2, 2), (1, 1))
    port = Command(f"{header}:PORT", _set_port(of), _get_port(of), (2, 2), (1, 1))
    lists = (
        Command(f"{header}:CHANnel:{word}[:LIST]", _enable(of, on), _is_enabled(of, on), query_arguments=(1, 1))
        for word, on in (("ENABle", True), ("DISable", False))
    )
    cards = (
        event(f"{header}:CHANnel:{word}:CARD", _enable_card(of, on), (1, 1))
        for word, on in (("ENABle", True), ("DISable", False))
    )
    return (switch_on, port, *lists, *cards)


def _switch(of: SupplyOf) -> Handler:
    def handler(matrix: MatrixCore, call: Call) -> Reply:
        on = call.boolean(1)
        cards = matrix.chosen(call)
        if on and any(card.couple or card.other(of(card)).on for card in cards):
            raise ScpiError(-224)
        for card in cards:
            card.switch_supply(of(card), on)
        return matrix.follow(Order.BREAK_FIRST)

    return handler


def _is_on(of: SupplyOf) -> Handler:
    def handler(matrix: MatrixCore, call: Call) -> Reply:
        return str(int(of(matrix.asked(call)).on))

    return handler


def _set_port(of: SupplyOf) -> Handler:
    def handler(matrix: MatrixCore, call: Call) -> Reply:
        port = call.integer(1, NO_PORT, INPUTS)
        if port == 0:
            raise ScpiError(-222)
        for card in matrix.chosen(call):
            card.set_supply_port(of(card), port)
        return matrix.follow(Order.BREAK_FIRST)

    return handler


def _get_port(of: SupplyOf) -> Handler:
    def handler(matrix: MatrixCore, call: Call) -> Reply:
        return str(of(matrix.asked(call)).port)

    return handler


def _enable(of: SupplyOf, on: bool) -> Handler:
    """Enable or disable the outputs of a channel list; its input ports do not matter."""

    def handler(matrix: MatrixCore, call: Call) -> Reply:
        for card, (_, output) in matrix.channels(call):
            of(card).enable([output], on)
        return matrix.follow(Order.BREAK_FIRST)

    return handler


def _is_enabled(of: SupplyOf, on: bool) -> Handler:
    def handler(matrix: MatrixCore, call: Call) -> Reply:
        return flags([(output in of(card).enabled) is on for card, (_, output) in matrix.channels(call)])

    return handler


def _enable_card(of: SupplyOf, on: bool) -> Handler:
    def handler(matrix: MatrixCore, call: Call) -> Reply:
        for card in matrix.chosen(call):
            of(card).enable(range(1, card.outputs + 1), on)
        return matrix.follow(Order.BREAK_FIRST)

    return handler


def _ports(call: Call, allowed: Iterable[int]) -> tuple[int, ...]:
    """Read port numbers such as '1,5'; raises ScpiError -104 or -222."""
    texts = [text.strip() for text in call.string(1).split(",") if text.strip()]
    if not all(text.isascii() and text.isdigit() and len(text) < 3 for text in texts):
        raise ScpiError(-104)
    ports = sorted({int(text) for text in texts})
    if not set(ports) <= set(allowed):
        raise ScpiError(-222)
    return tuple(ports)


def _quoted(ports: tuple[int, ...]) -> str:
    return f"'{','.join(map(str, ports))}'"


def _set_couple(matrix: MatrixCore, call: Call) -> Reply:
    on = call.boolean(1)
    cards = matrix.chosen(call)
    if on and any(card.bias.on or card.ground.on for card in cards):
        raise ScpiError(-224)
    for card in cards:
        card.couple = on
    return None


def _get_couple(matrix: MatrixCore, call: Call) -> Reply:
    return str(int(matrix.asked(call).couple))


def _set_couple_ports(matrix: MatrixCore, call: Call) -> Reply:
    ports = _ports(call, range(1, INPUTS, 2))
    for card in matrix.chosen(call):
        card.couple_ports = ports
    return None


def _get_couple_ports(matrix: MatrixCore, call: Call) -> Reply:
    return _quoted(matrix.asked(call).couple_ports)


def _detect_couple_ports(matrix: MatrixCore, call: Call) -> Reply:
    for card in matrix.cards:
        card.couple_ports = ()
    return None


def _set_unused(matrix: MatrixCore, call: Call) -> Reply:
    ports = _ports(call, range(1, INPUTS + 1))
    for card in matrix.chosen(call):
        card.unused = ports
    return None


def _get_unused(matrix: MatrixCore, call: Call) -> Reply:
    return _quoted(matrix.asked(call).unused)


MODE_COMMANDS = (
    *_supply_commands("[:ROUTe]:BIAS", lambda card: card.bias),
    *_supply_commands("[:ROUTe]:AGND", lambda card: card.ground),
    Command("[:ROUTe]:AGND:UNUSED", _set_unused, _get_unused, (2, 2), (1, 1)),
    Command("[:ROUTe]:COUPle[:STATe]", _set_couple, _get_couple, (2, 2), (1, 1)),
    Command("[:ROUTe]:COUPle:PORT", _set_couple_ports, _get_couple_ports, (2, 2), (1, 1)),
    event("[:ROUTe]:COUPle:PORT:DETect", _detect_couple_ports),
)
