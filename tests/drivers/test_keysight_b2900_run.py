"""A sequence becomes lists and timers of a B2900 that bring each level, and each reading, when it was asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labkit_drivers._keysight_b2900_bursts import Bursts, bursts_at
from labkit_drivers._keysight_b2900_data import BUFFER, MODELS
from labkit_drivers._keysight_b2900_run import Run, compile_sequence

from labkit.core import Cycle, FloatArray, Nanoseconds, PlanRefused, Sequence, Step, sequence_steps

MICROSECOND, MILLISECOND = 1_000, 1_000_000
COARSE = MODELS["B2902A"]
APERTURE = Nanoseconds(100 * MICROSECOND)


def step(level: float, duration: int, samples: int = 0, first: int = 0, period: int = 0, trigger: bool = False) -> Step:
    return Step(level, Nanoseconds(duration), samples, Nanoseconds(first), Nanoseconds(period), trigger)


def compiled(*sequence: Step | Cycle, present: float = 0.0, aperture: Nanoseconds = APERTURE) -> Run:
    return compile_sequence(sequence, aperture, present, COARSE)


def level_at(run: Run, times: FloatArray, present: float) -> FloatArray:
    """Go through arms and triggers as the manual describes them."""
    if run.transient is None:
        return np.full(len(times), present)
    events = run.transient.bursts.times()
    levels = np.concatenate(([present], np.tile(run.transient.levels, run.transient.bursts.arms)))
    return np.asarray(levels[np.searchsorted(events, times, side="right")])


def requested(sequence: Sequence) -> tuple[list[int], list[float], list[int]]:
    """Begins and levels of steps, and begins of readings, as asked for."""
    begins, levels, readings, now = [], [], [], 0
    for one in sequence_steps(sequence):
        begins.append(now)
        levels.append(one.level)
        readings += [now + one.first + k * one.period for k in range(one.samples)]
        now += one.duration
    return begins, levels, readings


steps = st.builds(
    lambda level, duration, samples: step(
        level, duration * 100 * MICROSECOND, samples if duration > 7 else 0, 100 * MICROSECOND, 120 * MICROSECOND
    ),
    st.sampled_from([0.0, 0.1, 0.5, -0.5]),
    st.integers(1, 60),
    st.integers(0, 5),
)
sequences = st.recursive(
    st.lists(steps, min_size=1, max_size=4).map(tuple),
    lambda inner: st.lists(st.builds(Cycle, st.integers(1, 5), inner), min_size=1, max_size=3).map(tuple),
    max_leaves=3,
)


@given(sequences, st.sampled_from([0.0, 0.1]))
def test_every_level_is_there_when_it_was_asked_for(sequence: Sequence, present: float) -> None:
    run = compile_sequence(sequence, APERTURE, present, COARSE)
    begins, levels, readings = requested(sequence)
    middles = np.array(begins) + 50 * MICROSECOND
    assert list(level_at(run, middles, present)) == levels
    assert run.final == levels[-1]
    if readings:
        assert run.acquisition is not None
        times = run.acquisition.bursts.times()[run.acquisition.firsts]
        late = times - np.array(readings)
        assert len(times) == len(readings)
        assert (late >= 0).all()
        assert (late <= 30 * MICROSECOND).all()


@given(st.integers(0, 50), st.integers(20, 900), st.integers(2, 30), st.integers(1, 6), st.integers(0, 500))
def test_bursts_are_found_again_from_their_events(delay: int, period: int, count: int, arms: int, gap: int) -> None:
    made = Bursts(delay * 1000, period * 1000, count, arms, (delay + count * period + gap) * 1000)
    found = bursts_at(made.times(), 1000)
    assert found is not None
    assert np.array_equal(found.times(), made.times())


def test_a_loop_of_pulses_stays_a_loop() -> None:
    pulse = (step(0.5, 100 * MILLISECOND, 9, 50_000, 10 * MILLISECOND), step(0.0, 3_600_000 * MILLISECOND))
    run = compiled(Cycle(50, pulse))
    assert run.transient is not None
    assert run.acquisition is not None
    assert len(run.transient.levels) == 2
    assert (run.transient.bursts.arms, run.acquisition.bursts.arms) == (50, 50)
    assert run.acquisition.aperture == APERTURE


def test_an_outer_loop_over_uneven_steps_is_arms_over_one_list() -> None:
    body = (step(0.5, 100_000), step(0.0, 500_000), step(0.1, 640_000), step(0.0, 8_000_000))
    run = compiled(Cycle(11, body))
    assert run.transient is not None
    assert run.transient.bursts.arms == 11
    assert len(run.transient.levels) < 100


def test_sampling_at_a_steady_level_leaves_the_source_alone() -> None:
    run = compiled(step(0.1, 10_000 * MILLISECOND, 1000, 0, 10 * MILLISECOND), present=0.1)
    assert run.transient is None
    assert run.acquisition is not None
    assert run.acquisition.bursts == Bursts(0, 10 * MILLISECOND, 1000)


def test_readings_at_uneven_times_are_averaged_over_their_aperture() -> None:
    aperture = Nanoseconds(10 * MILLISECOND)
    period = aperture + COARSE.reading_overhead
    run = compiled(
        step(0.5, 100 * MILLISECOND, 5, 50_000, period),
        step(0.1, 100 * MILLISECOND, 3, 1_000_000, period),
        aperture=aperture,
    )
    assert run.acquisition is not None
    sampled = run.acquisition.counts * run.acquisition.aperture
    assert (sampled <= aperture).all()
    assert (sampled >= 0.8 * aperture).all()


@pytest.mark.parametrize("levels", [(0.1, 0.1), (0.1, 0.2)])
def test_the_source_is_done_when_its_sequence_is(levels: tuple[float, float]) -> None:
    """Two changes 21 s apart, the second step 2 s long: a burst of two would end after 42 s."""
    pulsed = levels[0] == levels[1]
    run = compiled(
        step(levels[0], 21 * 10**9, 2100, 0, 10 * MILLISECOND, trigger=pulsed),
        step(levels[1], 2 * 10**9, 200, 0, 10 * MILLISECOND, trigger=pulsed),
    )
    assert run.transient is not None
    assert run.transient.bursts.end <= 23 * 10**9
    changes = run.transient.bursts.times()
    assert changes[0] == 0
    assert 21 * 10**9 in changes


def test_a_time_that_hardly_matters_is_rounded_to_the_common_period() -> None:
    run = compiled(step(0.5, 100 * MILLISECOND), step(0.0, 999 * MILLISECOND), step(0.1, 51_080_000), step(0.0, 10**10))
    assert run.transient is not None
    assert run.transient.bursts.events < BUFFER
    events = run.transient.bursts.times()
    changes = events[np.flatnonzero(np.diff(run.transient.levels, prepend=np.nan))]
    assert np.diff(changes) / MILLISECOND == pytest.approx([100, 999, 51.08], rel=1e-3)


def test_times_without_a_common_period_are_refused_with_the_reason() -> None:
    with pytest.raises(PlanRefused, match="no common period of 20 us"):
        compiled(step(0.5, 100_000), step(0.0, 20 * 10**9), step(0.5, 130_000), step(0.0, 10**6))


def test_a_million_cycles_are_refused_before_they_are_written_out() -> None:
    with pytest.raises(PlanRefused, match="2000000 steps"):
        compiled(Cycle(1_000_000, (step(0.5, 100_000), step(0.0, 100_000))))


def test_trigger_pulses_come_at_each_change_or_at_each_arm() -> None:
    every = compiled(*(step(0.1, MILLISECOND, trigger=True) for _ in range(3)))
    first = compiled(
        Cycle(3, (step(0.1, MILLISECOND, trigger=True), step(0.2, MILLISECOND), step(0.0, 7 * MILLISECOND)))
    )
    assert every.transient is not None
    assert first.transient is not None
    assert (every.transient.pulse, every.transient.bursts.count) == ("change", 3)
    assert (first.transient.pulse, first.transient.bursts.arms) == ("arm", 3)


def test_trigger_pulses_at_uneven_times_among_levels_are_refused() -> None:
    with pytest.raises(PlanRefused, match="trigger pulses"):
        compiled(step(0.1, MILLISECOND), step(0.2, 3 * MILLISECOND, trigger=True), step(0.0, MILLISECOND))
