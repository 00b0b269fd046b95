"""A bench used by hand: what is beyond a limit is refused with a remedy, and what is told is as the world has it."""

import time
from collections.abc import Callable, Iterator
from math import nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.app import (
    BenchChoice,
    ManualBench,
    RunAborted,
    SourceRequest,
    Workbench,
    bench_cards,
    bench_state,
    instrument_cards,
    load_bench,
)
from labkit.core import SWITCH, Crosspoint, LabkitError, LimitExceeded, PlanRefused, SampleStatus
from labkit.engine import BenchSession, drivers_of, open_bench, open_virtual

By = Callable[[ManualBench], Any]
SMALL = SourceRequest(0.1, 1e-5)


class Rig:
    """A virtual bench in a ManualBench, its clock jumping."""

    def __init__(self, name: str) -> None:
        file = load_bench(name)
        self.session: BenchSession = open_bench(file.bench, open_virtual(file.bench, file.folder))
        self.hand = ManualBench(self.session)
        self.world = self.session.virtual.world

    def state(self, terminal: str) -> Any:
        return bench_state(self.session).terminals[terminal]


@pytest.fixture
def rig_of() -> Iterator[Callable[[str], Rig]]:
    rigs: list[Rig] = []

    def make(name: str) -> Rig:
        rigs.append(Rig(name))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.session.make_safe()
        assert rig.world.outputs_off()
        rig.session.close()


