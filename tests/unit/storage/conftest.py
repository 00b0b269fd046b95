"""A run to store: what it is, what it tells, and what it should read back as."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from labkit.core import (
    ACQUISITION_COLUMNS,
    AcquisitionGrew,
    BlockStarted,
    Curve,
    Estimate,
    Flag,
    Identity,
    Interval,
    Result,
    RunDescription,
    RunFinished,
    RunStarted,
    Samples,
    SamplesTaken,
    TimelineGrew,
    Vocabulary,
    Warned,
)
from labkit.storage import RunWriter

PROTOCOL = """\
# yaml-language-server: $schema=schema.json
schema_version: 1
name: ppf_optical
title: "Paired pulses, 455 nm, 10 µW/cm²"
"""

SAMPLE = """\
schema_version: 1
name: chip 7
device: "D3/a"
row: 3
column: 1
description: spin-coated, 40 nm gold
material: MAPbI3
mechanism: heterojunction
active_area: 1e-4 cm^2
channel_width: 1000 um
channel_length: 50 um
thickness: 40 nm
gate_capacitance: 11.5 nF/cm^2
polarity: p
temperature: 295 K
relative_humidity: 30 %
atmosphere: N2
ambient_light: dark
history: as made
operator: Noether
"""


@pytest.fixture
def description() -> RunDescription:
    return RunDescription(
        run_id="20261122-101500-7f",
        title="Paired pulses, 455 nm, 10 µW/cm²",
        protocol_name="ppf_optical",
        implements="P03",
        protocol_text=PROTOCOL,
        bench_text="name: bench 1\n",
        sample_text=SAMPLE,
        parameters={"width": "1 s", "read_bias": "100 mV"},
        metrics=("epsc", "ppf_index"),
        terminals={"drain": "electrical", "gate": "electrical", "light": "optical"},
        wavelengths={"light": 455e-9},
        light_uncertainty={"light": 0.05},
        vocabulary=Vocabulary(
            marks=("first", "second"),
            terminals=("drain", "gate", "light"),
            loops=("interval", "repeat"),
            valued_loops=("interval",),
        ),
        plan='{"executor": "stepped"}',
        seed=11,
        virtual=True,
        labkit_version="0.1.0",
        environment={"python": "3.11.7", "host/name": "lab"},
    )


@pytest.fixture
def instruments() -> tuple[Identity, ...]:
    return (
        Identity("smu", "keithley_2450", "USB0::1::INSTR", "KEITHLEY,2450", (("sense:nplc", "1"), ("range", "1e-6"))),
        Identity("led.blue", "thorlabs_dc2200", "USB0::2::INSTR", "Thorlabs,DC2200"),
    )


@pytest.fixture
def started(description: RunDescription, instruments: tuple[Identity, ...]) -> RunStarted:
    return RunStarted(description, instruments, "2026-11-22T10:15:00+01:00")


@pytest.fixture
def finished() -> RunFinished:
    return RunFinished("complete", "", "2026-11-22T10:16:00+01:00", 60.0, 58.5, ("gate: output state",))


def _samples(first: int, count: int) -> Samples:
    """Readings of which no two are equal."""
    index = np.arange(first, first + count)
    return Samples(index * 0.01, index * 1e-3, index * 1e-9 - 1e-6, (index % 16).astype(np.uint8))


def _filled(columns: Mapping[str, tuple[type[np.generic], str, str]], rows: int) -> dict[str, np.ndarray]:
    """Columns with other numbers in every row and column; codes stay within the vocabulary."""
    coded = {"kind": 5, "mark": 2, "terminal": 3, "executor": 3}
    return {
        name: ((np.arange(rows) + place) % coded[name] if name in coded else np.arange(rows) * 10 + place).astype(kind)
        for place, (name, (kind, _, _)) in enumerate(columns.items())
    }


@pytest.fixture
def some_samples() -> Callable[[int, int], Samples]:
    """The readings from one row on, so many."""
    return _samples


@pytest.fixture
def filled() -> Callable[[Mapping[str, tuple[type[np.generic], str, str]], int], dict[str, np.ndarray]]:
    """A table with so many rows."""
    return _filled


@pytest.fixture
def store(tmp_path: Path, started: RunStarted, finished: RunFinished) -> Callable[..., Path]:
    """Store a run with some of everything and give its path."""

    def write(name: str = "run.h5", **changes: object) -> Path:
        path = tmp_path / name
        begun = replace(started, description=replace(started.description, **changes)) if changes else started
        vocabulary = begun.description.vocabulary
        writer = RunWriter(path)
        writer(begun)
        writer(BlockStarted(0, "pairs", "stepped", 60.0))
        writer(SamplesTaken("drain", _samples(0, 700)))
        writer(SamplesTaken("drain", _samples(700, 300)))
        writer(TimelineGrew(_filled(vocabulary.columns(), 4)))
        writer(AcquisitionGrew(_filled(ACQUISITION_COLUMNS, 2)))
        writer(Warned(3.5, "the baseline of drain was not restored within 30 s", "wait longer: 5 µs ≪ τ"))
        writer(finished)
        return path

    return write


@pytest.fixture
def results() -> tuple[Result, ...]:
    x = np.geomspace(0.1, 20, 12)
    index = Estimate(1.38, 0.02, Interval(1.33, 1.42), 9.0)
    curve = Curve("PPF(Δt)", x, 1 + np.exp(-x), "interval", "s", "index", "1", np.full(12, 0.02), 1 + np.exp(-x), True)
    return (
        Result(
            metric="ppf_index",
            definition="M4.global/1",
            symbol="A2/A1",
            estimate=index,
            unit="1",
            method="ratio of means, Fieller",
            at={"interval": 0.5, "irradiance": 1.0},
            counts={"pulse": 20, "cycle": 10},
            variants={"local": Estimate(1.13, 0.02, Interval(1.09, 1.17), 9.0), "excess": index},
            flags=(Flag.DRIFT, Flag.SUMMATION),
            notes={"baseline": "linear trend subtracted, 3 pA/s"},
            curves=(curve, Curve("pairs", x, x, "pair", "1", "index", "1")),
            repeats=(1.1, 1.3, 1.2),
        ),
        Result(
            metric="epsc",
            definition="M1/1",
            symbol="ΔI",
            estimate=None,
            unit="A",
            method="mean of repeats",
            flags=(Flag.SIGNAL_TO_NOISE,),
            reason="|ΔI| is below 3 u",
            bound=Interval(-np.inf, 3e-12),
        ),
    )
