"""Throw malformed commands at the simulated instruments and watch that they stay instruments.

    python tools/fuzz.py --minutes 10
    python tools/fuzz.py --minutes 1 --firmware keithley_2450 --seed 1234

Messages are made from each firmware's own command tables (SCPI patterns, the tables that TSP shows, the mnemonics of
serial dialects), then spoiled. Each case is a fresh instrument and is remade by its seed. After it the instrument must
answer who it is, hold no more errors than its queue, and no step may have taken more than a few seconds or raised
anything in Python. What is found is printed as steps to be kept in tests/sim/test_fuzz_seeds.py.
"""

import argparse
import faulthandler
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from fuzz_messages import Step, generator, make_case, read_all
from labkit_sim import FIRMWARE, ScpiInstrument, VirtualBench
from labkit_sim.devices import Resistor

from labkit.core import Bench

MOST_MEMORY = 4 << 30
"""Bytes; a command that takes more of them is a finding."""
LONGEST_SHORTENING = 10
"""Seconds spent on making one message of a finding shorter."""
MOST_ERRORS = 1000
"""In any queue: the event log of a 2450 is the longest."""
LONGEST_LINE = 8
"""Seconds of the processor that the work of one line may take: a script without end is ended by its budget."""
LONGEST_HANG = 300
"""Seconds of the wall after which a step that no signal reaches is given up, with all else."""


Watch = Callable[[object, int], AbstractContextManager[None]]
"""Watches over a step, while so many lines may be at work."""


class Broken(Exception):
    """An instrument that did not stay one."""


# One instrument


def rig(firmware: str) -> tuple[VirtualBench, Any]:
    """Make a bench with one instrument, wired to a resistor where it has a channel that can drive it."""
    address = "ASRL1::INSTR" if serial(firmware) else "TCPIP0::10.0.0.1::5025::SOCKET"
    terminals: dict[str, Any] = {"bottom": {"grounded": True}}
    limits = {"instrument": "it", "maximum_voltage": "10 V"}
    if firmware.startswith(("keithley_2", "keysight_b29")):
        channel = "a" if firmware.startswith("keithley_26") else "1"
        terminals["top"] = limits | {"channel": channel, "maximum_current": "1 A"}
    elif firmware.startswith(("keysight_33", "keysight_81")):
        terminals["top"] = limits | {"load": "high"}
    document = {
        "name": firmware,
        "instruments": {"it": {"driver": firmware, "address": address}},
        "terminals": terminals,
        "virtual": {"device": "resistor"},
    }
    bench = VirtualBench(Bench.model_validate(document), Resistor(1e5))
    return bench, bench.instrument("it")


def serial(firmware: str) -> bool:
    """Tell whether a firmware speaks a serial dialect."""
    return firmware.startswith("thorlabs_dc4") or firmware == "line_multiplexer"


def run_case(firmware: str, steps: Sequence[Step], watched: Watch | None = None) -> None:
    """Do the steps on a fresh instrument, each one `watched`; raises Broken, or whatever escaped."""
    watch = watched or limited
    bench, instrument = rig(firmware)
    lines = 1
    try:
        for step in steps:
            lines += step[-1].count(b"\n") if isinstance(step[-1], bytes) else 0
            with watch(step, lines):
                _do(bench, instrument, step)
        with watch(("identity",), lines):
            _check(bench, instrument, firmware)
    finally:
        bench.close()


def _do(bench: VirtualBench, instrument: Any, step: Step) -> None:
    if step[0] == "message" and isinstance(step[1], bytes):
        with bench.world.lock:
            instrument.receive(step[1], True)
    elif step[0] == "wait" and isinstance(step[1], float):
        bench.world.advance_to(bench.world.now + round(1e9 * step[1]))
    elif step[0] == "read":
        read_all(instrument)
    elif step[0] == "clear":
        instrument.device_clear()
    elif step[0] == "trigger":
        instrument.group_trigger()
    elif step[0] == "poll":
        instrument.serial_poll()


def _check(bench: VirtualBench, instrument: Any, firmware: str) -> None:
    instrument.device_clear()
    question = b"N?\r\n" if firmware.startswith("thorlabs_dc4") else b"*IDN?\n"
    with bench.world.lock:
        instrument.receive(b"\r\n" + question if serial(firmware) else question, True)
    bench.world.advance_until(instrument.output_ready, bench.world.now + 10**11)
    read = read_all(instrument)
    bench.world.advance_to(bench.world.now + 10**8)
    read += read_all(instrument)
    model = firmware.split("_")[1].removeprefix("dc").upper()
    if model.encode() not in read.upper() and b"MUX" not in read:
        raise Broken(f"after a device clear it answers {read[:200]!r} to {question!r}")
    if isinstance(instrument, ScpiInstrument) and len(instrument.errors) > MOST_ERRORS:
        raise Broken(f"{len(instrument.errors)} errors in its queue")


