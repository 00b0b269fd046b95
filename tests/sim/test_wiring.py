"""From a bench file to wires: generators, lights that hang on them, trigger cables, and what has no address."""

from typing import Any

import pytest
from labkit_sim import ModulationPort, World, wire
from labkit_sim.devices import Resistor

from labkit.core import Bench, LabkitError

LIGHT = {
    "instrument": "led",
    "wavelength": "455 nm",
    "maximum_irradiance": "10 mW/cm^2",
    "maximum_current": "1 A",
    "calibration": [
        {"current": "0 mA", "irradiance": "0 mW/cm^2"},
        {"current": "1 A", "irradiance": "10 mW/cm^2"},
    ],
}
SOURCE = {"maximum_voltage": "5 V", "maximum_current": "10 mA"}


def bench(**changes: Any) -> Bench:
    return Bench.model_validate(
        {
            "name": "a generator beside a source meter",
            "instruments": {
                "smu": {"driver": "keithley_2450", "address": "USB0::0x05E6::0x2450::04501234::INSTR"},
                "generator": {"driver": "any", "address": "TCPIP0::10.0.0.7::5025::SOCKET"},
                "led": {"driver": "any"},
            },
            "terminals": {
                "low": {"instrument": "smu", "wired_to": "bottom", "low_side": True, **SOURCE},
                "pulses": {"instrument": "generator", "load": "high", "maximum_voltage": "5 V", "wired_to": "top"},
                "gate": {"instrument": "generator", "channel": "2", "load": "high", "maximum_voltage": "5 V"},
                "light": {**LIGHT, "channel": "3", "driven_by": "gate"},
            },
            "virtual": {"device": "resistor"},
            **changes,
        }
    )


def test_a_generator_on_top_and_a_source_meter_on_the_bottom_drive_one_device() -> None:
    world = World(Resistor(1e3))
    stations = wire(bench(), world).stations
    stations["generator"].electrical_port("1").drive(1.0, resistance=50.0)
    smu = stations["smu"].electrical_port("1")
    smu.drive(0.0, limit=1e-2)
    voltage, current = smu.response()
    assert voltage == pytest.approx(0.0, abs=1e-12)
    assert current < 0, "what flows through the device flows out at its bottom"


def test_the_generator_that_drives_a_light_puts_its_level_on_the_modulation_input() -> None:
    world = World(Resistor(1e3))
    stations = wire(bench(), world).stations
    port = stations["generator"].electrical_port("2")
    assert isinstance(port, ModulationPort)
    lines = [stations["led"].modulation(), stations["led"].modulation("3")]
    port.drive(5.0, resistance=50.0)
    loaded = 5.0 * 10e3 / 10.05e3
    assert [line.level for line in lines] == pytest.approx([loaded, loaded]), "10 kohm behind 50 ohm"
    assert not world.outputs_off()
    port.release()
    assert [line.level for line in lines] == [0.0, 0.0]
    assert world.outputs_off()
    assert stations["led"].modulation("1").level == 0.0


def test_both_ends_of_a_trigger_cable_and_its_branches_are_one_wire() -> None:
    cables = [
        {"from": "smu:1", "to": "generator:EXT"},
        {"from": "led:OUT", "to": "led:IN"},
        {"from": "smu:1", "to": "led:IN"},
    ]
    stations = wire(bench(trigger_lines=cables), World(Resistor(1e3))).stations
    stations["smu"].line("1").set_level(3.3)
    for instrument, port in (("generator", "EXT"), ("led", "IN"), ("led", "OUT")):
        assert stations[instrument].line(port).level == 3.3
    assert stations["smu"].line("2").level == 0.0


def test_an_instrument_without_address_has_its_name_for_a_serial_number() -> None:
    assert wire(bench(), World(Resistor(1e3))).stations["led"].serial == "led"


def test_a_lead_to_a_terminal_that_the_device_does_not_have_is_told() -> None:
    terminals = {"low": {"instrument": "smu", "wired_to": "drain", **SOURCE}}
    with pytest.raises(LabkitError, match="no terminal 'drain'; it has: top, bottom"):
        wire(bench(terminals=terminals), World(Resistor(1e3)))
