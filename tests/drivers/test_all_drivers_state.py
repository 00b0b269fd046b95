"""The contract of every driver on telling what its output does: as the world has it, and asking changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from labkit.core import (
    SWITCH,
    Crosspoint,
    LightSource,
    Output,
    OutputState,
    PulseSource,
    SampleStatus,
    SourceMeter,
    SourceMeterSetting,
    TemperatureStage,
    load_plugin,
    plugin_names,
)

OpenRig = Callable[..., Any]

MUTE = {"thorlabs_ledd1b"}
"""Instruments that cannot be asked."""
ROLES = {name: load_plugin("labkit.drivers", name).role for name in plugin_names("labkit.drivers")}


def of_role(*roles: str) -> Any:
    chosen = [name for name, role in ROLES.items() if role in roles and name not in MUTE]
    return pytest.mark.parametrize("place", chosen, indirect=True)


def energize(rig: Any, role: Any) -> float:
    """Switch on at a level, and give it."""
    if isinstance(role, SourceMeter):
        role.configure(SourceMeterSetting(1.0, 1e-4, 5e-5, 0.02))
        role.enable_output()
        role.set_level(0.3)
        return 0.3
    if isinstance(role, PulseSource):
        role.enable_output()
        role.set_level(0.3)
        return role.delivered_level(0.3)
    if isinstance(role, TemperatureStage):
        role.set_temperature(310.0, 0.05)
        rig.rest(600_000_000_000)
        return 310.0
    assert isinstance(role, LightSource)
    role.set_irradiance(1.0)
    return role.delivered_irradiance(1.0)


@of_role("source meter", "pulse source", "light source", "temperature stage")
def test_it_tells_whether_it_is_on_and_at_what_level(place: Any, open_rig: OpenRig) -> None:
    rig = open_rig(place.bench)
    role = rig.role(place.terminal)
    assert role.output_state().on is False
    level = energize(rig, role)
    state = role.output_state()
    assert state.on is True
    assert state.level == pytest.approx(level, rel=1e-6)
    role.make_safe()
    assert role.output_state().on is False
    role.check_errors()


@of_role("source meter", "pulse source", "light source", "temperature stage")
def test_asking_changes_nothing(place: Any, open_rig: OpenRig) -> None:
    rig = open_rig(place.bench)
    role = rig.role(place.terminal)
    energize(rig, role)
    rig.rest(100_000_000)
    world = rig.virtual.world
    before = [world.drive(terminal) for terminal in rig.bench.terminals], world.irradiance()
    rig.wire.messages.clear()
    assert role.output_state() == role.output_state()
    assert ([world.drive(terminal) for terminal in rig.bench.terminals], world.irradiance()) == before
    assert all("?" in message or message.startswith("print(") for message in rig.wire.written())


@of_role("source meter")
def test_a_source_meter_tells_its_compliance_and_when_it_is_in_it(place: Any, open_rig: OpenRig) -> None:
    rig = open_rig(place.bench)
    for other in rig.session.source_meters.values():  # each holds its electrode: else no current flows
        other.configure(SourceMeterSetting(1.0, 1e-4, 5e-5, 0.02))
        other.enable_output()
    smu = rig.role(place.terminal)
    smu.set_level(0.3)
    _, current, _ = smu.measure()
    assert smu.output_state().limit == pytest.approx(5e-5, rel=1e-5)
    assert smu.output_state().limited is False
    smu.set_level(0.0)
    less = abs(current) / 3
    smu.configure(SourceMeterSetting(1.0, less, less, 0.02))
    smu.set_level(0.3)
    *_, status = smu.measure()
    assert status & SampleStatus.COMPLIANCE
    assert smu.output_state().limited is True


@of_role("pulse source", "light source")
def test_what_limits_a_generator_or_a_light_is_told(place: Any, open_rig: OpenRig) -> None:
    rig = open_rig(place.bench)
    terminal = rig.bench.terminals[place.terminal]
    stated = terminal.maximum_voltage if ROLES[place.driver] == "pulse source" else terminal.maximum_current
    limit = rig.role(place.terminal).output_state().limit
    assert 0 < limit <= stated * (1 + 1e-6)


@pytest.mark.parametrize("place", sorted(MUTE), indirect=True)
def test_what_cannot_be_asked_tells_nothing(place: Any, open_rig: OpenRig) -> None:
    role = open_rig(place.bench).role(place.terminal)
    role.set_irradiance(1.0)
    assert isinstance(role, Output)
    assert role.output_state() == OutputState()


@of_role("switch matrix")
def test_a_matrix_tells_its_closed_crosspoints(place: Any, open_rig: OpenRig) -> None:
    matrix = open_rig(place.bench).role(SWITCH)
    point = Crosspoint(matrix.capabilities.rows[0], matrix.capabilities.columns[0])
    assert matrix.connected() == frozenset()
    matrix.connect(frozenset({point}))
    assert matrix.connected() == {point}


def test_a_channel_on_the_low_side_tells_the_level_of_its_terminal(open_rig: OpenRig) -> None:
    rig = open_rig("generator_33522b")
    (terminal,) = [name for name, found in rig.bench.electrical().items() if found.low_side]
    role = rig.role(terminal)
    role.configure(SourceMeterSetting(0.5, 1e-4, 5e-5, 0.02))
    role.enable_output()
    role.set_level(0.2)
    assert role.output_state().level == pytest.approx(0.2)
    drives = [rig.virtual.world.drive(name) for name in rig.bench.terminals]
    assert min(drive.voltage for drive in drives if drive is not None) == pytest.approx(-0.2, abs=0.01)
