"""Keeps count of samples and turns what was delivered into rows of the timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import (
    ACQUISITION_COLUMNS,
    KINDS,
    AcquisitionGrew,
    Kind,
    Nanoseconds,
    Samples,
    SamplesTaken,
    SourceMeterCapabilities,
    SourceMeterSetting,
    Subscriber,
    TimelineGrew,
    Vocabulary,
    Warned,
)
from labkit.core import Event as AnyEvent
from labkit.engine._plan import EXECUTORS, Executor
from labkit.engine._tracks import Context


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the timeline before it is coded; times in s from the run's start."""

    kind: Kind
    mark: str
    terminal: str
    begin_requested: float
    end_requested: float
    begin: float
    end: float
    time_uncertainty: float
    level_requested: float
    level: float
    first_sample: int
    sample_count: int
    context: Context


class Recorder:
    """The only place that events about data come from.

    `origin` is the run's start on the bench's clock; samples of a terminal are numbered as they are told.
    """

    def __init__(self, vocabulary: Vocabulary, subscribers: Sequence[Subscriber], origin: Nanoseconds) -> None:
        self._vocabulary = vocabulary
        self._subscribers = tuple(subscribers)
        self._origin = origin
        self._marks = {mark: k for k, mark in enumerate(vocabulary.marks)}
        self._terminals = {terminal: k for k, terminal in enumerate(vocabulary.terminals)}
        self._kinds = {kind: k for k, kind in enumerate(KINDS)}
        self._counts = dict.fromkeys(vocabulary.terminals, 0)

    def tell(self, event: AnyEvent) -> None:
        """Tell every subscriber."""
        for subscriber in self._subscribers:
            subscriber(event)

    def seconds(self, instant: int) -> float:
        """Give an instant of the bench's clock in seconds from the run's start."""
        return (instant - self._origin) / 1e9

    def warn(self, instant: int, message: str, remedy: str = "") -> None:
        """Tell something that the user should know."""
        self.tell(Warned(self.seconds(instant), message, remedy))

    def next_sample(self, terminal: str) -> int:
        """Give the number that the next sample of a terminal gets."""
        return self._counts[terminal]

    def samples(self, terminal: str, samples: Samples) -> int:
        """Tell samples whose time counts from the run's start; gives the number of the first."""
        first = self._counts[terminal]
        if len(samples):
            self._counts[terminal] = first + len(samples)
            self.tell(SamplesTaken(terminal, samples))
        return first

    def acquisition(
        self,
        terminal: str,
        executor: Executor,
        setting: SourceMeterSetting,
        able: SourceMeterCapabilities,
        first: int,
        count: int,
        series_offset: float = 0.0,
    ) -> None:
        """Tell with which setting and accuracy a stretch of samples was taken.

        `series_offset` (V) is the error limit of a generator that rests in series with the source.
        """
        found = next(
            (r for r in able.measure_current if setting.current_range <= r.full_scale * able.overrange * (1 + 1e-9)),
            able.measure_current[-1],
        )
        source = next(
            (r for r in able.source_voltage if setting.voltage_range <= r.full_scale * (1 + 1e-9)),
            able.source_voltage[-1],
        )
        values = {
            "terminal": self._terminals[terminal],
            "executor": EXECUTORS.index(executor),
            "first_sample": first,
            "sample_count": count,
            "current_range": found.full_scale,
            "aperture": setting.aperture,
            "compliance": setting.compliance,
            "gain": found.gain,
            "offset": found.offset,
            "voltage_gain": source.gain,
            "voltage_offset": float(np.hypot(source.offset, series_offset)),
        }
        columns = {name: np.array([values[name]], dtype=kind) for name, (kind, _, _) in ACQUISITION_COLUMNS.items()}
        self.tell(AcquisitionGrew(columns))

    def rows(self, rows: Sequence[Row]) -> None:
        """Tell new rows of the timeline."""
        if not rows:
            return
        columns: dict[str, np.ndarray] = {}
        for name, (kind, _, _) in self._vocabulary.columns().items():
            columns[name] = np.array([self._cell(row, name) for row in rows], dtype=kind)
        self.tell(TimelineGrew(columns))

    def _cell(self, row: Row, name: str) -> float:
        coded = self._coded(row)
        if name in coded:
            return coded[name]
        loop = name.removesuffix("_value")
        if name in self._vocabulary.loops:
            return row.context[name][0] if name in row.context else -1
        value = row.context[loop][1] if loop in row.context else None
        return float("nan") if value is None else value

    def _coded(self, row: Row) -> Mapping[str, float]:
        return {
            "kind": self._kinds[row.kind],
            "mark": self._marks.get(row.mark, -1),
            "terminal": self._terminals[row.terminal],
            "begin_requested": row.begin_requested,
            "end_requested": row.end_requested,
            "begin": row.begin,
            "end": row.end,
            "time_uncertainty": row.time_uncertainty,
            "level_requested": row.level_requested,
            "level": row.level,
            "first_sample": row.first_sample,
            "sample_count": row.sample_count,
        }
