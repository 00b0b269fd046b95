"""Data commands of a B2900: spot measurements, fetch and read, sense data, trace buffer, format."""

from collections.abc import Callable, Generator

import numpy as np

from labkit.core import FloatArray
from labkit_sim import _keysight_b2900_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keysight_b2900_core import KeysightB2900Core
from labkit_sim._keysight_b2900_layers import ActionName
from labkit_sim._keysight_b2900_readings import ELEMENTS, Readings, TraceBuffer, columns
from labkit_sim._process import Wish
from labkit_sim._scpi import Answer, Command, Reply, event
from labkit_sim._scpi_data import Call, short_form

Query = Callable[[KeysightB2900Core, Call], Reply]


def _elements(smu: KeysightB2900Core, element: str) -> tuple[str, ...]:
    return (element,) if element else smu.format.elements


def _measure(element: str) -> Query:
    def query(smu: KeysightB2900Core, call: Call) -> Reply:
        return smu.spot(smu.channel_list(call), _elements(smu, element))

    return query


def _fetch(element: str, latest: bool) -> Query:
    def query(smu: KeysightB2900Core, call: Call) -> Reply:
        numbers = smu.channel_list(call)

        def wait() -> Generator[Wish, None, Answer]:
            yield from smu.until_acquired(numbers)
            return smu.format.answer(smu.fetched(numbers, _elements(smu, element), latest))

        return wait()

    return query


def _read(element: str, latest: bool) -> Query:
    fetch = _fetch(element, latest)

    def query(smu: KeysightB2900Core, call: Call) -> Reply:
        smu.initiate(smu.channel_list(call), tuple(ActionName))
        return fetch(smu, call)

    return query


def _element_queries() -> tuple[Command, ...]:
    commands = [Command(":MEASure", query=_measure(""), query_arguments=(0, 1))]
    commands += [
        Command(f":MEASure:{word}", query=_measure(element), query_arguments=(0, 1))
        for word, element in (("CURRent[:DC]", "current"), ("VOLTage[:DC]", "voltage"), ("RESistance", "resistance"))
    ]
    for node, latest in (("[:SCALar]", True), (":ARRay", False)):
        for element_node, element in (("", ""), *((f":{word}", name) for word, name in ELEMENTS.items())):
            commands += [
                Command(f":FETCh{node}{element_node}", query=_fetch(element, latest), query_arguments=(0, 1)),
                Command(f":READ{node}{element_node}", query=_read(element, latest), query_arguments=(0, 1)),
            ]
    return tuple(commands)


def _part(call: Call, rows: Readings) -> Readings:
    """Take `offset` and `size` from rows; raises ScpiError -222 beyond them."""
    first = 0
    if call.given(0) and call.text(0)[0].isalpha():
        first = call.choice(0, {"STARt": 0, "CURRent": max(len(rows) - 1, 0)})
    elif call.given(0):
        first = call.integer(0, 0, max(len(rows), 0))
    count = call.integer(1, 1, specs.BUFFER_POINTS) if call.given(1) else len(rows)
    return rows[first : first + count]


def _sense_data(smu: KeysightB2900Core, call: Call) -> Reply:
    rows = _part(call, smu.data[smu.channel_number(call)].all())
    return smu.format.answer(_or_nothing(columns(rows, smu.format.elements, smu.timer_origin)))


def _latest_sense_data(smu: KeysightB2900Core, call: Call) -> Reply:
    rows = smu.data[smu.channel_number(call)].all()[-1:]
    return smu.format.answer(_or_nothing(columns(rows, smu.format.elements, smu.timer_origin)))


def _or_nothing(table: FloatArray) -> FloatArray:
    return table if len(table) else np.full((1, table.shape[1]), np.nan)


def _clear_sense_data(smu: KeysightB2900Core, call: Call) -> Reply:
    smu.data[smu.channel_number(call)].clear()
    return None


# Trace buffer


def _trace(smu: KeysightB2900Core, call: Call) -> TraceBuffer:
    return smu.traces[smu.channel_number(call)]


