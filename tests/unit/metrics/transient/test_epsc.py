import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from labkit.core import Estimate, Flag, Result, Run, Sample, Samples, SampleStatus
from labkit.metrics import EPSC

LOG = logging.getLogger(__name__)
Pulses = Callable[..., Any]


def epsc(run: Run) -> Result:
    (found,) = EPSC.compute(run)
    return found


def value(result: Result) -> Estimate:
    assert result.estimate is not None
    return result.estimate


def with_current(run: Run, current: Any, **status: Any) -> Run:
    drain = run.traces["drain"]
    traces = {"drain": Samples(drain.time, drain.voltage, current, status.get("status", drain.status))}
    return replace(run, traces=traces)


def moved(run: Run, shift: float) -> Run:
    timeline = run.timeline.copy()
    for column in ("begin", "end", "begin_requested", "end_requested"):
        timeline[column] += shift
    return replace(run, timeline=timeline, traces={"drain": run.traces["drain"].shifted(shift)})


def test_a_quiet_response_gives_its_amplitude_at_the_edge(single_pulses: Pulses) -> None:
    device = single_pulses(scatter=0.0, period=0.002, rest=3.0, repeats=3)
    found = epsc(device.run(np.random.default_rng(1), sigma=1e-15))
    assert value(found).value == pytest.approx(device.mean_over(0.05), rel=1e-3)
    assert found.notes["type"] == "EPSC"
    assert found.at == {"irradiance": 1.0, "width": 1.0}


def test_twice_the_current_is_twice_the_response(single_pulses: Pulses) -> None:
    run = single_pulses().run(np.random.default_rng(2), sigma=2e-11)
    once, twice = value(epsc(run)), value(epsc(with_current(run, 2 * run.traces["drain"].current)))
    assert twice.value == pytest.approx(2 * once.value)
    assert twice.uncertainty == pytest.approx(2 * once.uncertainty)


def test_the_hour_of_the_experiment_does_not_matter(single_pulses: Pulses) -> None:
    run = single_pulses().run(np.random.default_rng(3), sigma=2e-11)
    assert value(epsc(moved(run, 3600.0))).value == pytest.approx(value(epsc(run)).value, rel=1e-6)


def test_an_offset_of_the_instrument_cancels(single_pulses: Pulses) -> None:
    run = single_pulses().run(np.random.default_rng(4), sigma=2e-11)
    lifted = with_current(run, run.traces["drain"].current + 5e-9)
    assert value(epsc(lifted)).value == pytest.approx(value(epsc(run)).value, rel=1e-9)


def test_a_hole_conductor_shows_an_epsc_where_its_negative_current_grows(single_pulses: Pulses) -> None:
    run = single_pulses().run(np.random.default_rng(5), sigma=2e-11)
    found = epsc(with_current(run, -run.traces["drain"].current))
    assert found.notes["type"] == "EPSC"
    assert value(found).value < 0
    negative = single_pulses(amplitude=-5e-10).run(np.random.default_rng(5), sigma=2e-11)
    assert epsc(negative).notes["type"] == "IPSC"


def test_picking_the_maximum_reads_more_than_the_edge(single_pulses: Pulses) -> None:
    found = epsc(single_pulses(charging=0.1).run(np.random.default_rng(6), sigma=2e-10))
    assert found.variants["maximum"].value > value(found).value + 2e-10


def test_a_response_below_three_sigma_leaves_a_bound_only(single_pulses: Pulses) -> None:
    device = single_pulses(amplitude=2e-12, scatter=0.0)
    found = epsc(device.run(np.random.default_rng(8), sigma=1e-10))
    assert found.estimate is None
    assert Flag.SIGNAL_TO_NOISE in found.flags
    assert found.bound is not None
    assert device.truth in found.bound


@pytest.mark.parametrize(
    ("status", "flag"),
    [(SampleStatus.OVERLOAD, Flag.SATURATED), (SampleStatus.COMPLIANCE, Flag.COMPLIANCE)],
)
def test_a_reading_at_a_limit_of_the_instrument_takes_the_value_away(
    single_pulses: Pulses, status: SampleStatus, flag: Flag
) -> None:
    device = single_pulses()
    run = device.run(np.random.default_rng(9), sigma=2e-11)
    said = run.traces["drain"].status.copy()
    said[round((device.lead + device.width) / device.period) - 2] = int(status)
    found = epsc(with_current(run, run.traces["drain"].current, status=said))
    assert found.estimate is None
    assert flag in found.flags
    assert found.reason


