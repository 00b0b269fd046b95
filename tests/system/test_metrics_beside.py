"""Metrics of a run that still goes on, computed by another process from the file that is being written."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.app import MetricsBeside, Request, run_request
from labkit.core import BlockStarted, Event, LabkitError

REQUEST = Request(
    "ppf_optical", "demo_optical", virtual=True, parameters={"intervals": "[100 ms]", "repeats": "3", "settle": "1 s"}
)


@pytest.fixture
def beside() -> Iterator[MetricsBeside]:
    made = MetricsBeside()
    yield made
    made.close()


def test_metrics_appear_while_the_file_grows_and_are_the_same_at_its_end(beside: MetricsBeside, tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    blocks, early = 0, []

    def hear(event: Event) -> None:
        nonlocal blocks
        blocks += isinstance(event, BlockStarted)
        if isinstance(event, BlockStarted) and blocks == 8:
            # The run stands still until the other process has answered.
            threading.Event().wait(0.6)
            early.append(beside.compute(path).result(120))

    outcome = run_request(REQUEST, path, [hear])
    final = {result.symbol: result.estimate for result in outcome.results if result.reportable}
    late = {result.symbol: result.estimate for result in beside.compute(path).result(120)}
    assert late == final
    assert 0 < len(early[0]) <= len(late)


def test_a_file_that_is_not_there_yet_has_no_metrics(beside: MetricsBeside, tmp_path: Path) -> None:
    assert beside.compute(tmp_path / "not-yet.h5").result(120) == ()


def test_the_process_is_ended_whatever_it_does(tmp_path: Path) -> None:
    made = MetricsBeside()
    asked = made.compute(tmp_path / "not-yet.h5")
    made.close()
    assert asked.cancelled() or isinstance(asked.exception(10), LabkitError) or asked.result(10) == ()
