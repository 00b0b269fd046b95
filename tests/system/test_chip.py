"""A run over the devices of a chip: own data and metrics each, relays switched cold, the matrix open at the end."""

from pathlib import Path

import pytest
from labkit_sim import VirtualBench

from labkit.app import Outcome, Request, analyse, describe, load_bench, plan_on, prepare, run_request
from labkit.core import Kind
from labkit.engine import open_bench, open_virtual, run_plan
from labkit.storage import RunWriter, read_results, read_run

PROTOCOL = """\
schema_version: 1
name: chip
title: Pulses and reads on a chip
implements: P10
terminals: {top: {kind: electrical, compliance: 1 mA, current_range: 100 uA}}
steps:
  - hold: {top: 0 V}
  - repeat: {count: 3, as: cycle}
    steps:
      - train:
          terminal: top
          level: 0.5 V
          width: 20 ms
          count: 4
          interval: 20 ms
          mark: potentiation
          read: {terminal: top, level: 0.1 V, delay: 10 ms, count: 3, mark: potentiation}
metrics: [conductance_curve]
"""

BENCHES = ("keithley_2636b_memristor", "keysight_b2902a_memristor")


def request(folder: Path, bench: str, devices: tuple[str, ...]) -> Request:
    (folder / "chip.yaml").write_text(PROTOCOL)
    return Request(str(folder / "chip.yaml"), bench, virtual=True, devices=devices)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("chip")
    return run_request(request(folder, BENCHES[0], ("all",)), folder / "run.h5")


def test_each_device_has_its_own_rows(outcome: Outcome) -> None:
    run = read_run(outcome.path)
    assert run.devices == ("r1c1", "r1c2", "r2c1", "r2c2")
    for device in run.devices:
        part = run.of_device(device)
        assert len(part.rows(Kind.PULSE)) == len(part.rows(Kind.READ)) == 12
    assert len(run.rows(Kind.PULSE)) == 48


def test_each_device_has_its_own_values(outcome: Outcome) -> None:
    assert {result.device for result in outcome.results} == set(read_run(outcome.path).devices)
    values = {result.device: result.estimate for result in outcome.results if result.symbol == "ΔG_P"}
    assert len(values) == 4
    told = [(each.device, each.symbol, each.estimate) for each in outcome.results]
    assert [(each.device, each.symbol, each.estimate) for each in read_results(outcome.path)] == told


def test_what_is_computed_again_is_the_same(outcome: Outcome) -> None:
    assert analyse(outcome.path).changes == ()


@pytest.mark.parametrize("bench", BENCHES)
def test_no_relay_moves_under_voltage_and_all_are_open_at_the_end(bench: str, tmp_path: Path) -> None:
    prepared = prepare(request(tmp_path, bench, ("r1c1", "r2c2", "r1c2")))
    file = load_bench(bench)
    virtual = open_virtual(file.bench, file.folder)
    assert isinstance(virtual, VirtualBench)
    with open_bench(file.bench, virtual) as session:
        plan = plan_on(session, prepared).require()
        with RunWriter(tmp_path / "run.h5") as writer:
            run_plan(session, plan, describe(prepared, plan, session.capabilities), [writer])
    assert virtual.switchboard.hot_switches == []
    assert virtual.switchboard.closed == frozenset()
    assert virtual.world.conflicts == []
    assert virtual.world.outputs_off()
