"""Ill use over a socket: each instrument answers as its manual says, keeps its old value, and serves the others."""

from dataclasses import dataclass
from typing import Any

import pytest
from labkit_sim import FIRMWARE
from labkit_sim.servers import NetworkServer

from labkit.core import Bench

Network = Any
"""The fixture of tests/sim/conftest.py."""

EXECUTION, COMMAND, DEVICE = 16, 32, 8
"""Bits of the standard event status."""


@dataclass(frozen=True)
class Use:
    """A setting, one beyond its range, how to ask for it, the error, and whether the value is clipped, not kept."""

    right: str
    wrong: str
    query: str
    error: str = "-222"
    clipped: bool = False

    @property
    def tsp(self) -> bool:
        return "print" in self.query

    @property
    def next_error(self) -> str:
        return "print(errorqueue.next())" if self.tsp else ":SYST:ERR?"


SCPI_VOLT = Use(":SOUR:VOLT 0.5", ":SOUR:VOLT 1e4", ":SOUR:VOLT?")
B2900 = Use(":SOUR1:VOLT 0.5", ":SOUR1:VOLT 1e4", ":SOUR1:VOLT?")
LIMIT = Use("smua.source.limiti = 1e-3", "smua.source.limiti = 100", "print(smua.source.limiti)", "1.101")
RULE = Use("channel.connectrule = 2", "channel.connectrule = 9", "print(channel.connectrule)", "1.101")
USES = {
    "keithley_2400": SCPI_VOLT,
    "keithley_2450": SCPI_VOLT,
    "keithley_2450_scpi2400": SCPI_VOLT,
    "keithley_2602b": LIMIT,
    "keithley_2614b": LIMIT,
    "keithley_2636b": LIMIT,
    "keithley_3706a": RULE,
    "keithley_707b": RULE,
    "keithley_708b": RULE,
    "keysight_33522b": Use("SOUR1:VOLT 0.5", "SOUR1:VOLT 100", "SOUR1:VOLT?", clipped=True),
    "keysight_33622a": Use("SOUR1:BURS:NCYC 5", "SOUR1:BURS:NCYC 1e12", "SOUR1:BURS:NCYC?", clipped=True),
    "keysight_81160a": Use(":VOLT1 0.5", ":VOLT1 100", ":VOLT1?", clipped=True),
    "keysight_b2201a": Use(":ROUT:CONN:RULE 0,SROU", ":ROUT:CONN:RULE 0,NONE", ":ROUT:CONN:RULE? 0", "-224"),
    "keysight_b2902a": B2900,
    "keysight_b2912a": B2900,
    "thorlabs_dc2200": Use("SOUR1:CCUR:CURR 0.02", "SOUR1:CCUR:CURR 99", "SOUR1:CCUR:CURR?"),
}
SERIAL = {"line_multiplexer", "thorlabs_dc4100", "thorlabs_dc4104"}
WITHOUT_QUEUE = {"lakeshore_336"}
"""Errors show in the event status alone."""


def serve(network: Network, driver: str) -> NetworkServer:
    bench = Bench.model_validate(
        {
            "name": driver,
            "instruments": {"it": {"driver": driver, "address": "TCPIP0::10.0.0.1::5025::SOCKET"}},
            "terminals": {"bottom": {"grounded": True}},
            "virtual": {"device": "photoconductor", "clock": "real", "time_factor": 20},
        }
    )
    return network.serve(bench)


def test_every_firmware_that_is_not_serial_is_used_ill_here() -> None:
    assert set(USES) | WITHOUT_QUEUE == set(FIRMWARE) - SERIAL


@pytest.mark.parametrize("driver", sorted(USES))
def test_a_bad_value_and_a_bad_command(network: Network, driver: str) -> None:
    use, server = USES[driver], serve(network, driver)
    ill, other = network.dial(server, "it"), network.dial(server, "it")
    ill.send(f"*CLS\n{use.right}\n")
    before = ill.ask(use.query)
    ill.send(f"{use.wrong}\n")
    after = ill.ask(use.query)
    assert (after == before) is not use.clipped
    assert int(float(ill.ask("*STB?"))) & 4, "the status byte says that an error waits"
    assert int(float(other.ask("*ESR?"))) & (DEVICE if use.tsp else EXECUTION)
    assert other.ask(use.next_error).startswith(use.error)
    ill.send("no:such:thing 1\n")
    assert int(float(ill.ask("*ESR?"))) & (EXECUTION if use.tsp else COMMAND)
    assert ill.ask(use.next_error).startswith("-2.85" if use.tsp else "-113")
    assert other.ask(use.query) == after


def test_a_controller_without_an_error_queue_tells_in_its_event_status(network: Network) -> None:
    server = serve(network, "lakeshore_336")
    ill, other = network.dial(server, "it"), network.dial(server, "it")
    ill.send("*CLS\nSETP 1,290\n")
    before = ill.ask("SETP? 1")
    ill.send("SETP 9,290\n")
    assert ill.ask("SETP? 1") == before
    assert int(other.ask("*ESR?")) & EXECUTION
    ill.send("NOSUCH 1\n")
    assert int(ill.ask("*ESR?")) & COMMAND
    assert other.ask("SETP? 1") == before


@pytest.mark.parametrize("driver", sorted(name for name, use in USES.items() if not use.tsp))
def test_an_unread_reply_is_dropped_by_the_next_message(network: Network, driver: str) -> None:
    """On a message-based interface; a socket has no such thing, the answer has left already."""
    server = serve(network, driver)
    instrument = server.virtual.instrument("it")
    with server.virtual.world.lock:
        instrument.receive(b"*CLS\n", True)
        instrument.receive(b"*ESE?\n", True)
        instrument.receive(b"*ESR?\n", True)
        assert int(instrument.take(100, None)[0]) & 4, "a query error"
        assert not instrument.output_ready()
    assert network.dial(server, "it").ask(":SYST:ERR?").startswith("-410")


def test_a_full_buffer_keeps_what_it_has_and_tells(network: Network) -> None:
    client = network.dial(serve(network, "keithley_2450"), "it")
    client.send(':TRAC:MAKE "small",10\n:TRAC:FILL:MODE ONCE,"small"\n:OUTP ON\n:SENS:CURR:NPLC 0.01\n:SENS:COUN 20\n')
    client.ask(':READ? "small"')
    assert client.ask(':TRAC:ACT? "small"') == "10"
    assert client.ask(":SYST:ERR?").startswith("4915,")
    assert "MODEL 2450" in client.ask("*IDN?")
