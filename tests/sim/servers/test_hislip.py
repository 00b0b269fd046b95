"""HiSLIP: what PyVISA-py sees, and what is on the wire (IVI-6.1)."""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from labkit_sim.servers import NetworkServer

Network = Any
"""The fixture of conftest.py."""

FATAL, ERROR, DATA, DATA_END, CLEAR_COMPLETE, CLEAR_ACKNOWLEDGE, TRIGGER = 2, 3, 6, 7, 8, 9, 12
INTERRUPTED, ASYNC_INTERRUPTED, MAXIMUM, MAXIMUM_RESPONSE = 13, 14, 15, 16
CLEAR, SERVICE_REQUEST, STATUS, STATUS_RESPONSE, CLEAR_ANSWER = 19, 20, 21, 22, 23
LOCK, LOCK_RESPONSE, LOCK_INFO, LOCK_INFO_RESPONSE, REMOTE, REMOTE_RESPONSE = 4, 5, 24, 25, 10, 11
DELIVERED = 1


@dataclass(frozen=True)
class Frame:
    kind: int
    control: int
    parameter: int
    payload: bytes


class Channel:
    """One of the two connections of a HiSLIP client that is written for the test."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)

    def send(self, kind: int, control: int = 0, parameter: int = 0, payload: bytes = b"") -> None:
        self.socket.sendall(struct.pack("!2sBBIQ", b"HS", kind, control, parameter, len(payload)) + payload)

    def receive(self) -> Frame:
        prologue, kind, control, parameter, length = struct.unpack("!2sBBIQ", self._exactly(16))
        assert prologue == b"HS"
        return Frame(kind, control, parameter, self._exactly(length))

    def call(self, kind: int, control: int = 0, parameter: int = 0, payload: bytes = b"") -> Frame:
        self.send(kind, control, parameter, payload)
        return self.receive()

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            part = self.socket.recv(count - len(found))
            assert part, "the server closed the connection"
            found += part
        return found


class Pair:
    """Both connections of a client, initialized."""

    def __init__(self, port: int, place: bytes = b"hislip0", vendor: bytes = b"te", overlap: bool = False) -> None:
        self.main = Channel(port)
        answer = self.main.call(0, int(overlap), 0x0100 << 16 | int.from_bytes(vendor, "big"), place)
        assert answer.kind == 1
        assert answer.parameter >> 16 == 0x0100
        self.overlap = bool(answer.control)
        self.side = Channel(port)
        assert self.side.call(17, 0, answer.parameter & 0xFFFF).kind == 18

    def close(self) -> None:
        self.main.socket.close()
        self.side.socket.close()


@pytest.fixture
def port(server: NetworkServer, network: Network) -> int:
    return network.port(server, "smu", "HiSLIP")


@pytest.fixture
def pair(port: int) -> Iterator[Pair]:
    with closing(Pair(port)) as opened:
        yield opened


def test_pyvisa_reads_status_and_clears(server: NetworkServer, network: Network) -> None:
    smu = network.visa(server, "smu", "HiSLIP")
    assert "MODEL 2450" in smu.query("*IDN?")
    smu.write(":NO:SUCH:THING")
    assert smu.read_stb() == 4
    smu.write(":SYST:ERR?")
    smu.clear()
    assert smu.read_stb() == 0
    assert smu.query("*ESE?") == "0"


def test_a_device_clear_ends_a_command_that_waits(server: NetworkServer, network: Network) -> None:
    smu = network.visa(server, "smu", "HiSLIP")
    smu.write(":SENS:CURR:NPLC 10;:SENS:COUN 100000;:OUTP ON;:READ?")
    time.sleep(0.05)
    smu.clear()
    assert "MODEL 2450" in smu.query("*IDN?")


def test_each_sub_address_is_an_instrument(server: NetworkServer, network: Network) -> None:
    assert "DC2200" in network.visa(server, "led", "HiSLIP").query("*IDN?")


def test_the_answer_carries_the_number_of_its_question(pair: Pair) -> None:
    for number in (0xFFFFFF00, 0xFFFFFF02, 17):
        answer = pair.main.call(DATA_END, DELIVERED, number, b"*ESE?")
        assert (answer.kind, answer.parameter, answer.payload) == (DATA_END, number, b"0\n")


def test_a_message_may_come_in_parts(pair: Pair) -> None:
    pair.main.send(DATA, 0, 1, b"*ES")
    answer = pair.main.call(DATA_END, 0, 3, b"E 9;*ESE?")
    assert (answer.parameter, answer.payload) == (3, b"9\n")


def test_answers_are_cut_to_what_the_client_takes(pair: Pair) -> None:
    assert pair.side.call(MAXIMUM, payload=(16).to_bytes(8, "big")).kind == MAXIMUM_RESPONSE
    pair.main.send(DATA_END, 0, 1, b"*IDN?")
    parts = [pair.main.receive()]
    while parts[-1].kind == DATA:
        parts.append(pair.main.receive())
    assert {len(part.payload) for part in parts[:-1]} == {16}
    assert b"MODEL 2450" in b"".join(part.payload for part in parts)


def test_a_question_before_the_last_answer_was_read_interrupts(pair: Pair) -> None:
    """Synchronized mode, section 3.1: the client says with each message whether it has delivered the last answer."""
    assert pair.main.call(DATA_END, 0, 1, b"*ESE?").payload == b"0\n"
    told = pair.main.call(DATA_END, 0, 3, b":SYST:ERR?")
    assert (told.kind, told.parameter) == (INTERRUPTED, 3)
    assert pair.side.receive().kind == ASYNC_INTERRUPTED
    assert pair.main.receive().payload.startswith(b"-410,")


def test_overlapped_mode_queues_answers_instead(port: int) -> None:
    with closing(Pair(port, overlap=True)) as pair:
        assert pair.overlap
        pair.main.send(DATA_END, 0, 1, b"*ESE?")
        pair.main.send(DATA_END, 0, 3, b":SYST:ERR:COUN?")
        assert [(f.parameter, f.payload) for f in (pair.main.receive(), pair.main.receive())] == [
            (1, b"0\n"),
            (3, b"0\n"),
        ]


def test_a_clear_may_change_the_mode(pair: Pair) -> None:
    assert pair.side.call(CLEAR) == Frame(CLEAR_ANSWER, 0, 0, b"")
    pair.main.send(DATA_END, 0, 1, b"*IDN?")  # what comes before the end of the clear is dropped
    assert pair.main.call(CLEAR_COMPLETE, 1) == Frame(CLEAR_ACKNOWLEDGE, 1, 0, b"")
    assert pair.main.call(DATA_END, 0, 1, b"*ESE?").payload == b"0\n"


def test_message_available_until_the_answer_is_delivered(pair: Pair) -> None:
    pair.main.call(DATA_END, 0, 1, b"*ESE?")
    assert pair.side.call(STATUS, 0, 1).control == 16
    assert pair.side.call(STATUS, DELIVERED, 1).control == 0


def test_a_service_request_comes_unasked_and_stays_until_the_status_is_read(pair: Pair) -> None:
    pair.main.send(DATA_END, 0, 1, b"*SRE 4")
    pair.main.send(DATA_END, 0, 3, b":NO:SUCH:THING")
    request = pair.side.receive()
    assert (request.kind, request.control) == (SERVICE_REQUEST, 68)
    assert pair.side.call(STATUS, 0, 3).control == 68
    assert pair.side.call(STATUS, 0, 3).control == 4


def test_pyvisa_is_spared_service_requests_that_it_would_take_for_answers(
    server: NetworkServer, network: Network
) -> None:
    smu = network.visa(server, "smu", "HiSLIP")
    smu.write("*SRE 4")
    smu.write(":NO:SUCH:THING")
    assert smu.read_stb() == 68
    assert smu.read_stb() == 4


def test_a_trigger_comes_behind_the_message_before_it(pair: Pair) -> None:
    pair.main.send(DATA_END, 0, 1, b':SENS:COUN 1;:TRIG:LOAD "Empty";:TRIG:BLOC:WAIT 1,COMM;:INIT')
    assert b"WAITING" in pair.main.call(DATA_END, 0, 3, b":TRIG:STAT?").payload
    pair.main.send(TRIGGER, DELIVERED, 5)
    assert b"IDLE" in pair.main.call(DATA_END, 0, 7, b":TRIG:STAT?").payload


def test_a_lock_keeps_the_messages_of_others_back(port: int, pair: Pair) -> None:
    with closing(Pair(port)) as other:
        assert pair.side.call(LOCK, 1, 1000).control == 1
        assert other.side.call(LOCK_INFO).control == 1
        assert other.side.call(LOCK, 1, 20).control == 0  # timed out
        other.main.send(DATA_END, 0, 1, b"*ESE 3;*ESE?")
        assert pair.main.call(DATA_END, 0, 1, b"*ESE?").payload == b"0\n"
        assert pair.side.call(LOCK, 0, 1).control == 1
        assert other.main.receive().payload == b"3\n"


def test_a_client_that_leaves_gives_up_its_lock(port: int, pair: Pair) -> None:
    with closing(Pair(port)) as leaving:
        leaving.side.call(LOCK, 1, 1000)
    assert pair.side.call(LOCK, 1, 3000).control == 1


def test_a_client_that_leaves_in_the_middle_of_a_message_leaves_nothing_behind(port: int, pair: Pair) -> None:
    with closing(Pair(port)) as leaving:
        leaving.main.send(DATA, 0, 1, b":SOUR:VOLT 1;:NO")
        leaving.main.socket.sendall(b"HS\x06\x00")
    assert pair.main.call(DATA_END, 0, 1, b":SOUR:VOLT?;:SYST:ERR:COUN?").payload in (b"0;0\n", b"0.000000E+00;0\n")


def test_remote_and_unknown_messages_are_answered(pair: Pair) -> None:
    assert pair.side.call(REMOTE, 1).kind == REMOTE_RESPONSE
    assert pair.side.call(200).kind == ERROR
    assert pair.main.call(201).kind == ERROR
    assert pair.main.call(DATA_END, 0, 1, b"*ESE?").payload == b"0\n"


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (struct.pack("!2sBBIQ", b"HS", 0, 0, 0x01007465, 7) + b"hislip9", b"no hislip9; there are: hislip0, hislip1"),
        (struct.pack("!2sBBIQ", b"HS", 17, 0, 999, 0), b"no such session"),
        (struct.pack("!2sBBIQ", b"HS", DATA_END, 0, 0, 0), b"begin with Initialize"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"no HiSLIP message"),
    ],
)
def test_what_cannot_be_a_session_is_refused_with_its_reason(port: int, first: bytes, reason: bytes) -> None:
    channel = Channel(port)
    with closing(channel.socket):
        channel.socket.sendall(first)
        refusal = channel.receive()
        assert refusal.kind == FATAL
        assert reason in refusal.payload
        assert channel.socket.recv(1) == b""
