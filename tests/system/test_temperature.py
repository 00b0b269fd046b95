"""A run on a stage: what is waited for, what is noted, and what becomes of the heater."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from labkit_sim import Disturbance
from labkit_sim.devices import MemristorPreset, MemristorTruth, read_preset
from scipy import optimize

from labkit.app import Request, run_request
from labkit.core import BlockStarted, Event, InstrumentError, Kind, Run
from labkit.engine import RunAborted
from labkit.metrics._temperatures import BOLTZMANN

OpenSession = Callable[..., Any]

TEXT = """\
schema_version: 1
name: test
title: Test
implements: P24
terminals: {top: {kind: electrical, compliance: 100 uA, current_range: 10 uA}, stage: thermal}
steps:
  - hold: {top: 0.1 V}
  - for_each: {temperature: [290 K, 305 K]}
    steps:
      - temperature: {terminal: stage, setpoint: $temperature, within: 0.1 K, dwell: 30 s, timeout: 20 min, mark: t}
      - wait: 95 s
      - read: {terminal: top, level: 0.1 V, count: 5, mark: r}
"""


def settled(run: Run) -> Any:
    rows = run.rows(Kind.TEMPERATURE)
    return rows[rows["end"] > rows["begin"]]


def test_a_run_waits_until_the_device_is_at_its_temperature(open_text: OpenSession) -> None:
    session = open_text(TEXT, "demo_stage")
    seen: list[float] = []

    def look(event: Event) -> None:
        if isinstance(event, BlockStarted) and event.label.startswith("wait"):
            seen.append(session.world.world.temperature)

    session.run([look])
    assert seen == pytest.approx([290.0, 305.0], abs=0.16)
    run = session.read()
    rows = settled(run)
    assert rows["level"].tolist() == pytest.approx([290.0, 305.0], abs=0.1)
    assert rows["mark"].tolist() == ["t", "t"]
    # 10 K down and 15 K up at 5 K/min, and what it takes to settle within 0.1 K for half a minute.
    assert (rows["end"] - rows["begin"]).tolist() == pytest.approx([170.0, 230.0], abs=40)
    assert run.description.terminals["stage"] == "thermal"
    assert run.description.temperature_accuracy == {"stage": pytest.approx(0.162)}
    assert session.world.world.heaters_off()


def test_the_temperature_is_noted_while_other_things_happen(open_text: OpenSession) -> None:
    session = open_text(TEXT, "demo_stage")
    session.run()
    run = session.read()
    rows = run.rows(Kind.TEMPERATURE)
    noted = rows[rows["end"] == rows["begin"]]
    first, second = settled(run).to_dict("records")
    between = noted[(noted["begin"] > first["end"]) & (noted["begin"] < second["begin"])]
    assert len(between) >= 8
    assert between["level"].tolist() == pytest.approx([290.0] * len(between), abs=0.05)
    assert set(between["level_requested"]) == {290.0}


def test_a_temperature_that_is_not_reached_is_a_warning(open_text: OpenSession) -> None:
    session = open_text(TEXT, "demo_stage")
    heater = session.world.instrument("thermal")._loops["1"]
    heater.settings.current_limit, heater.settings.user_limit = 0, 0.1  # half a watt
    session.run()
    warnings = session.read().warnings
    told = [one.message for one in warnings if "has not settled" in one.message]
    assert [next(at for at in ("290 K", "305 K") if at in message) for message in told] == ["290 K", "305 K"]
    assert settled(session.read())["level"].iloc[1] < 304


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_it_heats_switches_the_heater_off(open_text: OpenSession, number: signal.Signals) -> None:
    session = open_text(TEXT, "demo_stage")
    told: list[Event] = []

    def interrupt(event: Event) -> None:
        told.append(event)
        if len(told) > 6 and not session.world.world.heaters_off():
            signal.raise_signal(number)

    with pytest.raises(RunAborted):
        session.run([interrupt])
    assert session.world.world.heaters_off()
    assert session.world.world.outputs_off()


def test_a_lost_sensor_ends_the_run_with_the_heater_off(open_text: OpenSession) -> None:
    session = open_text(TEXT, "demo_stage")

    def unplug(event: Event) -> None:
        if isinstance(event, BlockStarted) and event.label.startswith("wait"):
            session.world.instrument("thermal")._sensors.clear()

    with pytest.raises(InstrumentError, match="there is no sensor"):
        session.run([unplug])
    assert session.world.world.heaters_off()
    assert session.world.world.outputs_off()


def test_sources_come_before_the_heater_when_all_is_made_safe(open_text: OpenSession) -> None:
    session = open_text(TEXT, "demo_stage")
    session.run()
    order: list[str] = []
    for name, role in session.session.roles.items():
        make_safe = role.make_safe

        def tell(name: str = name, make_safe: Callable[[], None] = make_safe) -> None:
            order.append(name)
            make_safe()

        role.make_safe = tell
    assert session.session.make_safe() == ()
    assert order == ["top", "stage"]


def test_a_heater_that_stays_on_is_told_and_the_sources_are_off(open_text: OpenSession) -> None:
    session = open_text(TEXT, "demo_stage")

    def stick(event: Event) -> None:
        if isinstance(event, BlockStarted) and event.label.startswith("wait"):
            session.world.instrument("thermal").disturbances.add(Disturbance.STUCK_OUTPUT)

    session.run([stick])
    (unconfirmed,) = session.read().finished.unconfirmed
    assert unconfirmed.startswith("stage: ")
    assert "does not confirm that the heater is off" in unconfirmed
    assert session.world.world.outputs_off()


def apparent_energy(temperatures: np.ndarray) -> float:
    """The slope that exact t_50 of the preset have: R counts from 1 s, so it is a little less than the barrier."""
    preset = read_preset("activated_memristor")
    assert isinstance(preset, MemristorPreset)
    erase, program = [(-0.5, 0.1, 0.1)] * 40, [(0.5, 0.1, 0.1)] * 10

    def half_time(temperature: float) -> float:
        truth = MemristorTruth(preset.parameters.at(temperature))

        def over(time: float) -> float:
            return float(truth.retention(erase, 20.0, program, np.array([1.0, time]))[1]) - 0.5

        return float(optimize.brentq(over, 1.1, 1e4))

    logarithms = np.log([half_time(float(temperature)) for temperature in temperatures])
    return float(np.polyfit(1 / (BOLTZMANN * temperatures), logarithms, 1)[0])


def test_the_activation_energy_of_the_device_is_recovered(tmp_path: Path) -> None:
    request = Request("arrhenius", "demo_stage", virtual=True, set_name="demo", parameters={"repeats": "2"})
    results = {result.symbol: result for result in run_request(request, tmp_path / "run.h5").results}
    energy = results["E_a"]
    assert energy.estimate is not None
    assert energy.flags == ()
    truth = apparent_energy(np.linspace(283, 313, 4))
    assert 0.48 < truth < 0.5
    assert truth in energy.estimate.interval
    assert energy.estimate.uncertainty < 0.01
    assert energy.variants["t_50 - t_0"].value == pytest.approx(0.4985, abs=0.004)
    assert energy.counts == {"repeat": 16, "temperature": 4, "stay": 8}
    conduction = results["E_a (σT)"].estimate
    assert conduction is not None
    assert conduction.value == pytest.approx(BOLTZMANN * 298, abs=0.003)
