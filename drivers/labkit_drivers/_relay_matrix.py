"""What every switch matrix does alike: break before make, settle, read back, open all to be safe.

Relays are switched cold. Hot switching wears or welds contacts, and no matrix can see it: whoever calls `connect` has
brought the sources to zero before.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Protocol

from labkit.core import (
    SWITCH,
    BenchTerminal,
    Clock,
    Connection,
    Crosspoint,
    Identity,
    InstrumentError,
    MatrixCapabilities,
    Nanoseconds,
    Switch,
    SwitchMatrix,
    nanoseconds,
)
from labkit_drivers._link import Link
from labkit_drivers._safe import insist

_CHANNELS_A_MESSAGE = 40
"""How many crosspoints one message names, so that no instrument's input buffer overflows."""


class RelayCommands(Protocol):
    """What a matrix's own command set must be able to say.

    `settles_itself` tells whether a switching command is over only when the relays have settled.
    """

    settles_itself: bool

    def identity(self) -> Identity:
        """Ask who it is, and the settings in force; raises InstrumentError for another model."""
        ...

    def closed(self) -> frozenset[Crosspoint]:
        """Ask which crosspoints are closed; raises InstrumentError for an answer that cannot be read."""
        ...

    def open_relays(self, crosspoints: Collection[Crosspoint]) -> None:
        """Command relays to open, few enough for one message."""
        ...

    def close_relays(self, crosspoints: Collection[Crosspoint]) -> None:
        """Command relays to close, few enough for one message."""
        ...

    def open_all(self) -> None:
        """Command all relays to open."""
        ...

    def check_errors(self) -> None:
        """Raise InstrumentError with all that the instrument reports."""
        ...


class RelayMatrix:
    """A switch matrix, whatever its command set."""

    def __init__(
        self,
        connection: Connection,
        link: Link,
        switch: Switch,
        capabilities: MatrixCapabilities,
        clock: Clock,
        commands: RelayCommands,
    ) -> None:
        self._connection = connection
        self._link = link
        self._switch = switch
        self._capabilities = capabilities
        self._clock = clock
        self._commands = commands

    @property
    def capabilities(self) -> MatrixCapabilities:
        """What the matrix can do."""
        return self._capabilities

    def identity(self) -> Identity:
        """Ask who it is, and the settings in force."""
        return self._commands.identity()

    def check_errors(self) -> None:
        """Raise InstrumentError with all that the instrument reports."""
        self._commands.check_errors()

    def connected(self) -> frozenset[Crosspoint]:
        """Ask which crosspoints are closed."""
        return self._commands.closed()

    def connect(self, crosspoints: frozenset[Crosspoint]) -> None:
        """Leave exactly these crosspoints closed: opens the others first, returns when the relays have settled.

        Raises InstrumentError for crosspoints that are not there or too many, and when reading back shows others.
        """
        check_crosspoints(self._connection, self._capabilities, crosspoints)
        closed = self.connected()
        opening, closing = closed - crosspoints, crosspoints - closed
        for part in _parts(opening):
            self._commands.open_relays(part)
        if opening and closing:
            self._settle(0.0)
        for part in _parts(closing):
            self._commands.close_relays(part)
        if opening or closing:
            self._settle(self._switch.settling)
            self._check_closed(crosspoints)

    def make_safe(self) -> None:
        """Open all relays and confirm it."""
        insist(self._link, self._open_and_confirm)

    def _open_and_confirm(self) -> None:
        self._commands.open_all()
        self._settle(0.0)
        if closed := self.connected():
            raise self._error(
                f"does not confirm that all relays are open: {_listed(closed)}", "unplug the leads from the matrix"
            )

    def close(self) -> None:
        """Close the connection, the relays as they are."""
        self._link.close()

    def _settle(self, further: float) -> None:
        """Wait for the relays and `further` (s) from now."""
        wait = further + (0.0 if self._commands.settles_itself else self._capabilities.settling)
        self._clock.sleep_until(Nanoseconds(self._clock.now() + nanoseconds(wait)))

    def _check_closed(self, wanted: frozenset[Crosspoint]) -> None:
        found = self.connected()
        if found == wanted:
            return
        self.check_errors()
        raise self._error(
            f"reads back {_listed(found)} closed where {_listed(wanted)} was asked for",
            "make all safe and look at the matrix: a card may be missing, or someone works at its front panel",
        )

    def _error(self, message: str, remedy: str) -> InstrumentError:
        return InstrumentError(f"{self._connection.name} ({self._connection.address}): {message}", remedy)


def serving(
    connection: Connection,
    terminals: Mapping[str, BenchTerminal],
    capabilities: MatrixCapabilities,
    make: Callable[[Switch], SwitchMatrix],
) -> Mapping[str, SwitchMatrix]:
    """Make the matrix for the one switch that it serves.

    Raises InstrumentError, before anything is connected, for anything else and for crosspoints that it does not have.
    """
    found = terminals.get(SWITCH)
    if not isinstance(found, Switch) or len(terminals) != 1:
        raise InstrumentError(
            f"{connection.name}: a switch matrix serves the bench's `switch` alone, no terminal", "correct bench.yaml"
        )
    for point in crosspoints_of(found):
        check_crosspoints(connection, capabilities, [point])
    return {SWITCH: make(found)}


def check_crosspoints(connection: Connection, able: MatrixCapabilities, crosspoints: Collection[Crosspoint]) -> None:
    """Raise InstrumentError for crosspoints that a matrix does not have, or for too many at once."""
    name = f"{connection.name} ({connection.address})"
    missing = [point for point in crosspoints if point.row not in able.rows or point.column not in able.columns]
    if missing:
        raise InstrumentError(
            f"{name} has no {_listed(missing)}; a {able.model} has rows {_span(able.rows)} and columns "
            f"{_span(able.columns)}",
            "correct `switch:` in bench.yaml",
        )
    if len(crosspoints) > able.closed:
        raise InstrumentError(
            f"{name} cannot close {len(crosspoints)} crosspoints at once, {able.closed} at most", "connect fewer"
        )


def describing(capabilities: MatrixCapabilities) -> Callable[[BenchTerminal, float], MatrixCapabilities]:
    """Make the `describe` of a matrix, whose capabilities hang on nothing."""

    def describe(terminal: BenchTerminal, line_frequency: float) -> MatrixCapabilities:
        if not isinstance(terminal, Switch):
            raise InstrumentError(f"a {capabilities.model} serves the bench's `switch` only", "correct bench.yaml")
        return capabilities

    return describe


def crosspoints_of(switch: Switch) -> set[Crosspoint]:
    """Give the crosspoints that the bench can ever ask for."""
    columns = {column for terminals in switch.wiring().values() for column in terminals.values()}
    return {Crosspoint(row, column) for row in switch.rows.values() for column in columns}


def _parts(crosspoints: Collection[Crosspoint]) -> Iterator[list[Crosspoint]]:
    ordered = sorted(crosspoints)
    for first in range(0, len(ordered), _CHANNELS_A_MESSAGE):
        yield ordered[first : first + _CHANNELS_A_MESSAGE]


def _listed(crosspoints: Collection[Crosspoint]) -> str:
    if not crosspoints:
        return "nothing"
    return "crosspoint " + ", ".join(f"{point.row}-{point.column}" for point in sorted(crosspoints))


def _span(names: tuple[str, ...]) -> str:
    return f"{names[0]} to {names[-1]}"
