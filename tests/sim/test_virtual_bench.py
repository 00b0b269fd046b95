"""A bench file opened as its virtual copy: by PyVISA, by entry point, and with its mistakes told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvisa
from labkit_sim import ATTACHMENTS, VirtualBench, open_virtual_bench
from labkit_sim._virtual_bench import make_cell
from labkit_sim.devices import Aged, Defect, Memristor, Resistor, read_preset
from pyvisa.resources import MessageBasedResource
from pyvisa_labkit import LabkitVisaLibrary

from labkit.core import Bench, Crosspoint, LabkitError, Nanoseconds, VirtualChip, load_plugin, load_yaml

SMU = "USB0::0x05E6::0x2450::04501234::INSTR"
LED = "USB0::0x1313::0x80C8::M00123456::INSTR"

BENCH = f"""\
schema_version: 1
name: a resistor under a lamp
instruments:
  smu: {{driver: keithley_2450, address: "{SMU}"}}
  led: {{driver: thorlabs_dc2200, address: "{LED}"}}
terminals:
  drain: {{instrument: smu, maximum_voltage: 5 V, maximum_current: 10 mA}}
  source: {{grounded: true}}
  light:
    instrument: led
    wavelength: 455 nm
    maximum_irradiance: 10 mW/cm^2
    maximum_current: 1 A
    calibration:
      - {{current: 0 mA, irradiance: 0 mW/cm^2}}
      - {{current: 1 A, irradiance: 10 mW/cm^2}}
virtual:
  device: resistor
  terminals: {{drain: top, source: bottom}}
  seed: 3
