"""The PC as the clock: points set and read one by one, on a source meter without a memory."""

from collections.abc import Callable

import numpy as np

from labkit.core import (
    Bench,
    Clock,
    Event,
    Identity,
    Kind,
    Nanoseconds,
    OutputState,
    Range,
    RunDescription,
    Samples,
    SamplesTaken,
    SampleStatus,
    Sequence,
    SourceMeterCapabilities,
    SourceMeterSetting,
    TimelineGrew,
    Vocabulary,
    no_samples,
)
from labkit.engine import BenchSession, Estimates, Plan, PointsBlock, run_plan
from labkit.protocol import Program

MILLISECOND = 1_000_000
RANGES = (Range(10.0, 1e-4, 1e-3, 1e-6),)
ABLE = SourceMeterCapabilities(
    "plain", RANGES, RANGES, RANGES, RANGES, 1.0, (1e-9, 1.0), (0.1, 10.0), Nanoseconds(0), Nanoseconds(1),
    Nanoseconds(0), (1e-3, 1.0), 50.0, 0, 0, "none",
)  # fmt: skip


class Hourglass:
    """A clock that stands still until someone sleeps; every look costs a microsecond."""

    def __init__(self) -> None:
        self.time = 0

    def now(self) -> Nanoseconds:
        self.time += 1000
        return Nanoseconds(self.time)

    def sleep_until(self, deadline: Nanoseconds) -> None:
        self.time = max(self.time, deadline)


class Resistor:
    """A 1 kOhm resistor on a source meter that can only set and read; the reading at `slow_at` takes 30 ms."""

    def __init__(self, clock: Hourglass, slow_at: int = -1) -> None:
        self.capabilities = ABLE
        self.levels: list[float] = []
        self._clock, self._slow_at = clock, slow_at

    def set_level(self, level: float) -> None:
        self.levels.append(level)

    def measure(self) -> tuple[float, float, int]:
        self._clock.time += 30 * MILLISECOND if len(self.levels) == self._slow_at else MILLISECOND
        return self.levels[-1], self.levels[-1] / 1000, 0

    def identity(self) -> Identity:
        return Identity("plain", "plain", "", "plain")

    def configure(self, setting: SourceMeterSetting) -> None: ...
    def enable_output(self) -> None: ...
    def check_errors(self) -> None: ...
    def make_safe(self) -> None: ...
    def close(self) -> None: ...
    def ramp_to(self, level: float, rate: float) -> None: ...
    def load(self, sequence: Sequence) -> None: ...
    def start(self) -> None: ...
    def abort(self) -> None: ...

    def output_state(self) -> OutputState:
        return OutputState()

    def finished(self) -> bool:
        return True

    def fetch(self) -> Samples:
        return no_samples()


def run_points(meter: Resistor, clock: Clock, levels: tuple[float, ...], tell: Callable[[Event], None]) -> None:
    vocabulary = Vocabulary(("loop",), ("top",), (), ())
    setting = SourceMeterSetting(1.0, 1e-3, 1e-3, 1e-3)
    block = PointsBlock("top", levels, Nanoseconds(20 * MILLISECOND), setting, "loop", 1, "ramp", held=0.25)
    plan = Plan(
        Program("p", "P", "", "", "", {}, (), (), {}, 0), "bench", (block,), (),
        Estimates(0.0, 0.0, 0, 0, 0, 0, {}, {}, {}, {}),
    )  # fmt: skip
    description = RunDescription(
        "id", "P", "p", "", "", "", "", {}, (), {"top": "electrical"}, {}, {}, vocabulary, "{}", 0, True, "0", {}
    )
    session = BenchSession(Bench(name="bench", instruments={}, terminals={}), {"top": meter}, clock)
    run_plan(session, plan, description, [tell])


def samples_of(events: list[Event]) -> Samples:
    parts = [event.samples for event in events if isinstance(event, SamplesTaken)]
    columns = (np.concatenate([getattr(part, name) for part in parts]) for name in Samples.__slots__)
    return Samples(*columns)


def test_every_point_is_set_read_and_told_at_its_time() -> None:
    clock, events = Hourglass(), list[Event]()
    meter = Resistor(clock)
    levels = tuple(np.linspace(0, 1, 250))
    run_points(meter, clock, levels, events.append)
    samples = samples_of(events)
    assert np.allclose(samples.voltage, levels)
    assert np.allclose(samples.current, np.array(levels) / 1000)
    assert np.allclose(np.diff(samples.time), 0.02, atol=1e-4)
    assert not samples.status.any()


def test_the_terminal_is_back_at_its_held_level() -> None:
    clock = Hourglass()
    meter = Resistor(clock)
    run_points(meter, clock, (0.5, 1.0), lambda event: None)
    assert meter.levels == [0.5, 1.0, 0.25]


def test_a_late_point_says_so_and_the_next_are_on_time_again() -> None:
    clock, events = Hourglass(), list[Event]()
    run_points(Resistor(clock, slow_at=5), clock, tuple(range(1, 11)), events.append)
    late = samples_of(events).status & SampleStatus.LATE
    assert np.flatnonzero(late).tolist() == [5]


def test_the_ramp_is_one_row_with_all_its_samples() -> None:
    clock, events = Hourglass(), list[Event]()
    run_points(Resistor(clock), clock, (0.1, 0.2, 0.3), events.append)
    (row,) = [event.columns for event in events if isinstance(event, TimelineGrew)]
    assert row["kind"].tolist() == [list(Kind).index(Kind.RAMP)]
    assert row["sample_count"].tolist() == [3]
