"""A chip as a map: every cell in its place, dead ones with their fate, those that stand out found."""

from pathlib import Path

import numpy as np
import pytest

from labkit.app import Chip, Request, bench_cells, open_runs, read_chip, run_request
from labkit.core import Kind
from labkit.storage import read_run

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
  crossbar: {rows: ["1", "2", "3", "4"], columns: ["13", "14", "15", "16", "17"]}
line_frequency: 50
virtual:
  device: halide_memristor
  seed: 3
  chip:
    variation: 5 %
    cells: {r2c3: {defect: short}, r4c4: {defect: open}, r3c1: {active_area: 300 um^2}}
"""
PROTOCOL = """\
schema_version: 1
name: check
title: Check of a chip
implements: P23
terminals: {top: {kind: electrical, compliance: 1 mA, current_range: 100 uA}}
steps:
  - route: none
  - read: {terminal: top, level: 0.1 V, count: 5, mark: leakage}
  - for_each_device: {devices: all, order: random, sentinel: first, every: 8}
    steps:
      - read: {terminal: top, level: 0.1 V, count: 5, mark: check}
metrics: [check_read, yield]
"""
CRITERIA = """\
schema_version: 1
name: alive
criteria: [{symbol: G_check, min: 0.5 uS, max: 50 uS}]
failure_modes:
  short: [{symbol: G_check, flags: [CMP, SAT]}]
  open: [{symbol: G_check, flags: [SNR]}]
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lab")
    for name, text in {"bench": BENCH, "check": PROTOCOL, "criteria": CRITERIA}.items():
        (folder / f"{name}.yaml").write_text(text)
    criteria, bench = str(folder / "criteria.yaml"), str(folder / "bench.yaml")
    for name, devices in {"chip": ("all",), "row": ("r1c1", "r1c2", "r1c3", "r1c4", "r1c5")}.items():
        request = Request(str(folder / "check.yaml"), bench, virtual=True, criteria=criteria, devices=devices, seed=3)
        run_request(request, folder / f"{name}.h5")
    return folder


@pytest.fixture(scope="module")
def chip(lab: Path) -> Chip:
    return read_chip([lab / "chip.h5"])


def test_every_cell_is_in_its_place(chip: Chip) -> None:
    assert {place.name: (place.row, place.column) for place in chip.places} == {
        f"r{row + 1}c{column + 1}": (row, column) for row in range(4) for column in range(5)
    }
    assert chip.measured == {place.name for place in chip.places}


def test_what_is_dead_and_what_stands_out_is_found_and_nothing_else(chip: Chip) -> None:
    cells = chip.values[0].cells
    assert {name: cell.fate for name, cell in cells.items() if cell.fate} == {"r2c3": "short", "r4c4": "open"}
    assert [name for name, cell in cells.items() if cell.outlier] == ["r3c1"]
    assert cells["r3c1"].estimate is not None
    others = [cell.estimate.value for name, cell in cells.items() if cell.estimate and not cell.fate and name != "r3c1"]
    assert cells["r3c1"].estimate.value == pytest.approx(3 * np.median(others), rel=0.15)


def test_the_yield_and_the_criteria_are_told(chip: Chip) -> None:
    assert chip.criteria == ("G_check at least 0.5 uS and at most 50 uS",)
    share = next(row for row in chip.rows if row.metric == "yield")
    assert share.value.startswith("90")


def test_looking_changes_no_file(lab: Path) -> None:
    before = (lab / "chip.h5").read_bytes()
    read_chip([lab / "chip.h5"])
    assert (lab / "chip.h5").read_bytes() == before


def test_cells_that_were_not_measured_are_on_the_map(lab: Path) -> None:
    row = read_chip([lab / "row.h5"])
    assert len(row.places) == 20
    assert row.measured == {f"r1c{column}" for column in range(1, 6)}


def test_several_runs_of_one_chip_are_one_map(lab: Path) -> None:
    both = read_chip([lab / "row.h5", lab / "chip.h5"])
    assert len(both.measured) == 20
    assert [path.name for path in both.sources["r1c1"]] == ["chip.h5", "row.h5"]  # the chip was measured first
    assert [path.name for path in both.sources["r2c1"]] == ["chip.h5"]


def test_a_cell_is_opened_with_its_own_readings_only(lab: Path) -> None:
    run = read_run(lab / "chip.h5")
    opened = open_runs([lab / "chip.h5"], "r3c2")
    reads = run.of_device("r3c2").rows(Kind.READ, "check")
    trace = opened.traces[0].panels[0].traces[0]
    assert len(trace.y) == reads["sample_count"].sum()
    assert np.array_equal(trace.y[:5], run.samples_of(reads.iloc[0]).current)
    assert {result.device for result in opened.runs[0].results} == {"r3c2"}
    assert "cell r3c2" in opened.runs[0].subtitle


def test_the_cells_of_a_bench_are_known_before_any_run(lab: Path) -> None:
    assert len(bench_cells(str(lab / "bench.yaml"))) == 20
    assert bench_cells("demo_optical") == ()