@contextmanager
def limited(step: object, lines: int) -> Iterator[None]:
    """Raise Broken when the body takes too long for so many lines of input."""
    longest = LONGEST_LINE * lines

    def ring(number: int, frame: FrameType | None) -> None:
        raise Broken(f"{step!r} took more than {longest} s")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, longest)
    faulthandler.dump_traceback_later(LONGEST_HANG, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


# The command


@cache
def messages_for(firmware: str) -> Callable[[random.Random], str]:
    """Give what makes messages for a firmware."""
    return generator(firmware, rig(firmware)[1])


def case(firmware: str, seed: int) -> list[Step]:
    """Make the case of a seed."""
    return make_case(random.Random(f"{firmware} {seed}"), messages_for(firmware))  # no secret is made


@dataclass(frozen=True)
class Finding:
    """A case that broke an instrument, as short as it could be made."""

    firmware: str
    seed: int
    steps: list[Step]
    reason: str


def broken(firmware: str, steps: Sequence[Step]) -> str:
    """Give why a case breaks an instrument, or "" ."""
    try:
        run_case(firmware, steps)
    except Broken as error:
        return str(error)
    except (Exception, MemoryError):  # whatever escapes is a finding
        return traceback.format_exc(limit=-6)
    return ""


def shortened(firmware: str, steps: list[Step], reason: str) -> tuple[list[Step], str]:
    """Leave out what the finding does not need: steps first, then parts of messages, halves before bytes."""
    k = 0
    while k < len(steps):
        fewer = steps[:k] + steps[k + 1 :]
        if found := broken(firmware, fewer):
            steps, reason = fewer, found
        else:
            k += 1
    for k, step in enumerate(steps):
        if isinstance(step[-1], bytes):
            steps = [*steps[:k], ("message", _shorter(firmware, steps, k, step[-1])), *steps[k + 1 :]]
    return steps, reason


def _shorter(firmware: str, steps: list[Step], k: int, message: bytes) -> bytes:
    end = time.monotonic() + LONGEST_SHORTENING
    halves = [len(message) >> n for n in range(1, len(message).bit_length())]
    for size in [*halves, *range(min(40, len(message)), 0, -1)]:
        at = 0
        while at < len(message) and time.monotonic() < end:
            fewer = message[:at] + message[at + size :]
            if broken(firmware, [*steps[:k], ("message", fewer), *steps[k + 1 :]]):
                message = fewer
            else:
                at += max(1, size // 2)
    return message


def fuzz(names: Sequence[str], minutes: float, first: int, most: int, log: Path | None = None) -> list[Finding]:
    """Run cases of all firmware in turn until the time is up or enough is found.

    `log` holds the name and the seed of the case under way, for one that takes the process down with it.
    """
    findings: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    end, count, seed = time.monotonic() + 60 * minutes, 0, first
    while time.monotonic() < end and len(findings) < most:
        for name in names:
            if log is not None:
                log.write_text(f"{name} {seed}\n", encoding="utf-8")
            steps = case(name, seed)
            if reason := broken(name, steps):
                last = reason.strip().splitlines()[-1][:60]
                if (name, last) not in seen:
                    seen.add((name, last))
                    findings.append(Finding(name, seed, *shortened(name, steps, reason)))
                    print_finding(findings[-1])
            count += 1
        seed += 1
    print(f"{count} cases, seeds {first} to {seed - 1}, {len(names)} instruments, {len(findings)} findings")
    return findings


def print_finding(finding: Finding) -> None:
    """Print a finding as it is kept as a test."""
    print(f"\n{finding.firmware}, seed {finding.seed}: {finding.reason.strip()}")
    print(f"    ({finding.firmware!r}, {finding.steps!r}),", flush=True)


def main() -> int:
    """Read the command line and fuzz; exit code 1 when something was found."""
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--firmware", action="append", choices=sorted(FIRMWARE), help="only this one; repeatable")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first case")
    parser.add_argument("--log", type=Path, help="file that holds the case under way")
    parser.add_argument("--most", type=int, default=20, help="findings after which to stop")
    options = parser.parse_args()
    return (
        1 if fuzz(options.firmware or sorted(FIRMWARE), options.minutes, options.seed, options.most, options.log) else 0
    )


if __name__ == "__main__":
    sys.exit(main())
