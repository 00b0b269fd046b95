"""A bench that someone left with outputs on is made safe: each shipped bench, healthy and with faults."""

import json
import sys
from pathlib import Path

import pytest
import pyvisa
from labkit_sim import FaultKind, FaultPlan, VirtualBench
from pyvisa.resources import MessageBasedResource

from labkit.app import BenchFile, bench_names, load_bench
from labkit.cli import main
from labkit.core import (
    SECOND,
    Crosspoint,
    Nanoseconds,
    SourceMeter,
    SourceMeterSetting,
    Step,
)
from labkit.engine import BenchSession, open_bench, open_virtual, rescue

GENERATOR = "TCPIP0::192.168.1.33::5025::SOCKET"
TENTH = Nanoseconds(SECOND // 10)


def left_on(file: BenchFile) -> VirtualBench:
    """Give the world of a bench as a killed runner leaves it: lights on, relays closed, source meters in a sweep."""
    world = open_virtual(file.bench, file.folder)
    assert isinstance(world, VirtualBench)
    session = open_bench(file.bench, world)
    for light in session.lights.values():
        light.set_irradiance(light.capabilities.irradiance)
    for channel in session.source_meters.values():
        sweep(channel)
    close_a_relay(session)
    unread(file, world)
    return world


def sweep(channel: SourceMeter) -> None:
    channel.configure(SourceMeterSetting(0.5, 1e-6, 1e-5, 0.02))
    channel.enable_output()
    channel.load(tuple(Step(level, SECOND, 5, TENTH, TENTH) for level in (0.1, 0.2)))
    channel.start()


def close_a_relay(session: BenchSession) -> None:
    switch, matrix = session.bench.switch, session.switch
    if switch is not None and matrix is not None:
        cell = next(iter(switch.wiring().values()))
        terminal, column = next(iter(cell.items()))
        matrix.connect(frozenset({Crosspoint(switch.rows[terminal], column)}))


def unread(file: BenchFile, world: VirtualBench) -> None:
    """Ask every instrument something that nobody waits to hear."""
    manager = pyvisa.ResourceManager(world.visa_library)
    for entry in file.bench.instruments.values():
        if entry.address:
            resource = manager.open_resource(entry.address, write_termination="\n")
            assert isinstance(resource, MessageBasedResource)
            resource.write("*IDN?")


def is_safe(world: VirtualBench) -> bool:
    return world.world.outputs_off() and world.world.lights_off() and not world.switchboard.closed


@pytest.fixture(params=bench_names())
def file(request: pytest.FixtureRequest) -> BenchFile:
    return load_bench(str(request.param))


def test_each_bench_is_made_safe_out_of_the_middle_of_a_sweep_with_answers_unread(file: BenchFile) -> None:
    world = left_on(file)
    assert not world.world.outputs_off()
    began = world.clock.now()
    told = list(rescue(file.bench, 60, world))
    assert [one.detail for one in told if not one.safe] == []
    assert {one.instrument for one in told} == set(file.bench.instruments)
    assert is_safe(world)
    assert world.clock.now() - began < 5 * SECOND


@pytest.fixture
def chip() -> BenchFile:
    return load_bench("keithley_2636b_optical")


def test_one_that_is_dead_does_not_keep_the_others_from_being_made_safe(chip: BenchFile) -> None:
    world = left_on(chip)
    world.faults.add(FaultPlan(1, FaultKind.NO_ANSWER, address=GENERATOR, lasting=True))
    told = {one.instrument: one for one in rescue(chip.bench, 20, world)}
    assert {name for name, one in told.items() if not one.safe} == {"generator"}
    assert GENERATOR in told["generator"].detail
    assert world.world.lights_off()
    assert not world.switchboard.closed


def test_one_that_does_not_answer_at_once_is_tried_again(chip: BenchFile) -> None:
    world = left_on(chip)
    for k in (3, 4, 5):  # after those that left the bench as it is
        world.faults.add(FaultPlan(k, FaultKind.DROPPED_LINE, address=GENERATOR, operation="open"))
    assert all(one.safe for one in rescue(chip.bench, 20, world))
    assert len(world.faults.struck) == 3
    assert is_safe(world)


def test_relays_open_last(chip: BenchFile) -> None:
    assert [one.instrument for one in rescue(chip.bench, 0, left_on(chip))][-1] == "matrix"


def test_a_bench_with_nothing_on_stays_so(chip: BenchFile) -> None:
    world = open_virtual(chip.bench, chip.folder)
    assert isinstance(world, VirtualBench)
    for _ in rescue(chip.bench, 0, world):
        assert is_safe(world)


def labkit(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["labkit", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    return int(ended.value.code or 0)


def test_the_command_tells_each_instrument_and_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert labkit("safe", "demo_optical", "--virtual") == 0
    assert capsys.readouterr().out.splitlines() == ["led: light: off, confirmed", "smu: drain: off, confirmed"]


def test_the_command_ends_with_1_when_something_is_not_confirmed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = load_bench("demo_optical")
    dead = f'{{at: 1, kind: no_answer, address: "{bench.bench.instruments["led"].address}", lasting: true}}'
    (tmp_path / "bench.yaml").write_text(bench.text.replace("  seed: 1", f"  seed: 1\n  faults: [{dead}]"))
    assert labkit("safe", str(tmp_path / "bench.yaml"), "--virtual", "--patience", "1", "--json") == 1
    told = {one["instrument"]: one["safe"] for one in json.loads(capsys.readouterr().out)}
    assert told == {"led": False, "smu": True}
