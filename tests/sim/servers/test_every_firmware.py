"""Each simulated instrument over a socket: it says who it is, tells an error, and goes on."""

import re
from typing import Any

import pytest
from labkit_sim import FIRMWARE
from labkit_sim._endpoint import Working
from labkit_sim._lakeshore_336 import LakeShore336
from labkit_sim.servers import NetworkServer
from labkit_sim.tsp import TspInstrument

from labkit.core import Bench

Network = Any
"""The fixture of tests/sim/conftest.py."""

SERIAL = {"thorlabs_dc4100", "thorlabs_dc4104", "line_multiplexer"}
COMMAND_ERROR, ERRORS = 32, 4 | 8 | 16 | 32
"""Bits of the event status register."""
THORLABS = {"thorlabs_dc4100": "DC4100", "thorlabs_dc4104": "DC4104"}


def bench_of(driver: str) -> Bench:
    address = "ASRL3::INSTR" if driver in SERIAL else "TCPIP0::192.168.1.7::5025::SOCKET"
    return Bench.model_validate(
        {
            "name": driver,
            "instruments": {"it": {"driver": driver, "address": address}},
            "terminals": {"bottom": {"grounded": True}},
            "virtual": {"device": "photoconductor", "clock": "real", "time_factor": 20},
        }
    )


def error_code(server: NetworkServer, client: Any) -> int:
    """The oldest error, 0 for none; a 336 tells the kinds of its errors in the event status register."""
    endpoint = server.virtual.instrument("it")
    query = "print(errorqueue.next())" if isinstance(endpoint, TspInstrument) else ":SYST:ERR?"
    if isinstance(endpoint, LakeShore336):
        return int(client.ask("*ESR?")) & ERRORS
    return int(float(re.split(r"[,\t]", client.ask(query))[0]))


@pytest.fixture(params=sorted(FIRMWARE))
def driver(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_tells_who_it_is_and_what_went_wrong(network: Network, driver: str) -> None:
    server = network.serve(bench_of(driver))
    assert isinstance(server.virtual.instrument("it"), Working)
    client = network.dial(server, "it", "serial over TCP" if driver in SERIAL else "raw socket")
    if driver in THORLABS:
        assert client.ask("N?\r") == THORLABS[driver]
        client.send("XX 7\r\n")
        assert not client.ask("E?\r").startswith("ERROR 0:")
        assert client.ask("E?\r").startswith("ERROR 0:")
    elif driver == "line_multiplexer":
        assert client.ask("*IDN?").startswith("labkit,MUX")
        assert client.ask("NO:SUCH:THING").startswith("ERR -113")
        assert client.ask("*IDN?").startswith("labkit,MUX")
    else:
        assert client.ask("*IDN?").count(",") >= 2
        client.send("no:such:thing 1\n")
        assert error_code(server, client) in (COMMAND_ERROR, *range(-399, 0))
        assert error_code(server, client) == 0


@pytest.mark.parametrize("driver", sorted(set(FIRMWARE) - SERIAL))  # a serial line has no connection that could end
def test_half_a_command_of_a_client_that_left_is_forgotten(network: Network, driver: str) -> None:
    server = network.serve(bench_of(driver))
    leaving, staying = network.dial(server, "it"), network.dial(server, "it")
    leaving.send("NO:SU")
    leaving.socket.close()
    assert staying.ask("*IDN?").count(",") >= 2
    assert error_code(server, staying) == 0
