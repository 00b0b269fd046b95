"""The PyVISA backend: what VISA promises to a client, on virtual time."""

import time
from collections.abc import Callable, Generator
from typing import Any

import pytest
import pyvisa
from labkit_sim import (
    Bus,
    Call,
    Command,
    Faults,
    ScpiInstrument,
    Station,
    Until,
    VirtualBench,
    VirtualClock,
    VisaLibrary,
    World,
)
from labkit_sim.devices import Resistor
from pyvisa.constants import AccessModes, EventMechanism, EventType, ResourceAttribute, StatusCode
from pyvisa.errors import VisaIOError
from pyvisa.resources import MessageBasedResource

from labkit.core import Nanoseconds

USB = "USB0::0x05E6::0x2450::04501234::INSTR"
GPIB = "GPIB0::24::INSTR"
SERIAL = "ASRL3::INSTR"
SOCKET = "TCPIP0::127.0.0.1::5025::SOCKET"
BYTES = bytes(range(256)) * 3


class Echo(ScpiInstrument):
    """Gives back what it is told, at once, slowly or as bytes."""

    word = ""

    def _set(self, call: Call) -> None:
        self.word = call.text(0)

    def _get(self, call: Call) -> str:
        return self.word

    def _block(self, call: Call) -> bytes:
        return b"#3%d" % len(BYTES) + BYTES

    def _slow(self, call: Call) -> Generator[Until, None, str]:
        yield Until(Nanoseconds(self.world.now + 1_500_000_000))
        return "slow"

    def _sweep(self, call: Call) -> None:
        def sweep() -> Generator[Until, None, None]:
            yield Until(Nanoseconds(self.world.now + 3_000_000_000))

        self.begin_operation(sweep())

    TABLE = ScpiInstrument.TABLE.extended(
        *ScpiInstrument.ERROR_COMMANDS,
        Command("WORD", _set, _get),
        Command("BLOCk", query=_block),
        Command("SLOW", query=_slow),
        Command("INITiate", _sweep, write_arguments=(0, 0)),
    )


class Lab:
    """An Echo on each kind of interface."""

    def __init__(self) -> None:
        self.world = World(Resistor(1e6))
        self.clock = VirtualClock(self.world)
        names = [str(pyvisa.rname.ResourceName.from_string(name)) for name in (USB, GPIB, SERIAL, SOCKET)]
        self.echoes = {name: Echo(Station(self.world, name, "1")) for name in names}
        self.bus = Bus(self.echoes, self.world, self.clock, Faults())
        self.manager = pyvisa.ResourceManager(VisaLibrary.serving(self.bus))

    def open(self, address: str, **attributes: Any) -> MessageBasedResource:
        resource = self.manager.open_resource(address, **attributes)
        assert isinstance(resource, MessageBasedResource)
        return resource

    def seconds(self) -> float:
        return self.clock.now() / 1e9


@pytest.fixture
def lab() -> Generator[Lab, None, None]:
    lab = Lab()
    yield lab
    lab.manager.close()


@pytest.mark.parametrize("address", [USB, GPIB])
@pytest.mark.parametrize("write_end", ["\n", "\r\n", ""])
@pytest.mark.parametrize("read_end", ["\n", None])
def test_message_interfaces_need_no_terminator(lab: Lab, address: str, write_end: str, read_end: str | None) -> None:
    echo = lab.open(address, write_termination=write_end, read_termination=read_end)
    echo.write("WORD hello")
    assert echo.query("WORD?").strip() == "hello"


@pytest.mark.parametrize("address", [SERIAL, SOCKET])
def test_stream_interfaces_do(lab: Lab, address: str) -> None:
    echo = lab.open(address, write_termination="\r\n", read_termination="\n")
    assert echo.query("WORD hello;WORD?") == "hello"
    echo.write_termination = ""
    with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
        echo.query("WORD?")


def test_a_socket_without_a_termination_character_times_out(lab: Lab) -> None:
    echo = lab.open(SOCKET, write_termination="\n")
    with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
        echo.query("*IDN?")


@pytest.mark.parametrize("address", [USB, GPIB, SOCKET])
@pytest.mark.parametrize("read_end", ["\n", None])
@pytest.mark.parametrize("chunk", [5, 100, 20_000])
def test_binary_blocks_keep_their_newlines(lab: Lab, address: str, read_end: str | None, chunk: int) -> None:
    if address == SOCKET and read_end is None:
        read_end = "\n"
    echo = lab.open(address, write_termination="\n", read_termination=read_end, chunk_size=chunk)
    values = echo.query_binary_values("BLOC?", datatype="B", container=bytes)
    assert values == BYTES
    if address != SOCKET and read_end is None:
        echo.clear()
    assert echo.query("WORD a;WORD?").strip() == "a"


