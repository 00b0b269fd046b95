"""An open bench: the roles of its terminals, its clock, and the one way to make it safe."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from labkit.core import (
    Bench,
    BenchTerminal,
    Capabilities,
    Clock,
    Connection,
    Driver,
    GroundedTerminal,
    Identity,
    InstrumentError,
    LightSource,
    MonotonicClock,
    OpenVirtualBench,
    Role,
    SourceMeter,
    VirtualBench,
    load_plugin,
)
from labkit.engine._interrupt import signals_held_off

ASSUMED_LINE_FREQUENCY = 50.0
"""For planning without instruments, when bench.yaml says `line_frequency: auto` (Hz)."""


def drivers_of(bench: Bench) -> dict[str, Driver]:
    """Load the driver of each instrument; raises PluginError for one that is not installed."""
    return {name: load_plugin("labkit.drivers", entry.driver) for name, entry in bench.instruments.items()}


def served_terminals(bench: Bench, instrument: str) -> dict[str, BenchTerminal]:
    """Give the terminals that an instrument serves."""
    return {
        name: terminal
        for name, terminal in bench.terminals.items()
        if not isinstance(terminal, GroundedTerminal) and terminal.instrument == instrument
    }


def described_capabilities(bench: Bench) -> dict[str, Capabilities]:
    """Give what each terminal could deliver, from the data sheets alone: nothing is connected."""
    frequency = ASSUMED_LINE_FREQUENCY if bench.line_frequency == "auto" else float(bench.line_frequency)
    drivers = drivers_of(bench)
    return {
        name: drivers[terminal.instrument].describe(terminal, frequency)
        for name, terminal in bench.terminals.items()
        if not isinstance(terminal, GroundedTerminal)
    }


@dataclass(slots=True)
class BenchSession:
    """An open bench, to be used in a `with` statement: leaving it makes the bench safe and closes it.

    `roles` maps each terminal that an instrument serves to its channel; `clock` keeps the bench's time.
    """

    bench: Bench
    roles: dict[str, Role]
    clock: Clock
    virtual: VirtualBench | None = None

    @property
    def source_meters(self) -> dict[str, SourceMeter]:
        """The electrical terminals' channels."""
        return {name: role for name, role in self.roles.items() if isinstance(role, SourceMeter)}

    @property
    def lights(self) -> dict[str, LightSource]:
        """The optical terminals' channels."""
        return {name: role for name, role in self.roles.items() if isinstance(role, LightSource)}

    @property
    def capabilities(self) -> Mapping[str, Capabilities]:
        """What each terminal's channel can deliver, as the open instruments tell."""
        return {name: role.capabilities for name, role in self.roles.items()}

    def identities(self) -> tuple[Identity, ...]:
        """Ask every instrument who it is."""
        return tuple(role.identity() for role in self.roles.values())

    def make_safe(self) -> tuple[str, ...]:
        """Lights off, then sources to zero and off; gives what could not be confirmed.

        Goes on to the next instrument whatever one of them does, and no signal interrupts it.
        """
        unconfirmed: list[str] = []
        with signals_held_off():
            for name, role in [*self.lights.items(), *self.source_meters.items()]:
                try:
                    role.make_safe()
                except InstrumentError as error:
                    unconfirmed.append(f"{name}: {error.message}")
        return tuple(unconfirmed)

    def close(self) -> None:
        """Give up all connections."""
        for role in self.roles.values():
            role.close()
        self.roles.clear()
        if self.virtual is not None:
            self.virtual.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.make_safe()
        self.close()


def open_bench(bench: Bench, virtual: VirtualBench | None = None) -> BenchSession:
    """Connect every instrument of a bench.

    With `virtual`, the same drivers talk to simulated firmware through the virtual bench's VISA library. Raises
    InstrumentError when one does not answer or is not what the bench says; those connected before are made safe.
    """
    clock: Clock = virtual.clock if virtual is not None else MonotonicClock()
    session = BenchSession(bench, {}, clock, virtual)
    try:
        for name, driver in drivers_of(bench).items():
            terminals = served_terminals(bench, name)
            if not terminals:
                continue
            entry = bench.instruments[name]
            library = virtual.visa_library if virtual is not None else ""
            connection = Connection(name, entry.address, library, entry.timeout, entry.options)
            session.roles.update(driver.open(connection, terminals, clock))
    except BaseException:
        session.make_safe()
        session.close()
        raise
    return session


def open_virtual(bench: Bench, folder: Path, seed: int | None = None) -> VirtualBench:
    """Build the virtual copy of a bench; raises PluginError when no virtual world is installed."""
    opener: OpenVirtualBench = load_plugin("labkit.virtual", "world")
    return opener(bench, folder, seed)
