"""The pulse generators as PulseSources: levels, trains, triggers, and that nothing is ever adjusted behind our back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from labkit.core import Bench, InstrumentError, LimitExceeded, Nanoseconds, PlanRefused, PulseTrain

OpenRig = Callable[..., Any]
Edge = tuple[int, float]

MODELS = ("33522b", "33622a", "81160a")
TOLERANCE = {"33522b": 0.02, "33622a": 0.02, "81160a": 0.05}
"""How far (V) a level of about 1 V may be off by the accuracy of the unit."""


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def two_channels(document: Bench) -> Bench:
    """The same bench with channel 2 on the device's bottom, in place of the source meter."""
    second = document.terminals["pulses"].model_copy(update={"channel": "2", "wired_to": "bottom"})
    smu = document.instruments["smu"]
    return document.model_copy(
        update={
            "terminals": {"pulses": document.terminals["pulses"], "second": second},
            "instruments": {"generator": document.instruments["generator"], "smu": smu},
        }
    )


class Pulses:
    """A generator's channel 1, and every level that it puts out."""

    def __init__(self, rig: Any) -> None:
        self.rig = rig
        self.world = rig.virtual.world
        self.role = rig.role("pulses")
        self.edges = self.watch("pulses")

    def watch(self, terminal: str) -> list[Edge]:
        edges: list[Edge] = []
        set_drive = self.world.set_drive

        def noting(driven: str, voltage: float, limit: float = float("inf"), resistance: float = 0.0) -> None:
            if driven == terminal and not (edges and edges[-1][1] == voltage):
                edges.append((int(self.world.now), voltage))
            set_drive(driven, voltage, limit, resistance)

        self.world.set_drive = noting
        return edges

    @property
    def level(self) -> float:
        drive = self.world.drive("pulses")
        assert drive is not None
        return float(drive.voltage)

    def pass_time(self, duration: float) -> None:
        clock = self.rig.virtual.clock
        clock.sleep_until(Nanoseconds(clock.now() + round(duration * 1e9)))

    def crossings(self, middle: float, edges: list[Edge] | None = None) -> list[tuple[int, bool]]:
        """When the level crosses a voltage, and whether upwards, from the first of its levels on."""
        found: list[tuple[int, bool]] = []
        seen = self.edges if edges is None else edges
        for time, voltage in seen:
            if not found or (voltage > middle) != found[-1][1]:
                found.append((time, voltage > middle))
        return found[1:]


@pytest.fixture
def open_pulses(open_rig: OpenRig) -> Callable[..., Pulses]:
    def open_one(model: str, *change: Any) -> Pulses:
        return Pulses(open_rig(f"generator_{model}", *change))

    return open_one


def train(**changes: Any) -> PulseTrain:
    return replace(PulseTrain(0.0, 1.0, Nanoseconds(100_000), Nanoseconds(1_000_000), 5), **changes)


# The output


def test_the_output_goes_on_at_zero_after_load_and_limits_were_read_back(
    model: str, open_pulses: Callable[..., Pulses]
) -> None:
    pulses = open_pulses(model)
    before = len(pulses.rig.wire.messages)
    pulses.role.enable_output()
    sent = [text for direction, text in pulses.rig.wire.messages[before:] if direction == "write"]
    assert sent[0].count("LIM") == 3
    assert "LOAD?" in sent[0]
    assert any("OUTP1 ON" in text for text in sent[1:])
    assert pulses.level == pytest.approx(0.0, abs=TOLERANCE[model])


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, 3.999, 4.0, -4.0])
def test_a_steady_level_up_to_the_limit(model: str, level: float, open_pulses: Callable[..., Pulses]) -> None:
    pulses = open_pulses(model)
    pulses.role.enable_output()
    pulses.role.set_level(level)
    pulses.role.check_errors()
    assert pulses.level == pytest.approx(level, abs=TOLERANCE[model] * max(1.0, abs(level)))


def test_the_load_of_the_bench_halves_what_is_told(open_pulses: Callable[..., Pulses], model: str) -> None:
    def fifty(document: Bench) -> Bench:
        terminal = document.terminals["pulses"].model_copy(update={"load": 50.0, "wired_to": "top"})
        return document.model_copy(update={"terminals": {**document.terminals, "pulses": terminal}})

    pulses = open_pulses(model, fifty)
    pulses.role.enable_output()
    pulses.role.set_level(1.0)
    assert pulses.level == pytest.approx(2.0, abs=2 * TOLERANCE[model])
    assert pulses.role.capabilities.voltage == pytest.approx(4.0)
    with pytest.raises(LimitExceeded):
        pulses.role.set_level(5.1)


