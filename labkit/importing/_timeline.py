"""The timeline of an imported run, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from labkit.core import KINDS, Kind, Vocabulary


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it is, when (s), at which level (V or W/m^2; NaN where unknown), over which readings.

    `loops` gives the iterations of the loops around it, `values` the values (SI) of those that run over values.
    """

    kind: Kind
    mark: str
    terminal: str
    begin: float
    end: float
    level: float = float("nan")
    first_sample: int = -1
    sample_count: int = 0
    time_uncertainty: float = 0.0
    loops: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)


def vocabulary(rows: tuple[Row, ...], terminals: tuple[str, ...]) -> Vocabulary:
    """Collect the words of the rows."""
    return Vocabulary(
        marks=tuple(dict.fromkeys(row.mark for row in rows if row.mark)),
        terminals=terminals,
        loops=tuple(dict.fromkeys(loop for row in rows for loop in row.loops)),
        valued_loops=tuple(dict.fromkeys(loop for row in rows for loop in row.values)),
    )


def timeline_columns(rows: tuple[Row, ...], words: Vocabulary) -> dict[str, np.ndarray]:
    """Give the rows as coded columns (Vocabulary.columns)."""
    lists: dict[str, list[float | int]] = {
        "kind": [KINDS.index(row.kind) for row in rows],
        "mark": [words.marks.index(row.mark) if row.mark else -1 for row in rows],
        "terminal": [words.terminals.index(row.terminal) for row in rows],
        "begin_requested": [row.begin for row in rows],
        "end_requested": [row.end for row in rows],
        "begin": [row.begin for row in rows],
        "end": [row.end for row in rows],
        "time_uncertainty": [row.time_uncertainty for row in rows],
        "level_requested": [row.level for row in rows],
        "level": [row.level for row in rows],
        "first_sample": [row.first_sample for row in rows],
        "sample_count": [row.sample_count for row in rows],
    }
    for loop in words.loops:
        lists[loop] = [row.loops.get(loop, -1) for row in rows]
    for loop in words.valued_loops:
        lists[f"{loop}_value"] = [row.values.get(loop, float("nan")) for row in rows]
    return {name: np.asarray(lists[name], kind) for name, (kind, _, _) in words.columns().items()}
