"""A map guessed from the names, units and course of the columns, written for the user to correct."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from labkit.core import FloatArray, LabkitError, parse_quantity
from labkit.importing._map import ColumnMap, ColumnsMap, ImportMap, PulsesMap, TableMap, TerminalsMap
from labkit.importing._sweeps import loop_spans
from labkit.importing._table import Heading, Table

_WORDS: tuple[tuple[str, str], ...] = (
    ("time", r"t|time.*|.*\btime|.*timestamps?|elapsed.*|relative"),
    ("cycle", r"cycle.*|loop.*|sweep( ?(no|number|#))?|repeat.*|run"),
    ("pulse", r"pulses?( ?(no\.?|number|#|index))?|n_?pulses?|#"),
    ("state", r"states?|levels?"),
    ("stimulus", r".*light.*|.*irradiance.*|.*led.*|.*laser.*|.*optical.*|.*photo.*power.*"),
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
_COUNTING = ("cycle", "pulse", "state")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A guessed map; `sure` where names or units told every column, `told` says what was guessed from what."""

    mapped: ImportMap
    sure: bool
    told: tuple[str, ...]


def propose(table: Table, protocol: str | None = None) -> Proposal:
    """Guess the map of a table, for a standard protocol (P10) or for the one that the data look like.

    Raises LabkitError when no column can be a current.
    """
    roles, told = _named(table)
    named = "current" in roles or "conductance" in roles or "resistance" in roles
    if not named:
        found, guessed = _by_course(table, roles)
        roles, told = found, [*told, *guessed]
    chosen = protocol or _protocol(table, roles)
    mapped = ImportMap(
        protocol=chosen,
        table=TableMap(delimiter=_delimiter(table), decimal=_decimal(table)),
        columns=ColumnsMap(**{role: _column_map(table, column) for role, column in roles.items()}),
        terminals=_terminals(table, roles),
        pulses=PulsesMap(),
    )
    return Proposal(mapped, named, tuple(told))


def _named(table: Table) -> tuple[dict[str, int], list[str]]:
    """Give the role of every column that its unit or its name tells; the first of several wins."""
    roles: dict[str, int] = {}
    told = []
    for column, heading in enumerate(table.headings):
        role = _role(heading)
        if role is None or not _numeric(table, column):
            continue
        if (
            role == "voltage"
            and "voltage" in roles
            and "stimulus" not in roles
            and re.match("v_?g", heading.name, re.I)
        ):
            role = "stimulus"
        if role in roles:
            told.append(f'"{heading.text}" looks like a second {role} and is left out')
            continue
        roles[role] = column
        told.append(f'{role} is column {column + 1}, "{heading.text}"')
    return roles, told


def _role(heading: Heading) -> str | None:
    name = heading.name.strip().lower()
    if heading.unit:
        role = _BY_UNIT.get(parse_quantity(f"1 {heading.unit}")[1])
        stimulus = re.fullmatch(dict(_WORDS)["stimulus"], name)
        return "stimulus" if stimulus and role in ("voltage", "current", None) else role
    return next((role for role, pattern in _WORDS if name and re.fullmatch(pattern, name)), None)


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


def _protocol(table: Table, roles: Mapping[str, int]) -> str:
    """Guess the kind of data: sweeps, LTP/LTD reads, pulses, else retention."""
    if "pulse" in roles:
        return "P10"
    if "stimulus" in roles:
        return "P02"
    if "voltage" in roles:
        voltage = table.values(roles["voltage"])
        cuts = [0, *(np.flatnonzero(np.diff(table.block)) + 1).tolist(), len(voltage)]
        if loop_spans(voltage, list(pairwise(cuts))):
            return "P15"
    if "time" in roles:
        return "P17"
    raise LabkitError(
        f"{table.grid.file} does not tell what was measured: neither closed sweeps, nor pulses, nor times",
        "say it: `--protocol P10` (LTP/LTD reads), P02 (response), P03 (pairs), P15 (loops) or P17 (retention)",
    )