LEVELS = st.lists(st.floats(-4, 4, allow_nan=False), min_size=1, max_size=6)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(levels=LEVELS, model=st.sampled_from(MODELS))
def test_on_the_way_from_level_to_level_nothing_lies_beyond_both(
    open_pulses: Callable[..., Pulses], levels: list[float], model: str
) -> None:
    pulses = open_pulses(model)
    pulses.role.enable_output()
    smallest = pulses.role.capabilities.smallest_pulse
    before = 0.0
    for level in levels:
        pulses.edges.clear()
        pulses.role.set_level(level)
        pulses.role.check_errors()
        slack = smallest + TOLERANCE[model] * 4
        by_zero = [0.0] if model == "81160a" else []
        low, high = min(before, level, *by_zero), max(before, level, *by_zero)
        assert all(low - slack <= voltage <= high + slack for _, voltage in pulses.edges)
        assert pulses.level == pytest.approx(level, abs=slack)
        before = level


# Trains


@pytest.mark.parametrize(
    ("base", "level"), [(0.0, 1.0), (0.0, -1.0), (0.5, -1.0), (-0.5, 1.0), (1.0, 2.0), (-1.0, -2.0)]
)
def test_pulses_stand_on_their_base_upwards_and_downwards(
    model: str, base: float, level: float, open_pulses: Callable[..., Pulses]
) -> None:
    pulses = open_pulses(model)
    pulses.role.enable_output()
    pulses.role.load_train(train(base=base, level=level))
    slack = 2 * TOLERANCE[model]
    assert pulses.level == pytest.approx(base, abs=slack)
    pulses.edges[:] = [(0, pulses.level)]
    pulses.role.start()
    pulses.pass_time(0.01)
    found = pulses.crossings((base + level) / 2)
    upwards = level > base
    assert [up for _, up in found] == [upwards, not upwards] * 5
    times = np.array([time for time, _ in found])
    assert np.all(times[1::2] - times[::2] == 100_000)
    assert np.all(np.diff(times[::2]) == 1_000_000)
    assert all(min(abs(v - base), abs(v - level)) < slack for _, v in pulses.edges)
    assert pulses.level == pytest.approx(base, abs=slack)


def test_start_is_one_message_and_asks_nothing(model: str, open_pulses: Callable[..., Pulses]) -> None:
    pulses = open_pulses(model)
    pulses.role.enable_output()
    pulses.role.load_train(train())
    before = len(pulses.rig.wire.messages)
    pulses.edges.clear()
    received: list[int] = []
    pulses.rig.virtual.bus.monitors.append(lambda time, *_: received.append(time))
    pulses.role.start()
    sent = pulses.rig.wire.messages[before:]
    assert [direction for direction, _ in sent] == ["write"]
    pulses.pass_time(1e-3)
    first = pulses.crossings(0.5, [(0, 0.0), *pulses.edges])[0][0]
    assert 0 < first - received[0] - pulses.role.capabilities.trigger_delay < 20


def test_a_loaded_train_can_be_started_again_without_a_word(model: str, open_pulses: Callable[..., Pulses]) -> None:
    pulses = open_pulses(model)
    pulses.role.enable_output()
    pulses.role.load_train(train())
    for _ in range(3):
        pulses.role.start()
        pulses.pass_time(0.1)
        before = len(pulses.rig.wire.messages)
        pulses.role.load_train(train())
        assert len(pulses.rig.wire.messages) == before
    assert len(pulses.crossings(0.5)) == 30


def test_a_new_train_is_loaded_over_a_longer_or_shorter_one(model: str, open_pulses: Callable[..., Pulses]) -> None:
    pulses = open_pulses(model)
    pulses.role.enable_output()
    for width, period in ((1_000, 10_000), (10_000_000, 30_000_000), (200, 500), (5_000, 6_000)):
        pulses.role.load_train(train(width=Nanoseconds(width), period=Nanoseconds(period), count=3))
        pulses.edges[:] = [(0, 0.0)]
        pulses.role.start()
        pulses.pass_time(0.2)
        times = [time for time, _ in pulses.crossings(0.5)]
        assert np.diff(times).tolist() == [width, period - width] * 2 + [width]


def test_an_abort_leaves_the_output_at_its_base(model: str, open_pulses: Callable[..., Pulses]) -> None:
    pulses = open_pulses(model)
    pulses.role.enable_output()
    pulses.role.load_train(train(base=0.5, level=2.0, count=10_000))
    pulses.role.start()
    pulses.pass_time(0.01)
    pulses.role.abort()
    pulses.edges.clear()
    pulses.pass_time(1.0)
    assert pulses.crossings(1.2) == []
    assert pulses.level == pytest.approx(0.5, abs=2 * TOLERANCE[model])
    pulses.role.check_errors()


