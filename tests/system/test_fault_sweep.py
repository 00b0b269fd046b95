"""One fault at every operation of a run, one at a time: the bench ends safe, the message is clear, the data are kept.

Each kind strikes at each operation of the bus in turn, from the first byte of connecting to the last of switching off.
"""

from pathlib import Path

import pytest
from labkit_sim import FaultKind, FaultPlan, VirtualBench, open_virtual_bench

from labkit.app import Request, describe, plan_on, prepare
from labkit.core import Event, LabkitError, SamplesTaken
from labkit.engine import open_bench, run_plan
from labkit.storage import RunWriter, read_run

OPTICAL = """\
schema_version: 1
name: pair
title: A pair with a relaxation
implements: P03
terminals:
  drain: {kind: electrical, compliance: 100 uA, current_range: 1 uA}
  light: optical
steps:
  - hold: {drain: 0.1 V}
  - record: {terminals: [drain], rate: 50 Hz}
    steps:
      - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 100 ms, mark: first}
      - wait: 200 ms
      - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 100 ms, mark: second}
      - relax: {terminal: drain, within: 3 sigma, timeout: 2 s}
"""

ELECTRICAL = """\
schema_version: 1
name: pulses
title: Pulses and reads
implements: P10
terminals: {top: {kind: electrical, compliance: 100 uA, current_range: 100 uA}}
steps:
  - repeat: 2
    steps:
      - pulse: {terminal: top, level: 0.5 V, width: 20 ms, mark: potentiation}
      - wait: 100 ms
      - read: {terminal: top, level: 0.1 V, count: 3, mark: potentiation}
"""

CASES = {"optical": (OPTICAL, "demo_optical"), "electrical": (ELECTRICAL, "demo_memristor")}
KINDS = [FaultKind.NO_ANSWER, FaultKind.GARBAGE, FaultKind.ERROR_IN_QUEUE, FaultKind.DROPPED_LINE]


class Attempt:
    """One run with at most one fault."""

    def __init__(self, folder: Path, case: str, fault: FaultPlan | None) -> None:
        text, bench = CASES[case]
        protocol = folder / "protocol.yaml"
        protocol.write_text(text)
        self.path = folder / "run.h5"
        self.path.unlink(missing_ok=True)
        self.prepared = prepare(Request(str(protocol), bench, virtual=True))
        document = self.prepared.bench.bench
        world = open_virtual_bench(document, self.prepared.bench.folder)
        assert isinstance(world, VirtualBench)
        self.world = world
        if fault is not None:
            world.faults.add(fault)
        self.told = 0
        self.error: LabkitError | None = None
        try:
            self._run()
        except LabkitError as error:
            self.error = error

    def _run(self) -> None:
        with open_bench(self.prepared.bench.bench, self.world) as session:
            plan = plan_on(session, self.prepared).require()
            description = describe(self.prepared, plan, session.capabilities)
            with RunWriter(self.path) as writer:
                run_plan(session, plan, description, [writer, self._count])

    def _count(self, event: Event) -> None:
        if isinstance(event, SamplesTaken):
            self.told += len(event.samples)


@pytest.fixture(scope="module", params=list(CASES))
def case(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_every_operation_ends_safe_clear_and_kept(case: str, kind: FaultKind, tmp_path: Path) -> None:
    whole = Attempt(tmp_path, case, None)
    assert whole.error is None
    operations = whole.world.faults.operations
    assert operations > 60
    failures = []
    for at in range(1, operations + 1):
        attempt = Attempt(tmp_path, case, FaultPlan(at, kind))
        assert attempt.world.faults.struck, "the fault did not strike"
        failures += [f"{kind} at {at}: {fault}" for fault in _faults_of(attempt, whole.told)]
    assert failures == []


def _faults_of(attempt: Attempt, complete: int) -> list[str]:
    found = []
    world = attempt.world.world
    if not world.outputs_off():
        found.append("an output is on")
    if not world.lights_off():
        found.append("the light is on")
    if attempt.error is None and attempt.told != complete:
        found.append("data are missing and nothing was said")
    if attempt.error is not None and not (attempt.error.message and attempt.error.remedy):
        found.append(f"no remedy: {attempt.error.message!r}")
    if attempt.path.exists():
        kept = sum(len(trace) for trace in read_run(attempt.path).traces.values())
        if kept != attempt.told:
            found.append(f"{kept} of {attempt.told} samples are in the file")
    elif attempt.told:
        found.append("no run file")
    return found
