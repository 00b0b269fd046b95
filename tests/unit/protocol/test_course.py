"""The course of a program: loops kept as loops, looked at with an effort that goes with what can be seen."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.protocol import (
    Happening,
    Part,
    Piece,
    Readings,
    Rounds,
    asked_course,
    compile_program,
    last_before,
    look,
    next_after,
    protocol_from_text,
    row,
    seen_at,
    spaced,
)


def pulse(width: int, level: float = 1.0, mark: str = "p", line: int = 0) -> Piece:
    happening = Happening("pulse", mark, 0, width, 0, width, level, level, line)
    return Piece(width, level, happening=happening, line=line)


def million_cycles() -> Part:
    """Give a million cycles of 1 ms, each with a pulse of 100 us after 300 us."""
    return Rounds("cycle", row([Piece(300_000, 0.0), pulse(100_000), Piece(600_000, 0.0)]), 1_000_000)


parts = st.recursive(
    st.builds(
        lambda duration, level, happens: pulse(duration, level) if happens else Piece(duration, level),
        st.integers(1, 1000),
        st.floats(-2, 2),
        st.booleans(),
    ),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=20).map(row)
        | st.builds(lambda part, count: Rounds("loop", part, count), inner, st.integers(1, 5))
    ),
    max_leaves=30,
)


def written_out(part: Part, origin: int = 0) -> list[tuple[int, Piece]]:
    """Give every piece with its beginning, loops written out."""
    if isinstance(part, Piece):
        return [(origin, part)]
    if isinstance(part, Rounds):
        length = part.part.duration
        return [each for k in range(part.count) for each in written_out(part.part, origin + k * length)]
    return [
        each
        for start, inner in zip(part.starts, part.parts, strict=True)
        for each in written_out(inner, origin + start)
    ]


@given(parts)
def test_a_course_is_as_long_as_its_pieces(part: Part):
    pieces = written_out(part)
    assert part.duration == sum(piece.duration for _, piece in pieces)
    assert part.low == min(piece.low for _, piece in pieces)
    assert part.high == max(piece.high for _, piece in pieces)


@given(parts, st.data())
def test_what_is_seen_at_a_time_is_what_happens_then(part: Part, data):
    at = data.draw(st.integers(0, part.duration - 1))
    begin, piece = next(each for each in written_out(part) if each[0] <= at < each[0] + each[1].duration)
    seen = seen_at(part, at)
    if piece.happening is None:
        assert seen is None
    else:
        assert seen is not None
        assert (seen.begin, seen.end) == (begin, begin + piece.duration)


@given(parts, st.data())
def test_next_and_previous_are_neighbours(part: Part, data):
    at = data.draw(st.integers(-1, part.duration))
    begins = [begin for begin, piece in written_out(part) if piece.happening is not None]
    after, before = next_after(part, at), last_before(part, at)
    assert (after and after.begin) == next((begin for begin in begins if begin > at), None)
    assert (before.begin if before else None) == next((begin for begin in reversed(begins) if begin < at), None)


@given(parts, st.data())
def test_the_drawn_line_keeps_every_level_whatever_the_resolution(part: Part, data):
    resolution = data.draw(st.integers(1, max(1, part.duration)))
    seen = look(part, 0, part.duration, resolution)
    assert np.all(np.diff(seen.time) >= -1e-15)
    assert seen.time[0] == 0
    assert seen.time[-1] == pytest.approx(part.duration * 1e-9)
    assert (seen.level.min(), seen.level.max()) == (part.low, part.high)


@given(parts)
def test_at_the_finest_every_pulse_is_told_apart(part: Part):
    seen = look(part, 0, part.duration, 1)
    long_enough = [begin for begin, piece in written_out(part) if piece.happening is not None and piece.duration > 3]
    assert set(long_enough) <= {each.begin for each in seen.seen}


def test_a_million_cycles_are_looked_at_in_no_time_at_any_zoom():
    part = million_cycles()
    begun = time.perf_counter()
    for span in (part.duration, 10**9, 10**6, 10**4):
        seen = look(part, 3 * 10**11 + 200_000, 3 * 10**11 + 200_000 + span, max(1, span // 1500))
        assert len(seen.time) < 10_000
    assert time.perf_counter() - begun < 2  # written out, it would take minutes
    assert look(part, 0, part.duration, part.duration // 1500).bands == pytest.approx(np.array([[0, 1000, 0, 1]]))


def test_deep_in_a_loop_one_learns_in_which_round_one_is():
    part = Rounds("device", million_cycles(), 2, labels=("r1c1", "r1c2"))
    seen = seen_at(part, 10**12 + 41 * 10**6 + 350_000)
    assert seen is not None
    assert seen.rounds == ("device 2 of 2 (r1c2)", "cycle 42 of 1000000")
    assert next_after(part, 10**12 + 41 * 10**6 + 350_000).rounds[1] == "cycle 43 of 1000000"


def test_what_is_refused_is_marked_however_small_it_is():
    part = row([Piece(10**9, 0.0), Rounds("pulse", row([pulse(100, line=7), Piece(900, 0.0)]), 1000), pulse(10**9)])
    far = look(part, 0, part.duration, part.duration // 1000, refused=(7,))
    assert far.refused == pytest.approx(np.array([[1.0, 1.001]]))
    near = look(part, 10**9, 10**9 + 2000, 1, refused=(7,))
    assert near.refused * 1e9 - 1e9 == pytest.approx(np.array([[0, 100], [1000, 1100]]), abs=0.2)


def test_readings_are_told_apart_when_there_is_room():
    part = Piece(10**9, 0.1, readings=Readings(first=10**6, period=10**7, count=100, aperture=4 * 10**6))
    assert len(look(part, 0, 10**9, 10**6).readings) == 100
    assert look(part, 0, 10**9, 10**7).readings == pytest.approx(np.array([[0.001, 0.995]]))
    assert look(part, 2 * 10**8, 21 * 10**7, 10**3).readings[0] == pytest.approx([0.191, 0.195], abs=0.011)


def test_a_pulse_that_reaches_into_the_next_is_cut_there():
    placed = [(10, Piece(50, 1.0, ((0, 0.0), (50, 1.0)))), (40, pulse(10))]
    found = spaced(100, placed, 0.0)
    assert found.duration == 100
    assert [piece.duration for _, piece in written_out(found)] == [10, 30, 10, 50]


PROTOCOL = """\
schema_version: 1
name: pair
title: Pairs
terminals: {top: electrical, light: optical}
parameters: {width: {default: 1 ms}}
steps:
  - hold: {top: 0.1 V}
  - wait: 10 ms
  - record: {terminals: [top], rate: 1 kHz}
    steps:
      - repeat: {count: 1000000, as: cycle}
        steps:
          - pulse: {terminal: light, level: 1 mW/cm^2, width: $width, mark: first}
          - wait: 9 ms
"""


def test_a_program_has_a_lane_for_each_terminal_and_one_for_its_steps():
    course = asked_course(compile_program(protocol_from_text(PROTOCOL, "pair.yaml")))
    assert {lane.terminal: lane.unit for lane in course.lanes} == {"top": "V", "light": "W/m^2"}
    assert {lane.course.duration for lane in course.lanes} == {course.duration} == {10_000_000 + 10**13}
    assert set(course.blocks.lines) == {8, 9, 11, 13, 14}
    assert not course.planned


LATE_HOLD = """\
  - repeat: {count: 3, as: cycle}
    steps:
      - wait: 1 ms
      - hold: {top: 0.5 V}
      - wait: 1 ms
"""


def test_what_is_held_before_a_loop_is_in_its_first_round_only():
    text = PROTOCOL.partition("  - record")[0] + LATE_HOLD
    top = asked_course(compile_program(protocol_from_text(text, "pair.yaml"))).lanes[0].course
    levels = [piece.level for _, piece in written_out(top)]
    assert levels == [0.1, 0.1, 0.5, 0.5, 0.5, 0.5, 0.5]
