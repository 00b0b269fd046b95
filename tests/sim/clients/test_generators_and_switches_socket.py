"""Unmodified clients of generators, switches and further source meters over sockets, each seen as a current.

A second client, plain text on a 2450's socket, measures what the first one did; a query of the first one says that it
is done.
"""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from easy_scpi import Instrument
from labkit_sim.devices import Resistor
from pymeasure.instruments.agilent import Agilent33500
from pymeasure.instruments.keithley import Keithley2600
from pymeasure.instruments.keysight import Keysight81160A
from qcodes.instrument_drivers.Keithley import Keithley3706A
from qcodes.instrument_drivers.Keysight import Keysight33522B, KeysightB2201

from labkit.core import Bench

Network = Any
"""The fixture of tests/sim/conftest.py."""

RESISTANCE = 1e4
ENDINGS = {"read_termination": "\n", "write_termination": "\n"}
METER = {"driver": "keithley_2450", "address": "GPIB0::18::INSTR"}
SOURCE = {"maximum_voltage": "5 V", "maximum_current": "10 mA"}


class Rig:
    """A served bench: the instrument under test, and a 2450 on which currents are read."""

    def __init__(self, network: Network, document: dict[str, Any], devices: Any) -> None:
        virtual = {"device": "resistor", "clock": "real", "time_factor": 20}
        bench = Bench.model_validate({"name": "rig", "virtual": virtual, **document})
        self.server = network.serve(bench, device=devices)
        self.resource: str = network.place(self.server, "tested", "raw socket").resource
        if "meter" in bench.instruments:
            self._meter = network.dial(self.server, "meter")

    def hold(self, voltage: float) -> None:
        """Let the 2450 source a voltage (V), ready to measure."""
        for line in (":SOUR:VOLT:RANG 2", f":SOUR:VOLT {voltage}", ":SENS:CURR:RANG 1e-3", ":SOUR:VOLT:ILIM 1e-3"):
            self._meter.send(line + "\n")
        self._meter.send(":OUTP ON\n")

    def current(self) -> float:
        return float(self._meter.ask(":MEAS:CURR?"))


OpenRig = Callable[..., Rig]


@pytest.fixture
def generator_rig(network: Network) -> OpenRig:
    """A generator's channel 1 on one end of a resistor, the 2450 at 0 V on the other."""

    def make(driver: str) -> Rig:
        document = {
            "instruments": {"tested": {"driver": driver, "address": "USB0::1::2::3::INSTR"}, "meter": METER},
            "terminals": {
                "top": {"instrument": "tested", "channel": "1", "load": "high", "maximum_voltage": "10 V"},
                "bottom": {"instrument": "meter", **SOURCE},
            },
        }
        return Rig(network, document, Resistor(RESISTANCE))

    return make


@pytest.fixture
def switch_rig(network: Network) -> OpenRig:
    """A matrix between the 2450 and two resistors."""

    def make(driver: str, row: str, columns: tuple[str, str]) -> Rig:
        cells = {f"a{k}": {"top": column} for k, column in enumerate(columns, 1)}
        document = {
            "instruments": {
                "tested": {"driver": driver, "address": "GPIB0::22::INSTR"},
                "meter": METER,
            },
            "terminals": {"top": {"instrument": "meter", **SOURCE}, "bottom": {"grounded": True}},
            "switch": {"instrument": "tested", "rows": {"top": row}, "cells": cells},
        }
        return Rig(network, document, {cell: Resistor(RESISTANCE) for cell in cells})

    return make


@pytest.fixture
def source_rig(network: Network) -> OpenRig:
    """A source meter on a resistor, nothing else."""

    def make(driver: str, channel: str) -> Rig:
        document = {
            "instruments": {"tested": {"driver": driver, "address": "USB0::1::2::4::INSTR"}},
            "terminals": {
                "top": {"instrument": "tested", "channel": channel, **SOURCE},
                "bottom": {"grounded": True},
            },
        }
        return Rig(network, document, Resistor(RESISTANCE))

    return make


