"""Trigger commands of a 2450: the blocks of the trigger model, its templates, its start and state."""

from collections.abc import Callable

from labkit.core import Nanoseconds, nanoseconds
from labkit_sim import _keithley_2450_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2450_actions import (
    BufferClear,
    Delay,
    DigitalOutput,
    DynamicDelay,
    LogEvent,
    Measure,
    Notify,
    Recall,
    RecallNext,
    SourceState,
    Wait,
)
from labkit_sim._keithley_2450_block import NOTHING, Block
from labkit_sim._keithley_2450_branches import (
    BranchAlways,
    BranchCount,
    BranchDelta,
    BranchEvent,
    BranchLimit,
    BranchOnce,
    ResetCount,
)
from labkit_sim._keithley_2450_buffer_commands import buffer_name
from labkit_sim._keithley_2450_core import Keithley2450Core
from labkit_sim._keithley_2450_events import event_name
from labkit_sim._keithley_2450_templates import configuration_loop, duration_loop, simple_loop
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call

Builder = Callable[[Keithley2450Core, Call], Block]

_MOST_COUNTS = 4_294_967_295
_SHORTEST_DELAY, _LONGEST_DELAY = 167e-9, 10e3
_LIMITS = {"ABOVe": "ABOV", "BELow": "BEL", "INside": "IN", "OUTside": "OUT"}
_LOG_KINDS = {"INFO": 4, "WARN": 2, "ERROR": 1}


def _number(call: Call, index: int) -> int:
    return call.integer(index, 1, specs.TRIGGER_BLOCKS)


def _block_delay(call: Call, index: int) -> Nanoseconds:
    delay = call.number(index, "S", 0.0, _LONGEST_DELAY)
    if 0 < delay < _SHORTEST_DELAY:
        raise ScpiError(-222)
    return nanoseconds(delay)


def _recall(smu: Keithley2450Core, call: Call) -> Block:
    lists: list[tuple[str, int]] = []
    for index in range(1, len(call)):
        if call.is_string(index):
            lists.append((_known_list(smu, call.string(index)), 1))
        elif call.given(index) and lists:
            lists[-1] = (lists[-1][0], call.integer(index, 1, specs.CONFIGURATION_POINTS))
    _check_kinds(smu, [name for name, _ in lists])
    return Recall(tuple(lists))


def _known_list(smu: Keithley2450Core, name: str) -> str:
    if name not in smu.source_lists and name not in smu.sense_lists:
        raise ScpiError(-224, f"Illegal parameter value: configuration list {name} does not exist")
    return name


def _check_kinds(smu: Keithley2450Core, names: list[str]) -> None:
    if not names:
        raise ScpiError(-109)
    if len(names) > 2 or (len(names) == 2 and (names[0] in smu.source_lists) == (names[1] in smu.source_lists)):
        raise ScpiError(-224, "Illegal parameter value: one source and one measure list are allowed")


def _next(backwards: bool) -> Builder:
    def build(smu: Keithley2450Core, call: Call) -> Block:
        names = [_known_list(smu, call.string(index)) for index in range(1, len(call))]
        _check_kinds(smu, names)
        return RecallNext(tuple(names), backwards)

    return build


def _measure(smu: Keithley2450Core, call: Call) -> Block:
    name = buffer_name(call, 1)
    smu.buffers[name]
    if not call.given(2):
        return Measure(name)
    if call.arguments[2].upper() in ("INF", "INFINITE"):
        return Measure(name, None)
    return Measure(name, call.integer(2, 0, specs.BUFFER_MEMORY))


def _clear(smu: Keithley2450Core, call: Call) -> Block:
    name = buffer_name(call, 1)
    smu.buffers[name]
    return BufferClear(name)


def _dynamic_delay(smu: Keithley2450Core, call: Call) -> Block:
    word = call.word(1)
    stem, number = word[:-1], word[-1]
    if stem not in ("SOUR", "SOURCE", "MEAS", "MEASURE") or number not in "12345":
        raise ScpiError(-224)
    return DynamicDelay(stem.startswith("SOUR"), int(number))


def _wait(smu: Keithley2450Core, call: Call) -> Block:
    events = [event_name(call.word(1))]
    clear = call.given(2) and call.choice(2, {"ENTer": True, "NEVer": False})
    every = call.given(3) and call.choice(3, {"AND": True, "OR": False})
    events += [event_name(call.word(index)) for index in range(4, len(call))]
    return Wait(tuple(events), clear, every)


def _limit(smu: Keithley2450Core, call: Call) -> Block:
    kind = call.choice(1, _LIMITS)
    measure = call.integer(5, 0, specs.TRIGGER_BLOCKS) if call.given(5) else 0
    return BranchLimit(kind, call.number(2), call.number(3), _number(call, 4), measure)


def _delta(smu: Keithley2450Core, call: Call) -> Block:
    measure = call.integer(3, 0, specs.TRIGGER_BLOCKS) if call.given(3) else 0
    return BranchDelta(call.number(1), _number(call, 2), measure)


def _log(smu: Keithley2450Core, call: Call) -> Block:
    word = call.word(1)
    for stem, kind in _LOG_KINDS.items():
        if word.startswith(stem) and word[len(stem) :] in ("1", "2", "3", "4"):
            return LogEvent(kind, int(word[len(stem) :]), call.string(2))
    raise ScpiError(-224)


