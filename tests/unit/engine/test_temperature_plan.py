"""What a stage can and must not do is known before anything is heated."""

from collections.abc import Callable

import pytest

from labkit.core import PlanRefused
from labkit.engine import Plan, TemperatureBlock

Planner = Callable[..., Plan]
TERMINALS = "{top: electrical, stage: thermal}"


def step(setpoint: str = "290 K", within: str = "0.2 K", timeout: str = "30 min", more: str = "") -> str:
    fields = f"terminal: stage, setpoint: {setpoint}, within: {within}, dwell: 60 s, timeout: {timeout}{more}"
    return f"  - temperature: {{{fields}}}\n"


def blocks(plan: Plan) -> list[TemperatureBlock]:
    return [node for node in plan.nodes if isinstance(node, TemperatureBlock)]


def test_the_estimate_has_the_way_the_settling_and_the_dwell(plan_steps: Planner) -> None:
    plan = plan_steps(step("280 K") + step("300 K") + step("300 K"), "demo_stage", TERMINALS)
    assert not plan.refusals
    first, second, third = blocks(plan)
    assert second.rate == pytest.approx(5 / 60)
    # 15 K from the room and 20 K at 5 K/min, 90 s of settling, 60 s of dwell; the last one is there already.
    assert [one.expected / 1e9 for one in (first, second, third)] == pytest.approx([330, 390, 60])
    assert plan.estimates.duration == pytest.approx(780)
    assert plan.estimates.longest == pytest.approx(3 * 1800)


@pytest.mark.parametrize(
    ("asked", "words", "remedy"),
    [
        (step("250 K"), "250 K on stage is outside the 265 K to 320 K", "choose temperatures from 265 K to 320 K"),
        (step(more=", rate: 20 K/min"), "20 K/min on stage is outside the 0.1 K/min to 5 K/min", "leave `rate` out"),
        (step(within="10 mK"), "finer than the 20 mK that the Lake Shore 336 keeps", "allow a larger deviation"),
        (step("310 K", timeout="3 min"), "needs about 5.5 min to settle at 310 K", "raise the timeout"),
    ],
)
def test_what_the_stage_cannot_do_is_refused_with_the_limit(
    plan_steps: Planner, asked: str, words: str, remedy: str
) -> None:
    with pytest.raises(PlanRefused) as refused:
        plan_steps(asked, "demo_stage", TERMINALS).require()
    assert words in str(refused.value)
    assert remedy in str(refused.value)


def test_a_terminal_of_another_kind_is_refused(plan_steps: Planner) -> None:
    refusals = plan_steps("  - hold: {stage: 0 V}\n", "demo_stage", "{stage: electrical}").refusals
    assert "terminal stage is a thermal one" in refusals[0].message
    refusals = plan_steps(step().replace("stage", "top"), "demo_stage", "{top: thermal}").refusals
    assert "terminal top is an electrical one" in refusals[0].message
