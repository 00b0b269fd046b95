"""A track means the same to the instrument (sequence) as to the timeline (places)."""

from hypothesis import given
from hypothesis import strategies as st

from labkit.core import Kind, Nanoseconds, Step, sequence_duration, sequence_samples, sequence_steps
from labkit.engine._tracks import Group, GroupLoop, Track, place, to_sequence

steps = st.builds(
    Step,
    level=st.floats(-2, 2),
    duration=st.integers(1, 10**9).map(Nanoseconds),
    samples=st.integers(0, 5),
)
groups = st.builds(
    Group,
    kind=st.sampled_from([None, Kind.PULSE, Kind.READ]),
    mark=st.sampled_from(["", "first"]),
    level=st.just(0.0),
    steps=st.lists(steps, min_size=1, max_size=3).map(tuple),
)


def loops(inner: st.SearchStrategy[Track]) -> st.SearchStrategy[Track]:
    repeat = st.builds(
        lambda count, body: GroupLoop("cycle", tuple(range(count)), None, (body,)), st.integers(1, 4), inner
    )
    each = st.builds(
        lambda bodies: GroupLoop("interval", tuple(range(len(bodies))), tuple(map(float, range(len(bodies)))), bodies),
        st.lists(inner, min_size=1, max_size=3).map(tuple),
    )
    return st.lists(st.one_of(groups, repeat, each), min_size=1, max_size=3).map(tuple)


tracks: st.SearchStrategy[Track] = st.recursive(
    st.lists(groups, min_size=1, max_size=3).map(tuple), loops, max_leaves=6
)


@given(tracks)
def test_every_step_of_the_sequence_is_placed_once_and_in_order(track: Track) -> None:
    placed = [step for place_ in place(track, {}) for step in place_.group.steps]
    assert placed == list(sequence_steps(to_sequence(track)))


@given(tracks)
def test_places_add_up_to_the_sequence(track: Track) -> None:
    last = list(place(track, {}))[-1]
    sequence = to_sequence(track)
    assert last.begin + last.group.duration == sequence_duration(sequence)
    assert last.first_sample + last.group.samples == sequence_samples(sequence)


def test_a_repeat_stays_a_loop_however_often_it_is_gone_through() -> None:
    pulse = Group(Kind.PULSE, "p", 1.0, (Step(1.0, Nanoseconds(10)),))
    (cycle,) = to_sequence((GroupLoop("cycle", tuple(range(10**6)), None, ((pulse,),)),))
    assert cycle.count == 10**6  # type: ignore[union-attr]
    assert len(cycle.body) == 1  # type: ignore[union-attr]