_BLOCKS: tuple[tuple[str, Builder, tuple[int, int]], ...] = (
    ("NOP", lambda smu, call: NOTHING, (1, 1)),
    ("BUFFer:CLEar", _clear, (1, 2)),
    ("CONFig:RECall", _recall, (2, 5)),
    ("CONFig:NEXT", _next(backwards=False), (2, 3)),
    ("CONFig:PREVious", _next(backwards=True), (2, 3)),
    ("SOURce:STATe", lambda smu, call: SourceState(call.boolean(1)), (2, 2)),
    ("DELay:CONStant", lambda smu, call: Delay(_block_delay(call, 1)), (2, 2)),
    ("DELay:DYNamic", _dynamic_delay, (2, 2)),
    ("MEASure", _measure, (1, 3)),
    ("MDIGitize", _measure, (1, 3)),
    ("NOTify", lambda smu, call: Notify(call.integer(1, 1, 8)), (2, 2)),
    ("WAIT", _wait, (2, 6)),
    ("BRANch:ALWays", lambda smu, call: BranchAlways(_number(call, 1)), (2, 2)),
    (
        "BRANch:COUNter",
        lambda smu, call: BranchCount(call.integer(1, 1, _MOST_COUNTS), _number(call, 2)),
        (3, 3),
    ),
    ("BRANch:COUNter:RESet", lambda smu, call: ResetCount(_number(call, 1)), (2, 2)),
    ("BRANch:ONCE", lambda smu, call: BranchOnce(_number(call, 1)), (2, 2)),
    ("BRANch:ONCE:EXCLuded", lambda smu, call: BranchOnce(_number(call, 1), True), (2, 2)),
    ("BRANch:EVENt", lambda smu, call: BranchEvent(event_name(call.word(1)), _number(call, 2)), (3, 3)),
    ("BRANch:LIMit:CONStant", _limit, (5, 6)),
    ("BRANch:DELTa", _delta, (3, 4)),
    (
        "DIGital:IO",
        lambda smu, call: DigitalOutput(call.integer(1, 0, 63), call.integer(2, 0, 63) if call.given(2) else 63),
        (2, 3),
    ),
    ("LOG:EVENt", _log, (3, 3)),
)


def _block_command(name: str, build: Builder, arguments: tuple[int, int]) -> Command:
    def write(smu: Keithley2450Core, call: Call) -> Reply:
        smu.trigger_model.define(_number(call, 0), build(smu, call))
        return None

    return event(f":TRIGger:BLOCk:{name}", write, arguments)


def _load(smu: Keithley2450Core, call: Call) -> Reply:
    template = call.string(0).upper()
    if template == "EMPTY":
        blocks: list[Block] = []
    elif template == "SIMPLELOOP":
        blocks = simple_loop(call.integer(1, 1, _MOST_COUNTS), *_delay_and_buffer(smu, call, 2))
    elif template == "DURATIONLOOP":
        duration = nanoseconds(call.number(1, "S", 500e-9, 100e3))
        blocks = duration_loop(duration, *_delay_and_buffer(smu, call, 2))
    elif template == "CONFIGLIST":
        names = tuple(_known_list(smu, call.string(index)) for index in (1, 2))
        _check_kinds(smu, list(names))
        count = max(smu.source_lists.size(name) for name in names if name in smu.source_lists)
        blocks = configuration_loop(names, count, *_delay_and_buffer(smu, call, 3))
    else:
        raise ScpiError(-224)
    smu.trigger_model.load(blocks)
    return None


def _delay_and_buffer(smu: Keithley2450Core, call: Call, first: int) -> tuple[Nanoseconds, str]:
    name = buffer_name(call, first + 1)
    smu.buffers[name]
    return (_block_delay(call, first) if call.given(first) else Nanoseconds(0)), name


def _initiate(smu: Keithley2450Core, call: Call) -> Reply:
    smu.begin_operation(smu.trigger_model.begin())
    return None


def _abort(smu: Keithley2450Core, call: Call) -> Reply:
    smu.end_operations()
    smu.trigger_model.aborted()
    return None


def _state(smu: Keithley2450Core, call: Call) -> Reply:
    return smu.trigger_model.state()


def _listing(smu: Keithley2450Core, call: Call) -> Reply:
    return smu.trigger_model.listing()


def _count(smu: Keithley2450Core, call: Call) -> Reply:
    return str(smu.trigger_model.count(_number(call, 0)))


def block_commands() -> tuple[Command, ...]:
    """Give the commands that define blocks; the counting block has a query for its count."""
    made = [_block_command(name, build, arguments) for name, build, arguments in _BLOCKS]
    return (*made, Command(":TRIGger:BLOCk:BRANch:COUNter:COUNt", query=_count, query_arguments=(1, 1)))


TRIGGER_COMMANDS = (
    *block_commands(),
    Command(":TRIGger:BLOCk:LIST", query=_listing, query_arguments=(0, 0)),
    event(":TRIGger:LOAD", _load, (1, 6)),
    event(":INITiate[:IMMediate]", _initiate),
    event(":ABORt", _abort),
    Command(":TRIGger:STATe", query=_state, query_arguments=(0, 0)),
)
