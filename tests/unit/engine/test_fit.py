"""What a source meter knows not to fit its memory is cut into blocks, or refused before anything is on."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.app import Request, load_bench, plan_request
from labkit.core import Capabilities, Nanoseconds, PlanRefused, Sequence, SourceMeterCapabilities, sequence_steps
from labkit.engine import LoopBlock, Plan, TimedBlock, described_capabilities, plan_program
from labkit.protocol import compile_program, protocol_from_text

MOST_STEPS = 12

PlanSteps = Callable[[str], Plan]

HEAD = """\
schema_version: 1
name: test
title: Test
implements: P10
terminals: {top: electrical}
steps:
"""


def too_many_steps(sequence: Sequence, aperture: Nanoseconds, present: float) -> PlanRefused | None:
    steps = len(list(sequence_steps(sequence)))
    return PlanRefused(f"{steps} steps are too many", "make fewer") if steps > MOST_STEPS else None


@pytest.fixture
def plan() -> PlanSteps:
    """Plan steps on a bench whose source meter remembers twelve steps, loops written out."""
    document = load_bench("demo_memristor").bench
    able: dict[str, Capabilities] = dict(described_capabilities(document))
    top = able["top"]
    assert isinstance(top, SourceMeterCapabilities)
    able["top"] = replace(top, unfit=too_many_steps)
    return lambda steps: plan_program(compile_program(protocol_from_text(HEAD + steps, "test.yaml")), document, able)


PULSE = "- pulse: {terminal: top, level: 0.5 V, width: 10 ms, mark: p}"


def test_a_loop_that_does_not_fit_is_gone_through_by_the_pc(plan: PlanSteps) -> None:
    found = plan(f"  - repeat: 10\n    steps:\n      {PULSE}\n      - wait: 10 ms\n")
    (loop,) = found.nodes
    assert isinstance(loop, LoopBlock)
    assert not found.refusals


def test_a_loop_that_fits_stays_in_the_instrument(plan: PlanSteps) -> None:
    found = plan(f"  - repeat: 6\n    steps:\n      {PULSE}\n      - wait: 10 ms\n")
    (block,) = found.nodes
    assert isinstance(block, TimedBlock)


def test_a_block_is_cut_before_the_loop_that_would_be_too_much(plan: PlanSteps) -> None:
    loop = f"  - repeat: 5\n    steps:\n      {PULSE}\n      - wait: 10 ms\n"
    found = plan(loop + loop)
    assert [type(node) for node in found.nodes] == [TimedBlock, TimedBlock]
    assert not found.refusals


def test_what_cannot_be_cut_is_refused_with_the_reason_of_the_instrument(plan: PlanSteps) -> None:
    found = plan("".join(f"  {PULSE}\n" for _ in range(13)))
    (refusal,) = found.refusals
    assert "steps are too many" in refusal.message
    assert refusal.remedy == "make fewer"


def test_two_channels_of_a_2636b_do_not_run_beside_a_script() -> None:
    request = Request("ltp_ltd_optoelectronic", "keithley_2636b_photomemory", virtual=True, set_name="gated")
    (refusal,) = plan_request(request).refusals
    assert "one of them needs the script" in refusal.message
    assert "use a second instrument" in refusal.remedy


@pytest.mark.parametrize("compliance", ["10 pA", "1.5 A"])
def test_a_current_limit_that_the_source_meter_has_not_is_refused(
    plan_steps: Callable[..., Plan], compliance: str, tmp_path: Path
) -> None:
    bench = tmp_path / "bench.yaml"
    shipped = load_bench("demo_memristor").text
    bench.write_text(re.sub("maximum_current: .*", "maximum_current: 2 A", shipped))
    terminals = f"{{top: {{kind: electrical, compliance: {compliance}}}}}"
    read = "  - read: {terminal: top, level: 0.1 V, count: 5}\n"
    refusals = plan_steps(read, str(bench), terminals).refusals
    assert [refusal.message for refusal in refusals] == [
        f"compliance of top, {compliance}, is not among the 1 nA to 1.05 A that a Keithley 2450 can be set to"
    ]


def test_a_pulse_that_a_generator_would_adjust_is_refused(plan_steps: Callable[..., Plan]) -> None:
    pulse = "  - pulse: {terminal: pulses, level: 1 V, width: 20 ns, edge: 1 ms}\n"
    bench = str(Path(__file__).resolve().parents[2] / "drivers" / "benches" / "generator_33522b.yaml")
    (refusal,) = plan_steps(pulse, bench, "{pulses: electrical}").refusals
    assert "an edge of 1 ms" in refusal.message
