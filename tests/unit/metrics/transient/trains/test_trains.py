from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from labkit.core import Estimate, Flag, LabkitError, Result
from labkit.metrics import PTP, SNDP

Trains = Callable[..., Any]
FAST = {"relaxing": 0.008, "controls": False, "rest": 1.5}
"""A device that keeps nothing from one pulse to the next."""


def saturating(frequency: float, number: int) -> float:
    return 1 + 0.8 * float(1 - np.exp(-(number - 1) / 3))


def value(result: Result) -> Estimate:
    assert result.estimate is not None, result.reason
    return result.estimate


def ptp(run: Any) -> Result:
    (found,) = PTP.compute(run)
    return found


def sndp(run: Any) -> dict[str, Result]:
    return {result.symbol: result for result in SNDP.compute(run)}


def test_a_linear_integrator_sums_up_and_shows_no_potentiation(pulse_trains: Trains) -> None:
    device = pulse_trains()
    found = ptp(device.run(np.random.default_rng(1), sigma=1e-11))
    assert device.truth(10) > 1.3
    assert value(found).value == pytest.approx(device.truth(10), rel=0.01)
    assert found.variants["excess"].value == pytest.approx(1.0, abs=0.02)
    assert 1.0 in found.variants["excess"].interval
    assert Flag.SUMMATION in found.flags


def test_potentiation_is_told_from_summation(pulse_trains: Trains) -> None:
    found = ptp(pulse_trains(growth=saturating).run(np.random.default_rng(2), sigma=1e-11))
    assert found.variants["excess"].interval.low > 1
    assert Flag.SUMMATION not in found.flags


def test_the_global_ratio_is_the_local_one_and_the_residual(pulse_trains: Trains) -> None:
    found = ptp(pulse_trains().run(np.random.default_rng(3), sigma=5e-11))
    parts = found.variants["local"].value + found.variants["residual"].value
    assert value(found).value == pytest.approx(parts, rel=1e-12)
    assert found.variants["(An−A1)/A1"].value == pytest.approx(value(found).value - 1)


def test_without_single_pulses_there_is_no_excess(pulse_trains: Trains) -> None:
    found = ptp(pulse_trains(controls=False).run(np.random.default_rng(4), sigma=1e-11))
    assert "excess" not in found.variants
    assert "no single-pulse control" in found.notes["excess above"]


def test_nine_trains_are_too_few_for_a_ratio(pulse_trains: Trains) -> None:
    found = ptp(pulse_trains(repeats=9).run(np.random.default_rng(5), sigma=1e-11))
    assert found.estimate is None
    assert Flag.REPEATS in found.flags
    assert "9 trains" in found.reason


def test_short_trains_have_no_tenth_pulse(pulse_trains: Trains) -> None:
    with pytest.raises(LabkitError, match="no train has 10 pulses"):
        PTP.compute(pulse_trains(pulses=8).run(np.random.default_rng(6), sigma=1e-11))


def test_a_run_without_trains_says_what_to_mark(single_pulses: Callable[..., Any]) -> None:
    with pytest.raises(LabkitError, match="no pulse marked `train`"):
        SNDP.compute(single_pulses().run(np.random.default_rng(7), sigma=1e-11))


def test_a_first_response_lost_in_the_noise_gives_no_ratio(pulse_trains: Trains) -> None:
    found = ptp(pulse_trains(amplitude=1e-12).run(np.random.default_rng(8), sigma=5e-11))
    assert found.estimate is None
    assert Flag.SIGNAL_TO_NOISE in found.flags


def test_a_device_that_tires_is_flagged_and_a_steady_one_not(pulse_trains: Trains) -> None:
    tired = ptp(pulse_trains(fading=0.04, scatter=0.01).run(np.random.default_rng(9), sigma=1e-11))
    steady = ptp(pulse_trains(scatter=0.01).run(np.random.default_rng(9), sigma=1e-11))
    assert Flag.DEGRADED in tired.flags
    assert Flag.DEGRADED not in steady.flags


