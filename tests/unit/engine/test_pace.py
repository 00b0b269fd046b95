"""A source meter that sources and reads at one pace: the plan takes what fits its grid and refuses the rest."""

from collections.abc import Callable
from pathlib import Path

import pytest

from labkit.core import PlanRefused
from labkit.engine import Executor, Plan

PlanSteps = Callable[..., Plan]
BENCH = str(Path(__file__).parents[2] / "drivers" / "benches" / "smu_2400.yaml")


def test_a_staircase_runs_from_the_instruments_own_list(plan_steps: PlanSteps) -> None:
    plan = plan_steps("  - ramp: {terminal: top, through: [0 V, 1 V, 0 V], step: 20 mV, rate: 1 V/s}\n", BENCH)
    plan.require()
    (block,) = plan.nodes
    assert block.executor is Executor.SWEEP


def test_recording_at_a_constant_rate_fits(plan_steps: PlanSteps) -> None:
    plan_steps("  - record: {terminals: [top], rate: 20 Hz}\n    steps: [{wait: 30 s}]\n", BENCH).require()


def test_times_that_share_no_grid_are_refused_with_what_to_do(plan_steps: PlanSteps) -> None:
    steps = "  - pulse: {terminal: top, level: 0.5 V, width: 101.3 ms}\n  - wait: 77.7 ms\n"
    with pytest.raises(PlanRefused, match="grid of") as refused:
        plan_steps(steps + "  - read: {terminal: top, level: 0.1 V}\n", BENCH).require()
    assert "2450" in str(refused.value)
