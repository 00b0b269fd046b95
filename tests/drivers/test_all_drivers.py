"""One contract holds every driver: identity, capabilities, limits, errors, safe state."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from labkit_sim import FaultKind, FaultPlan

from labkit.core import (
    SIMULATED_ONLY,
    SWITCH,
    Crosspoint,
    Driver,
    InstrumentError,
    LabkitError,
    LightCapabilities,
    LightSource,
    MatrixCapabilities,
    PulseCapabilities,
    PulseSource,
    SourceMeter,
    SourceMeterCapabilities,
    StageCapabilities,
    SwitchMatrix,
    TemperatureStage,
    load_plugin,
    plugin_names,
)
from labkit.engine import described_capabilities

OpenRig = Callable[..., Any]

PLACES: Mapping[str, tuple[str, str]] = {
    "keithley_2400": ("smu_2400", "top"),
    "keithley_2450": ("demo_memristor", "top"),
    "keithley_2602b": ("both_channels_2602b", "top"),
    "keithley_2614b": ("both_channels_2614b", "bottom"),
    "keithley_2636b": ("both_channels_2636b", "top"),
    "keithley_2450_scpi2400": ("smu_2450_scpi2400", "top"),
    "keysight_33522b": ("generator_33522b", "pulses"),
    "keysight_33622a": ("generator_33622a", "pulses"),
    "keysight_81160a": ("generator_81160a", "pulses"),
    "keithley_707b": ("switched_707b", SWITCH),
    "keithley_708b": ("switched_708b", SWITCH),
    "keysight_b2902a": ("memristor_b2902a", "top"),
    "keysight_b2912a": ("memristor_b2912a", "top"),
    "keysight_b2201a": ("switched_b2201a", SWITCH),
    "lakeshore_336": ("demo_stage", "stage"),
    "line_multiplexer": ("switched_multiplexer", SWITCH),
    "thorlabs_dc2200": ("demo_optical", "light"),
    "thorlabs_dc4104": ("four_lights", "light"),
    "thorlabs_ledd1b": ("modulated_ledd1b", "light"),
}
"""Driver to a bench that has it and the terminal that it serves there."""


WITHOUT_CODES = {"lakeshore_336": "execution error"}
"""What drivers say of an error of which their instrument tells the kind only."""


@pytest.fixture(params=plugin_names("labkit.drivers"))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_driver_is_under_this_contract(name: str) -> None:
    assert name in PLACES


def test_it_fills_a_role_and_says_on_what_it_was_tried(name: str, open_rig: OpenRig) -> None:
    driver: Driver = load_plugin("labkit.drivers", name)
    bench, terminal = PLACES[name]
    assert driver.name == name
    assert driver.verified == SIMULATED_ONLY
    assert isinstance(
        open_rig(bench).role(terminal), SourceMeter | LightSource | PulseSource | SwitchMatrix | TemperatureStage
    )


def test_it_says_who_it_is(name: str, open_rig: OpenRig) -> None:
    bench, terminal = PLACES[name]
    rig = open_rig(bench)
    identity = rig.role(terminal).identity()
    driver: Driver = load_plugin("labkit.drivers", name)
    assert any(model in identity.idn for model in driver.models)
    assert identity.settings


def test_capabilities_are_complete_and_the_same_unconnected(name: str, open_rig: OpenRig) -> None:
    bench, terminal = PLACES[name]
    rig = open_rig(bench)
    able = rig.session.capabilities[terminal]
    assert able == described_capabilities(rig.bench)[terminal]
    assert able.source_document
    if isinstance(able, SourceMeterCapabilities):
        for ranges in (able.source_voltage, able.source_current, able.measure_voltage, able.measure_current):
            scales = [one.full_scale for one in ranges]
            assert scales == sorted(scales)
            assert all(0 < one.resolution < one.full_scale and one.gain > 0 and one.offset > 0 for one in ranges)
    elif isinstance(able, MatrixCapabilities):
        assert len(set(able.rows)) == len(able.rows) > 0
        assert len(set(able.columns)) == len(able.columns) > 0
        assert min(able.settling, able.contact_resistance, able.voltage, able.current, able.closed) > 0
        assert able.isolation > 1e6 * able.contact_resistance
    elif isinstance(able, PulseCapabilities):
        assert 0 < able.resolution < able.smallest_pulse < able.voltage
        assert min(able.gain, able.offset, able.source_resistance, able.pulses, able.time_resolution) > 0
        assert all(0 < low < high for low, high in (able.width, able.period, able.edge))
        assert able.trigger_delay > 0
    elif isinstance(able, StageCapabilities):
        assert 0 < able.temperature[0] < able.temperature[1]
        assert 0 < able.rate[0] < able.rate[1]
        assert 0 < able.resolution < able.stability < able.accuracy
    else:
        assert isinstance(able, LightCapabilities)
        assert 0 < able.resolution < able.irradiance
        assert able.on_time[0] > 0
        assert (able.on_time[0] < able.on_time[1]) == (able.pulses > 0)


def test_it_refuses_to_be_another_model(name: str, open_rig: OpenRig) -> None:
    bench, terminal = PLACES[name]
    role = load_plugin("labkit.drivers", name).role
    other = next(found for found in PLACES if load_plugin("labkit.drivers", found).role != role)

    def swapped(document: Any) -> Any:
        instrument = (document.switch if terminal == SWITCH else document.terminals[terminal]).instrument
        entry = document.instruments[instrument].model_copy(update={"driver": other})
        return document.model_copy(update={"instruments": {**document.instruments, instrument: entry}})

    with pytest.raises(LabkitError, match=r"is no |serves"):
        open_rig(bench, swapped)


def test_an_error_in_the_queue_is_raised_and_then_gone(name: str, open_rig: OpenRig) -> None:
    bench, terminal = PLACES[name]
    rig = open_rig(bench)
    role = rig.role(terminal)
    role.check_errors()
    rig.virtual.faults.add(FaultPlan(rig.virtual.faults.operations + 1, FaultKind.ERROR_IN_QUEUE))
    with pytest.raises(InstrumentError, match=WITHOUT_CODES.get(name, "-310")):
        role.check_errors()
    role.check_errors()


def test_safe_is_off_confirmed_and_may_be_asked_twice(name: str, open_rig: OpenRig) -> None:
    bench, terminal = PLACES[name]
    rig = open_rig(bench)
    energize(rig, terminal)
    assert not is_safe(rig)
    rig.role(terminal).make_safe()
    rig.role(terminal).make_safe()
    assert is_safe(rig)


@pytest.mark.parametrize("kind", [FaultKind.NO_ANSWER, FaultKind.GARBAGE, FaultKind.DROPPED_LINE])
def test_safe_survives_one_fault_anywhere(name: str, kind: FaultKind, open_rig: OpenRig) -> None:
    bench, terminal = PLACES[name]
    for ahead in range(1, 12):
        rig = open_rig(bench)
        energize(rig, terminal)
        rig.virtual.faults.add(FaultPlan(rig.virtual.faults.operations + ahead, kind))
        rig.role(terminal).make_safe()
        assert is_safe(rig)


def test_an_output_that_follows_no_command_is_not_called_safe(name: str, open_rig: OpenRig) -> None:
    bench, terminal = PLACES[name]
    rig = open_rig(bench)
    energize(rig, terminal)
    rig.virtual.faults.add(FaultPlan(rig.virtual.faults.operations + 1, FaultKind.STUCK_OUTPUT))
    with pytest.raises(InstrumentError, match="does not confirm"):
        rig.role(terminal).make_safe()


def energize(rig: Any, terminal: str) -> None:
    role = rig.role(terminal)
    if isinstance(role, SourceMeter):
        role.configure(setting())
        role.enable_output()
        role.set_level(0.3)
    elif isinstance(role, PulseSource):
        role.enable_output()
        role.set_level(0.3)
    elif isinstance(role, SwitchMatrix):
        role.connect(frozenset({Crosspoint(role.capabilities.rows[0], role.capabilities.columns[0])}))
    elif isinstance(role, TemperatureStage):
        role.set_temperature(310.0, 0.05)
        rig.session.clock.sleep_until(rig.session.clock.now() + 2_000_000_000)
    else:
        role.set_irradiance(1.0)


def is_safe(rig: Any) -> bool:
    """Whether light, sources, heaters and relays are off, as the world has it."""
    switch = rig.bench.switch
    relays = rig.virtual.instrument(switch.instrument).station.switchboard.closed if switch else frozenset()
    world = rig.virtual.world
    return world.outputs_off() and world.lights_off() and world.heaters_off() and not relays


def setting(**changes: float) -> Any:
    from labkit.core import SourceMeterSetting

    return replace(SourceMeterSetting(1.0, 1e-4, 1e-4, 0.02), **changes)
