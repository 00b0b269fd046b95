"""What a client sees when something is wrong at the output, or when it gives up on a command."""

from typing import Any

import pytest
import pyvisa
from labkit_sim._station import Disturbance

NO_ERROR = '0,"No error;0;0 0"'


def disturb(smu: Any, kind: Disturbance) -> None:
    smu.bench.instrument("smu").disturbances.add(kind)


def test_a_stuck_output_does_not_say_that_it_is_off(smu: Any) -> None:
    smu.ready(level=1)
    smu.ask(":READ?")
    disturb(smu, Disturbance.STUCK_OUTPUT)
    smu.write(":OUTP OFF")
    assert smu.ask(":OUTP?") == "1"
    assert not smu.bench.world.outputs_off()


def test_an_overload_is_an_overflow(smu: Any) -> None:
    smu.ready(level=1)
    disturb(smu, Disturbance.OVERLOAD)
    assert smu.number(":READ?") == 9.9e37


def test_a_short_circuit_is_told_as_compliance(smu: Any) -> None:
    smu.ready(level=1, limit=1e-4)
    disturb(smu, Disturbance.COMPLIANCE)
    current, status = smu.numbers(':READ? "defbuffer1",READ,SOURSTAT')
    assert current == pytest.approx(1e-4, rel=2e-3)
    assert int(status) & 32
    assert smu.ask(":SOUR:VOLT:ILIM:TRIP?") == "1"


def test_a_device_clear_ends_a_long_measurement_and_keeps_the_settings(smu: Any) -> None:
    smu.ready(level=1, plc=10)
    smu.write(":SENS:COUN 1000", ":READ?")
    smu.resource.timeout = 2000
    with pytest.raises(pyvisa.VisaIOError, match="VI_ERROR_TMO"):
        smu.resource.read()
    smu.resource.clear()
    assert smu.ask("*LANG?") == "SCPI"
    assert smu.number(":SOUR:VOLT?") == 1
    assert smu.ask(":OUTP?") == "1"
    assert 0 < int(smu.ask(":TRAC:ACT?")) < 20
    assert smu.ask(":SYST:ERR?") == NO_ERROR


def test_a_device_clear_leaves_the_trigger_model_running(smu: Any) -> None:
    smu.ready()
    smu.write(':TRIG:LOAD "SimpleLoop", 10, 0.1', ":INIT")
    smu.resource.clear()
    assert smu.ask(":TRIG:STAT?").startswith("RUNNING")
    assert smu.ask("*OPC?") == "1"
    assert smu.ask(":TRAC:ACT?") == "10"


def test_commands_behind_a_reading_wait_for_it(smu: Any) -> None:
    smu.ready(level=1, plc=10)
    begin = smu.now
    smu.write(":READ?;:SOUR:VOLT 0.5;:SOUR:VOLT?")
    reading, level = smu.resource.read().strip().split(";")
    assert smu.now - begin > 0.2
    assert float(reading) == pytest.approx(1e-4, rel=2e-3)
    assert float(level) == 0.5
