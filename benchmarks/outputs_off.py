"""From the click on "Outputs off" in the middle of a run to the instant when the world is dark and without voltage.

    python benchmarks/outputs_off.py [--trials 4] [--latest 8]

Runs on virtual benches in real time, a kind of bench each, in the real window, offscreen. The button is clicked at a
random instant of the run, within long timed blocks, ramps, relaxations and reads, or while an instrument is just being
loaded or read back. A thread looks at the world
every half millisecond: every lead released or at rest, every light dark. Ramping a source down at the rate of its bench
is by design and told apart: `ramp` is the voltage that was there at the click over that rate, source after source, and
`without ramp` what is left.
"""

import argparse
import json
import os
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks._window import wait_until, window_on
from labkit.app import Request
from labkit.core import BlockStarted, Event, RunStarted
from labkit.gui import MainWindow

WANTED = 0.2
LOOK = 0.0005
PATIENCE = 30.0
LONG = {"settle": "1 s", "window": "12 s"}
"""Records of 24,000 readings: some half a second to read back."""


@dataclass(frozen=True)
class Case:
    """A protocol on a bench; `during` is a command, at which the button is clicked instead of at a random instant."""

    bench: str
    protocol: str
    set_name: str | None = None
    devices: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    during: bytes = b""

    def request(self) -> Request:
        return Request(
            self.protocol,
            self.bench,
            virtual=True,
            set_name=self.set_name,
            parameters=self.parameters,
            devices=self.devices,
        )


CASES = (
    Case("demo_optical", "ppf_optical", "demo"),
    Case("demo_optical", "epsc_optical"),
    Case("demo_memristor", "iv_hysteresis"),
    Case("demo_memristor", "ltp_ltd", "slow"),
    Case("demo_memristor", "retention"),
    Case("demo_transistor", "retention_optical"),
    Case("keithley_2450_33522b_stdp", "stdp"),
    Case("keithley_2636b_memristor", "iv_hysteresis", devices=("r1c1",)),
    Case("keithley_2636b_memristor", "ltp_ltd", devices=("r1c1",)),
    Case("keithley_2636b_optical", "epsc_optical"),
    Case("keithley_2636b_transistor", "transfer"),
    Case("keysight_b2902a_memristor", "iv_hysteresis", devices=("r1c1",)),
    Case("keysight_b2902a_memristor", "ltp_ltd", "slow", devices=("r1c1",)),
    Case("keysight_b2902a_optical", "ppf_optical", "demo"),
    Case("keysight_b2902a_stdp", "stdp"),
    Case("demo_optical", "epsc_optical", parameters=LONG, during=b"TRAC:DATA?"),
    Case("keithley_2636b_optical", "epsc_optical", parameters=LONG, during=b"printbuffer"),
    Case("keysight_b2902a_optical", "epsc_optical", parameters=LONG, during=b"FETC:ARR?"),
    Case("demo_memristor", "ltp_ltd", "slow", during=b":TRIG:BLOC"),
    Case("keithley_2636b_memristor", "ltp_ltd", devices=("r1c1",), during=b"labkit.a=nil"),
    Case("keysight_b2902a_memristor", "ltp_ltd", "slow", devices=("r1c1",), during=b":LIST:VOLT"),
)


@dataclass(frozen=True)
class Found:
    """One click: in which block it came, how long until all was off, how much of that is ramping down (s)."""

    block: str
    took: float
    ramp: float


def truth_after(world: Any, clicked: threading.Event) -> tuple[threading.Thread, list[float]]:
    """Look at the world from the click on; the list gets the instant when all is off."""
    at: list[float] = []

    def look() -> None:
        clicked.wait()
        end = time.perf_counter() + PATIENCE
        while time.perf_counter() < end:
            if world.outputs_off() and world.lights_off():
                at.append(time.perf_counter())
                return
            time.sleep(LOOK)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    return thread, at


def session_of(window: MainWindow) -> Any:
    return window.workspace.workbench._session  # noqa: SLF001 - the world behind the bench, for its truth


