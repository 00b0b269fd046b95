"""An open bench: the roles of its terminals, its clock, and the one way to make it safe."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from labkit.core import (
    SWITCH,
    Bench,
    BenchTerminal,
    Capabilities,
    Clock,
    Connection,
    Driver,
    ElectricalTerminal,
    GroundedTerminal,
    Identity,
    InstrumentError,
    LabkitError,
    LightCapabilities,
    LightSource,
    MonotonicClock,
    OpenVirtualBench,
    PulseCapabilities,
    PulseSource,
    Role,
    SourceMeter,
    SourceMeterCapabilities,
    SwitchMatrix,
    TemperatureStage,
    VirtualBench,
    load_plugin,
)
from labkit.engine._control import InterruptibleClock, RunControl
from labkit.engine._driven import driven_light
from labkit.engine._interrupt import signals_held_off
from labkit.engine._low_side import LowSide

ASSUMED_LINE_FREQUENCY = 50.0
"""For planning without instruments, when bench.yaml says `line_frequency: auto` (Hz)."""


def drivers_of(bench: Bench) -> dict[str, Driver]:
    """Load the driver of each instrument; raises PluginError for one that is not installed."""
    return {name: load_plugin("labkit.drivers", entry.driver) for name, entry in bench.instruments.items()}


def served_terminals(bench: Bench, instrument: str) -> dict[str, BenchTerminal]:
    """Give the terminals that an instrument serves; the bench's switch counts as one."""
    found: dict[str, BenchTerminal] = {
        name: terminal
        for name, terminal in bench.terminals.items()
        if not isinstance(terminal, GroundedTerminal) and terminal.instrument == instrument
    }
    if bench.switch is not None and bench.switch.instrument == instrument:
        found[SWITCH] = bench.switch
    return found


def described_capabilities(bench: Bench) -> dict[str, Capabilities]:
    """Give what each terminal could deliver, from the data sheets alone: nothing is connected."""
    frequency = ASSUMED_LINE_FREQUENCY if bench.line_frequency == "auto" else float(bench.line_frequency)
    return _together(
        bench,
        {
            name: driver.describe(terminal, frequency)
            for instrument, driver in drivers_of(bench).items()
            for name, terminal in served_terminals(bench, instrument).items()
        },
    )


def _together(bench: Bench, capabilities: Mapping[str, Capabilities]) -> dict[str, Capabilities]:
    """Put together what instruments can do on one terminal, and what the bench tells of their interlocks."""
    found = dict(capabilities)
    for name, meter in bench.electrical().items():
        able, told = found[name], bench.instruments[meter.instrument].options.get("interlock")
        if isinstance(able, SourceMeterCapabilities) and able.interlock is None and told is not None:
            found[name] = replace(able, interlock=bool(told))
    for name, terminal in bench.optical().items():
        light, source = found[name], found.get(terminal.driven_by)
        if isinstance(light, LightCapabilities) and isinstance(source, PulseCapabilities):
            found[name] = driven_light(light, source)
    return found


@dataclass(slots=True)
class BenchSession:
    """An open bench, to be used in a `with` statement: leaving it makes the bench safe and closes it.

    `roles` maps each terminal that an instrument serves to its channel; `clock` keeps the bench's time. `control` is
    how another thread ends or pauses a run.
    """

    bench: Bench
    roles: dict[str, Role]
    clock: Clock
    virtual: VirtualBench | None = None
    control: RunControl | None = None

    @property
    def source_meters(self) -> dict[str, SourceMeter]:
        """The electrical terminals' channels."""
        return {name: role for name, role in self.roles.items() if isinstance(role, SourceMeter)}

    @property
    def lights(self) -> dict[str, LightSource]:
        """The optical terminals' channels."""
        return {name: role for name, role in self.roles.items() if isinstance(role, LightSource)}

    @property
    def pulse_sources(self) -> dict[str, PulseSource]:
        """The channels of pulse generators."""
        return {name: role for name, role in self.roles.items() if isinstance(role, PulseSource)}

    @property
    def stages(self) -> dict[str, TemperatureStage]:
        """The thermal terminals' control loops."""
        return {name: role for name, role in self.roles.items() if isinstance(role, TemperatureStage)}

    @property
    def switch(self) -> SwitchMatrix | None:
        """The switch matrix, where the bench has one."""
        found = self.roles.get(SWITCH)
        return found if isinstance(found, SwitchMatrix) else None

    @property
    def capabilities(self) -> Mapping[str, Capabilities]:
        """What each terminal's channel can deliver, as the open instruments tell."""
        return _together(self.bench, {name: role.capabilities for name, role in self.roles.items()})

    def identities(self) -> tuple[Identity, ...]:
        """Ask every instrument who it is; channels of one instrument are told together."""
        found: dict[str, Identity] = {}
        for role in self.roles.values():
            own = role.identity()
            before = found.get(own.name)
            settings = own.settings if before is None else dict.fromkeys((*before.settings, *own.settings))
            found[own.name] = replace(own, settings=tuple(settings))
        return tuple(found.values())

    def make_safe(self) -> tuple[str, ...]:
        """Lights off, then sources to zero and off, relays open, heaters off; gives what could not be confirmed.

        Goes on to the next instrument whatever one of them does, and no signal interrupts it.
        """
        sources: list[tuple[str, Role]] = [
            *self.lights.items(),
            *self.pulse_sources.items(),
            *self.source_meters.items(),
        ]
        # The relays open even when a source is not confirmed to be off. Opening under voltage wears a contact at the
        # milliamperes of such a bench, and a card can be replaced; a sample left under a source that nobody controls
        # any more is lost, and so are its data. What was not confirmed is told, the wear with it.
        relays: list[tuple[str, Role]] = [(SWITCH, self.switch)] if self.switch is not None else []
        with signals_held_off():
            unconfirmed = _made_safe([*sources, *relays])
            if relays and unconfirmed:
                unconfirmed.append(f"{SWITCH}: its relays were told to open, perhaps under load: check their contacts")
            # Heat harms slowly: voltage, light and contacts come first.
            unconfirmed += _made_safe(self.stages.items())
        return tuple(unconfirmed)

    def close(self) -> None:
        """Give up all connections, also those that are lost."""
        for role in self.roles.values():
            with suppress(Exception):  # a line that is dead cannot be closed, and the others are still to be
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


