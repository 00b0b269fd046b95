"""What makes a bench safe takes nothing for a confirmation that was not asked for now, and no dead line holds it up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from labkit_sim import FaultKind, FaultPlan, VirtualBench, open_virtual_bench

from labkit.app import load_bench
from labkit.core import Crosspoint, InstrumentError, SourceMeterSetting
from labkit.engine import BenchSession, open_bench

SETTING = SourceMeterSetting(voltage_range=1.0, current_range=1e-4, compliance=1e-4, aperture=0.02)


@pytest.fixture
def session() -> Iterator[BenchSession]:
    bench = load_bench("keithley_2636b_optical").bench
    world = open_virtual_bench(bench, Path())
    with open_bench(bench, world) as opened:
        yield opened


@pytest.fixture
def world(session: BenchSession) -> VirtualBench:
    assert isinstance(session.virtual, VirtualBench)
    return session.virtual


def left_unread(session: BenchSession, world: VirtualBench, instrument: str, query: bytes) -> None:
    """Ask an instrument ten times and go away."""
    address = session.bench.instruments[instrument].address
    for _ in range(10):
        world.bus.write(address, query, True, 1.0)


def test_answers_left_unread_do_not_confirm_that_an_output_is_off(session: BenchSession, world: VirtualBench) -> None:
    drain = session.source_meters["drain"]
    drain.configure(SETTING)
    drain.enable_output()
    world.faults.add(FaultPlan(1, FaultKind.STUCK_OUTPUT, session.bench.instruments["smu"].address, lasting=True))
    left_unread(session, world, "smu", b"print(0)\n")
    with pytest.raises(InstrumentError, match="does not confirm that its output is off"):
        drain.make_safe()


def test_answers_left_unread_put_no_voltage_on_the_sample(session: BenchSession, world: VirtualBench) -> None:
    drain = session.source_meters["drain"]
    drain.configure(SETTING)
    drain.enable_output()
    seen = []
    world.bus.monitors.append(lambda *told: seen.append(abs(world.world.response("drain")[0])))
    left_unread(session, world, "smu", b"print(1)\n")
    drain.make_safe()
    assert world.world.outputs_off()
    assert max(seen) < 5e-3


def test_answers_left_unread_do_not_confirm_that_relays_are_open(session: BenchSession, world: VirtualBench) -> None:
    switch = session.switch
    assert switch is not None
    switch.connect(frozenset({Crosspoint("A", "1")}))
    left_unread(session, world, "matrix", b'print("nil")\n')
    address = session.bench.instruments["matrix"].address
    world.faults.add(FaultPlan(1, FaultKind.GARBAGE, address, "write", lasting=True))
    with pytest.raises(InstrumentError):
        switch.make_safe()
    assert world.switchboard.closed


def test_a_dead_line_is_given_up_soon(session: BenchSession, world: VirtualBench) -> None:
    address = session.bench.instruments["smu"].address
    began = session.clock.now()
    world.faults.add(FaultPlan(1, FaultKind.NO_ANSWER, address, lasting=True))
    unconfirmed = session.make_safe()
    assert [told.partition(":")[0] for told in unconfirmed] == ["drain", "gate", "switch"]
    assert (session.clock.now() - began) / 1e9 < 25.0
