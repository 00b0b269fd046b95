"""What acted on a device in a run, from its timeline and its readings."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from labkit.core import FloatArray, Kind, Run, StimulusHistory

_ROOM = 300.0
_SAME = 1e-12

Edges = list[tuple[float, float]]
"""(when in s, to which level), in no order."""


def stimulus_history(run: Run) -> StimulusHistory:
    """Give what acted on the device of a run: levels held, pulses, ramps as read, light, temperature.

    Terminals that the protocol does not drive are left out: they are at the ground of the bench.
    """
    kinds = run.description.terminals
    steps = {name: _steps(run, name) for name, kind in kinds.items() if kind in ("electrical", "optical")}
    temperature = _temperature(run)
    times = np.unique(np.concatenate([[0.0], temperature[0], *(step[0] for step in steps.values())]))
    levels = {name: _at(times, *step) for name, step in steps.items()}
    return StimulusHistory(
        times,
        {name: level for name, level in levels.items() if kinds[name] == "electrical"},
        _limits(run),
        {run.description.wavelengths[name]: level for name, level in levels.items() if kinds[name] == "optical"},
        _at(times, *temperature),
    )


def _steps(run: Run, terminal: str) -> tuple[FloatArray, FloatArray]:
    """Give when the level of a terminal changed, and to what."""
    holds = run.rows(Kind.HOLD, terminal=terminal)
    held: Edges = list(zip(holds["end"].to_list(), holds["level"].to_list(), strict=True))
    if not held and terminal in run.traces:
        held = [(0.0, _rest(run, terminal))]
    pulses = pd.concat([run.rows(kind, terminal=terminal) for kind in (Kind.PULSE, Kind.READ)]).sort_values("begin")
    edges = [*held, *_excursions(pulses, held), *_ramps(run, terminal)]
    ordered = sorted(edges, key=lambda edge: edge[0])
    times, levels = (
        (np.array(column, dtype=np.float64) for column in zip(*ordered, strict=True))
        if ordered
        else (
            np.zeros(1),
            np.zeros(1),
        )
    )
    return times, levels


def _excursions(rows: pd.DataFrame, held: Edges) -> Iterable[tuple[float, float]]:
    """Give the edges of pulses and reads: to their level, and back to what is held unless the next one follows."""
    begins = rows["begin"].to_numpy(np.float64)
    ends, levels = rows["end"].to_numpy(np.float64), rows["level"].to_numpy(np.float64)
    changes = sorted(held)
    for k in range(len(begins)):
        yield begins[k], levels[k]
        if k + 1 == len(begins) or begins[k + 1] > ends[k] + _SAME:
            yield ends[k], next((level for when, level in reversed(changes) if when <= ends[k]), 0.0)


def _ramps(run: Run, terminal: str) -> Iterable[tuple[float, float]]:
    """Give a ramp as the steps that were read: each reading stands for the time up to the next."""
    if terminal not in run.traces:
        return
    for _, row in run.rows(Kind.RAMP, terminal=terminal).iterrows():
        samples = run.samples_of(row)
        yield from zip(samples.time.tolist(), samples.voltage.tolist(), strict=True)
        yield float(row["end"]), 0.0


def _rest(run: Run, terminal: str) -> float:
    """Give the level between pulses where the file tells no hold: that of a record, else 0 V."""
    records = run.rows(Kind.RECORD, terminal=terminal)
    return float(records["level"].iloc[0]) if len(records) else 0.0


def _temperature(run: Run) -> tuple[FloatArray, FloatArray]:
    rows = run.rows(Kind.TEMPERATURE)
    if not len(rows):
        return np.zeros(1), np.full(1, _ROOM)
    return rows["begin"].to_numpy(np.float64), rows["level"].to_numpy(np.float64)


def _at(times: FloatArray, when: FloatArray, levels: FloatArray) -> FloatArray:
    """Give the level in force from each time on; before the first change what the first one is for a temperature, 0."""
    place = np.searchsorted(when, times, side="right") - 1
    before = levels[0] if when[0] <= 0 or len(when) == 1 else 0.0
    return np.where(place < 0, before, levels[np.maximum(place, 0)])


def _limits(run: Run) -> dict[str, float]:
    table = run.acquisitions
    return {
        str(name): float(rows["compliance"].max())
        for name, rows in table.groupby("terminal", observed=True)
        if np.isfinite(rows["compliance"]).any()
    }
