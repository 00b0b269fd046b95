"""Run files opened to be looked at: traces, figures of the metrics, tables and words, as plain data."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from labkit.app._recent import read_measured
from labkit.core import FloatArray, Kind, Result, Run, Samples
from labkit.metrics import Metric
from labkit.report import (
    FLAG_WORDS,
    Band,
    Figure,
    MetricRow,
    Panel,
    ReportEntry,
    Trace,
    format_conditions,
    format_number,
    format_place,
    metrics_table,
    report_entry,
    response_figures,
    result_figures,
    results_together,
    run_facts,
    run_labels,
    run_subtitle,
    shared_conditions,
    thinned,
    trace_figure,
    verdict,
)

_MOST_BANDS = 20_000
"""Pulses beyond which a trace is shown without them."""
_MOST_REPEATED = 16
"""Results whose repeats are drawn in one figure."""
_LARGEST_LOOP = 20_000
"""Points of a curve whose abscissa goes back and forth; what is longer is thinned."""


@dataclass(frozen=True, slots=True)
class MetricWords:
    """What a metric is, for whoever looks at its value."""

    name: str
    title: str
    definition: str
    formula: str
    description: str
    requires: tuple[str, ...]
    reference: str


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """One run file, read.

    `rows` are its results as text, in the order of `results`; `mood` tells how `sentence` is meant; `label` names the
    run among those that were opened with it.
    """

    path: Path
    label: str
    title: str
    subtitle: str
    mood: Literal["good", "doubt", "bad"]
    sentence: str
    virtual: bool
    devices: tuple[str, ...]
    results: tuple[Result, ...]
    rows: tuple[MetricRow, ...]
    shared: str
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OpenedRuns:
    """Runs that are looked at together.

    `traces` are figures of what was measured: a trace a terminal over time, the runs laid over each other, then what
    each run has of its own. `figures` are those of the metrics, by the metric's name; `metrics` what each metric is.
    """

    runs: tuple[OpenedRun, ...]
    traces: tuple[Figure, ...]
    figures: Mapping[str, tuple[Figure, ...]]
    metrics: Mapping[str, MetricWords]


def open_runs(paths: Sequence[Path], device: str = "") -> OpenedRuns:
    """Read run files to look at them together; of runs over a chip only `device`, where one is named.

    Raises LabkitError.
    """
    entries = [_of_device(report_entry(*read_measured(path), path.name), device) for path in paths]
    labels = _told_apart(run_labels([entry.run for entry in entries]))
    declared = {name: metric for entry in entries for name, metric in entry.metrics.items()}
    return OpenedRuns(
        tuple(_opened(*each) for each in zip(paths, labels, entries, strict=True)),
        tuple(_traces(entries, labels, device)),
        _figures(entries, labels, declared),
        {name: _words(metric) for name, metric in declared.items()},
    )


def _told_apart(labels: Sequence[str]) -> list[str]:
    """Leave out what all names begin with: of runs of one cell, when they began tells them apart."""
    parts = [label.split(", ") for label in labels]
    common = 0
    while len(labels) > 1 and all(len(part) > common + 1 and part[common] == parts[0][common] for part in parts):
        common += 1
    return [", ".join(part[common:]) for part in parts]


def _of_device(entry: ReportEntry, device: str) -> ReportEntry:
    run = entry.run
    if device not in run.devices:
        return entry
    part = replace(run.of_device(device), sample=run.sample.of_cell(device))
    return replace(entry, run=part, results=[each for each in entry.results if each.device == device])


def _own_readings(run: Run) -> Run:
    """Keep of the traces what belongs to a row of the device: readings of the others, or of none, go."""
    kept = {}
    of_device = run.timeline[(run.timeline["device"] >= 0) & (run.timeline["sample_count"] > 0)]
    for name, samples in run.traces.items():
        rows = of_device[of_device["terminal"] == name]
        own = np.zeros(len(samples), np.bool_)
        for first, count in zip(rows["first_sample"], rows["sample_count"], strict=True):
            own[first : first + count] = True
        kept[name] = Samples(samples.time[own], samples.voltage[own], samples.current[own], samples.status[own])
    return replace(run, traces=kept)


def _opened(path: Path, label: str, entry: ReportEntry) -> OpenedRun:
    run, judged, shared = entry.run, verdict(entry.run, entry.results), shared_conditions(entry.results)
    return OpenedRun(
        path=path,
        label=label,
        title=run.description.title,
        subtitle=run_subtitle(run),
        mood=judged.mood,
        sentence=judged.sentence,
        virtual=run.description.virtual,
        devices=run.devices,
        results=tuple(entry.results),
        rows=tuple(metrics_table(entry.results, shared=shared)),
        shared=format_conditions(shared),
        facts=tuple(run_facts(run, entry.source)),
        warnings=tuple((warning.message, warning.remedy) for warning in run.warnings),
    )


def _words(metric: Metric) -> MetricWords:
    return MetricWords(
        metric.name,
        metric.title,
        metric.definition,
        metric.formula,
        metric.description,
        metric.requires,
        metric.reference,
    )


def flag_words(row: MetricRow) -> tuple[str, ...]:
    """Say what the flags of a result mean."""
    return tuple(f"{flag.value}: {FLAG_WORDS[flag]}" for flag in row.flags)


def _figures(
    entries: Sequence[ReportEntry], labels: Sequence[str], declared: Mapping[str, Metric]
) -> dict[str, tuple[Figure, ...]]:
    results = (
        results_together(entries, labels) if len(entries) > 1 else [each for one in entries for each in one.results]
    )
    names = dict.fromkeys(result.metric for result in results)
    found: dict[str, tuple[Figure, ...]] = {}
    for name in names:
        own = [each for each in results if each.metric == name]
        figures = [*(_drawable(figure) for figure in result_figures(own, declared)), *_repeats(own)]
        if figures:
            found[name] = tuple(figures)
    return found


def _repeats(results: Sequence[Result]) -> Iterator[Figure]:
    """Show what each repeat gives alone, in order of time: a figure a symbol, a trace for each of its conditions."""
    by_symbol: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        if np.isfinite(result.repeats).sum() > 1:
            by_symbol.setdefault((result.symbol, result.unit), []).append(result)
    for (symbol, unit), members in by_symbol.items():
        shared = shared_conditions(members)
        traces = tuple(
            Trace(format_place(one, shared) or symbol, _numbers(one), np.array(one.repeats), "points", group=k)
            for k, one in enumerate(members[:_MOST_REPEATED])
        )
        yield Figure(f"{symbol} of each repeat", "", "Repeat", "1", (Panel(symbol, unit, traces),))


def _numbers(result: Result) -> FloatArray:
    return np.arange(1.0, len(result.repeats) + 1)


def _traces(entries: Sequence[ReportEntry], labels: Sequence[str], device: str) -> Iterator[Figure]:
    terminals = dict.fromkeys(name for entry in entries for name in entry.run.electrical_terminals)
    for terminal in terminals:
        members = [
            (label, entry.run)
            for label, entry in zip(labels, entries, strict=True)
            if len(entry.run.traces.get(terminal, ()))
        ]
        if members:
            yield _over_time(terminal, members, device)
    for label, entry in zip(labels, entries, strict=True):
        for figure in response_figures(entry.run):
            yield _drawable(figure if len(entries) == 1 else replace(figure, title=_named(label, figure.title)))


def _named(label: str, text: str) -> str:
    return f"{label}: {text}"


def _over_time(terminal: str, members: Sequence[tuple[str, Run]], device: str) -> Figure:
    """Lay the traces of one terminal over each other: current, voltage where it varies, and the light."""
    current, voltage, light = [], [], []
    for group, (label, run) in enumerate(members):
        own = trace_figure(_own_readings(run) if device in run.devices else run, terminal)
        name = label if len(members) > 1 else terminal
        current.append(replace(own.panels[0].traces[0], name=name, group=group))
        if len(own.panels) > 1:
            voltage.append(replace(own.panels[1].traces[0], name=name, group=group))
        light += [replace(trace, group=group, name=_named(label, trace.name)) for trace in _light(run)]
    panels = [Panel("Current", "A", tuple(current), share=2.4)]
    if voltage:
        panels.append(Panel("Voltage", "V", tuple(voltage)))
    if light:
        panels.append(Panel("Irradiance", "W/m^2", tuple(light), share=0.7))
    bands = stimuli(members[0][1]) if len(members) == 1 else ()
    return Figure(f"Trace of {terminal}", "", "Time", "s", tuple(panels), bands)


def _light(run: Run) -> Iterator[Trace]:
    """Draw the light of each optical terminal as it was delivered."""
    pulses = run.rows(Kind.PULSE)
    for name, kind in run.description.terminals.items():
        own = pulses[pulses["terminal"] == name] if kind == "optical" else pulses[:0]
        if len(own):
            begin, end = own["begin"].to_numpy(np.float64), own["end"].to_numpy(np.float64)
            level, dark = own["level"].to_numpy(np.float64), np.zeros(len(own))
            time = np.column_stack((begin, begin, end, end)).ravel()
            yield Trace(name, time, np.column_stack((dark, level, level, dark)).ravel())


def stimuli(run: Run) -> tuple[Band, ...]:
    """Give every pulse of a run, of light or of voltage, with its mark, its level and its width in words."""
    pulses = run.rows(Kind.PULSE)
    if len(pulses) > _MOST_BANDS:
        return ()
    units = {"optical": "W/m^2"}
    in_words = cache(format_number)  # thousands of pulses have few levels and, to the digits told, few widths
    columns = ("begin", "end", "mark", "terminal", "level")
    found = []
    for begin, end, mark, terminal, level in zip(*(pulses[name] for name in columns), strict=True):
        unit = units.get(run.description.terminals.get(str(terminal), ""), "V")
        width = float(f"{float(end) - float(begin):.6g}")
        told = f"{terminal}: {in_words(float(level), unit)} for {in_words(width, 's')}"
        named = "" if isinstance(mark, float) and math.isnan(mark) else f"{mark}, "
        found.append(Band(float(begin), float(end), f"{named}{told}"))
    return tuple(found)


def _drawable(figure: Figure) -> Figure:
    panels = tuple(replace(panel, traces=tuple(_short(trace) for trace in panel.traces)) for panel in figure.panels)
    return replace(figure, panels=panels)


def _short(trace: Trace) -> Trace:
    """Thin a long curve that goes back and forth; one along its abscissa is thinned where it is drawn."""
    if len(trace.x) <= _LARGEST_LOOP or bool(np.all(np.diff(trace.x) >= 0)):
        return trace
    return thinned(trace, _LARGEST_LOOP)
