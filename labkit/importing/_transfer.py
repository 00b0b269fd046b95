"""Transfer curves of a transistor: drain current against gate voltage (P18)."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from labkit.core import FloatArray, Kind, LabkitError, Samples
from labkit.importing._arranged import Arranged, continued_time, parts_of, samples_of
from labkit.importing._columns import Readings
from labkit.importing._map import ImportMap
from labkit.importing._timeline import Row

FEWEST_POINTS = 10
_JUMP = 3.5
"""A change of the gate voltage by more than so many steps begins a new curve."""


def arrange_transfer(readings: Readings, mapped: ImportMap) -> Arranged:
    """Cut the gate's sweeps into curves, there and back where the file has both.

    Raises LabkitError without a gate voltage, a drain voltage, or a curve of ten points.
    """
    gate, drain = readings.stimulus, readings.voltage
    if gate is None or not readings.stimulus_is_level or mapped.terminals.stimulus != "gate":
        raise LabkitError(
            "a transfer curve needs the gate voltage of every reading",
            "name it under `columns: {stimulus: ...}`, with `terminals: {stimulus: gate, stimulus_kind: electrical}`",
        )
    if drain is None:
        raise LabkitError(
            "the drain voltage is not known", 'give `read_voltage: "0.1 V"` in the map, or the drain\'s voltage column'
        )
    time = continued_time(readings)
    told = ["the gate current is unknown"] if readings.gate_current is None else []
    if time is None:
        time = np.arange(len(readings), dtype=float)
        told.append("no time column: the ramp rate is unknown, and the time axis only counts the readings")
    spans = gate_sweeps(gate, parts_of(readings))
    if not spans:
        raise LabkitError(
            "no sweep of the gate has ten points", "import sweeps of the gate: off to on, best with the way back"
        )
    rows = tuple(row for number, span in enumerate(spans) for row in _rows(number, span, time, drain, mapped.response))
    unknown = np.full(len(readings), np.nan)
    current = readings.gate_current if readings.gate_current is not None else unknown
    swept = Samples(time, gate, current, np.zeros(len(readings), np.uint8))
    return Arranged(samples_of(readings, time), rows, tuple(told), others={"gate": swept})


def _rows(number: int, span: tuple[int, int], time: FloatArray, drain: FloatArray, response: str) -> tuple[Row, Row]:
    """Give the gate's ramp and the record of the drain beside it."""
    begin, end = span
    held = float(f"{float(np.median(drain[begin:end])):.3g}")
    first, last, loops = float(time[begin]), float(time[end - 1]), {"cycle": number}
    return (
        Row(Kind.RAMP, "transfer", "gate", first, last, first_sample=begin, sample_count=end - begin, loops=loops),
        Row(Kind.RECORD, "transfer", response, first, last, held, begin, end - begin, loops=loops),
    )


def gate_sweeps(gate: FloatArray, parts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give first reading and end of every sweep: one way, with the way back where that follows at once."""
    found = [(begin + a, begin + b) for begin, end in parts for a, b in _sweeps(np.asarray(gate[begin:end], float))]
    return [(begin, end) for begin, end in found if end - begin >= FEWEST_POINTS]


def _sweeps(gate: FloatArray) -> list[tuple[int, int]]:
    steps = np.diff(gate)
    moving = np.abs(steps[steps != 0])
    if len(moving) < FEWEST_POINTS - 1:
        return []
    step = float(np.median(moving))
    jumps = (np.flatnonzero(np.abs(steps) > _JUMP * step) + 1).tolist()
    return [span for piece in pairwise([0, *jumps, len(gate)]) for span in _ways(gate, piece, step)]


def _ways(gate: FloatArray, piece: tuple[int, int], step: float) -> list[tuple[int, int]]:
    """Cut a piece without jumps where the gate is back from the way back; turns of less than two steps are noise."""
    begin, end = piece
    turns = _turns(gate[begin:end], 2 * step)
    ends = [begin + turn + 1 for turn in turns[1::2]]
    edges = [begin, *ends, end]
    shared = [a for a in ends if a < end and abs(gate[a] - gate[a - 1]) > step / 2]
    return [(a - 1 if a in shared else a, b) for a, b in pairwise(edges) if b - a > 1]


def _turns(values: FloatArray, depth: float) -> list[int]:
    """Give where the course turns, and goes back by more than `depth`."""
    turns: list[int] = []
    extreme, direction = 0, 0
    for index, value in enumerate(values):
        ahead = (value - values[extreme]) * (direction or 1)
        if direction == 0:
            if abs(value - values[0]) > depth:
                direction, extreme = (1 if value > values[0] else -1), index
        elif ahead > 0:
            extreme = index
        elif -ahead > depth:
            turns.append(extreme)
            direction, extreme = -direction, index
    return turns
