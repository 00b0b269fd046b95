"""What a run promises to whoever stands at the bench, on simulated instruments."""

import signal
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.core import BlockStarted, Event, Kind, RunFinished, SamplesTaken, StorageError
from labkit.engine import RunAborted

OpenSession = Callable[..., Any]

HEAD = """\
schema_version: 1
name: test
title: Test
implements: P10
"""

TOP = HEAD + "terminals: {top: {kind: electrical, compliance: 100 uA, current_range: 100 uA}}\nsteps:\n"
LIT = (
    HEAD
    + "terminals:\n  drain: {kind: electrical, compliance: 100 uA, current_range: 1 uA}\n  light: optical\nsteps:\n"
)

TRAIN = (
    TOP
    + """\
  - repeat: 50
    steps:
      - pulse: {terminal: top, level: 0.5 V, width: 20 ms, mark: p}
      - wait: 2 s
      - read: {terminal: top, level: 0.1 V, count: 3, mark: r}
"""
)


def assert_safe(session: Any) -> None:
    assert session.world.world.outputs_off()
    assert session.world.world.lights_off()


def test_until_stops_at_the_level_asked(open_text: OpenSession) -> None:
    text = (
        TOP
        + """\
  - until: {read: r, at_least: 500 nA, tries: 60, as: pulse}
    steps:
      - pulse: {terminal: top, level: 0.5 V, width: 50 ms, mark: p}
      - wait: 500 ms
      - read: {terminal: top, level: 0.1 V, count: 5, mark: r}
"""
    )
    session = open_text(text, "demo_memristor")
    session.run()
    run = session.read()
    means = [run.samples_of(row).current.mean() for _, row in run.rows(Kind.READ, "r").iterrows()]
    assert 1 < len(means) < 60
    assert means[-1] >= 500e-9
    assert all(mean < 500e-9 for mean in means[:-1])


def test_until_regains_the_level_of_an_earlier_read(open_text: OpenSession) -> None:
    text = (
        TOP
        + """\
  - repeat: {count: 5, as: learning}
    steps:
      - pulse: {terminal: top, level: 0.5 V, width: 50 ms, mark: p}
      - wait: 500 ms
      - read: {terminal: top, level: 0.1 V, count: 5, mark: learned}
  - wait: 300 s
  - until: {read: r, at_least_read: learned, tries: 60, as: pulse}
    steps:
      - pulse: {terminal: top, level: 0.5 V, width: 50 ms, mark: p}
      - wait: 500 ms
      - read: {terminal: top, level: 0.1 V, count: 5, mark: r}
"""
    )
    session = open_text(text, "demo_memristor")
    session.run()
    run = session.read()
    learned, again = (
        [run.samples_of(row).current.mean() for _, row in run.rows(Kind.READ, mark).iterrows()]
        for mark in ("learned", "r")
    )
    assert 0 < len(again) < 5
    assert again[-1] >= learned[-1]
    assert all(mean < learned[-1] for mean in again[:-1])


def test_until_that_does_not_get_there_says_so(open_text: OpenSession) -> None:
    text = (
        TOP
        + """\
  - until: {read: r, at_least: 1 mA, tries: 3, as: pulse}
    steps:
      - read: {terminal: top, level: 0.1 V, count: 1, mark: r}
"""
    )
    session = open_text(text, "demo_memristor")
    session.run()
    run = session.read()
    assert list(run.rows(Kind.READ)["pulse"]) == [0, 1, 2]
    assert any("did not reach" in warning.message for warning in run.warnings)


def test_logarithmic_readings_come_when_they_are_due(open_text: OpenSession) -> None:
    text = (
        TOP
        + """\
  - record: {terminals: [top], first: 100 ms, per_decade: 5, mark: slow}
    steps:
      - wait: 100 s
"""
    )
    session = open_text(text, "demo_memristor")
    session.run()
    run = session.read()
    (record,) = [row for _, row in run.rows(Kind.RECORD).iterrows()]
    times = run.samples_of(record).time - record["begin"]
    due = 0.1 * 10 ** (np.arange(len(times)) / 5)
    assert len(times) == 16
    assert np.allclose(times, due, atol=5e-3)


