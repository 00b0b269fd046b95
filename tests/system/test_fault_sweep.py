"""A fault at every operation of a run, one at a time: the bench ends safe, the message is clear, the data are kept.

Each kind strikes at the operations of the bus in turn, from the first byte of connecting to the last of switching off.
On the benches with a matrix some operations stand for their neighbours: every third before anything is on or joined and
after all is off and open again, and every third throughout for garbage and for an error in the queue. Of a ramp, and of
a question that is asked over and over, a few messages at each end stand for all. `pytest -m long` leaves none out.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest
from labkit_sim import FaultKind, FaultPlan, VirtualBench, open_virtual_bench
from pyvisa.rname import ResourceName

from labkit.app import Prepared, Request, describe, plan_on, prepare
from labkit.core import Event, LabkitError, Nanoseconds, RunFinished, SamplesTaken
from labkit.engine import BenchSession, open_bench, run_plan
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

SHORT_OPTICAL = """\
schema_version: 1
name: light
title: Light while the drain is read
implements: P02
terminals:
  drain: {kind: electrical, compliance: 100 uA, current_range: 1 uA}
  light: optical
steps:
  - hold: {drain: 0.1 V}
  - record: {terminals: [drain], rate: 50 Hz}
    steps:
      - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 100 ms, mark: epsc}
      - wait: 100 ms
"""

TWO_DEVICES = """\
schema_version: 1
name: devices
title: A pulse and a read on each device
implements: P10
terminals: {top: {kind: electrical, compliance: 100 uA, current_range: 100 uA}}
steps:
  - for_each_device: all
    steps:
      - pulse: {terminal: top, level: 0.5 V, width: WIDTH, mark: potentiation}
      - wait: 20 ms
      - read: {terminal: top, level: 0.1 V, count: 3, mark: potentiation}
"""


@dataclass(frozen=True)
class Case:
    """A protocol on a bench.

    `order` names the instruments as they are to be made safe, `largest` is the protocol's largest voltage (V).
    """

    protocol: str
    bench: str
    order: tuple[str, ...]
    largest: float
    devices: tuple[str, ...] = ()
    thinned: bool = True


CASES = {
    "optical": Case(OPTICAL, "demo_optical", ("led", "smu"), 0.1, thinned=False),
    "electrical": Case(ELECTRICAL, "demo_memristor", ("smu",), 0.5, thinned=False),
    # The generator gates the light at the source meter's trigger.
    "2636b_optical": Case(SHORT_OPTICAL, "keithley_2636b_optical", ("led", "generator", "smu", "matrix"), 0.1),
    # A pulse that is too short for the 2636B comes from the generator, at the same trigger.
    "2636b_memristor": Case(
        TWO_DEVICES.replace("WIDTH", "50 us"),
        "keithley_2636b_memristor",
        ("generator", "smu", "matrix"),
        0.5,
        devices=("r1c1", "r1c2"),
    ),
    "b2902a_optical": Case(SHORT_OPTICAL, "keysight_b2902a_optical", ("generator", "smu", "matrix"), 0.1),
    "b2902a_memristor": Case(
        TWO_DEVICES.replace("WIDTH", "10 ms"),
        "keysight_b2902a_memristor",
        ("smu", "matrix"),
        0.5,
        devices=("r1c1", "r1c2"),
    ),
}

EVERYWHERE = (FaultKind.NO_ANSWER, FaultKind.DROPPED_LINE)
KINDS = (*EVERYWHERE, FaultKind.GARBAGE, FaultKind.ERROR_IN_QUEUE)
_NUMBERS = re.compile(rb"[-+.\d]+")
_MARGIN = 4
"""How many operations around those with something on count as such."""
LONGEST = 60.0
"""How much longer a run with a fault may last on the bench's clock (s): time-outs of 5 s, 10 s for a stuck sequence."""


MakeSafe = Callable[[BenchSession], tuple[str, ...]]


@dataclass(frozen=True)
class Transfer:
    """What went over the bus at an operation, and whether the bench was dark, unpowered and open then.

    `voltage` is the largest at an electrical terminal (V, a magnitude).
    """

    operation: int
    instrument: str
    direction: str
    data: bytes
    dark: bool
    unpowered: bool
    open: bool
    voltage: float

    @property
    def live(self) -> bool:
        """Whether anything was on or joined."""
        return not (self.dark and self.unpowered and self.open)


