"""One contract holds every driver: identity, capabilities, errors, safe state; limits and units stand beside it."""

from collections.abc import Callable, Mapping
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
    SourceMeterSetting,
    StageCapabilities,
    SwitchMatrix,
    TemperatureStage,
    load_plugin,
    plugin_names,
)
from labkit.engine import described_capabilities

OpenRig = Callable[..., Any]

WITHOUT_CODES = {"lakeshore_336": "execution error"}
"""What drivers say of an error of which their instrument tells the kind only."""


def test_every_driver_is_under_this_contract(places: Mapping[str, Any]) -> None:
    assert places.keys() == set(plugin_names("labkit.drivers"))


def test_it_fills_a_role_and_says_on_what_it_was_tried(place: Any, open_rig: OpenRig) -> None:
    driver: Driver = load_plugin("labkit.drivers", place.driver)
    assert driver.name == place.driver
    assert driver.verified == SIMULATED_ONLY
    role = open_rig(place.bench).role(place.terminal)
    assert isinstance(role, SourceMeter | LightSource | PulseSource | SwitchMatrix | TemperatureStage)


def test_it_says_who_it_is(place: Any, open_rig: OpenRig) -> None:
    rig = open_rig(place.bench)
    identity = rig.role(place.terminal).identity()
    driver: Driver = load_plugin("labkit.drivers", place.driver)
    assert any(model in identity.idn for model in driver.models)
    assert identity.settings


def test_capabilities_are_complete_and_the_same_unconnected(place: Any, open_rig: OpenRig) -> None:
    rig = open_rig(place.bench)
    able = rig.session.capabilities[place.terminal]
    assert able == described_capabilities(rig.bench)[place.terminal]
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


def test_it_refuses_to_be_another_model(place: Any, places: Mapping[str, Any], open_rig: OpenRig) -> None:
    role = load_plugin("labkit.drivers", place.driver).role
    other = next(found for found in places if load_plugin("labkit.drivers", found).role != role)

    def swapped(document: Any) -> Any:
        switched = place.terminal == SWITCH
        instrument = (document.switch if switched else document.terminals[place.terminal]).instrument
        entry = document.instruments[instrument].model_copy(update={"driver": other})
        return document.model_copy(update={"instruments": {**document.instruments, instrument: entry}})

    with pytest.raises(LabkitError, match=r"is no |serves"):
        open_rig(place.bench, swapped)


def test_an_error_in_the_queue_is_raised_and_then_gone(place: Any, open_rig: OpenRig) -> None:
    rig = open_rig(place.bench)
    role = rig.role(place.terminal)
    role.check_errors()
    rig.virtual.faults.add(FaultPlan(rig.virtual.faults.operations + 1, FaultKind.ERROR_IN_QUEUE))
    with pytest.raises(InstrumentError, match=WITHOUT_CODES.get(place.driver, "-310")):
        role.check_errors()
    role.check_errors()


def test_safe_is_off_confirmed_and_may_be_asked_twice(place: Any, open_rig: OpenRig) -> None:
    rig = open_rig(place.bench)
    energize(rig, place.terminal)
    assert not rig.is_safe()
    rig.role(place.terminal).make_safe()
    rig.role(place.terminal).make_safe()
    assert rig.is_safe()


@pytest.mark.parametrize("kind", [FaultKind.NO_ANSWER, FaultKind.GARBAGE, FaultKind.DROPPED_LINE])
def test_safe_survives_one_fault_anywhere(place: Any, kind: FaultKind, open_rig: OpenRig) -> None:
    for ahead in range(1, 12):
        rig = open_rig(place.bench)
        energize(rig, place.terminal)
        rig.virtual.faults.add(FaultPlan(rig.virtual.faults.operations + ahead, kind))
        rig.role(place.terminal).make_safe()
        assert rig.is_safe()


def test_an_output_that_follows_no_command_is_not_called_safe(place: Any, open_rig: OpenRig) -> None:
    rig = open_rig(place.bench)
    energize(rig, place.terminal)
    rig.virtual.faults.add(FaultPlan(rig.virtual.faults.operations + 1, FaultKind.STUCK_OUTPUT))
    with pytest.raises(InstrumentError, match="does not confirm"):
        rig.role(place.terminal).make_safe()


def energize(rig: Any, terminal: str) -> None:
    role = rig.role(terminal)
    if isinstance(role, SourceMeter):
        role.configure(SourceMeterSetting(1.0, 1e-4, 1e-4, 0.02))
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
