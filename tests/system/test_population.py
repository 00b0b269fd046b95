"""A chip from the virtual world to what its devices come to: its truth is found, dead cells are named."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from labkit_sim import VirtualBench
from labkit_sim.devices import Defect, Memristor

from labkit.app import Outcome, Request, load_bench, population, run_request, write_population
from labkit.cli._main import labkit
from labkit.core import Flag, Kind, Result
from labkit.engine import open_virtual
from labkit.metrics import GOOD
from labkit.storage import read_results, read_run

BENCH = """\
schema_version: 1
name: chip
instruments:
  smu: {driver: keysight_b2902a, address: "TCPIP0::192.168.1.29::inst0::INSTR"}
  matrix: {driver: keysight_b2201a, address: "GPIB0::22::INSTR"}
terminals:
  top: {instrument: smu, channel: "1", maximum_voltage: 5 V, maximum_current: 10 mA}
  bottom: {grounded: true}
switch:
  instrument: matrix
  rows: {top: "1", bottom: "14"}
  crossbar: {rows: ["1", "2", "3", "4", "5"], columns: ["13", "14", "15", "16", "17"]}
line_frequency: 50
virtual:
  device: halide_memristor
  seed: 3
  chip:
    variation: 20 %
    cells: {r2c3: {defect: short}, r4c4: {defect: open}, "r1c*": {active_area: 200 um^2}}
"""
PROTOCOL = """\
schema_version: 1
name: check
title: Check of a chip
implements: P23
terminals: {top: {kind: electrical, compliance: 1 mA, current_range: 10 uA}}
steps:
  - route: none
  - read: {terminal: top, level: 0.1 V, count: 5, mark: leakage}
  - for_each_device: {devices: all, order: random, sentinel: first, every: 10}
    steps:
      - read: {terminal: top, level: 0.1 V, count: 5, mark: check}
metrics: [check_read, yield, uniformity]
"""
CRITERIA = """\
schema_version: 1
name: alive
criteria: [{symbol: G_check, min: 1 uS, max: 8 uS}]
failure_modes:
  short: [{symbol: G_check, flags: [CMP, SAT]}]
  open: [{symbol: G_check, flags: [SNR]}]
