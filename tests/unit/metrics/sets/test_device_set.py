"""A set of devices: each device once, whatever the number of runs and visits."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchmarks.validation.generators import RunBuilder
from labkit.core import Kind, LabkitError, Result, Run, Sample
from labkit.metrics import compute_metrics, compute_set_metrics, device_set, load_set_metric, set_metric_names
from labkit.metrics._set_metric import SetMetric


def one_run(name: str, device: str, started_at: str = "2026-01-01T10:00:00+00:00") -> Run:
    built = RunBuilder()
    built.event(Kind.PULSE, "epsc", "light", 1.0, 2.0)
    return replace(built.build(), sample=Sample(name=name, device=device), started_at=started_at)


def chip_run(visits: Sequence[tuple[str, int]], devices: tuple[str, ...] = ("r1c1", "r1c2", "r2c1")) -> Run:
    """Make a run that goes to devices in an order, with the number of the visit."""
    built = RunBuilder(loops=("device", "visit"))
    for k, (device, visit) in enumerate(visits):
        built.event(Kind.PULSE, "epsc", "light", 10.0 * k, 10.0 * k + 1, device=devices.index(device), visit=visit)
    run = built.build()
    words = replace(run.description.vocabulary, devices=devices)
    return replace(run, description=replace(run.description, vocabulary=words), sample=Sample(name="chip"))


def value(device: str = "", **at: float) -> Result:
    return Result("epsc", "M1/1", "ΔI", None, "A", "", at=at, device=device)


def test_run_files_of_several_devices_and_a_chip_run_give_alike_sets() -> None:
    single = device_set([(one_run("chip", name), (value(),)) for name in ("r1c1", "r1c2")])
    chip = device_set([(chip_run([("r1c2", 0), ("r1c1", 0)]), (value("r1c1"), value("r1c2")))])
    assert {one.identity for one in single} == {one.identity for one in chip}
    assert [one.sample.device for one in chip] == ["r1c2", "r1c1"]  # in order of time
    assert [(one.sample.row, one.sample.column) for one in chip] == [(1, 2), (1, 1)]
    assert all(len(one.results) == 1 for one in (*single, *chip))


def test_five_runs_of_one_device_are_one_device() -> None:
    runs = [one_run("A", "1", f"2026-01-0{k}T10:00:00+00:00") for k in range(1, 6)]
    found = device_set([(run, (value(),)) for run in reversed(runs)])
    assert len(found) == 1
    assert len(found.again) == 4
    assert found.devices[0].begun < min(one.begun for one in found.again)
    assert "do not count as devices" in found.remarks[0]


def test_runs_without_a_sample_file_are_not_taken_for_devices() -> None:
    found = device_set([(one_run("unnamed", "1"), ()), (one_run("unnamed", "1"), ())])
    assert len(found) == 1
    assert "sample.yaml" in found.remarks[1]


def test_a_sentinel_is_one_device_with_its_later_visits_apart() -> None:
    run = chip_run([("r1c1", 0), ("r1c2", 0), ("r1c1", 1), ("r2c1", 0), ("r1c1", 2)])
    results = (value("r1c1"), value("r1c2"), value("r1c1", visit=1.0), value("r2c1"), value("r1c1", visit=2.0))
    found = device_set([(run, results)])
    assert len(found) == 3
    assert [(one.sample.device, one.visit) for one in found.again] == [("r1c1", 1), ("r1c1", 2)]
    assert all(len(one.results) == 1 for one in (*found, *found.again))


def test_each_visit_has_results_of_its_own() -> None:
    run = chip_run([("r1c1", 0), ("r1c2", 0), ("r1c1", 1)])
    results = compute_metrics(run, ["epsc"])
    assert [(one.device, one.at.get("visit")) for one in results] == [("r1c1", None), ("r1c1", 1), ("r1c2", None)]


def test_cells_that_a_run_did_not_reach_are_not_in_the_set() -> None:
    assert len(device_set([(chip_run([("r1c1", 0)]), ())])) == 1


def test_cells_take_what_the_sample_file_says_of_them() -> None:
    sample = Sample.model_validate(
        {"name": "chip", "batch": "a", "cells": {"r*c1": {"active_area": "25 um^2"}, "r2c1": {"batch": "b"}}}
    )
    cell, other = sample.of_cell("r2c1"), sample.of_cell("r1c2")
    assert (cell.row, cell.column, cell.active_area, cell.batch) == (2, 1, pytest.approx(25e-12), "b")
    assert (other.row, other.column, other.active_area, other.batch) == (1, 2, None, "a")
    assert sample.of_cell("dot").row is None


def test_nothing_is_no_set() -> None:
    with pytest.raises(LabkitError):
        device_set([])


def test_a_set_metric_that_cannot_be_computed_gives_its_reason() -> None:
    found = compute_set_metrics(device_set([(one_run("A", "1"), ())]), ["yield", "no_such_metric"])
    assert [result.metric for result in found] == ["yield", "no_such_metric"]
    assert all(result.reason and result.notes["remedy"] for result in found)


@pytest.mark.parametrize(
    ("name", "number"),
    [("device_variation", "M20"), ("yield", "M40"), ("uniformity", "M41"), ("area_scaling", "M42")],
)
def test_the_standard_s_set_metrics_are_installed(name: str, number: str) -> None:
    metric = load_set_metric(name)
    assert isinstance(metric, SetMetric)
    assert name in set_metric_names()
    assert number in metric.reference
    assert metric.definition.startswith(number)
