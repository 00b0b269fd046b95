"""A map guessed from the names, units and course of the columns, written for the user to correct."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from labkit.core import FloatArray, LabkitError, parse_quantity
from labkit.importing._map import (
    KINDS_OF_DATA,
    ColumnMap,
    ColumnsMap,
    ImportMap,
    ProtocolName,
    PulsesMap,
    TableMap,
    TerminalsMap,
)
from labkit.importing._pulses import pulses_by_response
from labkit.importing._sweeps import loop_spans
from labkit.importing._table import Heading, Table
from labkit.importing._transfer import gate_sweeps
from labkit.importing._waveform import find_waveform

_GATE = r"[uv]_?g(s|ate)?|gate.?(voltage|bias).*"
_LIGHT = r".*light.*|.*irradiance.*|.*led.*|.*laser.*|.*optical.*|.*photo.*power.*"
_WORDS: tuple[tuple[str, str], ...] = (
    ("time", r"t|time.*|.*\btime|.*timestamps?|elapsed.*|relative"),
    ("cycle", r"cycle.*|loop.*|sweep( ?(no|number|#))?|repeat.*|run"),
    ("pulse", r"pulses?( ?(no\.?|number|#|index))?|n_?pulses?|#"),
    ("state", r"states?|levels?"),
    ("stimulus", _LIGHT),
    ("low_resistance_state", r"[irg]?_?(lrs|on)|.*low.?resistance.*|(on|set).?(current|resistance|state)"),
    ("high_resistance_state", r"[irg]?_?(hrs|off)|.*high.?resistance.*|(off|reset).?(current|resistance|state)"),
    ("gate_current", r"i_?g(s|ate)?|gate.?(current|leakage).*|.*leakage.*"),
    ("stimulus", _GATE),
    ("conductance", r"g|conductance.*|weight"),
    ("resistance", r"r|resistance.*"),
    ("current", r"i\d*|i_[a-z0-9]+|i(d|s|g|ds|dd|top|drain|anode)|.*current.*|abs ?i|[a-z]+\d*i(\(\d+\))?|.*\.i"),
    (
        "voltage",
        r"[uv]\d*|[uv]_[a-z0-9]+|v(d|s|g|ds|gs|top|drain|gate|anode|force)|.*voltage.*|.*bias.*|[a-z]+\d*v(\(\d+\))?|.*\.v",
    ),
)
_BY_UNIT = {
    "time": "time",
    "voltage": "voltage",
    "current": "current",
    "conductance": "conductance",
    "resistance": "resistance",
    "irradiance": "stimulus",
    "power": "stimulus",
}
_FINER: Mapping[str, tuple[str | None, ...]] = {
    "stimulus": ("voltage", "current", None),
    "gate_current": ("current",),
    "low_resistance_state": ("current", "conductance", "resistance"),
    "high_resistance_state": ("current", "conductance", "resistance"),
}
"""What a name tells apart within the columns of one unit: a gate voltage is one of the voltages."""
_LONG_TRACE = 200
_STATES = ("low_resistance_state", "high_resistance_state")
_MEASURED = ("current", "conductance", "resistance", *_STATES)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A guessed map; `told` says what was guessed from what.

    `doubt` says what must be confirmed before it is used; empty where names or units told every column.
    """

    mapped: ImportMap
    doubt: str
    told: tuple[str, ...]


def propose(table: Table, protocol: ProtocolName | None = None) -> Proposal:
    """Guess the map of a table, for a standard protocol (P10) or for the one that the data look like.

    Raises LabkitError when no column can be a current.
    """
    roles, told = _named(table)
    named = any(role in roles for role in _MEASURED)
    if not named:
        found, guessed = _by_course(table, roles)
        roles, told = found, [*told, *guessed]
    chosen = protocol or _protocol(table, roles)
    pulses = PulsesMap()
    if chosen in ("P02", "P03") and "stimulus" not in roles:
        pulses, sentence = _guessed_pulses(table, roles)
        told.append(sentence)
    mapped = ImportMap(
        protocol=chosen,
        table=TableMap(delimiter=_delimiter(table), decimal=_decimal(table)),
        columns=ColumnsMap(**{role: _column_map(table, column) for role, column in roles.items()}),
        terminals=_terminals(table, roles),
        pulses=pulses,
    )
    doubt = "" if named else "its columns have no names or units that tell what they are"
    if "stimulus" not in roles and chosen in ("P02", "P03"):
        doubt = doubt or "no column tells when the pulses were"
    return Proposal(mapped, doubt, tuple(told))


def _named(table: Table) -> tuple[dict[str, int], list[str]]:
    """Give the role of every column that its unit or its name tells; the first of several wins."""
    roles: dict[str, int] = {}
    told = []
    for column, heading in enumerate(table.headings):
        role = _role(heading)
        if role is None or not _numeric(table, column):
            continue
        if role in roles:
            told.append(f'"{heading.text}" looks like a second {role} and is left out')
            continue
        roles[role] = column
        told.append(f'{role} is column {column + 1}, "{heading.text}"')
    return roles, told


