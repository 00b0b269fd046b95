"""Pulses that another source makes: when a trigger line starts them, where the block is cut, and what is refused."""

from collections.abc import Callable

import pytest

from labkit.app import load_bench
from labkit.core import LightTrain, PlanRefused, PulseTrain
from labkit.engine import Executor, Plan, TimedBlock, described_capabilities, explain, plan_program
from labkit.protocol import compile_program, protocol_from_text

PlanSteps = Callable[..., Plan]
MEMRISTOR = {"bench": "keithley_2636b_memristor"}
OPTICAL = {"bench": "keithley_2636b_optical", "terminals": "{drain: electrical, light: optical}"}


def blocks(plan: Plan) -> list[TimedBlock]:
    found: list[TimedBlock] = []

    def walk(nodes: object) -> None:
        for node in nodes:  # type: ignore[attr-defined] # nodes and bodies alike
            if isinstance(node, TimedBlock):
                found.append(node)
            for body in getattr(node, "bodies", ()):
                walk(body)

    walk(plan.require().nodes)
    return found


def test_a_pulse_that_the_source_meter_is_too_slow_for_is_the_generators(plan_steps: PlanSteps) -> None:
    (block,) = blocks(
        plan_steps("  - pulse: {terminal: top, level: 1.3 V, width: 50 us}\n", devices=("r1c1",), **MEMRISTOR)
    )
    (follower,) = block.followers
    assert follower.terminal == "word_line"
    assert follower.train == PulseTrain(0.0, 1.3, 50_000, 100_000, 1, 0, external=True)
    assert block.executor is Executor.TRIGGERED
    steps = [step for group in block.tracks["top"] for step in group.steps]  # type: ignore[union-attr] # no loop here
    assert steps[0].trigger
    assert all(step.level == 0.0 for step in steps)


def test_a_slow_pulse_is_the_source_meters_own(plan_steps: PlanSteps) -> None:
    (block,) = blocks(
        plan_steps("  - pulse: {terminal: top, level: 1.3 V, width: 50 ms}\n", devices=("r1c1",), **MEMRISTOR)
    )
    assert block.followers == ()
    assert block.executor is Executor.SWEEP


def test_reads_between_pulses_of_a_generator_are_not_as_short_as_readings_in_a_pulse(plan_steps: PlanSteps) -> None:
    steps = (
        "  - pulse: {terminal: top, level: 1.3 V, width: 100 us}\n  - read: {terminal: top, level: 0.1 V, count: 5}\n"
    )
    (block,) = blocks(plan_steps(steps, devices=("r1c1",), **MEMRISTOR))
    assert block.followers
    assert block.settings["top"].aperture == pytest.approx(200e-6)


PAIR = """
  - together:
      - {{at: 0 s, terminal: top, level: 1.3 V, width: 10 us, mark: first}}
      - {{at: 30 us, terminal: top, level: {second}, width: 10 us, mark: second}}
  - wait: 200 us
"""


def test_alike_pulses_on_one_time_base_are_one_burst_at_one_trigger(plan_steps: PlanSteps) -> None:
    (block,) = blocks(plan_steps(PAIR.format(second="1.3 V"), devices=("r1c1",), **MEMRISTOR))
    (follower,) = block.followers
    assert follower.train == PulseTrain(0.0, 1.3, 10_000, 30_000, 2, 0, external=True)
    (group,) = block.tracks["top"]
    assert [step.trigger for step in group.steps] == [True]  # type: ignore[union-attr] # no loop here
    assert group.following is not None  # type: ignore[union-attr]
    assert group.following.pulses == ((0, "first"), (30_000, "second"))  # type: ignore[union-attr]


def test_unlike_pulses_on_one_time_base_are_no_burst(plan_steps: PlanSteps) -> None:
    (block,) = blocks(plan_steps(PAIR.format(second="1.2 V"), devices=("r1c1",), **MEMRISTOR))
    assert block.followers == ()


def test_a_wait_after_a_pulse_too_short_to_be_read_is_one_step_with_it(plan_steps: PlanSteps) -> None:
    steps = "  - pulse: {terminal: top, level: 1.3 V, width: 10 us}\n  - wait: 150 us\n"
    (block,) = blocks(plan_steps(steps, devices=("r1c1",), **MEMRISTOR))
    (group,) = block.tracks["top"]
    assert group.duration == 160_000  # type: ignore[union-attr] # no loop here


