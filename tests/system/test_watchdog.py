"""A runner is killed with outputs on: the watchdog, a process of its own, makes the bench safe over the network."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from labkit_sim.servers import NetworkServer, serve_bench

from labkit.app import load_bench, read_ledger, rebuild_ledger
from labkit.core import ServeSettings
from labkit.storage import read_run

PROTOCOL = """\
schema_version: 1
name: long
title: A run that somebody ends
implements: P02
terminals:
  drain: {kind: electrical, compliance: 100 uA, current_range: 1 uA}
  light: optical
steps:
  - record: {terminals: [drain], rate: 10 Hz}
    steps:
      - hold: {drain: 0.1 V}
      - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 50 s, mark: epsc}
      - wait: 1 s
metrics: []
"""
PATIENCE = 30.0
"""On a machine that is busy with other things; an idle one needs a second or two."""


@dataclass
class Rig:
    """A bench that is served on the network, and the folder of someone who measures on it."""

    server: NetworkServer
    folder: Path
    runners: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / "run.watchdog.log"

    def labkit(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start labkit as from a terminal: in a process group of its own, which Ctrl-C goes to."""
        command = [sys.executable, "-m", "labkit", *arguments]
        self.runners.append(subprocess.Popen(command, cwd=self.folder, process_group=0, stderr=subprocess.PIPE))
        return self.runners[-1]

    def run(self, *arguments: str) -> subprocess.Popen[bytes]:
        runner = self.labkit("run", "long.yaml", "--device", "t1", "-o", "run.h5", *arguments)
        eventually(self.measures, lambda: runner.poll() is None)
        return runner

    def measures(self) -> bool:
        world = self.server.virtual.world
        with world.lock:
            return not world.outputs_off() and not world.lights_off()

    def is_safe(self) -> bool:
        world = self.server.virtual.world
        with world.lock:
            return world.outputs_off() and world.lights_off() and not self.server.virtual.switchboard.closed

    def close(self) -> None:
        for runner in self.runners:
            runner.kill()
            runner.communicate()
        self.server.close()


def eventually(condition: Callable[[], bool], going_on: Callable[[], bool] = lambda: True) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert going_on()
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Source meter, generator, LED and matrix of a shipped bench, each at an address of its own on this machine."""
    file = load_bench("keithley_2636b_optical")
    server = serve_bench(file.bench, file.folder, ServeSettings(port=0, hislip_port=None))
    text = file.text
    for place in server.addresses:
        if place.transport != "serial port":
            text = text.replace(f'"{file.bench.instruments[place.instrument].address}"', f'"{place.resource}"')
    (tmp_path / "bench.yaml").write_text(text)
    (tmp_path / "long.yaml").write_text(PROTOCOL)
    made = Rig(server, tmp_path)
    yield made
    made.close()


def test_a_killed_runner_leaves_a_safe_bench_and_a_log_of_how_that_came(rig: Rig) -> None:
    runner = rig.run()
    runner.send_signal(signal.SIGSTOP)
    time.sleep(1)
    assert rig.measures(), "a runner that is stuck still owns the bench"
    assert not rig.log.exists()
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    eventually(rig.is_safe)
    eventually(lambda: rig.log.exists() and "the bench is safe" in rig.log.read_text())
    told = rig.log.read_text()
    assert f"the runner (process {runner.pid}) is gone" in told
    for name in ("smu", "generator", "led", "matrix"):
        assert f" {name}: safe: " in told
    ((entry,), _) = rebuild_ledger(rig.folder)
    assert (entry.device, entry.outcome) == ("t1", "killed")


def test_ctrl_c_reaches_the_runner_alone_and_the_watchdog_ends_with_it(rig: Rig) -> None:
    runner = rig.run()
    (watchdog,) = children(runner.pid)
    os.killpg(runner.pid, signal.SIGINT)
    assert runner.wait(PATIENCE) == 130
    assert rig.is_safe()
    eventually(lambda: not Path(f"/proc/{watchdog}").exists())
    assert not rig.log.exists()
    run = read_run(rig.folder / "run.h5")
    assert run.finished is not None
    assert (run.finished.outcome, run.finished.unconfirmed) == ("aborted", ())
    assert run.description.environment["ledger before the run"] == "t1: no run"
    (entry,) = read_ledger(rig.folder / "ledger.jsonl")
    assert (entry.device, entry.outcome) == ("t1", "aborted")


def children(process: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


BY_HAND = """\
import sys, time
from labkit.app import BenchChoice, SourceRequest, Workbench
workbench = Workbench()
workbench.connect(BenchChoice("bench.yaml", virtual=False)).result()
workbench.by_hand(lambda hand: hand.source("drain", SourceRequest(0.5, 1e-5))).result()
workbench.by_hand(lambda hand: hand.light("light", 1.0)).result()
time.sleep(600)
"""


def test_a_bench_that_is_used_by_hand_is_made_safe_when_the_window_is_killed(rig: Rig) -> None:
    runner = subprocess.Popen([sys.executable, "-c", BY_HAND], cwd=rig.folder, stderr=subprocess.PIPE)
    rig.runners.append(runner)
    eventually(rig.measures, lambda: runner.poll() is None)
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    eventually(rig.is_safe)
    log = rig.folder / "runs" / "by_hand.watchdog.log"
    eventually(lambda: log.exists() and "the bench is safe" in log.read_text())
