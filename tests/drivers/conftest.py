"""Drivers opened on a virtual bench, with the world and the wire in reach of the test."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from labkit_sim import VirtualBench, open_virtual_bench

from labkit.app import load_bench
from labkit.core import (
    SWITCH,
    Bench,
    Nanoseconds,
    Samples,
    Sequence,
    SourceMeterSetting,
    plugin_names,
    sequence_duration,
)
from labkit.engine import BenchSession, open_bench

BENCHES = Path(__file__).parent / "benches"
"""Benches for one driver each, beside those that come with labkit."""


@dataclass(frozen=True, slots=True)
class Place:
    """A driver, a bench that has it, and the terminal that it serves there."""

    driver: str
    bench: str
    terminal: str


PLACES: Mapping[str, Place] = {
    driver: Place(driver, bench, terminal)
    for driver, bench, terminal in (
        ("keithley_2400", "smu_2400", "top"),
        ("keithley_2450", "demo_memristor", "top"),
        ("keithley_2602b", "both_channels_2602b", "top"),
        ("keithley_2614b", "both_channels_2614b", "bottom"),
        ("keithley_2636b", "both_channels_2636b", "top"),
        ("keithley_2450_scpi2400", "smu_2450_scpi2400", "top"),
        ("keysight_33522b", "generator_33522b", "pulses"),
        ("keysight_33622a", "generator_33622a", "pulses"),
        ("keysight_81160a", "generator_81160a", "pulses"),
        ("keithley_707b", "switched_707b", SWITCH),
        ("keithley_708b", "switched_708b", SWITCH),
        ("keysight_b2902a", "memristor_b2902a", "top"),
        ("keysight_b2912a", "memristor_b2912a", "top"),
        ("keysight_b2201a", "switched_b2201a", SWITCH),
        ("lakeshore_336", "demo_stage", "stage"),
        ("line_multiplexer", "switched_multiplexer", SWITCH),
        ("thorlabs_dc2200", "demo_optical", "light"),
        ("thorlabs_dc4104", "four_lights", "light"),
        ("thorlabs_ledd1b", "modulated_ledd1b", "light"),
    )
}


class Wire:
    """All that went over the bus, as (direction, text)."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []

    def __call__(self, time: int, address: str, direction: str, data: bytes) -> None:
        self.messages.append((direction, data.decode("latin-1").strip()))

    def written(self) -> list[str]:
        return [text for direction, text in self.messages if direction == "write"]


class Rig:
    """A virtual bench, opened by `connect`."""

    def __init__(self, name: str, change: Callable[[Bench], Bench] = lambda bench: bench) -> None:
        own = BENCHES / f"{name}.yaml"
        file = load_bench(str(own) if own.exists() else name)
        self.bench = change(file.bench)
        virtual = open_virtual_bench(self.bench, file.folder)
        assert isinstance(virtual, VirtualBench)
        self.virtual = virtual
        self.wire = Wire()
        virtual.bus.monitors.append(self.wire)
        self._session: BenchSession | None = None

    def connect(self) -> None:
        self._session = open_bench(self.bench, self.virtual)

    @property
    def session(self) -> BenchSession:
        assert self._session is not None
        return self._session

    def role(self, terminal: str) -> Any:
        return self.session.roles[terminal]

    def switched_on(self, setting: SourceMeterSetting, terminal: str = "top") -> Any:
        """A source meter with its output on, at 0 V."""
        smu = self.role(terminal)
        smu.configure(setting)
        smu.enable_output()
        return smu

    def run(self, smu: Any, sequence: Sequence) -> Samples:
        """The readings of a sequence that a source meter went through by itself."""
        smu.load(sequence)
        smu.start()
        self.rest(sequence_duration(sequence) + 50_000_000)
        assert smu.finished()
        found = smu.fetch()
        assert isinstance(found, Samples)
        smu.check_errors()
        return found

    def rest(self, duration: int) -> None:
        """Let a time (ns) pass."""
        clock = self.session.clock
        clock.sleep_until(Nanoseconds(clock.now() + duration))

    def is_safe(self) -> bool:
        """Whether light, sources, heaters and relays are off, as the world has it."""
        return self.virtual.world.outputs_off() and self._dark_cold_and_open()

    def is_at_rest(self) -> bool:
        """Whether nothing but a source at 0 V, which may be off by its offset, is on."""
        drives = (self.virtual.world.drive(terminal) for terminal in self.bench.terminals)
        return self._dark_cold_and_open() and all(drive is None or abs(drive.voltage) < 0.02 for drive in drives)

    def _dark_cold_and_open(self) -> bool:
        switch, world = self.bench.switch, self.virtual.world
        instrument: Any = self.virtual.instrument(switch.instrument) if switch else None
        relays = instrument.station.switchboard.closed if instrument else frozenset()
        return world.lights_off() and world.heaters_off() and not relays

    def close(self) -> None:
        if self._session is not None:
            self._session.close()


@pytest.fixture
def rig_of() -> Iterator[Callable[..., Rig]]:
    """Makes a rig that is not connected yet."""
    rigs: list[Rig] = []

    def make(*arguments: Any) -> Rig:
        rigs.append(Rig(*arguments))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.close()


@pytest.fixture
def open_rig(rig_of: Callable[..., Rig]) -> Callable[..., Rig]:
    def make(*arguments: Any) -> Rig:
        rig = rig_of(*arguments)
        rig.connect()
        return rig

    return make


@pytest.fixture(scope="session")
def places() -> Mapping[str, Place]:
    return PLACES


@pytest.fixture(params=plugin_names("labkit.drivers"))
def place(request: pytest.FixtureRequest) -> Place:
    """Each driver in turn."""
    return PLACES[request.param]
