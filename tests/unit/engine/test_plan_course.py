"""The course of a plan: as long as the estimates say, with what the instruments make of levels and edges."""

from collections.abc import Callable

import pytest

from labkit.app import Outlook, Request, load_bench, outlook
from labkit.engine import Plan, described_capabilities, plan_course
from labkit.protocol import Course, Part, Piece, Rounds, Seen, next_after, protocol_names, seen_at


def course_of(plan: Plan, bench: str) -> Course:
    document = load_bench(bench).bench
    return plan_course(plan.require(), document, described_capabilities(document))


def first_pulse(course: Course, terminal: str) -> Seen:
    lane = next(lane for lane in course.lanes if lane.terminal == terminal)
    seen = next_after(lane.course, -1)
    while seen is not None and seen.happening.kind != "pulse":
        seen = next_after(lane.course, seen.begin)
    assert seen is not None
    return seen


@pytest.mark.parametrize("name", protocol_names())
def test_the_course_of_every_protocol_is_what_its_estimates_count(name: str, delivered: Callable[[str], Outlook]):
    found = delivered(name)
    course, estimates = found.course, found.plan.estimates
    assert course.planned
    assert course.duration == pytest.approx(estimates.duration * 1e9, rel=1e-9, abs=1e3)
    assert {lane.course.duration for lane in course.lanes} == {course.duration}
    assert sum(pulses(lane.course) for lane in course.lanes) == estimates.pulses


def pulses(part: Part) -> int:
    """Count pulses, an `until` loop as often as the estimates do: at most."""
    if isinstance(part, Piece):
        return part.happening is not None and part.happening.kind == "pulse"
    if isinstance(part, Rounds):
        often = part.total if part.total and part.count == 1 and part.offset == 0 and not part.labels else part.count
        return often * pulses(part.part)
    return sum(pulses(inner) for inner in part.parts)


def test_a_width_between_two_ticks_of_the_clock_is_delivered_at_one(plan_steps: Callable[..., Plan]):
    plan = plan_steps("  - pulse: {terminal: top, level: 1 V, width: 1.0004 ms}\n")
    seen = first_pulse(course_of(plan, "demo_memristor"), "top")
    assert seen.end_asked - seen.begin_asked == 1_000_400
    assert seen.end - seen.begin != 1_000_400
    assert abs(seen.end - seen.begin - 1_000_400) <= 10_000


def test_a_level_between_two_steps_of_the_source_is_delivered_at_one(plan_steps: Callable[..., Plan]):
    plan = plan_steps("  - pulse: {terminal: top, level: 1.234567891 V, width: 10 ms}\n")
    seen = first_pulse(course_of(plan, "demo_memristor"), "top")
    assert seen.happening.level_asked == 1.234567891
    assert seen.happening.level == pytest.approx(1.234567891, abs=1e-3)
    assert seen.happening.level != 1.234567891


def test_a_light_rises_as_its_driver_lets_it(plan_steps: Callable[..., Plan]):
    steps = "  - read: {terminal: drain, level: 0.1 V, delay: 1 ms, count: 1}\n  - wait: 50 ms\n"
    steps += "  - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 10 ms}\n"
    plan = plan_steps(steps, "demo_optical", "{drain: electrical, light: optical}")
    light = next(lane for lane in course_of(plan, "demo_optical").lanes if lane.terminal == "light")
    pieces = [part for part in light.course.parts if part.happening is not None]
    (_, base), (begin, _), (risen, level), *_ = pieces[0].corners
    assert (base, begin) == (0, 0)
    assert risen > 0
    assert level == pytest.approx(1.0, rel=0.05)


def test_a_relaxation_is_drawn_at_its_least_and_says_how_long_it_may_take(plan_steps: Callable[..., Plan]):
    steps = (
        "  - hold: {top: 0.1 V}\n  - record: {terminals: [top], rate: 100 Hz}\n    steps:\n"
        "      - relax: {terminal: top, within: 3 sigma, timeout: 50 s}\n"
    )
    course = course_of(plan_steps(steps), "demo_memristor")
    seen = seen_at(course.lanes[0].course, course.duration - 1)
    assert seen is not None
    assert seen.happening.kind == "relax"
    assert "50 s" in seen.happening.note


def test_what_is_refused_is_drawn_as_it_was_asked_for():
    found = outlook(Request("ltp_ltd", "demo_memristor", virtual=True))
    assert not found.runnable
    assert not found.course.planned
    assert found.refused <= found.course.blocks.lines
    assert found.explained == ()


def test_a_chip_is_gone_through_cell_by_cell():
    found = outlook(Request("iv_hysteresis", "demo_array", virtual=True, devices=("all",)))
    seen = seen_at(found.course.blocks, found.course.duration - 1)
    assert seen is not None
    assert "device 100 of 100 (r10c10)" in seen.rounds[0]