"""


@pytest.fixture(name="bench_file")
def _bench_file(tmp_path: Path) -> Path:
    path = tmp_path / "bench.yaml"
    path.write_text(BENCH, encoding="utf-8")
    return path


@pytest.fixture(name="manager")
def _manager(bench_file: Path) -> Iterator[pyvisa.ResourceManager]:
    manager = pyvisa.ResourceManager(f"{bench_file}@labkit")
    yield manager
    manager.close()


def document(**changes: Any) -> Bench:
    return Bench.model_validate(load_yaml(BENCH, "bench.yaml").data | changes)


def open_at(manager: pyvisa.ResourceManager, address: str) -> MessageBasedResource:
    resource = manager.open_resource(address, read_termination="\n", write_termination="\n")
    assert isinstance(resource, MessageBasedResource)
    return resource


def test_pyvisa_opens_a_bench_file(manager: pyvisa.ResourceManager) -> None:
    assert len(manager.list_resources()) == 2
    smu, led = open_at(manager, SMU), open_at(manager, LED)
    assert "MODEL 2450,04501234" in smu.query("*IDN?")
    assert led.query("*IDN?").startswith("Thorlabs,DC2200,M00123456")


def test_the_source_meter_sees_the_device_that_the_wires_lead_to(manager: pyvisa.ResourceManager) -> None:
    smu = open_at(manager, SMU)
    smu.write(":SOUR:FUNC VOLT;:SOUR:VOLT:ILIM 1e-3;:SOUR:VOLT 1;:SENS:FUNC 'CURR';:SENS:CURR:RANG 1e-3;:OUTP ON")
    resistance = float(smu.query(":SOUR:VOLT?")) / float(smu.query(":READ?"))
    assert isinstance(manager.visalib, LabkitVisaLibrary)
    truth = manager.visalib.bench.world.device
    assert isinstance(truth, Resistor)
    assert resistance == pytest.approx(truth.resistance, rel=0.02)


def test_a_bench_file_that_is_not_there_or_not_right_is_told_by_pyvisa(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="there is no bench file"):
        pyvisa.ResourceManager(f"{tmp_path / 'nowhere.yaml'}@labkit")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(BENCH.replace("wavelength", "colour"), encoding="utf-8")
    with pytest.raises(OSError, match="colour"):
        pyvisa.ResourceManager(f"{wrong}@labkit")


def test_the_entry_point_leads_here(tmp_path: Path) -> None:
    bench = load_plugin("labkit.virtual", "world")(document(), tmp_path)
    assert isinstance(bench, VirtualBench)
    assert bench.seed == 3
    assert open_virtual_bench(document(), tmp_path, seed=5).seed == 5


def test_a_preset_may_lie_beside_the_bench_file(tmp_path: Path) -> None:
    preset = "model: resistor\ndescription: a dummy\nsource: illustrative\nparameters: {resistance: 123 kohm}\n"
    (tmp_path / "dummy.yaml").write_text(preset, encoding="utf-8")
    virtual = {"device": "dummy.yaml", "terminals": {"drain": "top", "source": "bottom"}}
    device = open_virtual_bench(document(virtual=virtual), tmp_path).world.device
    assert isinstance(device, Resistor)
    assert device.resistance == pytest.approx(123e3)


def test_the_same_seed_is_the_same_bench(tmp_path: Path) -> None:
    def noise(seed: int) -> list[str]:
        bench = open_virtual_bench(document(), tmp_path, seed)
        manager = pyvisa.ResourceManager(bench.visa_library)
        smu = open_at(manager, SMU)
        smu.write(":SENS:FUNC 'CURR';:SOUR:VOLT 1;:OUTP ON")
        readings = [smu.query(":READ?") for _ in range(5)]
        readings.append(str(bench.clock.now()))
        manager.close()
        return readings

    assert noise(1) == noise(1)
    assert noise(1) != noise(2)


def test_what_cannot_be_wired_is_told_with_a_remedy(tmp_path: Path) -> None:
    other = {"smu": {"driver": "oscilloscope", "address": SMU}, "led": {"driver": "thorlabs_dc2200", "address": LED}}
    twice = {"smu": {"driver": "keithley_2450", "address": LED}, "led": {"driver": "thorlabs_dc2200", "address": LED}}
    nowhere = {"smu": {"driver": "keithley_2450", "address": "desk"}, "led": other["led"]}
    for changes, message in (
        ({"virtual": None}, "no virtual device"),
        ({"virtual": {"device": "resistor"}}, "no terminal 'drain'; it has: top, bottom"),
        ({"virtual": {"device": "unobtainium"}}, "unobtainium"),
        ({"instruments": other}, "no simulated firmware for 'oscilloscope'"),
        ({"instruments": twice}, "one address"),
        ({"instruments": nowhere}, "'desk' is no VISA address"),
    ):
        with pytest.raises(LabkitError, match=message) as raised:
            open_virtual_bench(document(**changes), tmp_path)
        assert raised.value.remedy


def test_two_terminals_on_one_channel_are_refused(tmp_path: Path) -> None:
    terminals = {
        "drain": {"instrument": "smu", "maximum_voltage": "5 V", "maximum_current": "10 mA"},
        "source": {"instrument": "smu", "maximum_voltage": "5 V", "maximum_current": "10 mA"},
    }
    with pytest.raises(LabkitError, match="channel 1, which another terminal has"):
        open_virtual_bench(document(terminals=terminals), tmp_path)


def test_a_bench_in_real_time_follows_the_wall(tmp_path: Path) -> None:
    virtual = {
        "device": "resistor",
        "terminals": {"drain": "top", "source": "bottom"},
        "clock": "real",
        "time_factor": 50.0,
    }
    bench = open_virtual_bench(document(virtual=virtual), tmp_path)
    manager = pyvisa.ResourceManager(bench.visa_library)
    led = open_at(manager, LED)
    led.write("SOUR:MODE PULS;PULS:BRIG 10;ONT 0.5;OFFT 0.5;COUN 2;:OUTP ON")
    assert not bench.world.lights_off()
    bench.clock.sleep_until(Nanoseconds(bench.clock.now() + 3_000_000_000))
    assert led.query("OUTP?") == "0"
    assert bench.world.lights_off()
    manager.close()


def test_an_instrument_without_an_address_stands_in_the_world_but_not_on_the_bus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = {"driver": "an_analogue_lamp"}
    instruments = {"smu": {"driver": "keithley_2450", "address": SMU}, "led": without}
    with pytest.raises(LabkitError, match="no simulated instrument without an address for 'an_analogue_lamp'"):
        open_virtual_bench(document(instruments=instruments), tmp_path)
    monkeypatch.setitem(ATTACHMENTS, "an_analogue_lamp", lambda station: station.name)
    bench = open_virtual_bench(document(instruments=instruments), tmp_path)
    assert bench.attachment("led") == "led"
    manager = pyvisa.ResourceManager(bench.visa_library)
    assert len(manager.list_resources()) == 1
    manager.close()


CROSSBAR = {"crossbar": {"rows": ["1", "2"], "columns": ["3", "4"]}}


def chip(cells: dict[str, Any] = CROSSBAR, **changes: Any) -> Bench:
    switch = {"instrument": "led", "rows": {"drain": "A", "source": "B"}, **cells}
    virtual = {"device": "halide_memristor", "terminals": {"drain": "top", "source": "bottom"}, "seed": 3}
    return document(switch=switch, **{"virtual": virtual, **changes})


def test_each_cell_of_a_chip_is_a_device_of_its_own(tmp_path: Path) -> None:
    bench = open_virtual_bench(chip(), tmp_path)
    assert list(bench.devices) == ["r1c1", "r1c2", "r2c1", "r2c2"]
    draws = {name: device.efficiency.next for name, device in bench.devices.items() if isinstance(device, Memristor)}
    assert len(set(draws.values())) == 4
    again = open_virtual_bench(chip(), tmp_path).devices["r2c1"]
    assert isinstance(again, Memristor)
    assert again.efficiency.next == draws["r2c1"], "from seed and name alone, whichever cell is asked for first"
    with pytest.raises(LookupError, match="4 cells"):
        _ = bench.world.device
    with pytest.raises(KeyError):
        bench.devices["r3c1"]


def test_the_relays_of_the_bench_join_the_source_meter_to_a_cell(tmp_path: Path) -> None:
    bench = open_virtual_bench(chip(), tmp_path)
    for row, column in (("A", "2"), ("B", "3")):
        bench.switchboard.set(Crosspoint(row, column), True)
    device = bench.devices["r2c1"]
    assert isinstance(device, Memristor)
    bench.world.set_drive("drain", 0.1, 1e-3)
    current = bench.world.response("drain")[1]
    assert current == pytest.approx(0.1 * device.conductance, rel=0.02)
    assert not bench.world.outputs_off()
    assert bench.world.switch_off() == ("drain",)
    assert bench.world.outputs_off()


def test_a_bench_without_a_switch_has_one_device(tmp_path: Path) -> None:
    bench = open_virtual_bench(document(), tmp_path)
    assert dict(bench.devices) == {"device": bench.world.device}
    assert bench.switchboard.closed == frozenset()


def test_devices_that_are_not_the_cells_are_told() -> None:
    for bench, devices, message in (
        (chip(), Resistor(1e3), "one device cannot be 4 cells"),
        (chip(), {"r1c1": Resistor(1e3)}, "not those of the cells"),
        (chip({"cells": {"a": {"gate": "1"}}}), {"a": Resistor(1e3)}, "no terminal gate"),
    ):
        with pytest.raises(LabkitError, match=message):
            VirtualBench(bench, devices)


def test_cells_of_a_chip_differ_as_the_bench_says() -> None:
    chip = VirtualChip.model_validate(
        {
            "variation": "15 %",
            "shorts": "5 %",
            "opens": "10 %",
            "cells": {"r*c2": {"active_area": "400 um^2"}, "r1c1": {"defect": "open"}},
        }
    )
    preset = read_preset("halide_memristor")
    cells = {name: make_cell(preset, chip, name, seed) for seed, name in enumerate(f"r{k}c1" for k in range(400))}
    alive = [device for device in cells.values() if isinstance(device, Memristor)]
    dead = [device for device in cells.values() if isinstance(device, Defect)]
    assert cells["r1c1"] == Defect(("top", "bottom"), 0.0)
    assert len(alive) + len(dead) == 400
    assert sum(one.conductance > 0 for one in dead) == pytest.approx(20, abs=12)
    assert sum(one.conductance == 0 for one in dead) == pytest.approx(40, abs=18)
    logarithms = np.log([device.parameters.lowest_conductance for device in alive])
    assert np.std(logarithms) == pytest.approx(np.sqrt(np.log1p(0.15**2)), rel=0.12)
    large = make_cell(preset, chip, "r7c2", 7)
    small = make_cell(preset, chip, "r7c1", 7)
    assert isinstance(large, Memristor)
    assert isinstance(small, Memristor)
    assert large.parameters.lowest_conductance == pytest.approx(4 * small.parameters.lowest_conductance)


def test_a_device_that_ages_has_lain_in_the_air_of_the_bench_before_the_run(tmp_path: Path) -> None:
    shares = []
    for air in ({}, {"shelf_time": "30 d"}, {"humidity": "60 %", "shelf_time": "30 d"}):
        virtual = {"device": "ageing_cell", "terminals": {"drain": "top", "source": "bottom"}, "air": air}
        bench = open_virtual_bench(document(virtual=virtual), tmp_path)
        assert isinstance(bench, VirtualBench)
        device = bench.world.device
        assert isinstance(device, Aged)
        shares.append(device.share)
        dose = device.dose
        bench.world.advance_to(3600 * 10**9)
        bench.world.set_irradiance("lamp", 365e-9, 1.0)
        assert device.dose > dose, "and goes on ageing in it"
        bench.close()
    assert 1 == shares[0] > shares[1] > shares[2] > 0.5