def test_pymeasure_drives_a_33522b(generator_rig: OpenRig) -> None:
    rig = generator_rig("keysight_33522b")
    generator = Agilent33500(rig.resource, visa_library="@py", **ENDINGS)
    channel = generator.ch_1
    channel.output_load = "INF"
    channel.shape = "DC"
    channel.offset = 1.0
    channel.output = True
    assert generator.check_errors() == []
    rig.hold(0.0)
    assert -rig.current() == pytest.approx(1.0 / RESISTANCE, rel=0.02)
    generator.adapter.close()


def test_qcodes_drives_a_33522b(generator_rig: OpenRig) -> None:
    rig = generator_rig("keysight_33522b")
    with closing(Keysight33522B("generator", rig.resource, visalib="@py")) as generator:
        generator.write("OUTP1:LOAD INF")
        generator.ch1.function_type("DC")
        generator.ch1.offset(0.5)
        generator.ch1.output("ON")
        assert generator.ask("*OPC?") == "1"
        rig.hold(0.0)
        assert -rig.current() == pytest.approx(0.5 / RESISTANCE, rel=0.03)


def test_pymeasure_drives_an_81160a(generator_rig: OpenRig) -> None:
    rig = generator_rig("keysight_81160a")
    generator = Keysight81160A(rig.resource, visa_library="@py", **ENDINGS)
    channel = generator.ch_1
    channel.output_load = 1e6
    channel.shape = "DC"
    channel.offset = 1.0
    channel.output = True
    assert generator.ask("*OPC?").strip() == "1"
    rig.hold(0.0)
    assert -rig.current() == pytest.approx(1.0 / RESISTANCE, rel=0.05)
    generator.adapter.close()


def test_qcodes_switches_a_b2201a(switch_rig: OpenRig) -> None:
    rig = switch_rig("keysight_b2201a", "1", ("1", "48"))
    with closing(KeysightB2201("matrix", rig.resource, visalib="@py")) as matrix:
        rig.hold(1.0)
        assert abs(rig.current()) < 1e-6
        matrix.connect_paths([(1, 1), (1, 48)])
        assert matrix.connections() == {(1, 1), (1, 48)}
        assert rig.current() == pytest.approx(2.0 / RESISTANCE, rel=5e-3)
        matrix.disconnect_all()
        assert matrix.connections() == set()
        assert abs(rig.current()) < 1e-6


def test_qcodes_switches_a_3706a(switch_rig: OpenRig) -> None:
    rig = switch_rig("keithley_3706a", "1", ("1", "17"))
    with closing(Keithley3706A("matrix", rig.resource, visalib="@py")) as matrix:
        rig.hold(1.0)
        matrix.close_channel("1101")
        assert matrix.get_closed_channels("allslots") == ["1101"]
        assert rig.current() == pytest.approx(1.0 / RESISTANCE, rel=5e-3)
        matrix.open_channel("allslots")
        assert matrix.get_closed_channels("allslots") is None
        assert abs(rig.current()) < 1e-6


def test_easy_scpi_measures_with_a_b2902a(source_rig: OpenRig) -> None:
    rig = source_rig("keysight_b2902a", "1")
    smu = Instrument(rig.resource, port_match=False, backend="@py", timeout=5000, **ENDINGS)
    smu.connect()
    smu.sour1.volt(1.0)
    smu.sens1.curr.prot(1e-2)
    smu.outp1("ON")
    assert float(smu.query("MEAS:CURR? (@1)")) == pytest.approx(1.0 / RESISTANCE, rel=5e-3)
    smu.outp1("OFF")
    smu.disconnect()


@pytest.mark.filterwarnings("ignore:It is not known whether this device support SCPI:FutureWarning")
def test_pymeasure_measures_with_a_2636b(source_rig: OpenRig) -> None:
    rig = source_rig("keithley_2636b", "a")
    smu = Keithley2600(rig.resource, visa_library="@py", **ENDINGS)
    smu.ChA.source_mode = "voltage"
    smu.ChA.source_voltage_range = 2
    smu.ChA.compliance_current = 1e-3
    smu.ChA.source_voltage = 1.0
    smu.ChA.source_output = "ON"
    assert smu.ChA.current == pytest.approx(1.0 / RESISTANCE, rel=5e-3)
    smu.ChA.source_output = "OFF"
    smu.adapter.close()