def test_light_and_voltage_share_one_time_base(open_text: OpenSession) -> None:
    text = (
        LIT
        + """\
  - together:
      - {at: 100 ms, terminal: drain, level: 0.5 V, width: 100 ms, mark: voltage}
      - {at: 150 ms, terminal: light, level: 0.2 mW/cm^2, width: 200 ms, mark: light}
"""
    )
    session = open_text(text, "demo_optical")
    session.run()
    run = session.read()
    (voltage,) = [row for _, row in run.rows(Kind.PULSE, "voltage").iterrows()]
    (light,) = [row for _, row in run.rows(Kind.PULSE, "light").iterrows()]
    assert light["begin"] - voltage["begin"] == pytest.approx(0.05, abs=3e-3)
    assert light["time_uncertainty"] > 0


def test_a_requested_pulse_is_delivered_to_a_millisecond(open_text: OpenSession) -> None:
    session = open_text(TRAIN, "demo_memristor")
    session.run()
    pulses = session.read().rows(Kind.PULSE)
    width = pulses["end"] - pulses["begin"]
    assert np.allclose(width, 20e-3, atol=1e-3)
    assert np.allclose(pulses["begin"], pulses["begin_requested"], atol=0.05)


class RaiseAt:
    """A subscriber that does something at the n-th event of a kind."""

    def __init__(self, kind: type, at: int, action: Callable[[], None]) -> None:
        self._kind, self._left, self._action = kind, at, action
        self.told: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.told.append(event)
        if isinstance(event, self._kind):
            self._left -= 1
            if self._left == 0:
                self._action()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_end_safe_with_the_data(open_text: OpenSession, number: signal.Signals) -> None:
    session = open_text(TRAIN.replace("wait: 2 s", "wait: 10 s"), "demo_memristor")
    stop = RaiseAt(SamplesTaken, 5, lambda: signal.raise_signal(number))
    with pytest.raises(RunAborted):
        session.run([stop])
    assert_safe(session)
    run = session.read()
    assert run.finished is not None
    assert run.finished.outcome == "aborted"
    assert len(run.traces["top"]) == sum(len(e.samples) for e in stop.told if isinstance(e, SamplesTaken))


def test_more_ctrl_c_cannot_break_the_safe_state(open_text: OpenSession) -> None:
    session = open_text(TRAIN, "demo_memristor")

    def press_again(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    def press() -> None:
        session.world.bus.monitors.append(press_again)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(RunAborted):
        session.run([RaiseAt(BlockStarted, 2, press)])
    assert_safe(session)


def test_a_subscriber_that_fails_ends_the_run_safe(open_text: OpenSession) -> None:
    session = open_text(TRAIN, "demo_memristor")

    def disk_full() -> None:
        raise StorageError("the disk is full", "make room")

    subscriber = RaiseAt(SamplesTaken, 1, disk_full)
    with pytest.raises(StorageError, match="disk is full"):
        session.run([subscriber])
    assert_safe(session)
    assert isinstance(subscriber.told[-1], RunFinished)
    assert subscriber.told[-1].outcome == "failed"


def test_outputs_are_on_only_between_arm_and_safe(open_text: OpenSession) -> None:
    session = open_text(TRAIN, "demo_memristor")
    assert session.world.world.outputs_off()
    session.run([RaiseAt(BlockStarted, 1, lambda: None)])
    assert_safe(session)


def test_no_read_voltage_stays_on_through_a_wait(open_text: OpenSession) -> None:
    text = (
        TOP
        + """\
  - hold: {top: 0 V}
  - read: {terminal: top, level: 0.1 V, count: 3, mark: r}
  - wait: 100 s
  - read: {terminal: top, level: 0.1 V, count: 3, mark: r}
"""
    )
    session = open_text(text, "demo_memristor")
    seen: list[float] = []

    def look() -> None:
        seen.append(session.world.world.drive("top").voltage)

    session.run([RaiseAt(BlockStarted, 3, look)])
    assert seen == [pytest.approx(0.0, abs=1e-3)]


def test_compliance_is_flagged_and_protects(open_text: OpenSession) -> None:
    text = TOP.replace("100 uA", "1 uA", 1) + "  - pulse: {terminal: top, level: 1 V, width: 50 ms, mark: p}\n"
    session = open_text(text, "demo_memristor")
    session.run()
    trace = session.read().traces["top"]
    assert np.nanmax(np.abs(trace.current)) < 1.1e-6
    assert np.all(trace.status & 2)
