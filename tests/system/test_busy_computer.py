"""A computer that is too busy to keep real time makes a run late, and the run says so; it never fails by that."""

import random
from pathlib import Path

import pytest

from labkit.app import Request, describe, open_session, plan_on, prepare
from labkit.core import Event, Warned
from labkit.engine import run_plan
from labkit.storage import RunWriter

PACE = 50.0
STALL = 0.6
"""Longest time (s of the wall) that the process does not run: half a minute of the bench at this pace."""


class BusyWall:
    """In place of the module `time`: a wall clock on which this process now and then waits for its turn."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._now = 0

    def monotonic_ns(self) -> int:
        self._now += 1_000 + self._stall(0.01)
        return self._now

    def sleep(self, duration: float) -> None:
        self._now += round(duration * 1e9) + self._stall(0.5)

    def _stall(self, probability: float) -> int:
        return round(1e9 * STALL * self._random.random()) if self._random.random() < probability else 0


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("protocol", "bench", "parameters", "set_name"),
    [
        ("ppf_optical", "demo_optical", {"settle": "5 s", "repeats": "2", "intervals": "[1 s]"}, "demo"),
        ("retention", "demo_memristor", {"times": "[1 s, 10 s]"}, None),
        ("ltp_ltd_gate", "keithley_2636b_transistor", {"pulses": "5"}, None),
    ],
)
def test_a_paced_run_on_a_busy_computer_is_late_and_says_so(
    protocol: str,
    bench: str,
    parameters: dict[str, str],
    set_name: str | None,
    seed: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("labkit_sim._clock.time", BusyWall(seed))
    prepared = prepare(Request(protocol, bench, virtual=True, parameters=parameters, set_name=set_name))
    events: list[Event] = []
    with open_session(prepared, pace=PACE) as session, RunWriter(tmp_path / "run.h5") as writer:
        plan = plan_on(session, prepared).require()
        finished = run_plan(session, plan, describe(prepared, plan, session.capabilities), [writer, events.append])
    assert finished.outcome == "complete"
    assert any("the computer was busy" in event.message for event in events if isinstance(event, Warned))
