"""The planner says who keeps the time, what it costs, and what the bench must not or cannot do."""

from collections.abc import Callable

import pytest

from labkit.core import PlanRefused
from labkit.engine import Executor, LoopBlock, Plan, TimedBlock, WaitBlock

PlanSteps = Callable[..., Plan]

OPTICAL = {"bench": "demo_optical", "terminals": "{drain: electrical, light: optical}"}


def only_block(plan: Plan) -> TimedBlock:
    (block,) = (node for node in plan.require().nodes if isinstance(node, TimedBlock))
    return block


def test_one_source_meter_sweeps_from_its_own_memory(plan_steps: PlanSteps) -> None:
    plan = plan_steps(
        """
  - repeat: 20
    steps:
      - pulse: {terminal: top, level: 0.5 V, width: 100 ms, mark: p}
      - wait: 1 s
      - read: {terminal: top, level: 0.1 V, count: 5, mark: r}
"""
    )
    block = only_block(plan)
    assert block.executor is Executor.SWEEP
    assert plan.estimates.pulses == 20
    assert plan.estimates.duration == pytest.approx(20 * (0.1 + 1.0 + 5 * 0.01), rel=0.02)


def test_light_with_sampling_is_triggered_and_samples_before_the_light(plan_steps: PlanSteps) -> None:
    plan = plan_steps(
        """
  - record: {terminals: [drain], rate: 100 Hz}
    steps:
      - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 1 s, mark: first}
      - wait: 2 s
      - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 1 s, mark: second}
""",
        **OPTICAL,
    )
    block = only_block(plan)
    assert block.executor is Executor.TRIGGERED
    (train,) = block.trains
    assert train.train.count == 2
    assert train.train.off_time == 2_000_000_000
    assert train.begin >= 20_000_000
    assert block.duration - block.demanded == train.begin


def test_light_pulses_farther_apart_than_the_engine_reaches_become_two_trains(plan_steps: PlanSteps) -> None:
    plan = plan_steps(
        """
  - record: {terminals: [drain], rate: 100 Hz}
    steps:
      - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 1 s}
      - wait: 20 s
      - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 1 s}
""",
        **OPTICAL,
    )
    assert [train.train.count for train in only_block(plan).trains] == [1, 1]


def test_a_pulse_too_short_for_the_bench_is_refused_with_what_would_make_it(plan_steps: PlanSteps) -> None:
    plan = plan_steps("  - pulse: {terminal: top, level: 1.3 V, width: 100 us}\n")
    with pytest.raises(PlanRefused) as refused:
        plan.require()
    message = str(refused.value)
    assert message.startswith("test.yaml:7: pulse of 100 us on top")
    assert "2636B reaches 100 us" in message
    assert "B2902A reaches 50 us" in message


def test_a_level_above_the_bench_is_refused_before_anything_is_connected(plan_steps: PlanSteps) -> None:
    plan = plan_steps("  - hold: {top: 6 V}\n")
    (refusal,) = plan.refusals
    assert "maximum_voltage" in refusal.message
    assert refusal.line == 7


def test_all_refusals_are_told_at_once(plan_steps: PlanSteps) -> None:
    plan = plan_steps(
        "  - hold: {top: 6 V}\n  - pulse: {terminal: top, level: 1 V, width: 10 us}\n  - hold: {top: -7 V}\n"
    )
    assert [refusal.line for refusal in plan.refusals] == [7, 8, 9]


def test_a_terminal_that_the_bench_has_not_is_refused(plan_steps: PlanSteps) -> None:
    plan = plan_steps("  - hold: {gate: 1 V}\n", terminals="{gate: electrical}")
    (refusal,) = plan.refusals
    assert "not on the bench" in refusal.message
    plan = plan_steps("  - hold: {gate: 1 V}\n", bench="demo_optical", terminals="{gate: electrical}")
    assert "grounded" in plan.refusals[0].message


def test_light_beyond_the_calibration_and_below_its_steps_is_refused(plan_steps: PlanSteps) -> None:
    steps = "  - pulse: {terminal: light, level: LEVEL, width: 1 s}\n"
    too_bright = plan_steps(steps.replace("LEVEL", "3 mW/cm^2"), **OPTICAL)
    too_dim = plan_steps(steps.replace("LEVEL", "0.5 uW/cm^2"), **OPTICAL)
    assert "above" in too_bright.refusals[0].message
    assert "neutral-density" in too_dim.refusals[0].remedy


def test_sampling_faster_than_the_meter_is_refused(plan_steps: PlanSteps) -> None:
    plan = plan_steps("  - record: {terminals: [drain], rate: 10 kHz}\n    steps:\n      - wait: 1 s\n", **OPTICAL)
    assert "faster than" in plan.refusals[0].message


def test_long_loops_are_cut_so_that_data_arrive(plan_steps: PlanSteps) -> None:
    plan = plan_steps(
        """
  - repeat: 100
    steps:
      - pulse: {terminal: top, level: 0.5 V, width: 100 ms}
      - wait: 10 s
"""
    )
    (loop,) = plan.require().nodes
    assert isinstance(loop, LoopBlock)
    assert len(loop.positions) == 100
    assert len(loop.bodies) == 1


def test_a_wait_that_nobody_samples_is_left_to_the_clock(plan_steps: PlanSteps) -> None:
    nodes = plan_steps("  - wait: 1000 s\n  - read: {terminal: top, level: 0.1 V}\n").require().nodes
    assert isinstance(nodes[0], WaitBlock)
    assert nodes[0].duration == 1_000_000_000_000


def test_a_pulse_has_at_least_five_readings_in_it(plan_steps: PlanSteps) -> None:
    block = only_block(plan_steps("  - pulse: {terminal: top, level: 0.5 V, width: 10 ms}\n"))
    group, back = block.tracks["top"]
    assert group.samples >= 5  # type: ignore[union-attr]
    assert back.level == 0.0  # type: ignore[union-attr]


def test_a_steady_reading_integrates_over_a_whole_line_cycle(plan_steps: PlanSteps) -> None:
    block = only_block(plan_steps("  - read: {terminal: top, level: 0.1 V, count: 5}\n"))
    assert block.settings["top"].aperture == pytest.approx(1 / 50)


def test_bounds_of_charge_and_dose_follow_from_compliance_and_light(plan_steps: PlanSteps) -> None:
    plan = plan_steps(
        "  - pulse: {terminal: top, level: 0.5 V, width: 100 ms}\n",
        terminals="{top: {kind: electrical, compliance: 1 mA}}",
    )
    assert plan.estimates.charge["top"] == pytest.approx(1e-3 * 0.1)
    assert plan.estimates.energy["top"] == pytest.approx(0.5 * 1e-3 * 0.1)
    lit = plan_steps("  - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 2 s}\n", **OPTICAL)
    assert lit.estimates.dose["light"] == pytest.approx(2.0)
    assert lit.estimates.photons["light"] == pytest.approx(2.0 * 455e-9 / (6.62607e-34 * 2.99792e8), rel=1e-5)
