"""A chip behind a matrix: which devices a plan goes through, by which relays, and what is refused."""

from collections.abc import Callable

import pytest

from labkit.core import Crosspoint, DocumentError
from labkit.engine import LoopBlock, Plan, RouteBlock

PlanSteps = Callable[..., Plan]
CHIP = {"bench": "keysight_b2902a_memristor"}
READ = "  - read: {terminal: top, level: 0.1 V, count: 3}\n"


def only_loop(plan: Plan) -> LoopBlock:
    (loop,) = plan.require().nodes
    assert isinstance(loop, LoopBlock)
    return loop


def test_a_protocol_that_does_not_route_runs_on_the_devices_that_are_named(plan_steps: PlanSteps) -> None:
    loop = only_loop(plan_steps(READ, devices=("r2c1", "r1c1"), **CHIP))
    assert [route.device for route in loop.routes] == ["r1c1", "r2c1"]
    assert loop.name == "device"


def test_the_relays_join_each_lead_and_the_ground_to_the_pads(plan_steps: PlanSteps) -> None:
    (route,) = only_loop(plan_steps(READ, devices=("r2c1",), **CHIP)).routes
    assert route.crosspoints == {Crosspoint("1", "2"), Crosspoint("14", "13")}
    assert route.channels == ("top",)


def test_a_generator_in_series_is_routed_with_its_source_meter(plan_steps: PlanSteps) -> None:
    (route,) = only_loop(plan_steps(READ, devices=("r1c2",), bench="keithley_2636b_memristor")).routes
    assert route.crosspoints == {Crosspoint("A", "8"), Crosspoint("B", "1")}
    assert route.generators == ("word_line",)


def test_several_devices_and_none_named_is_refused_with_their_names(plan_steps: PlanSteps) -> None:
    (refusal,) = plan_steps(READ, **CHIP).refusals
    assert "reaches 4 devices" in refusal.message
    assert "--device (r1c1, r1c2" in refusal.remedy


def test_an_unknown_device_is_refused_with_the_nearest(plan_steps: PlanSteps) -> None:
    (refusal,) = plan_steps(READ, devices=("r1c9",), **CHIP).refusals
    assert "no device r1c9" in refusal.message
    assert "r1c1" in refusal.remedy


def test_a_bench_without_a_matrix_reaches_no_device(plan_steps: PlanSteps) -> None:
    (refusal,) = plan_steps(READ, devices=("r1c1",)).refusals
    assert "no switch" in refusal.message


def test_for_each_device_goes_over_all_in_a_random_order_that_the_seed_makes(plan_steps: PlanSteps) -> None:
    steps = "  - for_each_device: {devices: all, order: random}\n    steps:\n    " + READ
    loop = only_loop(plan_steps(steps, **CHIP))
    assert sorted(route.device for route in loop.routes) == ["r1c1", "r1c2", "r2c1", "r2c2"]
    assert only_loop(plan_steps(steps, **CHIP)).routes == loop.routes


def test_a_route_brings_levels_to_zero_so_that_a_hold_is_due_again(plan_steps: PlanSteps) -> None:
    steps = f"  - route: r1c1\n  - hold: {{top: 0.2 V}}\n  - route: r2c2\n{READ}"
    plan = plan_steps(steps, **CHIP)
    routes = [node for node in plan.require().nodes if isinstance(node, RouteBlock)]
    assert [route.device for route in routes] == ["r1c1", "r2c2"]
    assert plan.devices == ("r1c1", "r2c2")


def test_a_device_cannot_change_while_it_is_sampled(plan_steps: PlanSteps) -> None:
    steps = "  - record: {terminals: [top], rate: 10 Hz}\n    steps:\n      - route: r1c1\n"
    with pytest.raises(DocumentError, match="a route inside a record"):
        plan_steps(steps, **CHIP)


def over_devices(fields: str) -> str:
    return f"  - for_each_device: {{devices: all, {fields}}}\n    steps:\n    " + READ


def test_a_sentinel_comes_first_after_every_so_many_devices_and_last(plan_steps: PlanSteps) -> None:
    loop = only_loop(plan_steps(over_devices("sentinel: r2c1, every: 2"), **CHIP))
    assert [route.device for route in loop.routes] == ["r2c1", "r1c1", "r1c2", "r2c1", "r2c2", "r2c1"]
    assert loop.visits == (0, 0, 0, 1, 0, 2)


def test_the_first_of_a_random_order_may_be_the_sentinel(plan_steps: PlanSteps) -> None:
    loop = only_loop(plan_steps(over_devices("order: random, sentinel: first, every: 3"), **CHIP))
    names = [route.device for route in loop.routes]
    assert names[0] == names[-1]
    assert sorted(names[:-1]) == ["r1c1", "r1c2", "r2c1", "r2c2"]
    assert loop.visits == (0, 0, 0, 0, 1)


def test_no_sentinel_is_asked_for_with_every_0(plan_steps: PlanSteps) -> None:
    loop = only_loop(plan_steps(over_devices("sentinel: first, every: 0"), **CHIP))
    assert loop.visits == ()
    assert len(loop.routes) == 4


def test_an_unknown_sentinel_is_refused(plan_steps: PlanSteps) -> None:
    (refusal,) = plan_steps(over_devices("sentinel: r9c9"), **CHIP).refusals
    assert "no device r9c9" in refusal.message


def test_a_route_to_no_device_opens_all_relays(plan_steps: PlanSteps) -> None:
    steps = "  - route: none\n" + READ + over_devices("order: random")
    nodes = plan_steps(steps, **CHIP).require().nodes
    assert isinstance(nodes[0], RouteBlock)
    assert (nodes[0].position, nodes[0].crosspoints) == (-1, frozenset())