def ramp_time(window: MainWindow, world: Any) -> float:
    """Give how long the sources that are on take to zero at the rates of the bench (s)."""
    found = 0.0
    for name, terminal in session_of(window).bench.electrical().items():
        drive = world.drive(name)
        found += 0.0 if drive is None else abs(drive.voltage) / terminal.ramp_rate
    return found


def click_in(window: MainWindow, case: Case, output: Path, wait: float) -> Found:
    """Begin a run, wait, click, and give what came of it."""
    block: list[str] = ["arming"]
    began: list[float] = []

    def hear(events: list[Event]) -> None:
        for event in events:
            if isinstance(event, RunStarted):
                began.append(time.perf_counter())
            if isinstance(event, BlockStarted):
                block[0] = event.executor

    runs = window.workspace.runs
    over: list[object] = []
    finished: Callable[..., None] = lambda *arguments: over.append(arguments)  # noqa: E731 - to be disconnected again
    runs.events.connect(hear)
    runs.finished.connect(finished)
    before = session_of(window)
    runs.start(case.request(), pace=1.0, output=output)
    wait_until(lambda: bool(over) or session_of(window) not in (None, before))
    session = session_of(window)
    world, clicked, heard = session.virtual.world, threading.Event(), threading.Event()

    def listen(at: int, address: str, direction: str, data: bytes) -> None:
        if case.during in data:
            heard.set()

    if case.during:
        session.virtual.bus.monitors.append(listen)
        wait_until(lambda: bool(over) or heard.is_set())
    else:
        wait_until(lambda: bool(over) or (bool(began) and time.perf_counter() > began[0] + wait))
    if over:
        raise SystemExit(f"{case} ended before the click: {over[0]}")
    ramp = ramp_time(window, world)
    thread, at = truth_after(world, clicked)
    pressed = time.perf_counter()
    clicked.set()
    window.strip.off_asked.emit()
    wait_until(lambda: bool(over) and not thread.is_alive())
    runs.events.disconnect(hear)
    runs.finished.disconnect(finished)
    if not at:
        raise SystemExit(f"{case}: the outputs were not off within {PATIENCE:g} s of the click")
    return Found(case.during.decode() or block[0], at[0] - pressed, ramp)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=4)
    parser.add_argument("--latest", type=float, default=8.0, help="how late in a run a click may come (s)")
    parser.add_argument("--only", default="", help="cases whose bench or protocol has this in its name")
    options = parser.parse_args()
    chance = random.Random(1)
    everything: list[Found] = []
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'bench':<28}{'protocol':<20}{'median':>9}{'worst':>9}{'  without ramp:':>15}{'median':>9}{'worst':>9}")
    for case in CASES:
        if options.only not in f"{case.bench} {case.protocol}":
            continue
        found = []
        with window_on(case.bench) as window:
            for trial in range(-1, options.trials):
                wait = chance.uniform(0.2, options.latest)
                one = click_in(window, case, Path(f"{trial}.h5").absolute(), wait)
                if trial >= 0:  # in the first run the simulation compiles what it has not yet: no instrument does
                    found.append(one)
        everything += found
        blocks = ", ".join(f"{name} {count}" for name, count in Counter(each.block for each in found).items())
        print(f"{case.bench:<28}{case.protocol:<20}{told(found)}   {blocks}", flush=True)
    print(f"{'all':<48}{told(everything)}")
    bare = [each.took - each.ramp for each in everything]
    print(f"wanted: at most {WANTED:g} s without ramp; {sum(took <= WANTED for took in bare)} of {len(bare)} are")
    worst, middle = round(max(bare), 3), round(statistics.median(bare), 3)
    print(json.dumps({"benchmark": "outputs_off", "worst": worst, "median": middle, "trials": len(bare)}))


def told(found: list[Found]) -> str:
    took, bare = [each.took for each in found], [each.took - each.ramp for each in found]
    first = f"{statistics.median(took):>7.3f} s{max(took):>7.3f} s"
    return f"{first}{'':>15}{statistics.median(bare):>7.3f} s{max(bare):>7.3f} s"


if __name__ == "__main__":
    main()