def _column_map(table: Table, column: int) -> ColumnMap:
    heading = table.headings[column]
    same = [other for other in table.headings if other.text == heading.text]
    name: str | int = heading.text if heading.text and len(same) == 1 else column + 1
    return ColumnMap(column=name, unit=heading.unit)


def _terminals(table: Table, roles: Mapping[str, int]) -> TerminalsMap:
    stimulus = roles.get("stimulus")
    heading = table.headings[stimulus] if stimulus is not None else None
    gate = heading is not None and re.match("v_?g", heading.name, re.I)
    return TerminalsMap(stimulus="gate", stimulus_kind="electrical") if gate else TerminalsMap()


def _delimiter(table: Table) -> str | None:
    return table.grid.delimiter or None


def _decimal(table: Table) -> str | None:
    return table.grid.decimal if table.grid.texts else None


def map_text(proposal: Proposal, file: Path) -> str:
    """Write a guessed map as commented YAML, with everything else that a map can say as comments."""
    mapped = proposal.mapped
    lines = [
        f"# A map of {file.name} for `labkit import`, guessed: read it and correct it.",
        *(f"# - {sentence}" for sentence in proposal.told),
        "schema_version: 1",
        f"protocol: {mapped.protocol}   # P02 response, P03 pairs, P10 LTP/LTD reads, P15 loops, P17 retention",
    ]
    if mapped.table.delimiter or mapped.table.decimal:
        delimiter = (mapped.table.delimiter or ",").replace("\t", "\\t")
        lines.append(f'table: {{delimiter: "{delimiter}", decimal: "{mapped.table.decimal or "."}"}}')
    lines.append("columns:   # sign: -1 where the file counts a current out of the device as positive")
    for role in ("time", "voltage", "current", "conductance", "resistance", "stimulus", *_COUNTING):
        column = mapped.columns.model_dump()[role]
        if column is not None:
            lines.append(f"  {role}: {_flow(column)}")
    if mapped.terminals != TerminalsMap():
        kind = mapped.terminals.stimulus_kind
        lines.append(f"terminals: {{stimulus: {mapped.terminals.stimulus}, stimulus_kind: {kind}}}")
    return "\n".join([*lines, *_WHAT_ELSE.get(mapped.protocol, ()), *_KNOWN]) + "\n"


def _flow(column: Mapping[str, object]) -> str:
    name = column["column"]
    shown = str(name) if isinstance(name, int) else '"' + str(name).replace("\\", "\\\\").replace('"', '\\"') + '"'
    unit = f', unit: "{column["unit"]}"' if column["unit"] else ""
    return f"{{column: {shown}{unit}}}"


_PULSES = (
    "# pulses: {begins: [10 s, 70 s], width: 20 ms}   # where no column tells them",
    '# pulses: {level: "11.6 uW/cm^2", wavelength: 470 nm, light_uncertainty: 5 %}',
)
_WHAT_ELSE: Mapping[str, tuple[str, ...]] = {
    "P02": _PULSES,
    "P03": (*_PULSES, "# pulses: {marks: [control, first, second]}   # repeated; without it first, second"),
    "P10": ("# read_voltage: 0.1 V", "# pulses_per_train: 60   # potentiating pulses of a cycle"),
    "P15": ("# rate: 1 V/s   # where there is no time column",),
    "P17": ("# reference: 1.2 nA   # the current before programming; needed", "# read_voltage: 0.1 V"),
}
_KNOWN = (
    "# What the file cannot say. What you leave out is recorded as unknown and shows in the flags and intervals.",
    "# known:",
    "#   accuracy: {gain: 0.1 %, offset: 5 pA}   # data sheet, of the measure range that was in force",
    "#   aperture: 20 ms",
    "#   compliance: 1 mA",
    "#   current_range: 1 uA",
    "#   history: fresh device",
    "#   measured_at: 2024-05-17T10:30:00+02:00",
)
