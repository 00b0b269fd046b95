"""Other terminals that are read along: at each step of a ramp, or during a pulse."""

from collections.abc import Callable

from labkit.core import Kind, sequence_steps
from labkit.engine import Executor, Plan, PointsBlock, TimedBlock
from labkit.engine._tracks import Group, to_sequence

PlanSteps = Callable[..., Plan]
TERMINALS = "{drain: {kind: electrical, compliance: 1 mA}, gate: {kind: electrical, compliance: 1 uA}}"
SWEEP = """
  - hold: {drain: 1 V, gate: 0 V}
  - ramp: {terminal: gate, through: [0 V, 2 V, 0 V], step: 0.1 V, rate: RATE, sample: [drain], mark: transfer}
"""


def swept(plan_steps: PlanSteps, bench: str, rate: str) -> Plan:
    return plan_steps(SWEEP.replace("RATE", rate), bench=bench, terminals=TERMINALS)


def test_both_channels_of_one_instrument_sweep_from_its_memory(plan_steps: PlanSteps) -> None:
    plan = swept(plan_steps, "keithley_2636b_transistor", "1 V/s").require()
    (block,) = (node for node in plan.nodes if isinstance(node, TimedBlock))
    assert block.executor is Executor.TRIGGERED
    drain, gate = (list(sequence_steps(to_sequence(block.tracks[name]))) for name in ("drain", "gate"))
    assert len(drain) == len(gate) == 41
    assert {step.level for step in drain} == {1.0}
    assert max(step.level for step in gate) == 2.0
    assert all(step.samples == 1 for step in (*drain, *gate))


def test_their_readings_end_before_a_start_a_command_later_could_push_them_into_the_next_step(
    plan_steps: PlanSteps,
) -> None:
    plan = swept(plan_steps, "keithley_2636b_transistor", "1 V/s").require()
    (block,) = (node for node in plan.nodes if isinstance(node, TimedBlock))
    for name, track in block.tracks.items():
        step = next(sequence_steps(to_sequence(track)))
        assert step.first + 1e9 * block.settings[name].aperture <= step.duration - 5_000_000


def test_the_sampled_terminal_has_a_row_of_its_own(plan_steps: PlanSteps) -> None:
    plan = swept(plan_steps, "keysight_b2902a_transistor", "1 V/s").require()
    (block,) = (node for node in plan.nodes if isinstance(node, TimedBlock))
    kinds = {name: [part.kind for part in track if isinstance(part, Group)] for name, track in block.tracks.items()}
    assert kinds["gate"][0] is Kind.RAMP
    assert kinds["drain"][0] is Kind.RECORD


def test_instruments_of_their_own_are_stepped_by_the_pc(plan_steps: PlanSteps) -> None:
    plan = swept(plan_steps, "keithley_2450_transistor", "0.5 V/s").require()
    (block,) = (node for node in plan.nodes if isinstance(node, PointsBlock))
    assert set(block.sampled) == {"drain"}
    assert block.sampled_levels == {"drain": 1.0}
    assert block.dwell / 2 < block.read_at < block.dwell
    assert plan.estimates.samples == 2 * 41


def test_steps_too_short_for_the_pc_are_refused_with_the_instrument_that_could(plan_steps: PlanSteps) -> None:
    (refusal,) = swept(plan_steps, "keithley_2450_transistor", "10 V/s").refusals
    assert "put gate and drain on the channels of one source meter" in refusal.remedy


def test_a_pulse_samples_what_it_costs_the_other_terminal(plan_steps: PlanSteps) -> None:
    steps = """
  - hold: {drain: 0.1 V, gate: 0 V}
  - pulse: {terminal: gate, level: 5 V, width: 20 ms, sample: [drain], mark: potentiation}
  - wait: 0.1 s
"""
    plan = plan_steps(steps, bench="keithley_2636b_transistor", terminals=TERMINALS).require()
    (block,) = (node for node in plan.nodes if isinstance(node, TimedBlock))
    first = next(part for part in block.tracks["drain"] if isinstance(part, Group))
    assert first.kind is Kind.RECORD
    assert first.samples >= 5
    assert first.level == 0.1