"""
SAMPLE = 'schema_version: 1\nname: chip-1\ncells: {"r*": {active_area: 100 um^2}, "r1c*": {active_area: 200 um^2}}\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("population")
    files = {"bench.yaml": BENCH, "check.yaml": PROTOCOL, "criteria.yaml": CRITERIA, "sample.yaml": SAMPLE}
    for name, text in files.items():
        (made / name).write_text(text)
    return made


@pytest.fixture(scope="module")
def outcome(folder: Path) -> Outcome:
    request = Request(
        str(folder / "check.yaml"),
        str(folder / "bench.yaml"),
        str(folder / "sample.yaml"),
        virtual=True,
        criteria=str(folder / "criteria.yaml"),
    )
    return run_request(request, folder / "run.h5")


@pytest.fixture(scope="module")
def virtual(folder: Path) -> VirtualBench:
    """The world that the run was made in, once more."""
    file = load_bench(str(folder / "bench.yaml"))
    made = open_virtual(file.bench, file.folder)
    assert isinstance(made, VirtualBench)
    return made


def found(results: tuple[Result, ...], symbol: str, **at: float) -> Result:
    return next(
        each
        for each in results
        if each.symbol == symbol and all(each.at.get(name) == pytest.approx(value) for name, value in at.items())
    )


def truths(virtual: VirtualBench) -> dict[str, float]:
    """True conductance (S) of each cell that lives, pristine."""
    devices = {name: virtual.devices[name] for name in virtual.devices}
    return {name: one.parameters.lowest_conductance for name, one in devices.items() if isinstance(one, Memristor)}


def test_each_device_is_what_the_world_made_of_it(outcome: Outcome, virtual: VirtualBench) -> None:
    values = {
        each.device: each.estimate for each in outcome.results if each.symbol == "G_check" and not each.at.get("visit")
    }
    truth = truths(virtual)
    assert len(truth) == 23
    assert sum(isinstance(virtual.devices[name], Defect) for name in virtual.devices) == 2
    for name, conductance in truth.items():
        estimate = values[name]
        assert estimate is not None
        assert abs(estimate.value - conductance) < 4 * estimate.uncertainty + 0.01 * conductance  # contacts in series


def test_the_spread_of_the_population_is_found(outcome: Outcome, virtual: VirtualBench) -> None:
    spread = found(outcome.results, "σ_ln(G_check)", area=1e-10)
    truth = np.std([np.log(value) for name, value in truths(virtual).items() if not name.startswith("r1")], ddof=1)
    assert spread.estimate is not None
    assert spread.estimate.value == pytest.approx(truth, rel=0.05)
    assert np.sqrt(np.log1p(0.2**2)) in spread.estimate.interval


def test_dead_cells_have_their_mode_and_count(outcome: Outcome) -> None:
    share = found(outcome.results, "yield")
    assert share.counts["device"] == 25
    assert share.variants["share: short"].value == pytest.approx(1 / 25)
    assert share.variants["share: open"].value == pytest.approx(1 / 25)
    assert "r2c3 short" in share.notes["not good"]
    assert Flag.SELECTED not in share.flags


def test_the_criteria_stood_in_the_file_before_the_run(outcome: Outcome) -> None:
    assert read_run(outcome.path).description.criteria_text == CRITERIA


def test_the_sentinel_was_visited_again_and_is_one_device(outcome: Outcome) -> None:
    run = read_run(outcome.path)
    assert len(run.rows(Kind.READ, "check")) == 28
    devices = population([outcome.path], write=False).devices
    assert len(devices) == 25
    assert [one.visit for one in devices.again] == [1, 2, 3]
    assert len({one.sample.device for one in devices.again}) == 1


def test_what_the_set_comes_to_stands_in_the_file_of_the_chip(outcome: Outcome) -> None:
    first = population([outcome.path])
    stored = [each for each in read_results(outcome.path) if not each.device]
    assert [each.symbol for each in stored] == [each.symbol for each in first.results]
    assert [each.estimate for each in stored] == [each.estimate for each in population([outcome.path]).results]


def test_criteria_given_afterwards_are_flagged(outcome: Outcome, folder: Path) -> None:
    (folder / "later.yaml").write_text(CRITERIA.replace("max: 8 uS", "max: 20 uS"))
    later = population([outcome.path], str(folder / "later.yaml"), ["yield"], write=False)
    assert Flag.SELECTED in later.results[0].flags


@pytest.mark.parametrize("suffix", [".html", ".xlsx", ".csv", ".md", ".json"])
def test_a_population_is_written_in_every_format(suffix: str, outcome: Outcome, tmp_path: Path) -> None:
    made = population([outcome.path], write=False)
    output = tmp_path / f"set{suffix}"
    write_population(made, output)
    text = output.read_bytes()
    assert len(text) > 500
    if suffix == ".html":
        page = text.decode()
        assert page.count("<rect") > 25
        assert "r2c3: short" in page
        assert "http:" not in page.replace("http://www.w3.org/2000/svg", "")
        assert "https:" not in page
    if suffix == ".json":
        told = json.loads(text)
        verdicts = {one["device"]: one["verdict"] for one in told["devices"]}
        assert (verdicts["r2c3"], verdicts["r4c4"], verdicts["r3c3"]) == ("short", "open", GOOD)
        assert told["criteria_registered_before"] is True


def test_the_command_prints_the_set_and_a_map(outcome: Outcome) -> None:
    told = CliRunner().invoke(labkit, ["population", str(outcome.path), "--dry"])
    assert told.exit_code == 0, told.output
    rows = [
        line.split()[1:] for line in told.output.splitlines() if line[:6].strip().isdigit() and len(line.split()) == 6
    ]
    assert len(rows) == 5
    assert rows[1][2] == "x"
    assert rows[3][3] == "x"