def _idle_trace(smu: KeysightB2900Core, call: Call) -> TraceBuffer:
    trace = _trace(smu, call)
    if trace.filling:
        raise ScpiError(-221)
    return trace


def _clear_trace(smu: KeysightB2900Core, call: Call) -> Reply:
    _idle_trace(smu, call).store.clear()
    smu.trace_changed(smu.channel_number(call))
    return None


def _set_feed(smu: KeysightB2900Core, call: Call) -> Reply:
    _idle_trace(smu, call).feed = call.choice(0, {"SENSe": "SENS", "MATH": "MATH", "LIMit": "LIM"})
    return None


def _set_control(smu: KeysightB2900Core, call: Call) -> Reply:
    trace = _trace(smu, call)
    trace.filling = call.choice(0, {"NEXT": True, "NEVer": False}) and len(trace.store) < trace.store.capacity
    return None


def _set_points(smu: KeysightB2900Core, call: Call) -> Reply:
    points = call.integer(0, 1, specs.BUFFER_POINTS, specs.BUFFER_POINTS)
    store = _idle_trace(smu, call).store
    store.clear()
    store.capacity = points
    smu.trace_changed(smu.channel_number(call))
    return None


def _points(smu: KeysightB2900Core, call: Call) -> Reply:
    asked = call.extreme(1, specs.BUFFER_POINTS, specs.BUFFER_POINTS)
    return str(round(_trace(smu, call).store.capacity if asked is None else asked))


def _free(smu: KeysightB2900Core, call: Call) -> Reply:
    store = _trace(smu, call).store
    return f"{store.capacity - len(store)},{store.capacity}"


def _trace_data(smu: KeysightB2900Core, call: Call) -> Reply:
    trace = _trace(smu, call)
    rows = trace.store.all()
    part = _part(call, rows)
    origin = int(rows["time"][0]) if len(rows) else 0
    table = columns(part, smu.format.elements, origin)
    if trace.delta and "time" in smu.format.elements:
        column = smu.format.elements.index("time")
        table[:, column] = np.diff(table[:, column], prepend=table[:1, column])
    return smu.format.answer(_or_nothing(table))


_STATISTICS: dict[str, Callable[[FloatArray], float]] = {
    "MEAN": np.mean,
    "SDEV": np.std,
    "PKPK": np.ptp,
    "MIN": np.min,
    "MAX": np.max,
}


def _set_statistic(smu: KeysightB2900Core, call: Call) -> Reply:
    words = {"MEAN": "MEAN", "SDEViation": "SDEV", "PKPK": "PKPK", "MINimum": "MIN", "MAXimum": "MAX"}
    _trace(smu, call).statistic = call.choice(0, words)
    return None


def _statistics(smu: KeysightB2900Core, call: Call) -> Reply:
    trace = _trace(smu, call)
    elements = tuple(name for name in smu.format.elements if name in ("voltage", "current", "resistance"))
    table = columns(trace.store.all(), elements, 0)
    found = []
    for column in table.T:
        numbers = column[np.isfinite(column)]
        found.append(float(_STATISTICS[trace.statistic](numbers)) if len(numbers) else np.nan)
    return smu.format.answer(np.array(found))


def _set_time_format(smu: KeysightB2900Core, call: Call) -> Reply:
    _trace(smu, call).delta = call.choice(0, {"DELTa": True, "ABSolute": False})
    return None


# Format

_FORMATS = {"ASC": 0, "ASCII": 0, "REAL": 64, "REAL32": 32, "REAL64": 64}


def _set_format(smu: KeysightB2900Core, call: Call) -> Reply:
    word = call.word(0)
    if word not in _FORMATS:
        raise ScpiError(-224)
    bits = _FORMATS[word]
    if call.given(1):
        length = call.integer(1, 0, 64)
        if (word, length) not in {("REAL", 32), ("REAL", 64), ("ASC", 0), ("ASCII", 0)}:
            raise ScpiError(-224)
        bits = length
    smu.format.bits = bits
    return None


