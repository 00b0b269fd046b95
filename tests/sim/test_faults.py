"""Faults at any operation of the bus: what the client sees, and that the count reaches every one."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
from labkit_sim import FaultKind, FaultPlan, VirtualBench
from pyvisa.errors import VisaIOError
from pyvisa.resources import MessageBasedResource

from labkit.core import LabkitError

Connect = Callable[[VirtualBench], MessageBasedResource]
OpenBench = Callable[..., VirtualBench]


def next_operation(bench: VirtualBench, kind: FaultKind, ahead: int = 1, **more: Any) -> None:
    bench.faults.add(FaultPlan(at=bench.faults.operations + ahead, kind=kind, **more))


def test_no_answer_at_a_read_is_a_timeout_and_the_answer_is_in_the_way(
    bench: VirtualBench, led: MessageBasedResource
) -> None:
    next_operation(bench, FaultKind.NO_ANSWER, ahead=2)
    before = bench.clock.now()
    with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
        led.query("*IDN?")
    assert (bench.clock.now() - before) / 1e9 == pytest.approx(2.0, abs=0.01)
    assert led.query("OUTP?") == "0"
    assert led.query("SYST:ERR?").startswith("-410")


def test_no_answer_at_a_write_loses_the_message(bench: VirtualBench, led: MessageBasedResource) -> None:
    next_operation(bench, FaultKind.NO_ANSWER)
    with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
        led.write("OUTP ON")
    assert led.query("OUTP?") == "0"


def test_a_lasting_fault_goes_on(bench: VirtualBench, led: MessageBasedResource) -> None:
    next_operation(bench, FaultKind.NO_ANSWER, lasting=True)
    for _ in range(3):
        with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
            led.write("OUTP ON")
    bench.faults.clear()
    assert led.query("OUTP?") == "0"


def test_a_late_answer_is_waited_for_when_the_timeout_allows(bench: VirtualBench, led: MessageBasedResource) -> None:
    before = bench.clock.now()
    next_operation(bench, FaultKind.LATE_ANSWER, ahead=2, delay=1.0)
    assert led.query("OUTP?") == "0"
    assert (bench.clock.now() - before) / 1e9 == pytest.approx(1.0, abs=0.01)
    next_operation(bench, FaultKind.LATE_ANSWER, ahead=2)
    with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
        led.query("*IDN?")
    assert led.read().startswith("Thorlabs")


def test_garbage_cannot_pass_for_a_number_and_keeps_messages_apart(
    bench: VirtualBench, led: MessageBasedResource
) -> None:
    led.encoding = "latin-1"
    next_operation(bench, FaultKind.GARBAGE, ahead=2)
    answer = led.query("SOUR:CURR:LIM?")
    assert len(answer) == len("1.000000E+00")
    assert not any(letter.isalnum() for letter in answer if letter.isascii())
    next_operation(bench, FaultKind.GARBAGE)
    led.write("OUTP ON")
    assert -200 < int(led.query("SYST:ERR?").split(",", maxsplit=1)[0]) <= -100
    assert led.query("OUTP?") == "0"


def test_a_dropped_line_is_lost_until_it_is_opened_anew(
    bench: VirtualBench, led: MessageBasedResource, connect: Connect
) -> None:
    next_operation(bench, FaultKind.DROPPED_LINE)
    for _ in range(3):
        with pytest.raises(VisaIOError, match="VI_ERROR_CONN_LOST"):
            led.query("OUTP?")
    assert connect(bench).query("OUTP?") == "0"


def test_an_error_appears_in_the_queue(bench: VirtualBench, led: MessageBasedResource) -> None:
    next_operation(bench, FaultKind.ERROR_IN_QUEUE, code=-310, message="Fan failure")
    assert led.query("OUTP?") == "0"
    assert led.query("SYST:ERR?") == '-310,"Fan failure"'


def test_a_stuck_output_keeps_the_light_on(bench: VirtualBench, led: MessageBasedResource) -> None:
    led.write("SOUR:CCUR 0.1;:OUTP ON")
    next_operation(bench, FaultKind.STUCK_OUTPUT)
    led.write("OUTP OFF")
    assert not bench.world.lights_off()


def test_a_fault_can_wait_for_a_kind_of_operation_on_an_address(bench: VirtualBench, led: MessageBasedResource) -> None:
    led.query("*IDN?")
    bench.faults.add(FaultPlan(at=3, kind=FaultKind.GARBAGE, address="GPIB0::1::INSTR"))
    bench.faults.add(FaultPlan(at=1, kind=FaultKind.NO_ANSWER, address=led.resource_name, operation="clear"))
    assert led.query("OUTP?") == "0"
    with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
        led.clear()
    led.clear()
    assert [plan.operation for _, plan in bench.faults.struck] == ["clear"]


def session(bench: VirtualBench, connect: Connect) -> None:
    led = connect(bench)
    led.clear()
    led.write("SOUR:CCUR 0.1")
    led.query("*IDN?")
    led.read_stb()
    led.write("OUTP ON")
    led.write("OUTP OFF")


def test_every_operation_of_a_session_can_be_struck(open_bench: OpenBench, connect: Connect) -> None:
    clean = open_bench()
    session(clean, connect)
    assert clean.faults.operations == 8, "open, clear, four writes, a read and a poll"
    for at in range(1, clean.faults.operations + 1):
        bench = open_bench(faults=({"at": at, "kind": "no_answer"},))
        with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
            session(bench, connect)
        assert bench.faults.operations == at
    untouched = open_bench(faults=({"at": clean.faults.operations + 1, "kind": "no_answer"},))
    session(untouched, connect)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "garbage"}, "without at"),
        ({"at": 0, "kind": "garbage"}, "operation 0"),
        ({"at": 1, "kind": "gremlin"}, "no fault named 'gremlin'"),
        ({"at": 1, "kind": "garbage", "when": 2}, "does not have when"),
        ({"at": 1, "kind": "garbage", "operation": "hum"}, "no operation 'hum'"),
    ],
)
def test_a_wrong_fault_of_a_bench_file_is_told(open_bench: OpenBench, entry: dict[str, object], message: str) -> None:
    with pytest.raises(LabkitError, match=message) as raised:
        open_bench(faults=(entry,))
    assert raised.value.remedy


def test_kill_ends_the_process_at_once() -> None:
    program = textwrap.dedent("""
        from labkit_sim import Bus, FaultPlan, Faults, ScpiInstrument, Station, VirtualClock, World
        from labkit_sim.devices import Resistor
        world = World(Resistor(1.0))
        faults = Faults([FaultPlan(2, "kill")])
        bus = Bus({"a": ScpiInstrument(Station(world, "a", "1"))}, world, VirtualClock(world), faults)
        bus.write("a", b"*CLS", True, 1.0)
        print("one", flush=True)
        bus.write("a", b"*CLS", True, 1.0)
        print("two", flush=True)
    """)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert ended.stdout == "one\n"
    assert ended.returncode != 0
    assert ended.stderr == ""