def test_a_voltage_is_sourced_at_the_rate_of_the_bench_and_read(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("demo_memristor")
    began = rig.session.clock.now()
    reading = rig.hand.source("top", SourceRequest(1.0, 1e-4))
    took = (rig.session.clock.now() - began) / 1e9
    assert took > 1.0 / rig.session.bench.electrical()["top"].ramp_rate
    assert rig.world.drive("top").voltage == pytest.approx(1.0, abs=0.01)
    assert reading.voltage == pytest.approx(1.0, abs=0.01)
    assert 0 < reading.current < 1e-4
    state = rig.state("top").state
    assert (state.on, state.level, state.limit) == (True, pytest.approx(1.0), pytest.approx(1e-4))


def test_compliance_is_told_by_reading_and_state(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("demo_memristor")
    free = rig.hand.source("top", SourceRequest(0.5, 1e-4))
    held = rig.hand.source("top", SourceRequest(0.5, free.current / 3))
    assert held.status & SampleStatus.COMPLIANCE
    assert rig.state("top").state.limited is True
    assert rig.state("top").reading.current == pytest.approx(free.current / 3, rel=0.02)


def test_reading_an_output_that_is_off_is_refused(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("demo_memristor")
    with pytest.raises(LabkitError, match="output of top is off"):
        rig.hand.read("top")
    rig.hand.source("top", SMALL)
    assert rig.hand.read("top").voltage == pytest.approx(0.1, abs=0.01)
    rig.hand.switch_off("top")
    assert rig.world.outputs_off()
    with pytest.raises(LabkitError, match="output of top is off"):
        rig.hand.read("top")


BEYOND: list[tuple[str, By, str]] = [
    ("demo_memristor", lambda hand: hand.source("top", SourceRequest(5.01, 1e-4)), "maximum_voltage"),
    ("demo_memristor", lambda hand: hand.source("top", SourceRequest(-5.01, 1e-4)), "maximum_voltage"),
    ("demo_memristor", lambda hand: hand.source("top", SourceRequest(nan, 1e-4)), "maximum_voltage"),
    ("demo_memristor", lambda hand: hand.source("top", SourceRequest(1.0, 1.0)), "maximum_current"),
    ("demo_memristor", lambda hand: hand.source("top", SourceRequest(1.0, 0.0)), "maximum_current"),
    ("demo_memristor", lambda hand: hand.source("top", SourceRequest(1.0, 1e-4, aperture=99.0)), "choose"),
    ("demo_optical", lambda hand: hand.light("light", 1e6), "maximum_irradiance"),
    ("demo_optical", lambda hand: hand.light("light", -1.0), "choose"),
    ("demo_optical", lambda hand: hand.light("light", nan), "maximum_irradiance"),
    ("demo_optical", lambda hand: hand.light_pulse("light", 1e6, 1.0), "maximum_irradiance"),
    ("demo_optical", lambda hand: hand.light_pulse("light", 1.0, 1e-9), "choose a width"),
    ("keithley_2450_33522b_stdp", lambda hand: hand.pulse("bottom", 5.1, 1e-3), "maximum_voltage"),
    ("keithley_2450_33522b_stdp", lambda hand: hand.pulse("bottom", 1e-6, 1e-3), "at least"),
    ("keithley_2450_33522b_stdp", lambda hand: hand.pulse("bottom", 1.0, 1e-12), "choose a width"),
    ("demo_stage", lambda hand: hand.set_temperature("stage", 1000.0, 0.05), "choose another temperature"),
]


@pytest.mark.parametrize(("bench", "ask", "remedy"), BEYOND)
def test_what_is_beyond_a_limit_is_refused_with_a_remedy_and_nothing_goes_on(
    rig_of: Callable[[str], Rig], bench: str, ask: By, remedy: str
) -> None:
    rig = rig_of(bench)
    with pytest.raises(PlanRefused) as refused:
        ask(rig.hand)
    assert remedy in refused.value.remedy
    assert rig.world.outputs_off()
    assert rig.world.lights_off()
    assert rig.world.heaters_off()


@settings(max_examples=25, deadline=None)
@given(level=st.floats(-20, 20), compliance=st.floats(-1e-3, 0.1))
def test_no_voltage_and_no_compliance_beyond_the_bench_ever_reaches_the_device(level: float, compliance: float) -> None:
    rig = Rig("demo_memristor")
    entry = rig.session.bench.electrical()["top"]
    within = abs(level) <= entry.maximum_voltage and 0 < compliance <= entry.maximum_current
    try:
        rig.hand.source("top", SourceRequest(level, compliance))
    except LimitExceeded:
        assert not within
        assert rig.world.outputs_off()
    except LabkitError:
        assert within  # a compliance too small for the instrument, which read back another one
    drive = rig.world.drive("top")
    if drive is not None:
        assert abs(drive.voltage) <= entry.maximum_voltage * 1.01
        assert drive.limit <= entry.maximum_current * 1.01
    rig.session.close()


def test_a_pulse_of_a_generator_reaches_the_device(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("keithley_2450_33522b_stdp")
    seen = []
    rig.hand.pulse("bottom", 1.0, 0.1)
    for _ in range(30):
        rig.session.clock.sleep_until(rig.session.clock.now() + 10_000_000)
        seen.append(rig.world.drive("bottom").voltage > 0.9)
    assert 9 <= sum(seen) <= 10
    assert rig.state("bottom").state.on is True
    rig.hand.switch_off("bottom")
    assert rig.world.outputs_off()


@pytest.mark.parametrize(("bench", "terminal"), [("demo_optical", "light"), ("demo_spectrum", "light_450")])
def test_light_steady_and_in_a_pulse(rig_of: Callable[[str], Rig], bench: str, terminal: str) -> None:
    rig = rig_of(bench)
    rig.hand.light(terminal, 2.0)
    assert rig.world.irradiance() == pytest.approx(2.0, rel=0.02)
    assert rig.state(terminal).state.level == pytest.approx(2.0, rel=0.02)
    rig.hand.light(terminal, 0.0)
    assert rig.world.lights_off()
    rig.hand.light_pulse(terminal, 2.0, 0.2)
    rig.session.clock.sleep_until(rig.session.clock.now() + 300_000_000)
    assert rig.world.lights_off()


def test_a_stage_heats_and_tells_its_temperature(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("demo_stage")
    rig.hand.set_temperature("stage", 310.0, 5 / 60)
    rig.session.clock.sleep_until(rig.session.clock.now() + 600_000_000_000)
    state = rig.state("stage")
    assert (state.state.on, state.state.level) == (True, 310.0)
    assert state.temperature == pytest.approx(310.0, abs=0.5)
    rig.hand.switch_off("stage")
    assert rig.world.heaters_off()


def test_a_device_of_the_chip_is_joined_and_told(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("demo_array")
    closed = rig.hand.join("r2c3")
    assert closed == {Crosspoint("1", "2"), Crosspoint("14", "15")}
    state = rig.state(SWITCH)
    assert (state.closed, state.joined) == (closed, ("r2c3",))
    rig.hand.close_crosspoints(frozenset())
    assert rig.state(SWITCH).joined == ()
    with pytest.raises(LabkitError, match="no device r99c1"):
        rig.hand.join("r99c1")


def test_routes_that_short_two_terminals_are_refused(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("demo_array")
    for short in (
        {Crosspoint("1", "2"), Crosspoint("14", "2")},
        {Crosspoint("1", "2"), Crosspoint("5", "2"), Crosspoint("5", "3"), Crosspoint("14", "3")},
    ):
        with pytest.raises(LimitExceeded, match="drain and source would be shorted") as refused:
            rig.hand.close_crosspoints(frozenset(short))
        assert "open the crosspoint of drain" in refused.value.remedy
    assert rig.state(SWITCH).closed == frozenset()


def test_no_relay_moves_while_a_source_is_on(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("demo_array")
    rig.hand.join("r1c1")
    rig.hand.source("drain", SMALL)
    with pytest.raises(LabkitError, match="output of drain is on") as refused:
        rig.hand.join("r2c2")
    assert refused.value.remedy == "switch drain off first"
    rig.hand.switch_off("drain")
    rig.hand.join("r2c2")
    assert rig.state(SWITCH).joined == ("r2c2",)


def test_an_error_of_an_instrument_is_told_once_and_the_others_are_asked(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("demo_optical")
    rig.session.source_meters["drain"]._wire.write(":NO:SUCH:COMMAND")
    state = bench_state(rig.session)
    assert "-113" in state.errors["smu"]
    assert state.terminals.keys() == {"drain", "light"}
    assert bench_state(rig.session).errors == {}


def test_what_was_asked_for_before_outputs_off_is_not_done_after_it() -> None:
    workbench = Workbench()
    workbench.connect(BenchChoice("demo_memristor")).result(30)
    slow = workbench.by_hand(lambda hand: hand.source("top", SourceRequest(5.0, 1e-4)))
    behind = workbench.by_hand(lambda hand: hand.source("top", SMALL))
    began = time.monotonic()
    assert workbench.outputs_off().result(30) == ()
    assert time.monotonic() - began < 5.0  # a machine under load; benchmarks/ tells how long it takes
    for asked in (slow, behind):
        with pytest.raises(RunAborted):
            asked.result(0)
    assert workbench.do(lambda session: session.virtual.world.outputs_off()).result(10)
    workbench.by_hand(lambda hand: hand.source("top", SMALL)).result(10)
    assert workbench.close().result(30) == ()


def test_every_bench_that_ships_is_listed_with_what_stands_on_it() -> None:
    for card in bench_cards():
        assert card.description
        bench = load_bench(card.name).bench
        instruments = instrument_cards(bench)
        assert {found.name for found in instruments} == set(bench.instruments)
        assert all(terminal.limits for found in instruments for terminal in found.terminals)
        roles = {name: driver.role for name, driver in drivers_of(bench).items()}
        assert all(terminal.role == roles[found.name] for found in instruments for terminal in found.terminals)
