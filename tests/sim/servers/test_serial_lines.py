"""Serial instruments: a pseudo-terminal, and the same bytes over TCP."""

from contextlib import suppress
from typing import Any

import pytest
from labkit_sim.servers import NetworkServer

Network = Any
"""The fixture of conftest.py."""


@pytest.mark.parametrize("transport", ["serial port", "serial over TCP"])
def test_a_serial_instrument_answers_in_lines(server: NetworkServer, network: Network, transport: str) -> None:
    array = network.visa(server, "array", transport)
    assert array.query("N?") == "DC4104"
    array.write("CC 0 250")  # a set is silent
    assert array.query("CC? 0") == "250"


def test_a_serial_line_has_no_hislip(server: NetworkServer) -> None:
    assert {place.transport for place in server.addresses if place.instrument == "array"} == {
        "serial port",
        "serial over TCP",
    }


def test_a_serial_line_over_tcp_has_one_other_end(server: NetworkServer, network: Network) -> None:
    first = network.dial(server, "array", "serial over TCP")
    assert first.ask("N?\r") == "DC4104"
    assert network.dial(server, "array", "serial over TCP").is_closed()
    assert first.ask("N?\r") == "DC4104"


def test_half_a_line_waits_for_its_end_as_on_a_cable(server: NetworkServer, network: Network) -> None:
    array = network.dial(server, "array", "serial over TCP")
    array.send("CC")
    array.send("? 1\r\n")
    assert array.read_line() == "0"


def test_the_next_client_finds_the_line_free(server: NetworkServer, network: Network) -> None:
    network.dial(server, "array", "serial over TCP").socket.close()
    for _ in range(50):
        client = network.dial(server, "array", "serial over TCP")
        with suppress(ConnectionError):
            client.send("N?\r\n")
            if client.socket.recv(100):
                return
    pytest.fail("the line stayed taken after its client had left")
