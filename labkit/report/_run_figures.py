"""Figures of what was measured: traces with the stimuli, pulses laid over each other, current against voltage."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from labkit.core import Kind, Run, Samples
from labkit.report._decimate import with_gaps
from labkit.report._figure import Band, Figure, Panel, Trace
from labkit.report._notation import format_number
from labkit.report._table import format_conditions

_MOST_BANDS = 1500
_MOST_OVERLAYS = 16
_BEFORE = 0.25
"""How much of an overlay lies before its first pulse, as a part of its length."""
_FLAT = 1e-3
"""A voltage that stays within this part of its largest magnitude is not worth a panel."""


def run_figures(run: Run) -> list[Figure]:
    """Give the figures of a run's raw data, most telling first."""
    traces = [trace_figure(run, terminal) for terminal in run.electrical_terminals if len(run.traces[terminal])]
    return [*response_figures(run), *traces]


def response_figures(run: Run) -> list[Figure]:
    """Give the figures of a run's raw data that are not over the time of the run: overlaid pulses, ramps."""
    return [*_overlay(run), *_current_voltage(run)]


def trace_figure(run: Run, terminal: str) -> Figure:
    """Give all readings of a terminal over time: the current where it is known, and the voltage where it varies."""
    samples = run.traces[terminal]
    panels = []
    if np.any(np.isfinite(samples.current)) or not _varies(samples):
        time, current = with_gaps(samples.time, samples.current)
        panels.append(Panel("Current", "A", (Trace(f"{terminal} current", time, current),), share=2.0))
    if _varies(samples):
        time, voltage = with_gaps(samples.time, samples.voltage)
        panels.append(Panel("Voltage", "V", (Trace(f"{terminal} voltage", time, voltage, group=1),)))
    bands = _light_bands(run)
    count = f"{len(samples):,}".replace(",", "\u202f")
    caption = f"All {count} readings of {terminal}, as measured" + (", with the light pulses shaded." if bands else ".")
    return Figure(f"Raw trace: {terminal}", caption, "Time", "s", tuple(panels), bands, "light")


def _varies(samples: Samples) -> bool:
    known = samples.voltage[np.isfinite(samples.voltage)]
    return bool(len(known) and np.ptp(known) > _FLAT * np.max(np.abs(known)))


def _light_bands(run: Run) -> tuple[Band, ...]:
    optical = [name for name, kind in run.description.terminals.items() if kind == "optical"]
    pulses = run.rows(Kind.PULSE)
    pulses = pulses[pulses["terminal"].isin(optical)]
    if len(pulses) > _MOST_BANDS:
        return ()
    return tuple(
        Band(float(begin), float(end), f"{mark}: {format_number(float(level), 'W/m^2')}")
        for begin, end, mark, level in zip(
            pulses["begin"], pulses["end"], pulses["mark"].astype(str), pulses["level"], strict=True
        )
    )


def _overlay(run: Run) -> Iterator[Figure]:
    """Lay the response to one group of light pulses for each value of the first loop over the others."""
    terminal = next((name for name in run.electrical_terminals if len(run.traces[name])), None)
    loop = next(iter(run.description.vocabulary.valued_loops), None)
    if terminal is None or loop is None or not _light_bands(run):
        return
    first_groups = list(_first_groups(run, loop))[:_MOST_OVERLAYS]
    traces = []
    for index, (value, rows) in enumerate(first_groups):
        begin, end = float(rows["begin"].min()), float(rows["end"].max())
        length = end - begin
        samples = _between(run.traces[terminal], begin - _BEFORE * length, end + length)
        name = format_conditions({loop: value}).removeprefix(f"{loop.replace('_', ' ')} ")
        traces.append(Trace(name, samples.time - begin, samples.current, group=index))
    if len(traces) > 1:
        caption = (
            f"Current of {terminal} around the first pulses at each {loop}, with time counted from the first of them."
        )
        panel = Panel("Current", "A", tuple(traces), share=2.0)
        title = f"One response at each {loop}"
        yield Figure(title, caption, "Time from the first pulse", "s", (panel,), ordered=True)


def _first_groups(run: Run, loop: str) -> Iterator[tuple[float, pd.DataFrame]]:
    """Give, for each value of a loop in rising order, the light pulses of the first turn of the loops inside."""
    pulses = run.rows(Kind.PULSE)
    optical = [name for name, kind in run.description.terminals.items() if kind == "optical"]
    pulses = pulses[pulses["terminal"].isin(optical) & (pulses[loop] >= 0)]
    inner = [name for name in run.description.vocabulary.loops if name != loop]
    repeated = pulses[(pulses[inner] >= 0).all(axis=1)]
    for value, rows in (repeated if len(repeated) else pulses).groupby(f"{loop}_value"):
        turn = rows[inner].iloc[0]
        yield float(str(value)), rows[(rows[inner] == turn).all(axis=1)]


def _between(samples: Samples, begin: float, end: float) -> Samples:
    first, last = np.searchsorted(samples.time, [begin, end])
    return samples.part(int(first), int(last - first))


def _current_voltage(run: Run) -> Iterator[Figure]:
    """Draw current against voltage for the ramps: one loop for each value of the first loop over values."""
    ramps = run.rows(Kind.RAMP)
    ramps = ramps[(ramps["first_sample"] >= 0) & (ramps["sample_count"] > 1)]
    for terminal, rows in ramps.groupby("terminal", observed=True):
        chosen = _typical_ramps(run, rows).iloc[:_MOST_OVERLAYS]
        traces = tuple(
            Trace(_ramp_name(run, row), samples.voltage, samples.current, group=index)
            for index, (_, row) in enumerate(chosen.iterrows())
            if len(samples := run.samples_of(row))
        )
        panel = Panel("Current", "A", traces, share=2.0)
        caption = f"{len(chosen)} of {len(rows)} ramps of {terminal}, in the order of their readings."
        yield Figure(f"Current against voltage: {terminal}", caption, "Voltage", "V", (panel,), ordered=True)


def _typical_ramps(run: Run, rows: pd.DataFrame) -> pd.DataFrame:
    """Choose the middle ramp of each value of the first loop over values, or ramps evenly over the run."""
    loop = next(iter(run.description.vocabulary.valued_loops), None)
    if loop is not None and (rows[loop] >= 0).all():
        groups = [
            group.iloc[len(group) // 2 : len(group) // 2 + 1]
            for _, group in rows.groupby(f"{loop}_value", dropna=False)
        ]
        return pd.concat(groups)
    return rows.iloc[:: max(1, len(rows) // 8)]


def _ramp_name(run: Run, row: "pd.Series") -> str:
    parts = {name: float(row[f"{name}_value"]) for name in run.description.vocabulary.valued_loops if row[name] >= 0}
    rest = [
        f"{name} {int(row[name]) + 1}"
        for name in run.description.vocabulary.loops
        if name not in parts and row[name] >= 0
    ]
    return ", ".join(filter(None, [format_conditions(parts), *rest])) or "ramp"
