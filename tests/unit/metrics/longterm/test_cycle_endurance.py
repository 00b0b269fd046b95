"""M25: full cycles of LTP and LTD until the device is no longer what it was."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.validation.generators import Cycles
from labkit.core import Flag, FloatArray, Result
from labkit.metrics._cycle_endurance import control_chart, cycle_endurance
from labkit.metrics._weight_curves import WeightCurves

STEADY = Cycles(lowest=3e-6, pulses=20, cycles=60, c2c=0.003, read=0.005)


def changed(curves: WeightCurves, cycle: int, factor: float) -> WeightCurves:
    trains = {}
    for name, train in curves.trains.items():
        conductance = train.conductance.copy()
        conductance[cycle:] = 3e-6 + factor * (conductance[cycle:] - 3e-6)
        trains[name] = replace(train, conductance=conductance)
    return replace(curves, trains=trains)


def results(curves: WeightCurves) -> dict[str, Result]:
    return {result.symbol: result for result in cycle_endurance(curves)}


def test_a_device_that_stays_as_it_was_has_a_bound_and_no_value() -> None:
    found = results(STEADY.curves(np.random.default_rng(1)))
    assert found["N_c"].estimate is None
    assert found["N_c"].bound is not None
    assert found["N_c"].bound.low == 60
    assert found["N_pulses"].bound is not None
    assert found["N_pulses"].bound.low == 60 * 40


@pytest.mark.parametrize("cycle", [22, 35, 48])
def test_the_cycles_that_show_a_change_hold_the_cycle_of_the_change(cycle: int) -> None:
    found = results(changed(STEADY.curves(np.random.default_rng(1)), cycle, 0.5))
    estimate = found["N_c"].estimate
    assert estimate is not None
    assert cycle in estimate.interval
    assert "DR" in found["N_c"].variants
    assert found["N_c"].notes["NL_P"].startswith("stayed")


def test_pulses_are_cycles_times_the_pulses_of_one() -> None:
    found = results(changed(STEADY.curves(np.random.default_rng(1)), 30, 0.5))
    cycles, pulses = found["N_c"].estimate, found["N_pulses"].estimate
    assert cycles is not None
    assert pulses is not None
    assert pulses.value == pytest.approx(40 * cycles.value)
    assert found["N_c"].notes["pulses"] == "40 pulses a cycle: 2400 pulses are 60 cycles"


def test_too_few_cycles_give_no_value() -> None:
    found = results(replace(STEADY, cycles=19).curves(np.random.default_rng(1)))
    assert Flag.REPEATS in found["N_c"].flags
    assert "20 are the least" in found["N_c"].reason


def noisy(generator: np.random.Generator, scatter: float, step: float = 0.0) -> FloatArray:
    values = 2.4 * (1 + scatter * generator.standard_normal(60))
    values[30:] += 2.4 * step
    return np.asarray(values, float)


def test_noise_larger_than_a_fifth_is_no_departure() -> None:
    generator = np.random.default_rng(1)
    departed = [control_chart(noisy(generator, 0.4), 3).left is not None for _ in range(300)]
    assert np.mean(departed) < 0.02


def test_a_change_of_less_than_a_fifth_is_no_departure_however_clear() -> None:
    assert control_chart(noisy(np.random.default_rng(1), 0.001, step=0.18), 3).left is None
    assert control_chart(noisy(np.random.default_rng(1), 0.001, step=0.25), 3).left is not None