def _made_safe(roles: Iterable[tuple[str, Role]]) -> list[str]:
    """Make roles safe one after another, and give what could not be confirmed."""
    unconfirmed = []
    for name, role in roles:
        try:
            role.make_safe()
        except Exception as error:  # whatever it is, the instruments after it are still to be made safe
            told = error.message if isinstance(error, LabkitError) else repr(error)
            unconfirmed.append(f"{name}: {told}")
    return unconfirmed


def open_bench(bench: Bench, virtual: VirtualBench | None = None, control: RunControl | None = None) -> BenchSession:
    """Connect every instrument of a bench.

    With `virtual`, the same drivers talk to simulated firmware through the virtual bench's VISA library. With `control`
    another thread can end or pause what runs on it.

    Raises InstrumentError when one does not answer or is not what the bench says; those connected before are made
    safe, and the error tells which of them could not be.
    """
    drivers_of(bench)  # one that is not installed is told before anything is connected
    session = new_session(bench, virtual, control)
    try:
        for name in opening_order(bench):
            open_instrument(session, name)
    except BaseException as error:
        unconfirmed = session.make_safe()
        session.close()
        if unconfirmed and isinstance(error, LabkitError):
            raise InstrumentError(
                f"{error.message}; besides, not confirmed to be safe: {'; '.join(unconfirmed)}",
                f"look at the front panels and switch off by hand; then {error.remedy or 'run again'}",
            ) from error
        raise
    return session


def new_session(bench: Bench, virtual: VirtualBench | None = None, control: RunControl | None = None) -> BenchSession:
    """Give a session with nothing connected, for `open_instrument`."""
    clock: Clock = virtual.clock if virtual is not None else MonotonicClock()
    if control is not None:
        clock = InterruptibleClock(clock, control)
    return BenchSession(bench, {}, clock, virtual, control)


def opening_order(bench: Bench) -> tuple[str, ...]:
    """Name the instruments in the order to connect them, pulse generators first: lights may hang on them."""
    generators = {terminal.instrument for terminal in bench.pulse_terminals().values()}
    return tuple(sorted(bench.instruments, key=lambda name: name not in generators))


def open_instrument(session: BenchSession, name: str, clear: bool = False) -> dict[str, Role]:
    """Connect one instrument, and give its roles by terminal; none for one that serves no terminal.

    With `clear`, what someone else left unfinished on the line is cleared first. Raises InstrumentError when it does
    not answer or is not what the bench says.
    """
    terminals = served_terminals(session.bench, name)
    if not terminals:
        return {}
    driver: Driver = load_plugin("labkit.drivers", session.bench.instruments[name].driver)
    opened = driver.open(_connection(session, name, clear), terminals, session.clock)
    roles = {terminal: _seen(session.bench, terminal, role) for terminal, role in opened.items()}
    session.roles.update(roles)
    return roles


def _connection(session: BenchSession, name: str, clear: bool) -> Connection:
    bench, virtual = session.bench, session.virtual
    entry = bench.instruments[name]
    return Connection(
        name,
        entry.address,
        virtual.visa_library if virtual is not None else "",
        entry.timeout,
        entry.options,
        session.pulse_sources,
        trigger_output=_port(name, (line.source for line in bench.trigger_lines)),
        trigger_input=_port(name, (line.sink for line in bench.trigger_lines)),
        clear=clear,
        look=None if session.control is None else session.control.check,
    )


def _port(instrument: str, ends: Iterable[str]) -> str:
    """Give the port of the first trigger line that ends at an instrument."""
    ports = (end.partition(":") for end in ends)
    return next((port for name, _, port in ports if name == instrument), "")


def _seen(bench: Bench, terminal: str, role: Role) -> Role:
    """Give a role as its terminal sees it."""
    found = bench.terminals.get(terminal)
    low = isinstance(found, ElectricalTerminal) and found.low_side
    return LowSide(role) if low and isinstance(role, SourceMeter) else role


def open_virtual(bench: Bench, folder: Path, seed: int | None = None) -> VirtualBench:
    """Build the virtual copy of a bench; raises PluginError when no virtual world is installed."""
    opener: OpenVirtualBench = load_plugin("labkit.virtual", "world")
    return opener(bench, folder, seed)