def test_a_pulse_of_fewer_than_five_readings_is_undersampled(single_pulses: Pulses) -> None:
    found = epsc(single_pulses(width=0.06).run(np.random.default_rng(10), sigma=2e-11))
    assert found.estimate is None
    assert Flag.UNDERSAMPLED in found.flags


def test_a_pulse_that_differs_from_its_command_is_told(single_pulses: Pulses) -> None:
    run = single_pulses().run(np.random.default_rng(11), sigma=2e-11)
    timeline = run.timeline.copy()
    timeline["level"] *= 1.06
    assert Flag.DOSE in epsc(replace(run, timeline=timeline)).flags
    assert Flag.DOSE not in epsc(run).flags


def test_a_device_that_wears_out_is_told(single_pulses: Pulses) -> None:
    assert Flag.DEGRADED in epsc(single_pulses(fading=0.02).run(np.random.default_rng(12), sigma=1e-11)).flags


def test_a_baseline_that_does_not_come_back_is_history(single_pulses: Pulses) -> None:
    slow = single_pulses(after=lambda time: np.exp(-time / 30))
    assert Flag.HISTORY in epsc(slow.run(np.random.default_rng(13), sigma=1e-11)).flags


def test_a_drift_is_taken_off_and_told(single_pulses: Pulses) -> None:
    device = single_pulses(drift=2e-11, scatter=0.0)
    found = epsc(device.run(np.random.default_rng(14), sigma=1e-12))
    assert Flag.DRIFT in found.flags
    assert value(found).value == pytest.approx(device.truth, rel=5e-3)


def test_the_uncertainty_of_the_light_stands_in_the_variant_per_irradiance(single_pulses: Pulses) -> None:
    known = single_pulses(scatter=0.0).run(np.random.default_rng(15), sigma=1e-12)
    vague = single_pulses(scatter=0.0, light_uncertainty=0.03).run(np.random.default_rng(15), sigma=1e-12)
    assert value(epsc(known)).uncertainty < 0.005 * value(epsc(known)).value
    lit = epsc(vague).variants["per irradiance"]
    assert value(epsc(vague)).uncertainty == value(epsc(known)).uncertainty
    assert lit.value == pytest.approx(value(epsc(vague)).value / epsc(vague).at["irradiance"])
    assert lit.uncertainty == pytest.approx(0.03 * lit.value, rel=0.05)
    assert "per irradiance" not in epsc(known).variants


def test_the_area_gives_a_current_density(single_pulses: Pulses) -> None:
    found = epsc(single_pulses(sample=Sample(active_area="100 um^2")).run(np.random.default_rng(16), sigma=1e-11))
    assert found.variants["per area"].value == pytest.approx(value(found).value / 1e-10)


@pytest.mark.parametrize("trials", [40, pytest.param(1000, marks=pytest.mark.long)])
def test_three_repeats_are_judged_by_the_noise_of_their_windows(
    single_pulses: Pulses, coverage_accepted: Callable[[int, int], bool], trials: int
) -> None:
    device = single_pulses(repeats=3, scatter=0.0)
    covered = 0
    for seed in range(trials):
        found = epsc(device.run(np.random.default_rng(seed), sigma=5e-11, noise="ar1"))
        assert "uW" in found.method
        covered += device.truth in value(found).interval
    LOG.info("three repeats: %.3f", covered / trials)
    assert coverage_accepted(covered, trials)


@pytest.mark.parametrize("trials", [100, pytest.param(2000, marks=pytest.mark.long)])
def test_the_response_per_irradiance_is_covered_whatever_its_exponent(
    single_pulses: Pulses, coverage_accepted: Callable[[int, int], bool], trials: int
) -> None:
    """The true irradiance is 3 % off, and the response goes with its 1.35th power."""
    covered = 0
    for seed in range(trials):
        random = np.random.default_rng(seed)
        true = 1 + 0.03 * random.standard_normal()
        device = single_pulses(amplitude=1e-9 * true**1.35, light_uncertainty=0.03, scatter=0.01)
        found = epsc(device.run(random, sigma=1e-11))
        covered += device.truth / (found.at["irradiance"] * true) in found.variants["per irradiance"].interval
    assert coverage_accepted(covered, trials)
