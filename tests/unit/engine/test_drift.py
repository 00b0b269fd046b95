"""What an instrument delivered when follows from the time stamps of its readings, with a doubt that holds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labkit.core import Kind, Nanoseconds, Samples, Step, sequence_steps
from labkit.engine._drift import RESOLUTION, drifts
from labkit.engine._tracks import Group, place, to_sequence

groups = st.builds(
    lambda duration, samples: Group(
        Kind.PULSE,
        "",
        1.0,
        (Step(1.0, Nanoseconds(duration * 1_000_000), samples, Nanoseconds(200_000), Nanoseconds(2_000_000)),),
    ),
    st.integers(20, 100),
    st.integers(0, 5),
)


def delivered(track: tuple[Group, ...], cost: int) -> tuple[list[int], list[int]]:
    """Go through a track where each reading takes `cost` (ns) more than asked: edges and stamps (ns)."""
    now, edges, stamps = 0, [], []
    for step in sequence_steps(to_sequence(track)):
        edges.append(now)
        stamps += [now + step.first + k * (step.period + cost) for k in range(step.samples)]
        now += step.duration + step.samples * cost
    return [*edges, now], stamps


def samples_at(stamps: list[int]) -> Samples:
    time = np.array(stamps, dtype=np.float64) / 1e9
    return Samples(time, np.zeros(len(time)), np.zeros(len(time)), np.zeros(len(time), dtype=np.uint8))


@given(st.lists(groups, min_size=1, max_size=8).map(tuple), st.integers(-30_000, 30_000))
def test_edges_are_within_the_limits_of_what_is_told_of_them(track: tuple[Group, ...], cost: int) -> None:
    edges, stamps = delivered(track, cost)
    placed = list(place(track, {}))
    drift, doubt = drifts(placed, samples_at(stamps), None)
    asked = np.array([*(one.begin for one in placed), placed[-1].begin + placed[-1].group.duration])
    error = (np.array(edges) - asked) / 1e9 - drift
    # After the last readings nothing tells what they cost, unless there were several to compare.
    last = max((k for k, one in enumerate(placed) if one.group.samples), default=-1)
    told = len(error) if last < 0 or placed[last].group.samples > 1 else last + 1
    assert (np.abs(error) <= np.sqrt(3) * doubt + 1e-12)[:told].all()


def test_an_instrument_that_tells_its_edges_is_believed() -> None:
    late = Nanoseconds(300_000)
    track = (Group(Kind.PULSE, "", 1.0, (Step(1.0, Nanoseconds(10**8), 1, late),)),) * 2
    stamps = [int(late) + 50_000, 10**8 + int(late) + 90_000]
    drift, doubt = drifts(list(place(track, {})), samples_at(stamps), np.array([0, 10**8, 2 * 10**8 + 5_000]))
    np.testing.assert_allclose(drift, [0, 0, 5e-6], atol=1e-15)
    assert set(doubt) == {RESOLUTION}
