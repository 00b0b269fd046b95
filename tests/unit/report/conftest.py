"""A small paired-pulse run with results of every sort: good, doubtful, withheld, with curves and variants."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from labkit.core import (
    Curve,
    Estimate,
    Flag,
    Identity,
    Interval,
    Result,
    Run,
    RunDescription,
    RunFinished,
    Sample,
    Samples,
    Vocabulary,
    Warned,
)

BENCH = """\
name: two-instruments
instruments:
  smu: {driver: keithley_2450, address: "USB0::1::INSTR"}
  led: {driver: thorlabs_dc2200, address: "USB0::2::INSTR"}
terminals:
  drain: {instrument: smu, maximum_voltage: 5 V, maximum_current: 1 mA}
  light:
    instrument: led
    wavelength: 455 nm
    maximum_irradiance: 2 mW/cm^2
    maximum_current: 100 mA
    calibration:
      - {current: 0 mA, irradiance: 0 mW/cm^2}
      - {current: 100 mA, irradiance: 2 mW/cm^2}
"""
VOCABULARY = Vocabulary(("first", "second"), ("drain", "light"), ("interval", "repeat"), ("interval",))
INTERVALS = (0.5, 2.0)
PERIOD = 0.02


def estimate(value: float, uncertainty: float, unit: str) -> Estimate:
    return Estimate(value, uncertainty, Interval(value - 2 * uncertainty, value + 2 * uncertainty), 9, unit)


def description(virtual: bool) -> RunDescription:
    return RunDescription(
        run_id="run-1",
        title="Pairs <of> light & pulses",
        protocol_name="ppf_optical",
        implements="P03",
        protocol_text="name: ppf_optical\n# </script><script>alert(1)</script>\n",
        bench_text=BENCH,
        sample_text="name: chip-1\n",
        parameters={"width": "1 s", "irradiance": "0.1 mW/cm^2"},
        metrics=("epsc",),
        terminals={"drain": "electrical", "light": "optical"},
        wavelengths={"light": 455e-9},
        light_uncertainty={"light": 0.05},
        vocabulary=VOCABULARY,
        plan='{"estimates": {"pulses": 8}}',
        seed=7,
        virtual=virtual,
        labkit_version="0.1.0",
        environment={"python": "3.11"},
    )


def pulses() -> list[tuple[int, int, int, float]]:
    """(mark, interval, repeat, begin) of eight pulses; the second interval comes first."""
    listed, time = [], 2.0
    for interval in (1, 0):
        for repeat in (0, 1):
            for mark in (0, 1):
                listed.append((mark, interval, repeat, time))
                time += 1.0 + (INTERVALS[interval] if mark == 0 else 10.0)
    return listed


def timeline() -> pd.DataFrame:
    rows = pulses()
    begin = np.array([row[3] for row in rows])
    count = len(rows)
    columns = {
        "kind": np.zeros(count),
        "mark": np.array([row[0] for row in rows]),
        "terminal": np.ones(count),
        "begin_requested": begin,
        "end_requested": begin + 1.0,
        "begin": begin + 0.003,
        "end": begin + 1.003,
        "time_uncertainty": np.full(count, 2e-4),
        "level_requested": np.full(count, 1.0),
        "level": np.full(count, 0.99),
        "first_sample": np.full(count, -1),
        "sample_count": np.zeros(count),
        "interval": np.array([row[1] for row in rows]),
        "interval_value": np.array([INTERVALS[row[1]] for row in rows]),
        "repeat": np.array([row[2] for row in rows]),
    }
    return VOCABULARY.frame(columns)


def drain_trace() -> Samples:
    time = np.arange(0.0, pulses()[-1][3] + 12.0, PERIOD)
    light = np.zeros(len(time))
    for *_, begin in pulses():
        light[(time >= begin) & (time < begin + 1.0)] = 1.0
    current = 20e-9 + 5e-9 * light + 1e-11 * np.random.default_rng(1).standard_normal(len(time))
    return Samples(time, np.full(len(time), 0.1), current, np.zeros(len(time), np.uint8))


def acquisitions(samples: Samples) -> pd.DataFrame:
    row = {
        "terminal": "drain",
        "executor": 1,
        "first_sample": 0,
        "sample_count": len(samples),
        "current_range": 1e-6,
        "aperture": 0.01,
        "compliance": 1e-4,
        "gain": 1e-4,
        "offset": 1e-10,
    }
    return pd.DataFrame([row])


@pytest.fixture
def make_run() -> Callable[..., Run]:
    def make(virtual: bool = True, device: str = "A1") -> Run:
        samples = drain_trace()
        return Run(
            description=description(virtual),
            started_at="2026-11-22T21:58:01+00:00",
            instruments=(
                Identity("smu", "keithley_2450", "USB0::1::INSTR", "KEITHLEY INSTRUMENTS,MODEL 2450,0450,1.7.12b"),
                Identity(
                    "led", "thorlabs_dc2200", "USB0::2::INSTR", "Thorlabs,DC2200,M0041,1.6.0", (("head", "M455L4"),)
                ),
            ),
            sample=Sample.model_validate({"name": "chip-1", "device": device, "active_area": "0.001 cm^2"}),
            traces={"drain": samples},
            timeline=timeline(),
            acquisitions=acquisitions(samples),
            warnings=(Warned(12.5, "relaxing took long", "wait longer"),),
            finished=RunFinished("complete", "", "2026-11-22T22:00:01+00:00", occupied=120.0, demanded=117.0),
        )

    return make


@pytest.fixture
def run(make_run: Callable[..., Run]) -> Run:
    return make_run()


@pytest.fixture
def results() -> tuple[Result, ...]:
    x = np.array([0.5, 1.0, 2.0])
    curve = Curve("PPF", x, 1 + np.exp(-x), "interval", "s", "PPF index", "%", 0.01 * x, 1 + np.exp(-x), log_x=True)
    good = Result(
        metric="epsc",
        definition="M1.edge/1",
        symbol="ΔI",
        estimate=estimate(8.41e-9, 6.1e-11, "A"),
        unit="A",
        method="Student-t",
        at={"width": 1.0},
        counts={"pulse": 10},
        variants={"relative": estimate(0.42, 0.003, "%")},
    )
    doubtful = Result(
        metric="ppf_index",
        definition="M4.global/1",
        symbol="PPF",
        estimate=estimate(1.375, 0.012, "%"),
        unit="%",
        method="ratio of means",
        at={"interval": 0.5},
        flags=(Flag.SUMMATION,),
        curves=(curve,),
    )
    withheld = Result(
        metric="energy",
        definition="M21.pulse/1",
        symbol="E_pulse",
        estimate=None,
        unit="J",
        method="integral",
        flags=(Flag.SIGNAL_TO_NOISE,),
        reason="the current is below three standard uncertainties",
        bound=Interval(-np.inf, 4.2e-11),
    )
    return good, doubtful, replace(withheld)