def test_safe_ends_a_train(model: str, open_pulses: Callable[..., Pulses]) -> None:
    pulses = open_pulses(model)
    pulses.role.enable_output()
    pulses.role.load_train(train(count=10_000))
    pulses.role.start()
    pulses.role.make_safe()
    assert pulses.world.drive("pulses") is None
    pulses.role.enable_output()
    pulses.edges.clear()
    pulses.pass_time(1.0)
    assert pulses.crossings(0.5) == []
    with pytest.raises(InstrumentError, match="no train"):
        pulses.role.start()


def test_edges_are_what_is_asked_for(open_pulses: Callable[..., Pulses]) -> None:
    pulses = open_pulses("81160a")
    pulses.role.enable_output()
    pulses.role.load_train(
        train(width=Nanoseconds(10_000_000), period=Nanoseconds(30_000_000), edge=Nanoseconds(4_000_000), count=1)
    )
    pulses.edges.clear()
    pulses.role.start()
    pulses.pass_time(0.1)
    times = {round(voltage, 2): time for time, voltage in pulses.edges[: len(pulses.edges) // 2]}
    tenth = min(time for voltage, time in times.items() if voltage >= 0.1)
    ninety = min(time for voltage, time in times.items() if voltage >= 0.9)
    assert ninety - tenth == pytest.approx(4e6, rel=0.1)


# What would be adjusted is refused

TIMES = st.integers(1, 10**7)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    model=st.sampled_from(MODELS),
    base=st.floats(-4.5, 4.5),
    level=st.floats(-4.5, 4.5),
    width=TIMES,
    period=TIMES,
    edge=st.one_of(st.just(0), st.integers(1, 2000)),
    count=st.integers(1, 4),
)
@example(model="81160a", base=0.0, level=1.0, width=3045110, period=1, edge=0, count=1)
def test_a_train_is_refused_beforehand_or_made_as_it_is(
    open_pulses: Callable[..., Pulses],
    model: str,
    base: float,
    level: float,
    width: int,
    period: int,
    edge: int,
    count: int,
) -> None:
    pulses = open_pulses(model)
    pulses.role.enable_output()
    asked = PulseTrain(base, level, Nanoseconds(width), Nanoseconds(period), count, Nanoseconds(edge))
    before = len(pulses.rig.wire.messages)
    refusal: PlanRefused | None = None
    try:
        pulses.role.load_train(asked)
    except PlanRefused as told:
        refusal = told
    if refusal is not None:
        assert refusal.remedy
        assert len(pulses.rig.wire.messages) == before, "nothing was sent"
        return
    pulses.role.check_errors()
    channel = pulses.rig.virtual.instrument("generator").channels[1]
    assert channel.timing.width == pytest.approx(width * 1e-9, rel=1e-9)
    if count > 1:
        assert channel.timing.period == pytest.approx(period * 1e-9, rel=1e-9)
    if edge:
        assert channel.timing.lead == channel.timing.trail == pytest.approx(edge * 1e-9)
    delivered = sorted((pulses.role.delivered_level(base), pulses.role.delivered_level(level)))
    assert [channel.levels.low, channel.levels.high] == pytest.approx(
        delivered, abs=2e-3 if model == "81160a" else 2e-4
    )
    assert channel.inverted == (level < base)


def test_the_shortest_train_that_is_accepted_is_made(model: str, open_pulses: Callable[..., Pulses]) -> None:
    pulses = open_pulses(model)
    pulses.role.enable_output()
    able = pulses.role.capabilities
    refused = 0
    for period in range(int(able.period[0]), 100):
        asked = train(width=able.width[0], period=Nanoseconds(period), count=2)
        try:
            pulses.role.load_train(asked)
        except PlanRefused:
            refused += 1
        else:
            break
    assert refused < 3
    pulses.role.check_errors()
    channel = pulses.rig.virtual.instrument("generator").channels[1]
    assert (channel.timing.width, channel.timing.period) == pytest.approx((able.width[0] * 1e-9, period * 1e-9))


def test_a_hundred_million_and_one_pulses_are_refused(open_pulses: Callable[..., Pulses]) -> None:
    with pytest.raises(PlanRefused, match="100000001 pulses"):
        open_pulses("33522b").role.load_train(train(count=100_000_001))


def test_pulses_below_the_81160a_s_smallest_are_refused(open_pulses: Callable[..., Pulses]) -> None:
    with pytest.raises(PlanRefused, match=r"0\.05 V"):
        open_pulses("81160a").role.load_train(train(level=0.05))


# Triggers and two channels


def test_an_edge_on_the_trigger_line_starts_each_burst(model: str, open_pulses: Callable[..., Pulses]) -> None:
    pulses = open_pulses(model)
    line = pulses.rig.virtual.instrument("generator").station.line("EXT")
    pulses.role.enable_output()
    pulses.role.load_train(train(count=2, external=True))
    pulses.edges[:] = [(0, 0.0)]
    line.set_level(5.0)
    line.set_level(0.0)
    pulses.pass_time(0.01)
    assert pulses.crossings(0.5) == [], "it is not armed before it is started"
    pulses.role.start()
    begins = []
    for _ in range(3):
        line.set_level(5.0)
        begins.append(pulses.world.now)
        pulses.pass_time(0.001)
        line.set_level(0.0)
        pulses.pass_time(0.01)
    times = [time for time, up in pulses.crossings(0.5) if up]
    assert len(times) == 6
    delays = np.array(times[::2]) - np.array(begins)
    assert np.all(abs(delays - pulses.role.capabilities.trigger_delay) < 20)
    pulses.edges[:] = [(0, 0.0)]
    for disarm in (lambda: pulses.role.load_train(train(count=2, external=True)), pulses.role.abort):
        pulses.role.start()
        disarm()
        line.set_level(5.0)
        pulses.pass_time(0.01)
        line.set_level(0.0)
        assert pulses.crossings(0.5) == []


def test_without_a_trigger_cable_an_external_train_is_refused(model: str, open_pulses: Callable[..., Pulses]) -> None:
    pulses = open_pulses(model, lambda document: document.model_copy(update={"trigger_lines": ()}))
    with pytest.raises(PlanRefused, match="EXT"):
        pulses.role.load_train(train(external=True))


def test_two_loaded_channels_start_each_by_itself(model: str, open_pulses: Callable[..., Pulses]) -> None:
    pulses = open_pulses(model, two_channels)
    second = pulses.rig.role("second")
    others = pulses.watch("second")
    for role in (pulses.role, second):
        role.enable_output()
        role.load_train(train(count=3))
    pulses.edges[:], others[:] = [(0, 0.0)], [(0, 0.0)]
    pulses.role.start()
    pulses.pass_time(0.1)
    assert (len(pulses.crossings(0.5)), len(pulses.crossings(0.5, others))) == (6, 0)
    second.start()
    pulses.pass_time(0.1)
    assert (len(pulses.crossings(0.5)), len(pulses.crossings(0.5, others))) == (6, 6)
    pulses.role.start()
    second.start()
    pulses.pass_time(0.1)
    assert (len(pulses.crossings(0.5)), len(pulses.crossings(0.5, others))) == (12, 12)
    pulses.role.check_errors()


def test_a_start_leaves_the_steady_level_of_the_other_channel_alone(
    model: str, open_pulses: Callable[..., Pulses]
) -> None:
    pulses = open_pulses(model, two_channels)
    second = pulses.rig.role("second")
    for role in (pulses.role, second):
        role.enable_output()
    second.set_level(-0.5)
    pulses.role.load_train(train(count=3))
    others = pulses.watch("second")
    pulses.role.start()
    pulses.pass_time(0.1)
    assert len(pulses.crossings(0.5)) == 6
    assert len({voltage for _, voltage in others}) <= 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    model=st.sampled_from(["33522b", "81160a"]),
    counts=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    starts=st.lists(st.tuples(st.booleans(), st.floats(0.0, 0.02)), min_size=1, max_size=6),
)
def test_however_the_starts_of_two_channels_fall_each_makes_its_own_pulses(
    open_pulses: Callable[..., Pulses], model: str, counts: tuple[int, int], starts: list[tuple[bool, float]]
) -> None:
    pulses = open_pulses(model, two_channels)
    roles = (pulses.role, pulses.rig.role("second"))
    edges = (pulses.edges, pulses.watch("second"))
    for role, count in zip(roles, counts, strict=True):
        role.enable_output()
        role.load_train(train(count=count))
    for seen in edges:
        seen[:] = [(0, 0.0)]
    expected, free_at = [0, 0], [0, 0]
    for second, pause in starts:
        pulses.pass_time(pause)
        if pulses.world.now < free_at[second]:
            continue
        roles[second].start()
        free_at[second] = pulses.world.now + counts[second] * 1_000_000 + 2_000_000
        expected[second] += counts[second]
    pulses.pass_time(0.1)
    assert [len(pulses.crossings(0.5, seen)) // 2 for seen in edges] == expected


def test_a_channel_that_is_not_there_and_a_load_that_cannot_be(open_rig: OpenRig, model: str) -> None:
    def changed(**update: Any) -> Callable[[Bench], Bench]:
        return lambda document: document.model_copy(
            update={
                "terminals": {
                    **document.terminals,
                    "pulses": document.terminals["pulses"].model_copy(update=update),
                }
            }
        )

    with pytest.raises(InstrumentError, match="no channel 3"):
        open_rig(f"generator_{model}", changed(channel="3"))
    with pytest.raises(InstrumentError, match="load of 2e\\+07 ohm"):
        open_rig(f"generator_{model}", changed(load=2e7))
