"""Raw sockets: many clients, some of them ill-mannered, over one instrument."""

import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from labkit_sim.servers import NetworkServer

from labkit.core import LabkitError, ServeSettings

Network = Any
"""The fixture of conftest.py."""


def test_an_answer_goes_to_the_client_that_asked(server: NetworkServer, network: Network) -> None:
    clients = [network.dial(server) for _ in range(5)]

    def use(k: int) -> set[str]:
        return {clients[k].ask(f":SYST:ERR:COUN?;:SENS:CURR:NPLC?;*ESE {k};*ESE?")[-1] for _ in range(20)}

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(use, range(5))) == [{str(k)} for k in range(5)]


def test_a_slow_command_of_one_client_does_not_swallow_the_answer_of_another(
    server: NetworkServer, network: Network
) -> None:
    slow, quick = network.dial(server), network.dial(server)
    slow.send(":SENS:CURR:NPLC 10;:SENS:COUN 5;:OUTP ON;:READ?\n")
    time.sleep(0.01)
    assert "MODEL 2450" in quick.ask("*IDN?")
    assert float(slow.read_line()) == pytest.approx(0.0, abs=1e-6)


def test_other_instruments_answer_while_one_is_busy(server: NetworkServer, network: Network) -> None:
    busy, other = network.dial(server, "smu"), network.dial(server, "led")
    busy.send(":SENS:CURR:NPLC 10;:SENS:COUN 10000;:OUTP ON;:READ?\n")  # 2000 s of the bench
    assert "DC2200" in other.ask("*IDN?")
    busy.socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        busy.socket.recv(1)


def test_a_client_that_leaves_in_the_middle_of_a_command_leaves_nothing_behind(
    server: NetworkServer, network: Network
) -> None:
    leaving, staying = network.dial(server), network.dial(server)
    leaving.send(":SOUR:VOLT 1.5;:SOUR:VOL")
    leaving.socket.close()
    assert "MODEL 2450" in staying.ask("*IDN?")
    assert staying.ask(":SYST:ERR?").startswith("0,")
    assert float(staying.ask(":SOUR:VOLT?")) == 0.0


def test_a_client_that_leaves_before_its_answer_disturbs_nobody(server: NetworkServer, network: Network) -> None:
    leaving, staying = network.dial(server), network.dial(server)
    leaving.send(":OUTP ON;:SENS:COUN 20;:READ?\n")
    leaving.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close by a reset
    leaving.socket.close()
    assert float(staying.ask(":SOUR:VOLT?")) == 0.0
    assert staying.ask(":SYST:ERR?").startswith("0,")


def test_a_complete_command_is_carried_out_though_its_client_has_left(server: NetworkServer, network: Network) -> None:
    client = network.dial(server)
    client.send(":SOUR:VOLT 0.75\n")
    client.socket.close()
    deadline = time.monotonic() + 3
    while (level := float(network.dial(server).ask(":SOUR:VOLT?"))) != 0.75 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert level == 0.75


def test_a_client_that_floods_and_does_not_read_disturbs_nobody(server: NetworkServer, network: Network) -> None:
    flooding, other = network.dial(server), network.dial(server)
    flooding.socket.setblocking(False)
    with suppress(BlockingIOError):  # the server reads no faster than the instrument answers
        while flooding.socket.send(b"*IDN?\n" * 10_000):
            pass
    for _ in range(10):
        assert "MODEL 2450" in other.ask("*IDN?")


def test_a_message_without_end_overruns_the_input(server: NetworkServer, network: Network) -> None:
    client = network.dial(server)
    for _ in range(9):
        client.send("A" * (1 << 20))
    assert "MODEL 2450" in client.ask("\n*IDN?")
    assert client.ask(":SYST:ERR?").startswith("-363,")


def test_errors_are_those_of_the_instrument_and_the_old_value_stays(server: NetworkServer, network: Network) -> None:
    client = network.dial(server)
    client.send(":SOUR:VOLT 0.5\n:SOUR:VOLT 1000\n:NO:SUCH:THING\n")
    assert client.ask(":SYST:ERR?").startswith("-222,")
    assert client.ask(":SYST:ERR?").startswith("-113,")
    assert float(client.ask(":SOUR:VOLT?")) == 0.5


def test_two_queries_in_one_packet_get_two_answers(server: NetworkServer, network: Network) -> None:
    client = network.dial(server)
    client.send("*ESE?\n*SRE?\n")
    assert (client.read_line(), client.read_line()) == ("0", "0")


def test_time_goes_on_while_nobody_asks(server: NetworkServer, network: Network) -> None:
    client = network.dial(server, "led")
    client.send("SOUR1:CURR:LIM 0.1;:SOUR1:MOD CC;:SOUR1:CCUR:CURR 0.1;:OUTP1:STAT 1\n")
    assert client.ask("OUTP1:STAT?") == "1"
    world, began = server.virtual.world, time.monotonic()
    before = world.now  # read without asking the clock
    time.sleep(0.3)
    passed, slept = (world.now - before) / 1e9, time.monotonic() - began
    assert passed == pytest.approx(slept * network.FASTER, rel=0.3, abs=2)


def test_stopping_switches_everything_off_and_tells_it(network: Network) -> None:
    server = network.serve()
    smu, led = network.dial(server, "smu"), network.dial(server, "led")
    smu.send(":SOUR:VOLT 1;:OUTP ON\n")
    assert smu.ask(":OUTP?") == "1"
    led.send("SOUR1:MOD CC;:SOUR1:CCUR:CURR 0.05;:OUTP1:STAT 1\n")
    assert led.ask("OUTP1:STAT?") == "1"
    world = server.virtual.world
    assert not world.outputs_off()
    assert not world.lights_off()
    told = server.close()
    assert world.outputs_off()
    assert world.lights_off()
    assert any("top was on" in line for line in told)
    assert any("light was on" in line for line in told)
    assert smu.is_closed()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", network.port(server)), timeout=1)


def test_stopping_does_not_wait_for_a_command_without_end(network: Network) -> None:
    server = network.serve()
    client = network.dial(server)
    client.send(":SENS:CURR:NPLC 10;:SENS:COUN 100000;:OUTP ON;:READ?\n")
    time.sleep(0.1)
    began = time.monotonic()
    server.close()
    assert time.monotonic() - began < 30, "the command takes 1000 s"
    assert server.virtual.world.outputs_off()


def test_a_port_that_is_taken_is_told_with_a_remedy(server: NetworkServer, network: Network) -> None:
    settings = ServeSettings(port=network.port(server), hislip_port=0)
    with pytest.raises(LabkitError, match="cannot listen on") as error:
        network.serve(settings=settings)
    assert "--port" in error.value.remedy


def test_a_dropped_line_closes_the_connection_and_a_new_one_works(network: Network) -> None:
    fault = {"at": 2, "kind": "dropped_line", "operation": "write", "address": "USB0::0x05E6::0x2450::04412345::INSTR"}
    server = network.serve(faults=[fault])
    client = network.dial(server)
    assert "MODEL 2450" in client.ask("*IDN?")
    client.send("*IDN?\n")
    assert client.is_closed()
    assert "MODEL 2450" in network.dial(server).ask("*IDN?")


def test_a_message_lost_by_a_fault_gets_no_answer_and_the_next_one_does(network: Network) -> None:
    server = network.serve(faults=[{"at": 1, "kind": "no_answer", "operation": "write"}])
    client = network.dial(server)
    client.send("*ESE 5\n*ESE?\n")
    assert client.read_line() == "0"
