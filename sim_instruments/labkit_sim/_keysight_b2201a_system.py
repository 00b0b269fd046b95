"""Commands of a B2200 beside its relays: names of ports, memories, tests, cards, front panel."""

from copy import deepcopy

from labkit_sim._errors import ScpiError
from labkit_sim._keysight_b2201a_card import INPUTS, cards_of
from labkit_sim._keysight_b2201a_core import MatrixCore
from labkit_sim._relays import Order
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call

_MEMORIES = 8
_FRAME_TESTS = {"CONTroller": "CONT", "FPANel": "FPAN", "LED": "LED", "PEN": "PEN", "BEEPer": "BEEP"}
_PANEL_SWITCHES = (":SYSTem:BEEPer", ":SYSTem:KLC", ":SYSTem:PEN", ":SYSTem:DISPlay:LCD", ":SYSTem:DISPlay:LED")


def _set_channel_symbol(matrix: MatrixCore, call: Call) -> Reply:
    cards = matrix.chosen(call)
    output, symbol = call.integer(1, 1, cards[0].outputs), call.string(2)
    for card in cards:
        card.symbols[output] = symbol
    return None


def _get_channel_symbol(matrix: MatrixCore, call: Call) -> Reply:
    card = matrix.asked(call)
    output = call.integer(1, 1, card.outputs)
    return card.symbols.get(output, f"{output:02d}")


def _set_port_symbol(matrix: MatrixCore, call: Call) -> Reply:
    port, symbol = call.integer(0, 1, INPUTS), call.string(1)
    matrix.port_symbols[port] = symbol
    return None


def _get_port_symbol(matrix: MatrixCore, call: Call) -> Reply:
    port = call.integer(0, 1, INPUTS)
    return matrix.port_symbols.get(port, f"{port:02d}")


def _memory(call: Call) -> int:
    return call.integer(0, 1, _MEMORIES)


def _save(matrix: MatrixCore, call: Call) -> Reply:
    matrix.memories[_memory(call)] = matrix.automatic, deepcopy(matrix.cards)
    return None


def _load(matrix: MatrixCore, call: Call) -> Reply:
    memory = _memory(call)
    if memory not in matrix.memories:
        raise ScpiError(-224)
    matrix.automatic, saved = matrix.memories[memory]
    matrix.cards = deepcopy(saved)
    return matrix.follow(Order.BREAK_FIRST)


def _delete(matrix: MatrixCore, call: Call) -> Reply:
    memory = _memory(call)
    matrix.memories.pop(memory, None)
    matrix.comments.pop(memory, None)
    return None


def _set_comment(matrix: MatrixCore, call: Call) -> Reply:
    memory, comment = _memory(call), call.string(1)
    matrix.comments[memory] = comment
    return None


def _get_comment(matrix: MatrixCore, call: Call) -> Reply:
    return matrix.comments.get(_memory(call), "")


def _card_to_power_on(matrix: MatrixCore, call: Call) -> Reply:
    chosen = {card.number for card in matrix.chosen(call)}
    fresh = {card.number: card for card in cards_of(matrix.modules, matrix.automatic)}
    matrix.cards = [fresh[card.number] if card.number in chosen else card for card in matrix.cards]
    return matrix.follow(Order.BREAK_FIRST)


def _module(matrix: MatrixCore) -> str:
    return "B2210A" if matrix.model == "B2200A" else "B2211A"


def _card_type(matrix: MatrixCore, call: Call) -> Reply:
    matrix.asked(call)
    return f"AGILENT,{_module(matrix)},0,A.01.00"


def _card_description(matrix: MatrixCore, call: Call) -> Reply:
    return f"{_module(matrix)} {INPUTS} input {matrix.asked(call).outputs} output"


def _slots(matrix: MatrixCore, call: Call) -> set[str]:
    """Read the slot that a relay test is about; tests go by slot in either configuration."""
    if call.text(0).upper() == "ALL":
        return {str(slot) for slot in range(1, matrix.modules + 1)}
    return {str(call.integer(0, 1, matrix.modules))}


def _test_card(matrix: MatrixCore, call: Call) -> Reply:
    matrix.tested |= _slots(matrix, call)
    return "0"


def _card_test_result(matrix: MatrixCore, call: Call) -> Reply:
    return "0" if _slots(matrix, call) <= matrix.tested else "-1"


def _clear_card_test(matrix: MatrixCore, call: Call) -> Reply:
    matrix.tested -= _slots(matrix, call)
    return None


def _test_frame(matrix: MatrixCore, call: Call) -> Reply:
    matrix.tested.add(call.choice(0, _FRAME_TESTS))
    return "0"


def _frame_test_result(matrix: MatrixCore, call: Call) -> Reply:
    return "0" if call.choice(0, _FRAME_TESTS) in matrix.tested else "-1"


def _clear_frame_test(matrix: MatrixCore, call: Call) -> Reply:
    matrix.tested.discard(call.choice(0, _FRAME_TESTS))
    return None


def _panel_switch(matrix: MatrixCore, call: Call) -> Reply:
    call.boolean(0)
    return None


def _show(matrix: MatrixCore, call: Call) -> Reply:
    call.string(0)
    return None


SYSTEM_COMMANDS = (
    Command("[:ROUTe]:SYMBol:CHANnel", _set_channel_symbol, _get_channel_symbol, (3, 3), (2, 2)),
    Command("[:ROUTe]:SYMBol:PORT", _set_port_symbol, _get_port_symbol, (2, 2), (1, 1)),
    event(":SYSTem:MEMOry:SAVE", _save, (1, 1)),
    event(":SYSTem:MEMOry:LOAD", _load, (1, 1)),
    event(":SYSTem:MEMOry:DELete", _delete, (1, 1)),
    Command(":SYSTem:MEMOry:COMMent", _set_comment, _get_comment, (2, 2), (1, 1)),
    event(":SYSTem:CPON", _card_to_power_on, (1, 1)),
    Command(":SYSTem:CTYPe", query=_card_type, query_arguments=(1, 1)),
    Command(":SYSTem:CDEScription", query=_card_description, query_arguments=(1, 1)),
    event(":SYSTem:DISPlay:STRing", _show, (1, 1)),
    *(event(header, _panel_switch, (1, 1)) for header in _PANEL_SWITCHES),
    Command(":DIAGnostic:TEST:CARD[:EXECute]", query=_test_card, query_arguments=(1, 1)),
    Command(":DIAGnostic:TEST:CARD:STATus", query=_card_test_result, query_arguments=(1, 1)),
    event(":DIAGnostic:TEST:CARD:CLEar", _clear_card_test, (1, 1)),
    Command(":DIAGnostic:TEST:FRAMe[:EXECute]", query=_test_frame, query_arguments=(1, 1)),
    Command(":DIAGnostic:TEST:FRAMe:STATus", query=_frame_test_result, query_arguments=(1, 1)),
    event(":DIAGnostic:TEST:FRAMe:CLEar", _clear_frame_test, (1, 1)),
)