def test_pulses_that_are_on_for_most_of_the_time_are_a_dose(pulse_trains: Trains) -> None:
    close = ptp(pulse_trains(frequencies=(5.5,)).run(np.random.default_rng(10), sigma=1e-11))
    half = ptp(pulse_trains(frequencies=(5.0,)).run(np.random.default_rng(10), sigma=1e-11))
    assert Flag.DUTY in close.flags
    assert Flag.DUTY not in half.flags


def test_the_growth_along_a_train_comes_back(pulse_trains: Trains) -> None:
    device = pulse_trains(**FAST, growth=saturating, pulses=20)
    found = sndp(device.run(np.random.default_rng(11), sigma=5e-12))
    assert value(found["G"]).value == pytest.approx(0.8, rel=0.02)
    assert value(found["n₀"]).value == pytest.approx(3.0, rel=0.04)
    assert value(found["A20/A1"]).value == pytest.approx(saturating(2.5, 20), rel=0.02)
    (curve,) = found["A20/A1"].curves
    assert curve.y[0] == pytest.approx(1.0)
    assert curve.fit is not None
    assert curve.fit[19] == pytest.approx(saturating(2.5, 20), rel=0.02)


def test_a_depressing_train_has_a_negative_gain(pulse_trains: Trains) -> None:
    device = pulse_trains(**FAST, growth=lambda frequency, number: 2 - saturating(frequency, number))
    assert value(sndp(device.run(np.random.default_rng(12), sigma=5e-12))["G"]).value == pytest.approx(-0.8, rel=0.05)


def test_a_train_that_ends_while_it_grows_says_so(pulse_trains: Trains) -> None:
    device = pulse_trains(**FAST, growth=lambda frequency, number: 1 + 0.8 * float(1 - np.exp(-(number - 1) / 8)))
    short = sndp(device.run(np.random.default_rng(13), sigma=2e-12))["n₀"]
    long = sndp(pulse_trains(**FAST, growth=saturating).run(np.random.default_rng(13), sigma=2e-12))["n₀"]
    assert Flag.WINDOW in short.flags
    assert Flag.WINDOW not in long.flags


def test_a_growth_of_another_shape_is_not_given_a_number(pulse_trains: Trains) -> None:
    device = pulse_trains(**FAST, pulses=40, growth=lambda frequency, number: 1 + 0.3 * float(np.sin(number / 4)))
    found = sndp(device.run(np.random.default_rng(14), sigma=5e-12))
    assert found["n₀"].estimate is None
    assert Flag.MODEL in found["n₀"].flags
    assert value(found["A40/A1"])


def test_the_settled_level_is_what_is_left_ten_widths_after_the_train(pulse_trains: Trains) -> None:
    device = pulse_trains(relaxing=1.0, rest=12.0, pulses=10)
    found = ptp(device.run(np.random.default_rng(15), sigma=1e-13))
    left = found.variants["settled, 10 widths after"].value / value(found).value
    assert left == pytest.approx(np.exp(-1.0), rel=0.05)


def test_trains_that_begin_before_the_last_one_has_faded_are_flagged(pulse_trains: Trains) -> None:
    hurried = pulse_trains(relaxing=1.0, rest=1.0, controls=False, scatter=0.02)
    assert Flag.HISTORY in ptp(hurried.run(np.random.default_rng(16), sigma=1e-12)).flags
    patient = pulse_trains(relaxing=0.1, scatter=0.02)
    assert Flag.HISTORY not in ptp(patient.run(np.random.default_rng(16), sigma=1e-12)).flags


def test_a_train_that_was_broken_off_is_left_out(pulse_trains: Trains) -> None:
    run = pulse_trains(repeats=11).run(np.random.default_rng(17), sigma=1e-11)
    broken = replace(run, timeline=run.timeline.iloc[:-3])
    assert ptp(run).counts["train"] == 11
    assert ptp(broken).counts["train"] == 10
    assert value(ptp(broken)).value == pytest.approx(value(ptp(run)).value, rel=0.02)