def prepared(case: Case, folder: Path) -> Prepared:
    """Prepare the protocol of a case; what it leaves behind goes into a folder."""
    protocol = folder / "protocol.yaml"
    protocol.write_text(case.protocol)
    return prepare(Request(str(protocol), case.bench, virtual=True, devices=case.devices))


def _resource(address: str) -> str:
    """Spell an address as the bus does."""
    return str(ResourceName.from_string(address))


class Attempt:
    """One run with the faults planned for it."""

    def __init__(self, case: Case, prepared: Prepared, *faults: FaultPlan) -> None:
        self.case = case
        self.prepared = prepared
        self.path = Path(prepared.request.protocol).with_name("run.h5")
        self.path.unlink(missing_ok=True)
        document = self.prepared.bench.bench
        world = open_virtual_bench(document, self.prepared.bench.folder)
        assert isinstance(world, VirtualBench)
        self.world = world
        self._names = {_resource(entry.address): name for name, entry in document.instruments.items() if entry.address}
        lights = {light.driven_by for light in document.optical().values()}
        self._leads = [name for name in (*document.electrical(), *document.pulse_terminals()) if name not in lights]
        self.traffic: list[Transfer] = []
        self.safe_from = 0
        """How much had gone over the bus when the bench began to be made safe for the first time."""
        world.bus.monitors.append(self._carried)
        world.faults.plans.extend(faults)
        self.told = 0
        self.unconfirmed: tuple[str, ...] = ()
        self.error: LabkitError | None = None
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(BenchSession, "make_safe", self._noting(BenchSession.make_safe))
            try:
                self._run()
            except LabkitError as error:
                self.error = error

    def _noting(
        self, make_safe: Callable[[BenchSession], tuple[str, ...]]
    ) -> Callable[[BenchSession], tuple[str, ...]]:
        def noted(session: BenchSession) -> tuple[str, ...]:
            self.safe_from = self.safe_from or len(self.traffic)
            return make_safe(session)

        return noted

    def _run(self) -> None:
        with open_bench(self.prepared.bench.bench, self.world) as session:
            plan = plan_on(session, self.prepared).require()
            description = describe(self.prepared, plan, session.capabilities)
            with RunWriter(self.path) as writer:
                run_plan(session, plan, description, [writer, self._count])

    def _carried(self, instant: Nanoseconds, address: str, direction: str, data: bytes) -> None:
        world = self.world
        name = self._names[_resource(address)]
        state = world.world.lights_off(), world.world.outputs_off(), not world.switchboard.closed
        drives = (world.world.drive(lead) for lead in self._leads)
        voltage = max((abs(drive.voltage) for drive in drives if drive is not None), default=0.0)
        self.traffic.append(Transfer(world.faults.operations, name, direction, data, *state, voltage))

    def _count(self, event: Event) -> None:
        if isinstance(event, SamplesTaken):
            self.told += len(event.samples)
        if isinstance(event, RunFinished):
            self.unconfirmed = event.unconfirmed

    def every_operation(self) -> list[int]:
        """The numbers of all operations, connecting and switching off included."""
        return list(range(1, self.world.faults.operations + 1))

    def operations(self, everywhere: bool) -> list[int]:
        """The numbers of the operations to strike at, all or every third, as the module's docstring says."""
        alike = {each.operation: (each.instrument, _NUMBERS.sub(b"", each.data)) for each in self.traffic}
        live = [each.operation for each in self.traffic if each.live]
        found = []
        for k in self.every_operation():
            repeated = all(alike.get(k) == alike.get(k + shift) for shift in (-6, -4, -2, 2))
            matters = live[0] - _MARGIN <= k <= live[-1] + _MARGIN
            if not repeated and (k % 3 == 0 or (everywhere and (matters or not self.case.thinned))):
                found.append(k)
        return found

    def findings(self, complete: int) -> Iterator[str]:
        """Tell what is not as it should be after a run of which `complete` samples are expected."""
        if not (self.unconfirmed or self.is_told_unsafe):
            yield from self._unsafe()
            yield from self._out_of_order()
        if self.error is None and self.told != complete:
            yield "data are missing and nothing was said"
        if self.error is not None:
            yield from self._unclear(self.error)
        yield from self.lost()

    @property
    def is_told_unsafe(self) -> bool:
        """Whether the error tells of an instrument that may not be safe."""
        return self.error is not None and "not confirmed to be safe" in self.error.message

    def _unsafe(self) -> Iterator[str]:
        world = self.world
        if not world.world.outputs_off():
            yield "an output is on"
        if not world.world.lights_off():
            yield "the light is on"
        if closed := world.switchboard.closed:
            yield f"relays are closed: {sorted(closed)}"
        if hot := world.switchboard.hot_switches:
            yield f"relays moved under load: {hot[:2]}"

        if (most := max((each.voltage for each in self.traffic), default=0.0)) > 1.02 * self.case.largest + 5e-3:
            yield f"there were {most:g} V on the sample"

    def _out_of_order(self) -> Iterator[str]:
        """The light goes off before a source ramps, the relays open last, and each of them at the first go."""
        traffic = self.traffic[self.safe_from :]
        if not traffic:
            return
        order = [name for name, _ in groupby(transfer.instrument for transfer in traffic)]
        expected = [name for name in self.case.order if name in order]
        if order[: len(expected)] != expected:
            yield f"made safe in the order {order}"
        if not all(transfer.dark for transfer in traffic if transfer.instrument == "smu"):
            yield "a source was ramped while the light was on"
        if not all(transfer.unpowered for transfer in traffic if transfer.instrument == "matrix"):
            yield "the matrix was spoken to while an output was on"

    def _unclear(self, error: LabkitError) -> Iterator[str]:
        if not error.remedy:
            yield f"no remedy: {error.message!r}"
        if not any(name in error.message for name in self.prepared.bench.bench.instruments):
            yield f"no instrument is named: {error.message!r}"
        if self.world.clock.now() / 1e9 > LONGEST:
            yield f"it took {self.world.clock.now() / 1e9:g} s"

    def lost(self) -> Iterator[str]:
        """Tell which data that subscribers had are not in the file."""
        if not self.path.exists():
            if self.told:
                yield "no run file"
            return
        kept = sum(len(trace) for trace in read_run(self.path).traces.values())
        if kept != self.told:
            yield f"{kept} of {self.told} samples are in the file"


