from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from labkit.core import Estimate, Flag, LabkitError, Result, Run
from labkit.metrics import DECAY
from labkit.metrics._decay_fit import mean_offset

Pulses = Callable[..., Any]


def decays(run: Run) -> dict[str, Result]:
    return {result.symbol: result for result in DECAY.compute(run)}


def value(result: Result) -> Estimate:
    assert result.estimate is not None, result.reason
    return result.estimate


def two_terms(time: Any) -> Any:
    return 0.6 * np.exp(-time / 0.5) + 0.4 * np.exp(-time / 5)


@pytest.fixture
def fading(single_pulses: Pulses) -> Any:
    """A device with two time constants that has charged up fully, recorded for 30 s at 20 S/s."""
    return single_pulses(
        after=two_terms, charging=0.02, period=0.05, rest=30.0, lead=10.0, scatter=0.0, amplitude=1.0, baseline=1.0
    )


def test_both_time_constants_come_back(fading: Any) -> None:
    found = decays(fading.run(np.random.default_rng(1), sigma=0.001))
    assert found["τ_1"].notes["model"] == "bi-exponential"
    assert value(found["τ_1"]).value == pytest.approx(0.5, rel=0.01)
    assert value(found["τ_2"]).value == pytest.approx(5.0, rel=0.01)
    assert value(found["A_1"]).value == pytest.approx(0.6, rel=0.01)
    assert value(found["⟨τ⟩"]).value == pytest.approx(0.6 * 0.5 + 0.4 * 5, rel=0.01)
    assert found["τ_1"].curves[0].fit is not None


def test_one_time_constant_is_not_split_into_two(single_pulses: Pulses) -> None:
    device = single_pulses(after=lambda time: np.exp(-time / 2), period=0.05, rest=20.0)
    found = decays(device.run(np.random.default_rng(2), sigma=2e-11))
    assert set(found) == {"τ", "A", "I_∞"}
    assert value(found["τ"]).value == pytest.approx(2.0, rel=0.02)


def test_a_stretched_decay_is_recognised(single_pulses: Pulses) -> None:
    device = single_pulses(after=lambda time: np.exp(-((time / 2) ** 0.5)), period=0.02, rest=60.0, repeats=5)
    found = decays(device.run(np.random.default_rng(3), sigma=5e-12))
    assert found["τ"].notes["model"].startswith("stretched")
    assert pytest.approx(value(found["β"]).value, abs=0.03) == 0.5
    assert value(found["⟨τ⟩"]).value == pytest.approx(4.0, rel=0.1)


def test_a_long_record_is_averaged_without_bending_the_curve(single_pulses: Pulses) -> None:
    device = single_pulses(
        after=lambda time: np.exp(-time / 2), period=0.002, rest=20.0, repeats=3, scatter=0.0, amplitude=1.0
    )
    found = decays(device.run(np.random.default_rng(4), sigma=1e-6))
    assert value(found["τ"]).value == pytest.approx(2.0, rel=2e-5)


def test_all_criteria_are_told(fading: Any) -> None:
    notes = decays(fading.run(np.random.default_rng(5), sigma=0.02))["τ_1"].notes
    assert {"AICc exponential", "AICc bi-exponential", "AICc stretched exponential (KWW)"} <= set(notes)
    assert float(notes["AICc bi-exponential"]) < float(notes["AICc exponential"]) - 10


def test_a_record_shorter_than_the_slow_decay_is_told(single_pulses: Pulses) -> None:
    short = single_pulses(after=two_terms, period=0.05, rest=5.0, charging=0.02, scatter=0.0)
    found = DECAY.compute(short.run(np.random.default_rng(6), sigma=1e-12))
    assert all(result.flags for result in found)
    assert any(flag in (Flag.WINDOW, Flag.AT_BOUND) for result in found for flag in result.flags)


def test_a_shape_that_no_model_has_is_not_reported(single_pulses: Pulses) -> None:
    device = single_pulses(
        after=lambda time: np.exp(-time / 2) * (1 + 0.3 * np.sin(3 * time)), period=0.05, rest=15.0, scatter=0.0
    )
    found = DECAY.compute(device.run(np.random.default_rng(7), sigma=1e-11))
    assert all(Flag.MODEL in result.flags and result.estimate is None for result in found)


def test_a_decay_faster_than_the_sampling_has_no_time_constant(single_pulses: Pulses) -> None:
    device = single_pulses(after=lambda time: np.exp(-time / 0.06), period=0.02, rest=4.0, scatter=0.0)
    found = decays(device.run(np.random.default_rng(8), sigma=1e-11))
    fastest = found.get("τ", found.get("τ_1"))
    assert fastest is not None
    assert fastest.estimate is None
    assert {Flag.UNDERSAMPLED, Flag.AT_BOUND} & set(fastest.flags)


def test_a_run_that_stops_with_the_pulse_holds_no_decay(single_pulses: Pulses) -> None:
    run = single_pulses(repeats=1, rest=4.0).run(np.random.default_rng(9), sigma=1e-11)
    cut = replace(run, traces={"drain": run.traces["drain"].part(0, 255)})
    with pytest.raises(LabkitError, match="readings follow the stimulus"):
        DECAY.compute(cut)


def test_noisy_repeats_are_fitted_together(fading: Any) -> None:
    quiet, noisy = (decays(fading.run(np.random.default_rng(10), sigma=sigma))["τ_1"] for sigma in (0.01, 0.15))
    assert "each repeat" in quiet.method
    assert "jackknife" in noisy.method


SCENES = {
    "all begin alike": lambda repeat: np.zeros(len(repeat)),
    "the first begins rested": lambda repeat: np.where(repeat > 0, 10.0, 0.0),
    "each adds to what is left": lambda repeat: 10.0 * (1 - 0.5**repeat),
}


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("noise", [(1.0, 0.3), (0.3, 1.0)])
def test_an_end_above_the_baselines_is_covered_whatever_was_left_before(
    scene: str, noise: tuple[float, float], coverage_accepted: Callable[[int, int], bool]
) -> None:
    """Ten decays to one floor, each above its own baseline; noise of the floors and of the baselines."""
    left = SCENES[scene](np.arange(10))
    of_floors, of_baselines = noise
    widths, covered, trials = [], 0, 1000
    for seed in range(trials):
        random = np.random.default_rng(seed)
        baselines = left + of_baselines * random.standard_normal(10)
        offsets = of_floors * random.standard_normal(10) - baselines
        found = mean_offset(offsets, baselines, of_baselines / np.sqrt(10))
        covered += -float(np.mean(left)) in found.interval
        widths.append(found.interval.high - found.interval.low)
    assert coverage_accepted(covered, trials)
    # As narrow as if nothing had been left.
    assert np.mean(widths) == pytest.approx(2 * 2.3 * np.hypot(*noise) / np.sqrt(10), rel=0.15)


def test_a_drift_that_baseline_and_end_share_does_not_scatter_the_end() -> None:
    random = np.random.default_rng(3)
    baselines = np.arange(10.0)
    offsets = 0.1 * random.standard_normal(10)
    drifting, steady = (mean_offset(offsets, each, 0.05) for each in (baselines, 0 * baselines))
    assert drifting.value == steady.value
    assert drifting.uncertainty == pytest.approx(steady.uncertainty, rel=0.5)