def _role(heading: Heading) -> str | None:
    """Give what a column is: its unit says it, but for what only a name tells apart from others of that unit."""
    name = heading.name.strip().lower()
    word = next((role for role, pattern in _WORDS if name and re.fullmatch(pattern, name)), None)
    if not heading.unit:
        return word
    role = _BY_UNIT.get(parse_quantity(f"1 {heading.unit}")[1])
    finer = _FINER.get(word or "", ())
    return word if role in finer else role


def _numeric(table: Table, column: int) -> bool:
    return all(table.grid.number(table.cell(row, column)) is not None for row in range(min(len(table), 20)))


def _by_course(table: Table, roles: Mapping[str, int]) -> tuple[dict[str, int], list[str]]:
    """Guess columns without names: what rises is time, what goes in steps and comes back is the voltage."""
    free = [c for c in range(len(table.headings)) if c not in roles.values() and _numeric(table, c)]
    values = {column: table.values(column) for column in free}
    found = dict(roles)
    told = []
    for role, fits in (("voltage", _sweeps), ("time", _rises)):
        column = next((c for c in values if fits(values[c])), None)
        if role not in found and column is not None and len(values) > 1:
            found[role] = column
            del values[column]
            told.append(f"{role} was taken to be column {column + 1}, by its course")
    if not values:
        raise LabkitError(
            f"no column of {table.grid.file} can be told to be a current",
            "write a map: `labkit import FILE --propose` shows what was found",
        )
    current = min(values, key=lambda c: float(np.nanmedian(np.abs(values[c]))))
    found["current"] = current
    told.append(f"current was taken to be column {current + 1}, in A: it holds the smallest numbers")
    return found, told


def _rises(values: FloatArray) -> bool:
    return bool(np.all(np.isfinite(values)) and np.all(np.diff(values) > 0))


def _sweeps(values: FloatArray) -> bool:
    return bool(np.all(np.isfinite(values)) and loop_spans(values, [(0, len(values))]))


def _protocol(table: Table, roles: Mapping[str, int]) -> ProtocolName:
    """Guess the kind of data: two states, LTP/LTD, a swept gate, pulses, sweeps, else retention."""
    if all(state in roles for state in _STATES):
        return "P16"
    if "pulse" in roles:
        return "P10"
    parts = list(pairwise([0, *(np.flatnonzero(np.diff(table.block)) + 1).tolist(), len(table)]))
    if "stimulus" in roles:
        gate = _is_gate(table, roles["stimulus"])
        return "P18" if gate and gate_sweeps(table.values(roles["stimulus"]), parts) else "P02"
    if "voltage" in roles:
        voltage = table.values(roles["voltage"])
        if find_waveform(voltage) is not None:
            return "P10"
        if loop_spans(voltage, parts):
            return "P15"
    if "time" in roles:
        return "P02" if _responds(table.values(roles["time"])) else "P17"
    kinds = ", ".join(f"{number} ({kind})" for number, kind in KINDS_OF_DATA.items())
    raise LabkitError(
        f"{table.grid.file} does not tell what was measured: neither closed sweeps, nor pulses, nor times",
        f"say it: `--protocol P10` or another one of {kinds}",
    )


def _guessed_pulses(table: Table, roles: Mapping[str, int]) -> tuple[PulsesMap, str]:
    """Guess the pulses from the response itself, and say so."""
    seen = None
    if "time" in roles and "current" in roles:
        time = table.values(roles["time"])
        factor = parse_quantity(f"1 {table.headings[roles['time']].unit or 's'}")[0]
        seen = pulses_by_response(factor * (time - time[0]), table.values(roles["current"]))
    if seen is None:
        return PulsesMap(), "when the pulses were is not known: fill in `pulses`"
    begins, width = seen
    pulses = PulsesMap.model_validate({"begins": [f"{begin:.6g} s" for begin in begins], "width": f"{width:.3g} s"})
    return pulses, "the pulses were guessed from where the current leaves its rest and turns back: correct them"


def _responds(time: FloatArray) -> bool:
    """Tell the steady sampling of a response from the reads of retention, few and at growing distances."""
    steps = np.diff(time)
    return bool(len(time) >= _LONG_TRACE and np.all(steps > 0) and np.max(steps) < 3 * np.median(steps))


def _is_gate(table: Table, column: int) -> bool:
    return re.fullmatch(_GATE, table.headings[column].name.strip().lower()) is not None


def _column_map(table: Table, column: int) -> ColumnMap:
    heading = table.headings[column]
    same = [other for other in table.headings if other.text == heading.text]
    name: str | int = heading.text if heading.text and len(same) == 1 else column + 1
    return ColumnMap(column=name, unit=heading.unit)


def _terminals(table: Table, roles: Mapping[str, int]) -> TerminalsMap:
    gate = "stimulus" in roles and _is_gate(table, roles["stimulus"])
    return TerminalsMap(stimulus="gate", stimulus_kind="electrical") if gate else TerminalsMap()


def _delimiter(table: Table) -> str | None:
    return table.grid.delimiter or None


def _decimal(table: Table) -> str | None:
    return table.grid.decimal if table.grid.texts else None