def test_counts_and_ends_are_told_truthfully(lab: Lab) -> None:
    echo = lab.open(USB)
    library = lab.manager.visalib
    session = echo.session
    echo.write("WORD abcdef;WORD?")
    with echo.ignore_warning(StatusCode.success_max_count_read):
        assert library.read(session, 4) == (b"abcd", StatusCode.success_max_count_read)
        assert library.read(session, 3) == (b"ef\n", StatusCode.success)
    echo.read_termination = "e"
    echo.write("WORD?")
    with echo.ignore_warning(StatusCode.success_max_count_read):
        assert library.read(session, 100) == (b"abcde", StatusCode.success_termination_character_read)
        assert library.read(session, 100) == (b"f\n", StatusCode.success)


def test_a_timeout_takes_virtual_time_and_no_wall_time(lab: Lab) -> None:
    echo = lab.open(USB, timeout=3_600_000)
    started = time.perf_counter()
    with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
        echo.read()
    assert time.perf_counter() - started < 0.5
    assert lab.seconds() == pytest.approx(3600, abs=0.01)
    assert echo.query("SYST:ERR?").startswith("-420")


def test_a_slow_answer_is_waited_for_or_comes_after_the_timeout(lab: Lab) -> None:
    echo = lab.open(USB, timeout=2000)
    assert echo.query("SLOW?") == "slow\n"
    assert lab.seconds() == pytest.approx(1.5, abs=0.01)
    echo.timeout = 1000
    with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
        echo.query("SLOW?")
    assert echo.read() == "slow\n", "the answer was only late"
    assert echo.query("SYST:ERR?") == '0,"No error"\n'


def test_commands_wait_behind_a_slow_one_while_the_client_goes_on(lab: Lab) -> None:
    echo = lab.open(USB, timeout=5000)
    echo.write("INIT;*WAI")
    echo.write("WORD later")
    assert lab.seconds() < 0.1
    assert lab.echoes[str(pyvisa.rname.ResourceName.from_string(USB))].word == ""
    assert echo.query("WORD?") == "later\n"
    assert lab.seconds() == pytest.approx(3.0, abs=0.01)


def test_operations_complete(lab: Lab) -> None:
    echo = lab.open(USB, timeout=10_000)
    echo.write("INIT;*OPC")
    assert int(echo.query("*ESR?")) & 1 == 0
    assert echo.query("*OPC?") == "1\n"
    assert lab.seconds() == pytest.approx(3.0, abs=0.02)
    assert int(echo.query("*ESR?")) & 1 == 1
    echo.write("INIT")
    assert echo.query("*WAI;*IDN?").startswith("labkit")
    assert lab.seconds() == pytest.approx(6.0, abs=0.02)


def test_device_clear_gives_up_the_command_under_way(lab: Lab) -> None:
    echo = lab.open(USB)
    echo.write("SLOW?")
    echo.write("WORD lost")
    echo.clear()
    assert echo.query("WORD unharmed;WORD?") == "unharmed\n"
    assert lab.seconds() < 0.1
    assert echo.query("SYST:ERR?") == '0,"No error"\n'


def test_status_byte_and_trigger(lab: Lab) -> None:
    echo = lab.open(GPIB)
    fired: list[float] = []
    firmware = lab.echoes[str(pyvisa.rname.ResourceName.from_string(GPIB))]
    firmware.triggered.listeners.append(lambda: fired.append(lab.seconds()))
    echo.assert_trigger()
    assert len(fired) == 1
    assert echo.read_stb() == 0
    echo.write("NOSUCH")
    assert echo.read_stb() == 4
    echo.write("WORD?")
    assert echo.read_stb() == 4 | 16


def test_service_requests_can_be_waited_for(lab: Lab) -> None:
    echo = lab.open(GPIB)
    echo.write("*SRE 16")
    echo.enable_event(EventType.service_request, EventMechanism.queue)
    assert echo.wait_on_event(EventType.service_request, 100, capture_timeout=True).timed_out
    echo.write("SLOW?")
    response = echo.wait_on_event(EventType.service_request, 5000)
    assert not response.timed_out
    assert response.event.event_type == EventType.service_request
    assert lab.seconds() == pytest.approx(1.6, abs=0.01)
    assert echo.read_stb() == 16 | 64
    assert echo.read() == "slow\n"
    echo.disable_event(EventType.service_request, EventMechanism.queue)


