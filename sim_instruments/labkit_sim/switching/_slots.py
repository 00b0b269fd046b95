"""`slot[n]` and `memory.*`: what is fitted, and what room is left."""

from collections.abc import Callable, Sequence

from labkit_sim.switching._cards import EMPTY_SLOT, CardModel
from labkit_sim.tsp import NIL, Node, Value


def slot_node(cards: Sequence[CardModel | None], serial: str) -> Node:
    """Give the table `slot`; a card's serial number is that of the mainframe with the slot behind it."""
    node = Node()
    for number, card in enumerate(cards, 1):
        node.child(number, _one_slot(card, f"{serial}{number}"))
    return node


def _one_slot(card: CardModel | None, serial: str) -> Node:
    node = Node()
    identity = EMPTY_SLOT if card is None else f"{card.model},{card.description},{card.firmware},{serial}"
    node.attribute("idn", lambda: identity)
    node.child("rows").attribute("matrix", _or_nil(len(card.rows) if card else None))
    node.child("columns").attribute("matrix", _or_nil(card.columns if card else None))
    node.child("banks").attribute("matrix", _or_nil(1 if card else None))
    node.child("interlock").attribute("state", _or_nil(card.interlock if card else None))
    node.attribute("matrix", _or_nil(1 if card else None))
    node.attribute("pseudocard", lambda: 0)
    return node


def _or_nil(value: int | None) -> Callable[[], Value]:
    return lambda: NIL if value is None else value


def memory_node() -> Node:
    """Give the table `memory`: parts of the memory in percent (system, script, pattern, configuration)."""
    node = Node()
    node.function("available", lambda *_: "51.56, 92.84, 100.00, 100.00")
    node.function("used", lambda *_: "48.44, 7.16, 0.00, 0.00")
    return node
