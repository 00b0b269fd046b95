"""What a fit sees of a run: the history that acted, and readings thinned without loss."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.validation.generators import Instrument, RunBuilder
from labkit.core import Kind, Run, StimulusHistory
from labkit.twin._history import stimulus_history
from labkit.twin._readings import readings_of
from labkit.twin._timing import pulses_of

APERTURE = 4e-3
NOISE = 1e-11


def decay(times: np.ndarray) -> np.ndarray:
    return 1e-8 + 4e-8 * np.exp(-times / 0.7)


def recorded(noise: float = 0.0, period: float = 0.01) -> Run:
    """A decay since 0 s, read at a constant 0.1 V; a pulse of light from 6 s to 7 s that does nothing."""
    builder = RunBuilder()
    times = np.arange(0.0, 10.0, period)
    # The mean of an exponential over an aperture is its value in the middle, but for a part in 10^6 here.
    currents = decay(times + APERTURE / 2) + noise * np.random.default_rng(1).standard_normal(len(times))
    builder.event(Kind.HOLD, "", "drain", 0.0, 0.0, 0.1)
    builder.event(Kind.RECORD, "", "drain", 0.0, 10.0, 0.1, (0, len(times)))
    builder.event(Kind.PULSE, "epsc", "light", 6.0, 7.0, 2.0)
    builder.trace("drain", times, 0.1, currents, Instrument(), APERTURE)
    return builder.build()


def history_of(run: Run) -> StimulusHistory:
    return stimulus_history(run)


def test_the_history_tells_what_acted_and_when() -> None:
    history = history_of(recorded())
    assert history.times.tolist() == [0.0, 6.0, 7.0]
    assert history.voltages["drain"].tolist() == [0.1, 0.1, 0.1]
    assert history.irradiance[4.55e-07].tolist() == [0.0, 2.0, 0.0]
    assert history.limits == {"drain": 1e-3}


def test_means_of_a_decay_are_what_a_model_gives_at_the_two_points_of_each() -> None:
    run = recorded()
    found = readings_of(run, "drain", history_of(run))
    modelled = decay(found.points).reshape(-1, 2).mean(axis=1)
    assert len(found.times) < 200 < len(run.traces["drain"].time)
    assert found.currents == pytest.approx(modelled, rel=2e-6)
    middle = decay(found.times)
    assert np.max(np.abs(found.currents / middle - 1)) > 1e-4, "one point a mean would not do"


def test_the_noise_of_means_is_told_whatever_the_currents_do() -> None:
    run = recorded(NOISE)
    found = readings_of(run, "drain", history_of(run))
    modelled = decay(found.points).reshape(-1, 2).mean(axis=1)
    counts = np.bincount(found.members[found.members >= 0])
    assert np.median(found.sigmas * np.sqrt(counts)) == pytest.approx(NOISE, rel=0.15)
    assert np.std((found.currents - modelled) / found.sigmas) == pytest.approx(1.0, abs=0.2)


def test_the_noise_of_large_currents_is_not_that_of_small_ones() -> None:
    """A meter whose noise is a share of the current: every mean has its own, and no chance of its own few readings."""
    builder, share = RunBuilder(), 1e-3
    times = np.arange(0.0, 10.0, 0.01)
    currents = decay(times + APERTURE / 2)
    noisy = currents * (1 + share * np.random.default_rng(2).standard_normal(len(times)))
    builder.event(Kind.HOLD, "", "drain", 0.0, 0.0, 0.1)
    builder.event(Kind.RECORD, "", "drain", 0.0, 10.0, 0.1, (0, len(times)))
    builder.event(Kind.PULSE, "epsc", "light", 6.0, 7.0, 2.0)
    builder.trace("drain", times, 0.1, noisy, Instrument(), APERTURE)
    run = builder.build()
    found = readings_of(run, "drain", history_of(run))
    counts = np.bincount(found.members[found.members >= 0])
    told = found.sigmas * np.sqrt(counts) / (share * decay(found.times))
    assert np.median(told[found.times < 0.3]) == pytest.approx(1.0, abs=0.35)  # the readings alike reach further down
    assert np.median(told[found.times > 3]) == pytest.approx(1.0, abs=0.1)
    assert np.std(np.diff(np.log(told[found.times > 0.5]))) < 0.1


def test_a_reading_in_which_the_stimulus_may_have_changed_is_left_out() -> None:
    run = recorded()
    sure = readings_of(run, "drain", history_of(run))
    unsure = readings_of(run, "drain", history_of(run), doubt=0.011)
    left_out = run.traces["drain"].time[(unsure.members < 0) & (sure.members >= 0)]
    assert set(np.round(left_out, 3)) == {5.99, 6.0, 6.01, 6.99, 7.0, 7.01}


def test_a_reading_marked_as_not_good_is_left_out() -> None:
    run = recorded()
    run.traces["drain"].current[100] = np.nan
    assert readings_of(run, "drain", history_of(run)).members[100] == -1


def test_pulses_are_told_apart_and_a_run_may_have_none_of_a_kind() -> None:
    run = recorded()
    assert pulses_of(run, "optical")["begin"].tolist() == [6.0]
    assert pulses_of(run, "electrical")["begin"].tolist() == []
    without = replace(run, timeline=run.timeline[run.timeline["kind"] != "pulse"])
    assert pulses_of(without, "optical")["begin"].tolist() == []
