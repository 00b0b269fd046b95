"""Virtual benches for the tests of firmware, bus and servers, and clients of them."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pyvisa
from labkit_sim import VirtualBench
from labkit_sim.devices import Device, Photoconductor
from labkit_sim.servers import NetworkServer
from pyvisa.resources import MessageBasedResource

from labkit.core import Bench, ServedAddress, ServeSettings

LED_ADDRESS = "USB0::0x1313::0x80C8::M00123456::INSTR"

OpenBench = Callable[..., VirtualBench]
PlugIn = Callable[..., MessageBasedResource]


@pytest.fixture
def plug_in() -> Iterator[PlugIn]:
    """Open an address of a virtual bench with PyVISA (`ending` of messages); the bench is closed after the test."""
    opened: list[tuple[VirtualBench, pyvisa.ResourceManager]] = []

    def open_one(bench: VirtualBench, address: str, ending: str = "\n", **settings: Any) -> MessageBasedResource:
        manager = pyvisa.ResourceManager(bench.visa_library)
        opened.append((bench, manager))
        resource = manager.open_resource(address, read_termination=ending, write_termination=ending, **settings)
        assert isinstance(resource, MessageBasedResource)
        return resource

    yield open_one
    for bench, manager in opened:
        manager.close()
        bench.close()


def bench_document(**virtual: Any) -> Bench:
    return Bench.model_validate(
        {
            "name": "light on a photoconductor",
            "instruments": {"led": {"driver": "thorlabs_dc2200", "address": LED_ADDRESS}},
            "terminals": {
                "light": {
                    "instrument": "led",
                    "wavelength": "455 nm",
                    "maximum_irradiance": "10 mW/cm^2",
                    "maximum_current": "1 A",
                    "calibration": [
                        {"current": "0 mA", "irradiance": "0 mW/cm^2"},
                        {"current": "500 mA", "irradiance": "6 mW/cm^2"},
                        {"current": "1 A", "irradiance": "10 mW/cm^2"},
                    ],
                    "calibration_uncertainty": "5 %",
                },
                "bottom": {"grounded": True},
            },
            "virtual": {"device": "photoconductor", "seed": 7, **virtual},
        }
    )


@pytest.fixture
def open_bench() -> Iterator[OpenBench]:
    """Open virtual benches (keywords go to their `virtual:` section) and close them after the test."""
    opened: list[VirtualBench] = []

    def open_one(seed: int | None = None, **virtual: Any) -> VirtualBench:
        device = Photoconductor(dark=1e-9, responsivity=1.0, area=1e-8)
        opened.append(VirtualBench(bench_document(**virtual), device, seed))
        return opened[-1]

    yield open_one
    for bench in opened:
        bench.close()


@pytest.fixture
def bench(open_bench: OpenBench) -> VirtualBench:
    return open_bench()


@pytest.fixture
def connect(plug_in: PlugIn) -> Callable[[VirtualBench], MessageBasedResource]:
    """Open the LED driver of a bench."""
    return lambda bench: plug_in(bench, LED_ADDRESS)


@pytest.fixture
def led(bench: VirtualBench, connect: Callable[[VirtualBench], MessageBasedResource]) -> MessageBasedResource:
    return connect(bench)


FASTER = 20.0
"""Seconds of the bench per second of the wall."""


def optical_bench(**virtual: Any) -> Bench:
    """A 2450 that reads a photoconductor, a DC2200 and a serial DC4104 that can light it."""
    return Bench.model_validate(
        {
            "name": "served",
            "instruments": {
                "smu": {"driver": "keithley_2450", "address": "USB0::0x05E6::0x2450::04412345::INSTR"},
                "led": {"driver": "thorlabs_dc2200", "address": "USB0::0x1313::0x80C8::M00412345::INSTR"},
                "array": {"driver": "thorlabs_dc4104", "address": "ASRL3::INSTR"},
            },
            "terminals": {
                "top": {"instrument": "smu", "maximum_voltage": "5 V", "maximum_current": "10 mA"},
                "light": light("led", "455 nm"),
                "bottom": {"grounded": True},
            },
            "virtual": {"device": "photoconductor", "clock": "real", "time_factor": FASTER, **virtual},
        }
    )


def light(instrument: str, wavelength: str) -> dict[str, Any]:
    return {
        "instrument": instrument,
        "wavelength": wavelength,
        "maximum_irradiance": "10 mW/cm^2",
        "maximum_current": "100 mA",
        "calibration": [
            {"current": "0 mA", "irradiance": "0 mW/cm^2"},
            {"current": "100 mA", "irradiance": "10 mW/cm^2"},
        ],
        "calibration_uncertainty": "0 %",
    }


class Client:
    """A plain socket to a served instrument."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)

    def send(self, text: str) -> None:
        self.socket.sendall(text.encode())

    def ask(self, message: str) -> str:
        self.send(message + "\n")
        return self.read_line()

    def read_line(self) -> str:
        answer = b""
        while not answer.endswith(b"\n"):
            part = self.socket.recv(1 << 16)
            assert part, f"the connection was closed after {answer!r}"
            answer += part
        return answer.decode().strip()

    def is_closed(self) -> bool:
        return self.socket.recv(1 << 16) == b""


class Network:
    """Served benches and clients of them; all are closed after the test."""

    FASTER = FASTER

    def __init__(self) -> None:
        self.servers: list[NetworkServer] = []
        self.clients: list[Client] = []
        self.resources: list[MessageBasedResource] = []
        self.manager = pyvisa.ResourceManager("@py")

    def serve(
        self,
        bench: Bench | None = None,
        settings: ServeSettings | None = None,
        device: Device | None = None,
        **virtual: Any,
    ) -> NetworkServer:
        """Serve a bench wired to a device; default: a photoconductor, keywords are for the virtual section."""
        bench = bench or optical_bench(**virtual)
        world = VirtualBench(bench, device or Photoconductor(dark=1e-6, responsivity=1.0, area=1e-6))
        self.servers.append(NetworkServer(bench, world, settings or ServeSettings(port=0, hislip_port=0)))
        return self.servers[-1]

    def place(self, server: NetworkServer, instrument: str, transport: str) -> ServedAddress:
        (found,) = (p for p in server.addresses if (p.instrument, p.transport) == (instrument, transport))
        return found

    def port(self, server: NetworkServer, instrument: str = "smu", transport: str = "raw socket") -> int:
        words = self.place(server, instrument, transport).resource.replace("::", ":").replace(",", ":").split(":")
        return next(int(word) for word in words if word.isdigit())

    def dial(self, server: NetworkServer, instrument: str = "smu", transport: str = "raw socket") -> Client:
        self.clients.append(Client(self.port(server, instrument, transport)))
        return self.clients[-1]

    def visa(self, server: NetworkServer, instrument: str, transport: str = "raw socket") -> MessageBasedResource:
        """Open a served instrument with PyVISA-py."""
        ending = "\r\n" if transport.startswith("serial") else "\n"
        name = self.place(server, instrument, transport).resource
        resource = self.manager.open_resource(name, read_termination=ending, write_termination=ending, timeout=3000)
        assert isinstance(resource, MessageBasedResource)
        self.resources.append(resource)
        return resource

    def close(self) -> None:
        for resource in self.resources:
            resource.close()
        for client in self.clients:
            client.socket.close()
        for server in self.servers:
            server.close()
        self.manager.close()


@pytest.fixture
def network() -> Iterator[Network]:
    opened = Network()
    yield opened
    opened.close()


@pytest.fixture
def server(network: Network) -> NetworkServer:
    return network.serve()