@pytest.fixture(scope="module", params=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def struck(whole: Attempt, kind: FaultKind, operations: Sequence[int]) -> list[str]:
    """Tell what went wrong in runs like `whole`, each with one fault of a kind at one of its operations."""
    failures = []
    for at in operations:
        attempt = Attempt(whole.case, whole.prepared, FaultPlan(at, kind))
        assert attempt.world.faults.struck, "the fault did not strike"
        assert not attempt.unconfirmed, "one fault alone keeps nothing from being made safe"
        failures += [f"{kind} at {at}: {found}" for found in attempt.findings(whole.told)]
    return failures


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_every_operation_ends_safe_clear_and_kept(case: Case, kind: FaultKind, tmp_path: Path) -> None:
    whole = Attempt(case, prepared(case, tmp_path))
    assert whole.error is None
    assert list(whole.findings(whole.told)) == []
    operations = whole.operations(everywhere=kind in EVERYWHERE or not case.thinned)
    assert len(operations) > 50
    assert struck(whole, kind, operations) == []


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_every_operation_without_exception(
    case: Case, kind: FaultKind, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    whole = Attempt(case, prepared(case, tmp_path))
    record_property("operations", len(whole.every_operation()))
    assert struck(whole, kind, whole.every_operation()) == []


@pytest.mark.parametrize("kind", EVERYWHERE)
def test_an_instrument_that_dies_is_told_and_the_others_are_made_safe(
    case: Case, kind: FaultKind, tmp_path: Path
) -> None:
    ready = prepared(case, tmp_path)
    whole = Attempt(case, ready)
    switch = ready.bench.bench.switch
    for dead in case.order:
        own = [each for each in whole.traffic if each.instrument == dead]
        half = sum(each.operation <= (own[0].operation + own[-1].operation) // 2 for each in own)
        address = ready.bench.bench.instruments[dead].address
        attempt = Attempt(case, ready, FaultPlan(half, kind, address=address, lasting=True))
        world = attempt.world
        assert attempt.error is not None
        assert dead in attempt.error.message
        assert attempt.unconfirmed or "not confirmed to be safe" in attempt.error.message
        assert world.clock.now() / 1e9 < LONGEST
        assert dead == "generator" or (dead == "led" and "generator" not in case.order) or world.world.lights_off()
        assert dead in ("smu", "generator") or world.world.outputs_off()
        assert switch is None or dead == switch.instrument or not world.switchboard.closed
        assert list(attempt.lost()) == []
