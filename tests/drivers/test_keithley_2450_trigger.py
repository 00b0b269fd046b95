"""A sequence becomes a trigger program of the 2450 whose blocks take the time that was asked for."""

import re
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labkit_drivers._keithley_2450_data import BLOCK_TIME, READING_OVERHEAD, SETTLING
from labkit_drivers._keithley_2450_trigger import TriggerProgram, compile_sequence, described

from labkit.core import Cycle, Nanoseconds, PlanRefused, Sequence, Step, sequence_duration

APERTURE = Nanoseconds(1_000_000)
MILLISECOND = 1_000_000


def step(level: float, milliseconds: int, samples: int = 0, period: int = 0, trigger: bool = False) -> Step:
    duration = Nanoseconds(milliseconds * MILLISECOND)
    return Step(level, duration, samples, Nanoseconds(0), Nanoseconds(period * MILLISECOND), trigger)


@dataclass
class Course:
    """What blocks do: the time they take and that before their first reading (ns), readings, levels in order."""

    elapsed: float = 0.0
    lead: float | None = None
    readings: int = 0
    levels: list[float] = field(default_factory=list)


def run_blocks(program: TriggerProgram) -> Course:
    """Go through the blocks as the manual describes them."""
    course, position, index = Course(), 1, 0
    counters: dict[int, int] = {}
    commands = [command.removeprefix(":TRIG:BLOC:") for command in program.commands]
    while position <= len(commands):
        name, _, rest = commands[position - 1].partition(" ")
        arguments = rest.split(",")[1:]
        following = position + 1
        if name == "DEL:CONS":
            course.elapsed += float(arguments[0]) * 1e9
        elif name == "MEAS":
            course.lead = course.elapsed if course.lead is None else course.lead
            course.readings += int(arguments[1])
            course.elapsed += int(arguments[1]) * (APERTURE + READING_OVERHEAD)
        elif name == "CONF:RECALL":
            index = int(arguments[1])
            course.elapsed += SETTLING
            course.levels.append(program.levels[index - 1])
        elif name == "CONF:NEXT":
            index += 1
            course.elapsed += SETTLING
            course.levels.append(program.levels[index - 1])
        elif name == "BRAN:ALW":
            following = int(arguments[0])
        elif name == "BRAN:COUN":
            counters[position] = counters.get(position, 0) + 1
            if counters[position] < int(arguments[0]):
                following = int(arguments[1])
            else:
                counters[position] = 0
        course.elapsed += BLOCK_TIME
        position = following
    return course


sequences = st.recursive(
    st.lists(
        st.builds(
            step,
            st.sampled_from([0.0, 0.1, 0.5, -0.5]),
            st.integers(20, 400),
            st.integers(0, 6),
            st.sampled_from([0, 2]),
            st.booleans(),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    lambda inner: st.lists(st.builds(Cycle, st.integers(1, 4), inner), min_size=1, max_size=2).map(tuple),
    max_leaves=3,
)


@given(sequences)
def test_the_blocks_make_the_readings_and_take_the_time(sequence: Sequence) -> None:
    try:
        program = compile_sequence(sequence, APERTURE, present_level=9.0)
    except PlanRefused:
        return
    course = run_blocks(program)
    written = sum(1 for command in program.commands)
    assert course.readings == _readings(sequence)
    # A block more or less a step: what the trigger model costs is small against 20 ms.
    assert course.elapsed == pytest.approx(sequence_duration(sequence), rel=0.01, abs=written * BLOCK_TIME)
    assert program.lead == (None if course.lead is None else pytest.approx(course.lead, rel=1e-6, abs=100))


def test_a_triggering_step_notifies_the_line_at_its_edge_in_every_round() -> None:
    pulses = (Cycle(20, (step(0.0, 10, trigger=True), step(0.1, 40, 2, 5))),)
    program = compile_sequence(pulses, APERTURE, 0.0)
    notified = [k for k, command in enumerate(program.commands) if "NOT " in command]
    assert len(notified) == 1
    assert "RECALL" in program.commands[notified[0] + 1]
    assert run_blocks(program).readings == 40


def _readings(sequence: Sequence) -> int:
    return sum(part.samples if isinstance(part, Step) else part.count * _readings(part.body) for part in sequence)


def test_a_staircase_of_hundreds_of_levels_is_one_loop() -> None:
    stairs = tuple(step(level / 100, 10, 1) for level in range(300))
    program = compile_sequence(stairs, APERTURE, 9.0)
    assert len(program.commands) < 10
    assert run_blocks(program).levels == [level / 100 for level in range(300)]


def test_sampling_at_the_present_level_recalls_nothing() -> None:
    program = compile_sequence((step(0.1, 1000, 100, 10),), APERTURE, present_level=0.1)
    assert program.levels == []
    assert not any(re.search("RECALL|NEXT", command) for command in program.commands)


def test_a_sequence_that_needs_too_many_blocks_is_refused() -> None:
    unlike = tuple(step(0.1 * k, 10 + k, 1) for k in range(30))
    with pytest.raises(PlanRefused, match="63 blocks"):
        compile_sequence(unlike, APERTURE, 9.0)


def test_what_needs_too_many_blocks_is_told_before_it_is_loaded() -> None:
    unfit = described(50.0).unfit
    assert unfit is not None
    refused = unfit(tuple(step(0.1 * k, 10 + k, 1) for k in range(30)), APERTURE, 9.0)
    assert refused is not None
    assert "63 blocks" in refused.message
    assert unfit((step(0.1, 10, 1),), APERTURE, 9.0) is None


@pytest.mark.parametrize(
    "before", [(step(0.0, 100),), (Cycle(10, (step(0.0, 7), step(0.1, 3))),), (step(0.0, 50),) * 2]
)
def test_the_lead_is_the_time_before_the_first_reading(before: Sequence) -> None:
    program = compile_sequence((*before, step(0.1, 100, 1)), APERTURE, 9.0)
    assert program.lead == pytest.approx(100 * MILLISECOND, rel=0.01)