def test_a_held_level_is_taken_off_the_generators(plan_steps: PlanSteps) -> None:
    steps = "  - hold: {top: 0.2 V}\n  - pulse: {terminal: top, level: 1.3 V, width: 50 us}\n"
    (block,) = blocks(plan_steps(steps, devices=("r1c1",), **MEMRISTOR))
    (follower,) = block.followers
    assert isinstance(follower.train, PulseTrain)
    assert follower.train.level == pytest.approx(1.1)


def test_a_block_is_cut_where_a_followers_pulses_change(plan_steps: PlanSteps) -> None:
    steps = """
  - repeat: 20
    steps:
      - pulse: {terminal: top, level: 1.3 V, width: 50 us}
      - wait: 1 ms
  - repeat: 20
    steps:
      - pulse: {terminal: top, level: -1.3 V, width: 50 us}
      - wait: 1 ms
"""
    up, down = blocks(plan_steps(steps, devices=("r1c1",), **MEMRISTOR))
    assert isinstance(up.followers[0].train, PulseTrain)
    assert isinstance(down.followers[0].train, PulseTrain)
    assert (up.followers[0].train.level, down.followers[0].train.level) == (1.3, -1.3)


def test_a_gated_light_follows_and_needs_no_lead_in(plan_steps: PlanSteps) -> None:
    steps = """
  - record: {terminals: [drain], rate: 100 Hz}
    steps:
      - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 1 s}
      - wait: 2 s
      - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 1 s}
"""
    (block,) = blocks(plan_steps(steps, **OPTICAL))
    (follower,) = block.followers
    assert isinstance(follower.train, LightTrain)
    assert (follower.train.count, follower.train.external) == (1, True)
    assert block.trains == ()
    assert block.duration == block.demanded
    triggers = [step.trigger for group in block.tracks["drain"] for step in group.steps]  # type: ignore[union-attr]
    assert sum(triggers) == 2


def test_light_is_counted_in_the_dose_either_way(plan_steps: PlanSteps) -> None:
    steps = """
  - record: {terminals: [drain], rate: 100 Hz}
    steps:
      - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 2 s}
"""
    terminals = OPTICAL["terminals"]
    led = plan_steps(steps, **OPTICAL).estimates
    commanded = plan_steps(steps, bench="demo_optical", terminals=terminals).estimates
    assert led.dose == commanded.dose == {"light": pytest.approx(2.0)}
    assert led.pulses == commanded.pulses == 1


def test_without_a_trigger_cable_the_remedy_names_it(plan_steps: PlanSteps) -> None:
    bench = load_bench("keithley_2636b_memristor").bench.model_copy(update={"trigger_lines": ()})
    text = (
        "schema_version: 1\nname: test\ntitle: Test\nimplements: P10\nterminals: {top: electrical}\n"
        "steps:\n  - pulse: {terminal: top, level: 1.3 V, width: 50 us}\n"
    )
    program = compile_program(protocol_from_text(text, "test.yaml"))
    plan = plan_program(program, bench, described_capabilities(bench), ("r1c1",))
    with pytest.raises(PlanRefused, match="trigger_lines"):
        plan.require()


def test_an_explanation_names_cable_model_and_what_others_reach() -> None:
    bench = load_bench("keithley_2636b_optical").bench
    text = (
        "schema_version: 1\nname: test\ntitle: Test\nimplements: P02\n"
        "terminals: {drain: electrical, light: optical}\nsteps:\n"
        "  - record: {terminals: [drain], rate: 100 Hz}\n    steps:\n"
        "      - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 1 s}\n"
    )
    capabilities = described_capabilities(bench)
    plan = plan_program(compile_program(protocol_from_text(text, "test.yaml")), bench, capabilities)
    told = "\n".join(explain(plan, bench, capabilities))
    assert "light is started by the trigger line smu:1 to generator:EXT" in told
    assert "drain on the Keithley 2636B" in told
    assert "Keysight B2902A 50 us" in told
