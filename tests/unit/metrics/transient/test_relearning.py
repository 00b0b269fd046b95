"""Learning again: savings by interpolation, levels that say nothing, what is left of both trainings."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.validation.generators import Relearner
from labkit.core import Flag, LabkitError, Result
from labkit.metrics import RELEARNING
from labkit.metrics._episodes import episodes
from labkit.metrics._relearning import retention_gain, savings

QUIET = Relearner(scatter=0.0)


def saved(device: Relearner, seed: int = 1) -> Result:
    return savings(episodes(device.run(np.random.default_rng(seed))))


def test_forty_pulses_and_seventeen_save_57_5_per_cent() -> None:
    estimate = saved(QUIET).estimate
    assert estimate is not None
    assert estimate.value == pytest.approx(0.575, abs=1e-12)


def test_the_level_is_interpolated_between_pulses() -> None:
    result = saved(replace(QUIET, again=16.5))
    assert result.estimate is not None
    # The levels follow an exponential between the pulses, the interpolation a straight line.
    assert result.estimate.value == pytest.approx(1 - 16.5 / 40, abs=1e-3)
    assert result.notes["N₂"].startswith("16.5")


def test_a_level_that_was_not_forgotten_needs_no_pulse() -> None:
    estimate = saved(replace(QUIET, again=-1.0)).estimate
    assert estimate is not None
    assert estimate.value == 1.0


def test_five_repeats_give_the_scatter_and_fewer_half_a_pulse() -> None:
    many, few = saved(Relearner(spread=1.0)), saved(replace(QUIET, repeats=2))
    assert many.estimate is not None
    assert few.estimate is not None
    assert "uR" in many.method
    assert "½ pulse" in few.method
    half = np.hypot(0.5, 0.5 * 17 / 40) / 40 / np.sqrt(3)
    assert few.estimate.uncertainty == pytest.approx(half, rel=1e-3)


def test_learning_that_levelled_off_has_no_savings() -> None:
    result = saved(replace(QUIET, constant=8.0))
    assert result.estimate is None
    assert Flag.PLATEAU in result.flags
    assert "levelled off" in result.reason


def test_a_level_that_is_not_regained_bounds_the_savings() -> None:
    result = saved(replace(QUIET, again=100.0))
    assert result.estimate is None
    assert "did not regain" in result.reason
    assert result.bound is not None
    assert result.bound.high == pytest.approx(1 - 80 / 40)


def test_a_device_that_gets_weaker_is_told() -> None:
    run = Relearner(repeats=6, scatter=0.0).run(np.random.default_rng(1))
    fading = run.traces["drain"].current
    fading *= np.linspace(1.0, 0.7, len(fading))
    assert Flag.DEGRADED in savings(episodes(run)).flags


def test_what_is_left_is_compared_at_the_same_time() -> None:
    result = retention_gain(episodes(QUIET.run(np.random.default_rng(1))))
    assert result.estimate is not None
    assert result.estimate.value == pytest.approx(QUIET.gain, rel=1e-3)
    assert result.variants["r₁"].value < result.variants["r₂"].value


def test_forgetting_times_of_both_trainings() -> None:
    found = {each.symbol: each for each in RELEARNING.compute(Relearner(sigma=1e-11).run(np.random.default_rng(1)))}
    for symbol, truth in (("τ_F1", 8.0), ("τ_F2", 12.0)):
        estimate = found[symbol].estimate
        assert estimate is not None
        assert estimate.value == pytest.approx(truth, rel=0.05)


def test_a_run_without_the_marks_is_refused_with_the_remedy() -> None:
    run = QUIET.run(np.random.default_rng(1))
    with pytest.raises(LabkitError, match="no training marked `relearning`"):
        episodes(replace(run, timeline=run.timeline[run.timeline["mark"] != "relearning"]))
