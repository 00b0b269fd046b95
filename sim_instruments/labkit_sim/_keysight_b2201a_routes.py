"""Commands of a B2200 that connect and disconnect, and the rules by which they do."""

from collections.abc import Callable

from labkit_sim._errors import ScpiError
from labkit_sim._keysight_b2201a_card import Card, Route, cards_of, channel_list
from labkit_sim._keysight_b2201a_core import MatrixCore, flags
from labkit_sim._relays import Order
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call

_ORDERS = {"NSEQ": Order.TOGETHER, "BBM": Order.BREAK_FIRST, "MBBR": Order.MAKE_FIRST}


def _change(matrix: MatrixCore, call: Call, act: Callable[[Card, list[Route]], None]) -> Reply:
    """Connect or disconnect a channel list: all of it or, after an error, nothing."""
    channels = matrix.channels(call)
    touched = [card for card in matrix.cards if any(found is card for found, _ in channels)]
    before = [set(card.direct) for card in touched]
    try:
        for card in touched:
            act(card, [route for found, route in channels if found is card])
    except ScpiError:
        for card, direct in zip(touched, before, strict=True):
            card.direct = direct
        raise
    return matrix.follow(touched[0].order if touched else Order.BREAK_FIRST)


def _close(matrix: MatrixCore, call: Call) -> Reply:
    return _change(matrix, call, Card.close)


def _open(matrix: MatrixCore, call: Call) -> Reply:
    return _change(matrix, call, Card.open)


def _are_closed(matrix: MatrixCore, call: Call) -> Reply:
    return flags([route in matrix.closed(card) for card, route in matrix.channels(call)])


def _are_open(matrix: MatrixCore, call: Call) -> Reply:
    return flags([route not in matrix.closed(card) for card, route in matrix.channels(call)])


def _open_cards(matrix: MatrixCore, call: Call) -> Reply:
    for card in matrix.chosen(call):
        card.direct.clear()
    return matrix.follow(Order.BREAK_FIRST)


def _closed_of_card(matrix: MatrixCore, call: Call) -> Reply:
    card = matrix.asked(call)
    return channel_list(card.number, matrix.closed(card))


def _set_configuration(matrix: MatrixCore, call: Call) -> Reply:
    automatic = call.choice(0, {"ACONfig": True, "NCONfig": False})
    if automatic == matrix.automatic:
        return None
    matrix.automatic = automatic
    matrix.cards = cards_of(matrix.modules, automatic)
    return matrix.follow(Order.BREAK_FIRST)


def _get_configuration(matrix: MatrixCore, call: Call) -> Reply:
    return "ACON" if matrix.automatic else "NCON"


def _set_rule(matrix: MatrixCore, call: Call) -> Reply:
    single = call.choice(1, {"FREE": False, "SROUte": True})
    for card in matrix.chosen(call):
        card.single_route = single
    return None


def _get_rule(matrix: MatrixCore, call: Call) -> Reply:
    return "SROU" if matrix.asked(call).single_route else "FREE"


def _set_sequence(matrix: MatrixCore, call: Call) -> Reply:
    order = call.choice(1, _ORDERS)
    for card in matrix.chosen(call):
        card.sequence = order
    return None


def _get_sequence(matrix: MatrixCore, call: Call) -> Reply:
    found = matrix.asked(call).sequence
    return next(word for word, order in _ORDERS.items() if order is found)


ROUTE_COMMANDS = (
    Command("[:ROUTe]:CLOSe[:LIST]", _close, _are_closed, query_arguments=(1, 1)),
    Command("[:ROUTe]:OPEN[:LIST]", _open, _are_open, query_arguments=(1, 1)),
    Command("[:ROUTe]:CLOSe:CARD", query=_closed_of_card, query_arguments=(1, 1)),
    event("[:ROUTe]:OPEN:CARD", _open_cards, (1, 1)),
    Command("[:ROUTe]:FUNCtion", _set_configuration, _get_configuration, query_arguments=(0, 0)),
    Command("[:ROUTe]:CONNection:RULE", _set_rule, _get_rule, (2, 2), (1, 1)),
    Command("[:ROUTe]:CONNection:SEQuence", _set_sequence, _get_sequence, (2, 2), (1, 1)),
)
