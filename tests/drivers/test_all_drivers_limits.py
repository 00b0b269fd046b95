"""The contract of every driver on limits: what is beyond them never reaches the sample, and they are in force first."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from labkit.core import (
    Crosspoint,
    InstrumentError,
    LightSource,
    LightTrain,
    LimitExceeded,
    Nanoseconds,
    PulseSource,
    PulseTrain,
    SourceMeter,
    SourceMeterSetting,
    Step,
    load_plugin,
    plugin_names,
)

OpenRig = Callable[..., Any]
Attempt = Callable[[Any, Any], None]
"""Asks a role for more than its terminal, as the bench has it, allows."""

SETTING = SourceMeterSetting(voltage_range=1.0, current_range=1e-4, compliance=5e-5, aperture=0.02)
"""A compliance that no instrument has of itself when it is switched on."""
NAN = float("nan")
MILLISECOND = Nanoseconds(1_000_000)
SECOND = Nanoseconds(1_000_000_000)


def compliance(role: Any, terminal: Any) -> None:
    role.configure(replace(SETTING, compliance=1.01 * terminal.maximum_current))


def compliance_that_is_no_number(role: Any, terminal: Any) -> None:
    role.configure(replace(SETTING, compliance=NAN))


def compliance_of_nothing(role: Any, terminal: Any) -> None:
    role.configure(replace(SETTING, compliance=0.0))


def voltage_range(role: Any, terminal: Any) -> None:
    role.configure(replace(SETTING, voltage_range=1.01 * terminal.maximum_voltage))


def level(role: Any, terminal: Any) -> None:
    role.set_level(1.01 * terminal.maximum_voltage)


def level_below(role: Any, terminal: Any) -> None:
    role.set_level(-1.01 * terminal.maximum_voltage)


def level_that_is_no_number(role: Any, terminal: Any) -> None:
    role.set_level(NAN)


def ramp(role: Any, terminal: Any) -> None:
    role.ramp_to(1.01 * terminal.maximum_voltage, 10.0)


def sequence(role: Any, terminal: Any) -> None:
    beyond = 1.01 * terminal.maximum_voltage
    role.load(tuple(Step(value, Nanoseconds(100 * MILLISECOND), 1) for value in (0.1, beyond, 0.0)))


def pulse(role: Any, terminal: Any) -> None:
    role.load_train(PulseTrain(0.0, 1.01 * terminal.maximum_voltage, MILLISECOND, SECOND))


def pulse_base(role: Any, terminal: Any) -> None:
    role.load_train(PulseTrain(-1.01 * terminal.maximum_voltage, 0.0, MILLISECOND, SECOND))


def irradiance(role: Any, terminal: Any) -> None:
    role.set_irradiance(1.01 * terminal.maximum_irradiance)


def irradiance_that_is_no_number(role: Any, terminal: Any) -> None:
    role.set_irradiance(NAN)


def light_train(role: Any, terminal: Any) -> None:
    role.load_train(LightTrain(1.01 * terminal.maximum_irradiance, SECOND, SECOND, 3))


def temperature(role: Any, terminal: Any) -> None:
    role.set_temperature(terminal.maximum_temperature + 0.1, terminal.rate)


def temperature_below(role: Any, terminal: Any) -> None:
    role.set_temperature(terminal.minimum_temperature - 0.1, terminal.rate)


def temperature_that_is_no_number(role: Any, terminal: Any) -> None:
    role.set_temperature(NAN, terminal.rate)


def rate_of_temperature(role: Any, terminal: Any) -> None:
    role.set_temperature(terminal.maximum_temperature, 1.01 * terminal.rate)


def no_rate_of_temperature(role: Any, terminal: Any) -> None:
    """A 336 takes a ramp of 0 K/min for a jump."""
    role.set_temperature(terminal.maximum_temperature, 0.0)


def absent_crosspoint(role: Any, terminal: Any) -> None:
    role.connect(frozenset({Crosspoint(role.capabilities.rows[0], "no such column")}))


LEVELS: tuple[Attempt, ...] = (level, level_below, level_that_is_no_number)
ATTEMPTS: Mapping[str, tuple[Attempt, ...]] = {
    "source meter": (
        compliance,
        compliance_that_is_no_number,
        compliance_of_nothing,
        voltage_range,
        *LEVELS,
        ramp,
        sequence,
    ),
    "pulse source": (*LEVELS, pulse, pulse_base),
    "light source": (irradiance, irradiance_that_is_no_number, light_train),
    "temperature stage": (
        temperature,
        temperature_below,
        temperature_that_is_no_number,
        rate_of_temperature,
        no_rate_of_temperature,
    ),
    "switch matrix": (absent_crosspoint,),
}
ROLES: Mapping[str, str] = {name: load_plugin("labkit.drivers", name).role for name in plugin_names("labkit.drivers")}
BEYOND = [
    pytest.param(driver, attempt, id=f"{driver}-{attempt.__name__}")
    for driver, role in ROLES.items()
    for attempt in ATTEMPTS[role]
]


@pytest.mark.parametrize(("place", "attempt"), BEYOND, indirect=["place"])
def test_beyond_the_limits_nothing_is_sent_and_the_sample_is_at_rest(
    place: Any, attempt: Attempt, open_rig: OpenRig
) -> None:
    rig = open_rig(place.bench)
    role = rig.role(place.terminal)
    enable(role)
    rig.wire.messages.clear()
    with pytest.raises(InstrumentError if attempt is absent_crosspoint else LimitExceeded) as refused:
        attempt(role, rig.bench.terminals.get(place.terminal))
    assert refused.value.remedy
    assert rig.wire.written() == []
    assert rig.is_at_rest()


def enable(role: Any) -> None:
    if isinstance(role, SourceMeter):
        role.configure(SETTING)
        role.enable_output()
    elif isinstance(role, PulseSource):
        role.enable_output()


def connect_and_enable(rig: Any, terminal: str) -> None:
    rig.connect()
    enable(rig.role(terminal))


class Limit(NamedTuple):
    """Whose limit it is, the message that puts it in force, and one that changes it, from somebody else's hand."""

    instrument: str
    message: bytes
    meddling: bytes