def _format(smu: KeysightB2900Core, call: Call) -> Reply:
    return f"REAL,{smu.format.bits}" if smu.format.bits else "ASC"


def _set_border(smu: KeysightB2900Core, call: Call) -> Reply:
    smu.format.swapped = call.choice(0, {"NORMal": False, "SWAPped": True})
    return None


def _set_elements(smu: KeysightB2900Core, call: Call) -> Reply:
    chosen = {call.choice(index, ELEMENTS) for index in range(len(call))}
    smu.format.elements = tuple(name for name in ELEMENTS.values() if name in chosen)
    return None


def _tell_elements(smu: KeysightB2900Core, call: Call) -> Reply:
    return ",".join(short_form(word) for word, name in ELEMENTS.items() if name in smu.format.elements)


def _set_calculated(smu: KeysightB2900Core, call: Call) -> Reply:
    words = {"CALCulate": "CALC", "TIME": "TIME", "STATus": "STAT"}
    chosen = {call.choice(index, words) for index in range(len(call))}
    smu.format.calculated = tuple(word for word in words.values() if word in chosen)
    return None


_DIGITAL = {"ASCii": "ASC", "BINary": "BIN", "OCTal": "OCT", "HEXadecimal": "HEX"}


def _set_digital(smu: KeysightB2900Core, call: Call) -> Reply:
    smu.format.digital = call.choice(0, _DIGITAL)
    return None


def _set_status_format(smu: KeysightB2900Core, call: Call) -> Reply:
    smu.format.status = call.choice(0, _DIGITAL)
    return None


_NONE = (0, 0)

DATA_COMMANDS = (
    *_element_queries(),
    Command(":SENSe<n>:DATA", query=_sense_data, query_arguments=(0, 2)),
    Command(":SENSe<n>:DATA:LATest", query=_latest_sense_data, query_arguments=_NONE),
    event(":SENSe<n>:DATA:CLEar", _clear_sense_data),
    event(":TRACe<n>:CLEar", _clear_trace),
    Command(":TRACe<n>:DATA", query=_trace_data, query_arguments=(0, 2)),
    Command(":TRACe<n>:FEED", _set_feed, lambda smu, call: _trace(smu, call).feed, query_arguments=_NONE),
    Command(
        ":TRACe<n>:FEED:CONTrol",
        _set_control,
        lambda smu, call: "NEXT" if _trace(smu, call).filling else "NEV",
        query_arguments=_NONE,
    ),
    Command(":TRACe<n>:FREE", query=_free, query_arguments=_NONE),
    Command(":TRACe<n>:POINts", _set_points, _points),
    Command(
        ":TRACe<n>:POINts:ACTual", query=lambda smu, call: str(len(_trace(smu, call).store)), query_arguments=_NONE
    ),
    Command(":TRACe<n>:STATistic:DATA", query=_statistics, query_arguments=_NONE),
    Command(
        ":TRACe<n>:STATistic:FORMat",
        _set_statistic,
        lambda smu, call: _trace(smu, call).statistic,
        query_arguments=_NONE,
    ),
    Command(
        ":TRACe<n>:TSTamp:FORMat",
        _set_time_format,
        lambda smu, call: "DELT" if _trace(smu, call).delta else "ABS",
        query_arguments=_NONE,
    ),
    Command(":FORMat[:DATA]", _set_format, _format, (1, 2), _NONE),
    Command(
        ":FORMat:BORDer", _set_border, lambda smu, call: "SWAP" if smu.format.swapped else "NORM", query_arguments=_NONE
    ),
    Command(":FORMat:ELEMents:SENSe", _set_elements, _tell_elements, (1, 6), _NONE),
    Command(
        ":FORMat:ELEMents:CALCulate",
        _set_calculated,
        lambda smu, call: ",".join(smu.format.calculated),
        (1, 3),
        _NONE,
    ),
    Command(":FORMat:DIGital", _set_digital, lambda smu, call: smu.format.digital, query_arguments=_NONE),
    Command(":FORMat:SREGister", _set_status_format, lambda smu, call: smu.format.status, query_arguments=_NONE),
)
