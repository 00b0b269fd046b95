"""A bench that a window holds: runs on it can be ended and paused from outside, and it is safe whatever happens."""

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.app import BenchChoice, Request, Workbench, run_request
from labkit.core import BlockStarted, Event, LabkitError, RunFinished, Warned
from labkit.engine import BenchSession, RunAborted
from labkit.storage import read_run

SHORT = {"intervals": "[100 ms, 1 s]", "repeats": "2", "settle": "1 s"}
PPF = Request("ppf_optical", "demo_optical", virtual=True, parameters=SHORT)


@pytest.fixture
def workbench() -> Iterator[Workbench]:
    opened = Workbench()
    yield opened
    assert opened.close().result(30) == ()


def truth(session: BenchSession) -> tuple[bool, bool]:
    world = session.virtual.world
    return world.outputs_off(), world.lights_off()


def test_a_bench_tells_who_is_on_it_and_is_closed_safe(workbench: Workbench) -> None:
    identities = workbench.connect(BenchChoice("demo_optical")).result(30)
    assert [identity.name for identity in identities] == ["smu", "led"]
    assert workbench.connected
    workbench.do(lambda session: session.lights["light"].set_irradiance(1.0)).result(10)
    assert workbench.do(truth).result(10) == (True, False)
    assert workbench.outputs_off().result(10) == ()
    assert workbench.do(truth).result(10) == (True, True)
    assert workbench.disconnect().result(10) == ()
    with pytest.raises(LabkitError, match="no bench is connected"):
        workbench.do(truth).result(10)


def test_a_run_gives_what_the_command_line_gives(workbench: Workbench, tmp_path: Path) -> None:
    workbench.connect(BenchChoice("demo_optical")).result(30)
    outcome = workbench.run(PPF, output=tmp_path / "window.h5").result(60)
    line = run_request(PPF, tmp_path / "line.h5")
    assert [(each.symbol, each.estimate, each.flags) for each in outcome.results] == [
        (each.symbol, each.estimate, each.flags) for each in line.results
    ]
    assert workbench.do(truth).result(10) == (True, True)


def test_outputs_go_off_in_the_middle_of_a_run_at_once(workbench: Workbench, tmp_path: Path) -> None:
    begun = threading.Event()

    def hear(event: Event) -> None:
        if isinstance(event, BlockStarted) and event.index > 2:
            begun.set()

    run = workbench.run(PPF, pace=1.0, output=tmp_path / "run.h5", subscribers=[hear])
    assert begun.wait(30)
    asked = time.monotonic()
    assert workbench.outputs_off().result(10) == ()
    took = time.monotonic() - asked
    assert workbench.do(truth).result(10) == (True, True)
    with pytest.raises(RunAborted, match="switched off by the user"):
        run.result(10)
    stored = read_run(tmp_path / "run.h5")
    assert stored.finished is not None
    assert stored.finished.outcome == "aborted"
    assert took < 5.0  # a machine under load; benchmarks/ tells how long it takes


def test_a_run_that_was_asked_for_before_outputs_off_switches_nothing_on(workbench: Workbench, tmp_path: Path) -> None:
    told: list[Event] = []
    workbench.connect(BenchChoice("demo_optical"))
    run = workbench.run(PPF, output=tmp_path / "run.h5", subscribers=[told.append])
    assert workbench.outputs_off().result(30) == ()
    with pytest.raises(RunAborted, match="switched off by the user"):
        run.result(30)
    assert not any(isinstance(event, BlockStarted) for event in told)
    assert workbench.do(truth).result(10) == (True, True)


def test_a_run_begins_with_what_a_hand_left_on_switched_off(workbench: Workbench, tmp_path: Path) -> None:
    workbench.connect(BenchChoice("demo_optical")).result(30)
    workbench.by_hand(lambda hand: hand.light("light", 1.0)).result(10)
    assert workbench.do(truth).result(10) == (True, False)
    assert workbench.run(PPF, output=tmp_path / "run.h5").result(60).finished.outcome == "complete"
    assert workbench.do(truth).result(10) == (True, True)


def test_time_passes_on_a_bench_that_stays_open_after_a_run(workbench: Workbench, tmp_path: Path) -> None:
    workbench.run(PPF, output=tmp_path / "run.h5").result(60)
    first = workbench.do(lambda session: session.clock.now()).result(10)
    time.sleep(0.2)
    second = workbench.do(lambda session: session.clock.now()).result(10)
    assert second - first >= 200_000_000


def test_a_bench_is_tested_by_itself(workbench: Workbench) -> None:
    workbench.connect(BenchChoice("demo_optical")).result(30)
    found = workbench.check(BenchChoice("demo_optical")).result(30)
    assert [each.instrument for each in found] == ["smu", "led"]
    assert all(each.right for each in found)
    assert not workbench.connected


def test_a_run_can_be_held_and_goes_on(workbench: Workbench, tmp_path: Path) -> None:
    told: list[Event] = []
    begun = threading.Event()

    def hear(event: Event) -> None:
        told.append(event)
        if isinstance(event, BlockStarted):
            workbench.pause()
            begun.set()

    run = workbench.run(PPF, output=tmp_path / "run.h5", subscribers=[hear])
    assert begun.wait(30)
    time.sleep(0.1)
    assert workbench.paused
    blocks = sum(isinstance(event, BlockStarted) for event in told)
    assert not run.done()
    while not run.done():
        workbench.resume()
        time.sleep(0.002)
    assert run.result(30).finished.outcome == "complete"
    assert sum(isinstance(event, BlockStarted) for event in told) > blocks
    assert any(isinstance(event, Warned) and "paused for" in event.message for event in told)


def test_a_run_that_is_held_can_be_ended(workbench: Workbench, tmp_path: Path) -> None:
    begun, finished = threading.Event(), []

    def hear(event: Event) -> None:
        if isinstance(event, BlockStarted):
            workbench.pause()
            begun.set()
        if isinstance(event, RunFinished):
            finished.append(event)

    run = workbench.run(PPF, output=tmp_path / "run.h5", subscribers=[hear])
    assert begun.wait(30)
    workbench.abort()
    with pytest.raises(RunAborted, match="stopped by the user"):
        run.result(30)
    assert finished[0].unconfirmed == ()


def test_a_request_that_is_refused_leaves_the_bench_usable(workbench: Workbench, tmp_path: Path) -> None:
    refused = Request("ppf_optical", "demo_optical", virtual=True, parameters={"irradiance": "1 W/cm^2"})
    with pytest.raises(LabkitError, match="irradiance"):
        workbench.run(refused, output=tmp_path / "no.h5").result(30)
    assert workbench.run(PPF, output=tmp_path / "yes.h5").result(60).finished.outcome == "complete"


def test_a_bench_that_is_opened_again_and_again_leaves_no_handlers_behind(workbench: Workbench) -> None:
    for _ in range(3):
        workbench.connect(BenchChoice("demo_optical")).result(30)
    silent = [each for each in logging.getLogger("Adapter").handlers if isinstance(each, logging.NullHandler)]
    assert len(silent) == 1
