"""Runs put together row by row, as the engine would have recorded them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from benchmarks.validation.generators._noise import Instrument
from labkit.core import (
    ACQUISITION_COLUMNS,
    FloatArray,
    Kind,
    Run,
    RunDescription,
    Sample,
    Samples,
    Vocabulary,
)

NO_SAMPLES = -1, 0
"""Of an event that has no readings of its own: metrics find them by time."""


def instants(count: int, period: float) -> FloatArray:
    """Give the beginnings (s) of so many readings."""
    return np.arange(count, dtype=np.float64) * np.float64(period)


@dataclass
class RunBuilder:
    """Puts a Run together row by row."""

    loops: tuple[str, ...] = ("repeat",)
    valued_loops: tuple[str, ...] = ()
    terminals: Mapping[str, str] = field(default_factory=lambda: {"drain": "electrical", "light": "optical"})
    sample: Sample = field(default_factory=Sample)
    light_uncertainty: float = 0.0
    rows: list[dict[str, object]] = field(default_factory=list)
    traces: dict[str, Samples] = field(default_factory=dict)
    acquisitions: list[dict[str, object]] = field(default_factory=list)

    def event(
        self,
        kind: Kind,
        mark: str,
        terminal: str,
        begin: float,
        end: float,
        level: float = 0.0,
        samples: tuple[int, int] = NO_SAMPLES,
        **loops: float,
    ) -> None:
        """Add a row; loops by name, `<loop>_value` for the values of a for_each."""
        row: dict[str, object] = {
            "kind": str(kind),
            "mark": mark or None,
            "terminal": terminal,
            "begin_requested": begin,
            "end_requested": end,
            "begin": begin,
            "end": end,
            "time_uncertainty": 0.0,
            "level_requested": level,
            "level": level,
            "first_sample": samples[0],
            "sample_count": samples[1],
        }
        row |= {loop: int(loops.get(loop, -1)) for loop in self.loops}
        row |= {f"{loop}_value": loops.get(f"{loop}_value", np.nan) for loop in self.valued_loops}
        self.rows.append(row)

    def trace(
        self,
        terminal: str,
        time: FloatArray,
        voltage: FloatArray | float,
        current: FloatArray,
        instrument: Instrument,
        aperture: float,
        status: FloatArray | None = None,
    ) -> None:
        """Set the readings of a terminal, all taken with one setting; `time` is the beginning of each aperture."""
        volts = np.broadcast_to(np.asarray(voltage, float), np.shape(time)).copy()
        flags = np.zeros(len(time), np.uint8) if status is None else np.asarray(status, np.uint8)
        self.traces[terminal] = Samples(np.asarray(time, float), volts, np.asarray(current, float), flags)
        self.acquisitions.append(
            {
                "terminal": terminal,
                "executor": 1,
                "first_sample": 0,
                "sample_count": len(time),
                "current_range": float(np.nanmax(np.abs(current))),
                "aperture": aperture,
                "compliance": 1e-3,
                "gain": instrument.gain,
                "offset": instrument.offset,
            }
        )

    def build(self) -> Run:
        """Give the run."""
        marks = tuple(sorted({str(row["mark"]) for row in self.rows if row["mark"]}))
        vocabulary = Vocabulary(marks, tuple(self.terminals), self.loops, self.valued_loops)
        timeline = pd.DataFrame(self.rows, columns=list(vocabulary.columns()))
        for column, words in (("kind", vocabulary.kinds), ("mark", marks), ("terminal", vocabulary.terminals)):
            timeline[column] = pd.Categorical(timeline[column], categories=list(words))
        optical = [name for name, kind in self.terminals.items() if kind == "optical"]
        description = RunDescription(
            run_id="synthetic",
            title="synthetic",
            protocol_name="synthetic",
            implements="",
            protocol_text="",
            bench_text="",
            sample_text="",
            parameters={},
            metrics=(),
            terminals=dict(self.terminals),
            wavelengths=dict.fromkeys(optical, 4.55e-07),
            light_uncertainty=dict.fromkeys(optical, self.light_uncertainty),
            vocabulary=vocabulary,
            plan="{}",
            seed=1,
            virtual=True,
            labkit_version="0",
            environment={},
        )
        acquisitions = pd.DataFrame(self.acquisitions, columns=list(ACQUISITION_COLUMNS))
        return Run(description, "2026-01-01T00:00:00+00:00", (), self.sample, self.traces, timeline, acquisitions)
