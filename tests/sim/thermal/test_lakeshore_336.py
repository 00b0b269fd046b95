"""The 336 over PyVISA: its answers as the manual writes them, and the heat that it makes in the world."""

from collections.abc import Iterator

import pytest
import pyvisa
from labkit_sim import VirtualBench
from labkit_sim.devices import Resistor
from pyvisa.resources import MessageBasedResource

from labkit.core import Bench, Nanoseconds

ADDRESS = "TCPIP0::192.168.0.12::7777::SOCKET"
MINUTE = 60_000_000_000


def bench_document() -> Bench:
    return Bench.model_validate(
        {
            "name": "heat on a resistor",
            "instruments": {
                "thermal": {"driver": "lakeshore_336", "address": ADDRESS, "options": {"coolant_relay": 1}}
            },
            "terminals": {
                "stage": {"instrument": "thermal", "minimum_temperature": "260 K", "maximum_temperature": "330 K"}
            },
            "virtual": {"device": "resistor", "seed": 7},
        }
    )


@pytest.fixture
def bench() -> Iterator[VirtualBench]:
    made = VirtualBench(bench_document(), Resistor(1e5))
    yield made
    made.close()


@pytest.fixture
def controller(bench: VirtualBench) -> Iterator[MessageBasedResource]:
    manager = pyvisa.ResourceManager(bench.visa_library)
    resource = manager.open_resource(ADDRESS, read_termination="\r\n", write_termination="\r\n")
    assert isinstance(resource, MessageBasedResource)
    yield resource
    manager.close()


def wait(bench: VirtualBench, minutes: float) -> None:
    bench.clock.sleep_until(Nanoseconds(bench.world.now + int(minutes * MINUTE)))


def test_answers_are_formed_as_the_manual_says(controller: MessageBasedResource) -> None:
    assert controller.query("*IDN?").startswith("LSCI,MODEL336,")
    assert controller.query("SETP? 1") == "+0.000"
    controller.write("SETP 1,273.5")
    assert controller.query("SETP? 1") == "+273.500"
    controller.write("RAMP 1,1,5")
    assert controller.query("RAMP? 1;RANGE? 1;HTR? 1") == "1,+005.0;0;+000.0"
    assert controller.query("PID? 1") == "+0050.0,+0020.0,+000"
    controller.write("outmode 1,1,1,0")
    assert controller.query("OUTMODE? 1") == "1,1,0"
    assert float(controller.query("KRDG? A")) == pytest.approx(300, abs=0.1)
    assert float(controller.query("CRDG? A")) == pytest.approx(26.85, abs=0.1)
    assert float(controller.query("SRDG? A")) == pytest.approx(110.4, abs=0.1)
    assert controller.query("RDGST? A") == "000"


def test_an_input_without_a_sensor_says_so(controller: MessageBasedResource) -> None:
    assert controller.query("RDGST? C;INTYPE? C") == "064;0,1,0,1,1"


@pytest.mark.parametrize(("command", "bit"), [("NONSENSE 1", 32), ("SETP 3,300", 16), ("RANGE 1,7", 16)])
def test_an_error_shows_once_in_the_event_status(controller: MessageBasedResource, command: str, bit: int) -> None:
    controller.query("*ESR?")
    controller.write(command)
    assert controller.query("*ESR?") == str(bit)
    assert controller.query("*ESR?") == "0"


def test_a_setpoint_ramps_from_the_setpoint_before_it(bench: VirtualBench, controller: MessageBasedResource) -> None:
    controller.write("SETP 1,300")
    controller.write("RAMP 1,1,5")
    controller.write("SETP 1,310")
    wait(bench, 1)
    assert float(controller.query("SETP? 1")) == pytest.approx(305, abs=0.1)
    assert controller.query("RAMPST? 1") == "1"
    wait(bench, 1.1)
    assert controller.query("SETP? 1;RAMPST? 1") == "+310.000;0"


def test_the_loop_brings_the_device_to_the_setpoint(bench: VirtualBench, controller: MessageBasedResource) -> None:
    for command in ("SETP 1,320", "OUTMODE 1,1,1,0", "RELAY 1,1,A,0", "RANGE 1,3"):
        controller.write(command)
    wait(bench, 10)
    assert bench.world.temperature == pytest.approx(320, abs=0.2)
    assert float(controller.query("KRDG? A")) == pytest.approx(320, abs=0.03)
    assert not bench.world.heaters_off()
    controller.write("RANGE 1,0")
    assert bench.world.heaters_off()


def test_a_heater_alone_does_not_cool(bench: VirtualBench, controller: MessageBasedResource) -> None:
    for command in ("SETP 1,280", "OUTMODE 1,1,1,0", "RANGE 1,3"):
        controller.write(command)
    wait(bench, 30)
    assert bench.world.temperature == pytest.approx(300, abs=0.01)
    controller.write("RELAY 1,1,A,0")
    wait(bench, 30)
    assert bench.world.temperature == pytest.approx(280, abs=0.2)


def test_with_the_valve_shut_it_goes_back_to_ambient(bench: VirtualBench, controller: MessageBasedResource) -> None:
    for command in ("SETP 1,280", "OUTMODE 1,1,1,0", "RELAY 1,1,A,0", "RANGE 1,3"):
        controller.write(command)
    wait(bench, 20)
    controller.write("RANGE 1,0;RELAY 1,0,A,0")
    wait(bench, 300)
    assert bench.world.temperature == pytest.approx(300, abs=0.1)


def test_a_reset_switches_the_heater_off(bench: VirtualBench, controller: MessageBasedResource) -> None:
    for command in ("SETP 1,320", "OUTMODE 1,1,1,0", "RANGE 1,3"):
        controller.write(command)
    assert not bench.world.heaters_off()
    controller.write("*RST")
    assert bench.world.heaters_off()
    assert controller.query("RANGE? 1;OUTMODE? 1") == "0;0,0,0"


def test_asking_more_often_does_not_change_the_heat(bench: VirtualBench, controller: MessageBasedResource) -> None:
    other = VirtualBench(bench_document(), Resistor(1e5))
    manager = pyvisa.ResourceManager(other.visa_library)
    quiet = manager.open_resource(ADDRESS, read_termination="\r\n", write_termination="\r\n")
    assert isinstance(quiet, MessageBasedResource)
    for resource, world in ((controller, bench), (quiet, other)):
        for command in ("SETP 1,310", "OUTMODE 1,1,1,0"):
            resource.write(command)
        world.clock.sleep_until(Nanoseconds(MINUTE))
        resource.write("RANGE 1,3")
    for _ in range(20):
        controller.query("KRDG? A")
    for each in (bench, other):
        each.clock.sleep_until(Nanoseconds(10 * MINUTE))
    assert bench.world.temperature == pytest.approx(other.world.temperature, abs=1e-3)
    manager.close()
    other.close()
