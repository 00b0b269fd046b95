"""M14: the LTP/LTD curve, its change, its drift and its volatile part."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from labkit.core import Flag, Kind, Run
from labkit.metrics import CONDUCTANCE_CURVE, NotMeasured
from labkit.metrics._conductance_curve import conductance_change
from labkit.metrics._weight_curves import weight_curves


def test_the_change_is_that_of_the_device(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    run = ltp_ltd_run(synapse(c2c=0.003), 3, sigma=1e-9, gain=1e-3, offset=1e-8)
    potentiation, depression = CONDUCTANCE_CURVE.compute(run)
    assert potentiation.estimate is not None
    assert depression.estimate is not None
    assert 9e-6 in potentiation.estimate.interval
    assert -9e-6 in depression.estimate.interval
    assert potentiation.counts == {"sample": 5, "pulse": 50, "cycle": 10}
    assert potentiation.at["read_voltage"] == 0.1
    assert potentiation.at["read_delay"] == pytest.approx(1.0)


def test_the_curve_begins_before_the_first_pulse(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    run = ltp_ltd_run(synapse(lowest=2e-6, change=8e-6), 3)
    potentiation, depression = CONDUCTANCE_CURVE.compute(run)
    for curve, ends in ((potentiation.curves[0], (2e-6, 10e-6)), (depression.curves[0], (10e-6, 2e-6))):
        assert list(curve.x) == list(range(51))
        assert (curve.y[0], curve.y[-1]) == (pytest.approx(ends[0]), pytest.approx(ends[1]))


def test_the_first_cycle_is_left_out(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    curves = weight_curves(ltp_ltd_run(synapse(cycles=3), 3))
    assert curves.cycles == 3
    np.testing.assert_allclose(curves.trains["potentiation"].conductance[:, 0], 1e-6)


def test_a_cycle_that_was_cut_off_is_left_out(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    run = ltp_ltd_run(synapse(cycles=5), 3)
    cut = replace(run, timeline=run.timeline.iloc[:-10])
    assert weight_curves(cut).cycles == 4


def test_a_trend_of_the_start_is_a_drift(synapse: Any) -> None:
    curves = synapse(c2c=0.003).curves(np.random.default_rng(2))
    trend = 2e-7 * np.arange(10)[:, None]
    train = curves.trains["potentiation"]
    drifting = replace(curves, trains={"potentiation": replace(train, conductance=train.conductance + trend)})
    assert Flag.DRIFT in conductance_change(drifting)[0].flags
    assert Flag.DRIFT not in conductance_change(curves)[0].flags


@pytest.mark.parametrize(("share", "volatile"), [(1.0, False), (0.95, False), (0.85, True), (0.2, True)])
def test_a_curve_that_relaxes_is_volatile(
    synapse: Any, ltp_ltd_run: Callable[..., Run], share: float, volatile: bool
) -> None:
    result = CONDUCTANCE_CURVE.compute(ltp_ltd_run(synapse(), 3, sigma=1e-9, late_share=share))[0]
    assert (Flag.VOLATILE in result.flags) is volatile
    assert result.variants["retained"].value == pytest.approx(share, abs=0.01)


def test_few_readings_are_undersampled(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    result = CONDUCTANCE_CURVE.compute(ltp_ltd_run(synapse(), 3, readings=4))[0]
    assert result.estimate is None
    assert Flag.UNDERSAMPLED in result.flags


def test_state_reads_tell_the_noise_of_a_read(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    run = ltp_ltd_run(synapse(), 3, sigma=1e-9, levels=np.linspace(1e-6, 1e-5, 20))
    assert weight_curves(run).trains["potentiation"].read_sigma == pytest.approx(1e-8 / np.sqrt(5), rel=0.1)


@pytest.mark.parametrize("slow", [0.0, 5e-9])
def test_state_reads_with_a_longer_aperture_tell_the_slow_part_of_the_noise_only(
    synapse: Any, ltp_ltd_run: Callable[..., Run], slow: float
) -> None:
    """Reads between short pulses are short; those of a level may be long, and are quieter for it."""
    run = ltp_ltd_run(synapse(), 3, levels=np.linspace(1e-6, 1e-5, 20))
    fast = int(run.rows(Kind.READ, "state")["first_sample"].iloc[0])
    samples, table = run.traces["top"], run.acquisitions
    generator = np.random.default_rng(4)
    count, readings = len(samples), 5
    per_reading = np.where(np.arange(count) < fast, 1e-9, 1e-10) * generator.standard_normal(count)
    per_read = 0.1 * slow * np.repeat(generator.standard_normal(count // readings), readings)
    settings = [
        table.assign(first_sample=0, sample_count=fast, aperture=1e-3),
        table.assign(first_sample=fast, sample_count=count - fast, aperture=0.1),
    ]
    noisy = replace(samples, current=samples.current + per_reading + per_read)
    run = replace(run, traces={"top": noisy}, acquisitions=pd.concat(settings, ignore_index=True))
    sigma = weight_curves(run).trains["potentiation"].read_sigma
    assert sigma == pytest.approx(np.hypot(1e-8 / np.sqrt(readings), slow), rel=0.05)


def test_a_run_without_weights_says_what_to_measure(builder: Any, instrument: Any) -> None:
    made = builder(loops=("cycle",), terminals={"top": "electrical"})
    made.event(Kind.RAMP, "loop", "top", 0, 1, 1.0, (0, 5), cycle=0)
    made.trace("top", np.arange(5.0), 0.1, np.ones(5), instrument(), 1e-3)
    with pytest.raises(NotMeasured, match="P10"):
        CONDUCTANCE_CURVE.compute(made.build())


def test_pulses_of_rising_amplitude_are_told(builder: Any, instrument: Any) -> None:
    made = builder(loops=("cycle",), terminals={"top": "electrical"})
    for pulse in range(6):
        made.event(Kind.PULSE, "potentiation", "top", pulse, pulse + 0.1, 0.5 + 0.1 * pulse, cycle=0)
        made.event(Kind.READ, "potentiation", "top", pulse + 0.2, pulse + 0.5, 0.1, (5 * pulse, 5), cycle=0)
    time = np.concatenate([pulse + 0.3 + 0.01 * np.arange(5) for pulse in range(6)])
    made.trace("top", time, 0.1, 1e-7 * (1 + time), instrument(), 1e-3)
    result = CONDUCTANCE_CURVE.compute(made.build())[0]
    assert "rising amplitude" in result.notes["scheme"]