def test_handlers_of_service_requests_may_talk_to_the_instrument(lab: Lab) -> None:
    echo = lab.open(GPIB)
    polled: list[int] = []

    def handler(*_: Any) -> None:
        polled.append(echo.read_stb())

    echo.install_handler(EventType.service_request, handler)
    echo.enable_event(EventType.service_request, EventMechanism.handler)
    echo.write("*SRE 4;NOSUCH")
    assert polled == [4 | 64]
    echo.disable_event(EventType.service_request, EventMechanism.handler)
    echo.write("*CLS;NOSUCH")
    assert len(polled) == 1


def test_an_exclusive_lock_keeps_others_out(lab: Lab) -> None:
    first, second = lab.open(USB), lab.open(USB)
    with first.lock_context():
        first.write("WORD mine")
        with pytest.raises(VisaIOError, match="VI_ERROR_RSRC_LOCKED"):
            second.write("WORD yours")
        with pytest.raises(VisaIOError, match="VI_ERROR_RSRC_LOCKED"):
            lab.open(USB)
    assert second.query("WORD?") == "mine\n"
    third = lab.open(GPIB, access_mode=AccessModes.exclusive_lock)
    with pytest.raises(VisaIOError, match="VI_ERROR_RSRC_LOCKED"):
        lab.open(GPIB)
    third.close()
    lab.open(GPIB)


def test_attributes_say_what_the_address_says(lab: Lab) -> None:
    echo = lab.open(USB)
    assert echo.get_visa_attribute(ResourceAttribute.manufacturer_id) == 0x05E6
    assert echo.get_visa_attribute(ResourceAttribute.model_code) == 0x2450
    assert echo.get_visa_attribute(ResourceAttribute.usb_serial_number) == "04501234"
    assert echo.resource_class == "INSTR"
    assert lab.open(GPIB).get_visa_attribute(ResourceAttribute.gpib_primary_address) == 24
    echo.timeout = 1234
    assert echo.timeout == 1234
    with pytest.raises(VisaIOError, match="VI_ERROR_NSUP_ATTR"):
        echo.get_visa_attribute(ResourceAttribute.gpib_primary_address)
    with pytest.raises(VisaIOError, match="VI_ERROR_ATTR_READONLY"):
        lab.manager.visalib.set_attribute(echo.session, ResourceAttribute.model_code, 1)
    serial = lab.open(SERIAL, write_termination="\n")
    serial.write("WORD hello;WORD?")
    assert serial.get_visa_attribute(ResourceAttribute.asrl_avalaible_number) == 6


def test_addresses_are_listed_and_others_are_not_found(lab: Lab) -> None:
    assert set(lab.manager.list_resources("?*")) == set(lab.echoes)
    assert lab.manager.list_resources("GPIB?*INSTR") == (GPIB,)
    with pytest.raises(VisaIOError, match="VI_ERROR_RSRC_NFOUND"):
        lab.open("GPIB0::25::INSTR")
    with pytest.raises(VisaIOError, match="VI_ERROR_INV_RSRC_NAME"):
        lab.manager.visalib.open(lab.manager.session, "GPIB0::::nonsense")


def test_a_query_costs_about_a_millisecond_and_long_answers_more(lab: Lab) -> None:
    echo = lab.open(USB)
    for _ in range(200):
        echo.query("*IDN?")
    assert 0.8e-3 < lab.seconds() / 200 < 1.3e-3


def test_two_libraries_do_not_share_a_bench(
    open_bench: Callable[..., VirtualBench], connect: Callable[[VirtualBench], MessageBasedResource]
) -> None:
    one, two = open_bench(1), open_bench(1)
    connect(one).write("SOUR:CCUR 0.1;:OUTP ON")
    assert not one.world.lights_off()
    assert two.world.lights_off()
    assert connect(two).query("OUTP?") == "0"


def test_a_closed_bench_is_a_lost_connection(bench: VirtualBench, led: MessageBasedResource) -> None:
    bench.close()
    with pytest.raises(VisaIOError, match="VI_ERROR_CONN_LOST"):
        led.query("*IDN?")
