"""The pace of a sequence: the one grid of time that its levels and readings fall on."""

from hypothesis import given
from hypothesis import strategies as st

from labkit.core import Cycle, Nanoseconds, Sequence, Step, sequence_duration, sequence_pace, sequence_steps

MILLISECOND = 1_000_000


def step(duration: int, samples: int = 0, first: int = 0, period: int = 0) -> Step:
    times = (Nanoseconds(value * MILLISECOND) for value in (duration, first, period))
    whole, begin, between = times
    return Step(0.1, whole, samples, begin, between)


def test_a_staircase_has_the_pace_of_its_dwell() -> None:
    pace = sequence_pace(tuple(step(50, 1, 20, 21) for _ in range(7)))
    assert (pace.period, pace.offset, pace.points) == (50 * MILLISECOND, 20 * MILLISECOND, 7)


def test_the_return_at_the_end_may_be_short() -> None:
    pace = sequence_pace((step(100, 10, 0, 10), step(1)))
    assert (pace.period, pace.points) == (10 * MILLISECOND, 11)


def test_unlike_times_make_a_fine_grid() -> None:
    assert sequence_pace((step(100, 5, 0, 11), step(30), step(1))).period == MILLISECOND


steps = st.builds(step, st.integers(1, 60), st.integers(0, 4), st.integers(0, 30), st.sampled_from([2, 5, 10]))
sequences = st.lists(
    st.one_of(steps, st.builds(Cycle, st.integers(1, 3), st.lists(steps, min_size=1, max_size=3).map(tuple))),
    min_size=1,
    max_size=4,
).map(tuple)


@given(sequences)
def test_every_edge_and_every_reading_is_on_the_grid(sequence: Sequence) -> None:
    pace = sequence_pace(sequence)
    edge = 0
    for found in sequence_steps(sequence):
        assert edge % pace.period == 0
        for k in range(found.samples):
            assert (found.first + k * found.period - pace.offset) % pace.period == 0
        edge += found.duration
    if isinstance(sequence[-1], Cycle):
        assert pace.points * pace.period == sequence_duration(sequence)
