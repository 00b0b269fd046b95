"""Synthetic runs with a known truth (metric standard, section 8): truth, noise, gain and offset draws, quantisation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from scipy import signal, stats

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

FULL_FORM = 1000
BAND = 0.93, 0.97
"""Where the coverage of a nominal 95 % interval is accepted."""


def noise(kind: str, count: int, sigma: float, generator: np.random.Generator) -> FloatArray:
    """Give noise of one standard deviation: `white`, `ar1` (0.9 from reading to reading) or `flicker` (1/f power)."""
    if kind == "white":
        return sigma * generator.standard_normal(count)
    if kind == "ar1":
        shocks = generator.standard_normal(count + 100) * np.sqrt(1 - 0.9**2)
        return np.asarray(sigma * signal.lfilter([1.0], [1.0, -0.9], shocks)[100:], float)
    spectrum = np.fft.rfft(generator.standard_normal(count))
    frequencies = np.arange(len(spectrum), dtype=float)
    spectrum[1:] /= np.sqrt(frequencies[1:])
    spectrum[0] = 0.0
    shaped = np.fft.irfft(spectrum, count)
    return np.asarray(sigma * shaped / np.std(shaped), float)


@dataclass
class Instrument:
    """An ammeter within its specification: limits of gain and offset, resolution (A), noise."""

    gain: float = 0.0
    offset: float = 0.0
    resolution: float = 0.0
    sigma: float = 0.0
    noise: str = "white"

    def read(self, truth: FloatArray, generator: np.random.Generator) -> FloatArray:
        """Give readings of a true current, with one gain and one offset drawn for the whole run."""
        gain, offset = generator.uniform(-1, 1, 2) * (self.gain, self.offset)
        readings = truth * (1 + gain) + offset + noise(self.noise, len(truth), self.sigma, generator)
        return np.round(readings / self.resolution) * self.resolution if self.resolution else readings


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
        samples: tuple[int, int] = (-1, 0),
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


def accepted(covered: int, trials: int) -> bool:
    """Tell whether so many intervals covering the truth agree with a coverage of 93 to 97 %.

    The short form allows the binomial scatter of its few trials: 99.9 % of honest metrics at either end pass.
    """
    low = float(stats.binom.ppf(0.0005, trials, BAND[0]))
    high = float(stats.binom.ppf(0.9995, trials, BAND[1]))
    return low <= covered <= high


@pytest.fixture
def builder() -> type[RunBuilder]:
    """The class that puts synthetic runs together."""
    return RunBuilder


@pytest.fixture
def instrument() -> type[Instrument]:
    """The class of synthetic ammeters."""
    return Instrument


@pytest.fixture
def make_noise() -> Callable[[str, int, float, np.random.Generator], FloatArray]:
    """Noise by kind."""
    return noise


@pytest.fixture
def coverage_accepted() -> Callable[[int, int], bool]:
    """Whether a count of covering intervals agrees with 93 to 97 %."""
    return accepted