def tsp_limits(channel: str) -> tuple[Limit, ...]:
    nodes = (f"smu{channel}.source.limiti=".encode(), f"smu{channel}.trigger.source.limiti=".encode())
    return tuple(Limit("smu", node, node + b"0.01\n") for node in nodes)


CURRENT = Limit("smu", b":SENS:CURR:PROT ", b":SENS:CURR:PROT 0.01\n")
CURRENT_OF_B2900 = Limit("smu", b":SENS1:CURR:PROT ", b":SENS1:CURR:PROT 0.01\n")
VOLTAGE_OF_33500 = (
    Limit("generator", b"SOUR1:VOLT:LIM:STAT 1", b":SOUR1:VOLT:LIM:STAT OFF\n"),
    Limit("generator", b"SOUR1:VOLT:LIM:LOW ", b":SOUR1:VOLT:LIM:LOW -5\n"),
)
LIMITS: Mapping[str, tuple[Limit, ...]] = {
    "keithley_2400": (CURRENT,),
    "keithley_2450_scpi2400": (CURRENT,),
    "keithley_2450": (Limit("smu", b":SOUR:VOLT:ILIM ", b":SOUR:VOLT:ILIM 0.01\n"),),
    "keithley_2602b": tsp_limits("a"),
    "keithley_2614b": tsp_limits("b"),
    "keithley_2636b": tsp_limits("a"),
    "keysight_b2902a": (CURRENT_OF_B2900,),
    "keysight_b2912a": (CURRENT_OF_B2900,),
    "keysight_33522b": VOLTAGE_OF_33500,
    "keysight_33622a": VOLTAGE_OF_33500,
    "keysight_81160a": (
        Limit("generator", b":VOLT1:LIM:STAT ON", b":VOLT1:LIM:STAT OFF\n"),
        Limit("generator", b":VOLT1:LIM:HIGH ", b":VOLT1:LIM:HIGH 5\n"),
    ),
    "thorlabs_dc2200": (Limit("led", b"SOUR1:CURR:LIM ", b"SOUR1:CURR:LIM 1\n"),),
    "thorlabs_dc4104": (Limit("led", b"L 0 ", b"L 0 500\r\n"),),
    "thorlabs_ledd1b": (Limit("generator", b":VOLT2:LIM:STAT ON", b":VOLT2:LIM:STAT OFF\n"),),
}
"""Driver to the limits that must be in force before its output goes on; an LEDD1B is limited by its generator."""
UNLIMITED = {"switch matrix", "temperature stage"}
IN_FORCE = [
    pytest.param(driver, limit, id=f"{driver}-{limit.message.decode().strip()}")
    for driver, role in ROLES.items()
    if role not in UNLIMITED
    for limit in LIMITS[driver]
]
ABSOLUTE = {"thorlabs_dc2200", "thorlabs_dc4104"}
"""Lights whose steady current is told in A: a limit that somebody raised does not change what they put out."""
LAST_LOOK = [case for case in IN_FORCE if case.values[0] not in ABSOLUTE]


@pytest.mark.parametrize(("place", "limit"), IN_FORCE, indirect=["place"])
def test_an_instrument_that_does_not_take_its_limit_stays_off(
    place: Any, limit: Limit, rig_of: OpenRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = rig_of(place.bench)
    instrument = rig.virtual.instrument(limit.instrument)
    hear, ignored = instrument.receive, []

    def deaf(data: bytes, end: bool) -> None:
        if limit.message in data:
            ignored.append(data)
        else:
            hear(data, end)

    monkeypatch.setattr(instrument, "receive", deaf)
    with pytest.raises(InstrumentError) as refused:
        connect_and_enable(rig, place.terminal)
    assert ignored
    assert limit.instrument in refused.value.message
    assert refused.value.remedy
    assert rig.is_safe()


@pytest.mark.parametrize(("place", "limit"), LAST_LOOK, indirect=["place"])
def test_a_limit_that_somebody_changed_meanwhile_keeps_the_output_off(
    place: Any, limit: Limit, open_rig: OpenRig
) -> None:
    rig = open_rig(place.bench)
    role = rig.role(place.terminal)
    if isinstance(role, SourceMeter):
        role.configure(SETTING)
    rig.virtual.instrument(limit.instrument).receive(limit.meddling, True)
    with pytest.raises(InstrumentError) as refused:
        role.set_irradiance(1.0) if isinstance(role, LightSource) else role.enable_output()
    assert limit.instrument in refused.value.message
    assert refused.value.remedy
    assert rig.is_safe()
