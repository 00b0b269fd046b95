"""The line-protocol multiplexer as a SwitchMatrix. Checked against simulated firmware, not on hardware.

The protocol is in docs/reference/line-multiplexer.md. Option `watchdog` (s) has the board open all relays when it hears
nothing for so long; it must be longer than the longest block between two routings.
"""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress

from labkit.core import (
    BenchTerminal,
    Clock,
    CommunicationLost,
    Connection,
    Crosspoint,
    Driver,
    Identity,
    InstrumentError,
    MatrixCapabilities,
    Switch,
    SwitchMatrix,
)
from labkit_drivers._link import Link, number
from labkit_drivers._relay_matrix import RelayMatrix, describing, serving

SETTLING = 0.005
"""What the board waits after it has switched, before it answers (s)."""

_PORTS = tuple(str(port) for port in range(1, 9))
_CHANNELS = re.compile(r"\d+,\d+(?:;\d+,\d+)*")
_WAKING_ATTEMPTS = 5
_MOST_ERRORS = 20

CAPABILITIES = MatrixCapabilities(
    model="labkit MUX8x8",
    rows=_PORTS,
    columns=_PORTS,
    settling=SETTLING,
    contact_resistance=0.2,
    isolation=1e10,
    voltage=100.0,
    current=0.5,
    closed=64,
    source_document="docs/reference/line-multiplexer.md; relays assumed to be reed relays of 100 V and 0.5 A",
)


class MultiplexerCommands:
    """The lines of the protocol."""

    settles_itself = True

    def __init__(self, connection: Connection, link: Link) -> None:
        self._connection = connection
        self._link = link
        self._wake()
        self._check_identity()
        self.check_errors()
        self._do(f"ROUT:DEL {SETTLING:.3f}")
        self._do(f"SYST:WDOG {float(connection.options.get('watchdog', 0)):.3f}")

    def _error(self, message: str, remedy: str) -> InstrumentError:
        return InstrumentError(f"{self._connection.name} ({self._connection.address}): {message}", remedy)

    def _wake(self) -> None:
        """Let a board that starts anew when its port is opened come to itself, and forget what it said till then."""
        patience = self._connection.timeout / _WAKING_ATTEMPTS
        self._link.wait_at_most(patience)
        for _ in range(_WAKING_ATTEMPTS):
            with suppress(CommunicationLost):
                self._ask("*IDN?")
                break
        self._link.wait_at_most(self._connection.timeout)
        self._link.recover()

    def _ask(self, line: str) -> str:
        self._link.write(line)
        return str(self._link.read()).strip()

    def _do(self, line: str) -> None:
        answer = self._ask(line)
        if answer != "OK":
            raise self._error(f"answered {answer!r} to {line!r}", "see docs/reference/line-multiplexer.md")

    def _check_identity(self) -> None:
        self._idn = self._ask("*IDN?")
        if not self._idn.startswith("labkit,MUX"):
            raise self._error(
                f"is {self._idn!r}, not a line multiplexer", "correct the driver or the address in bench.yaml"
            )

    def identity(self) -> Identity:
        """Ask who it is, and the settings in force."""
        self._check_identity()
        settings = tuple((query, self._ask(query)) for query in ("ROUT:DEL?", "SYST:WDOG?"))
        return Identity(self._connection.name, "line_multiplexer", self._connection.address, self._idn, settings)

    def check_errors(self) -> None:
        """Raise InstrumentError with what the board has noted since it was last asked: its watchdog, mostly."""
        found: list[str] = []
        while len(found) < _MOST_ERRORS:
            answer = self._ask("SYST:ERR?")
            if number(answer.partition(" ")[0], self._connection, "an error code") == 0:
                break
            found.append(answer)
        if found:
            raise self._error(f"reports {'; '.join(found)}", "see docs/reference/line-multiplexer.md")

    def closed(self) -> frozenset[Crosspoint]:
        """Ask which crosspoints are closed."""
        answer = self._ask("ROUT:CLOS?")
        if answer == "NONE":
            return frozenset()
        if not _CHANNELS.fullmatch(answer):
            raise self._error(f"answered {answer!r} to ROUT:CLOS?", "check the cable, then run again")
        pairs = (pair.split(",") for pair in answer.split(";"))
        return frozenset(Crosspoint(row, column) for row, column in pairs)

    def open_relays(self, crosspoints: Collection[Crosspoint]) -> None:
        """Open relays."""
        self._do(f"ROUT:OPEN {_written(crosspoints)}")

    def close_relays(self, crosspoints: Collection[Crosspoint]) -> None:
        """Close relays."""
        self._do(f"ROUT:CLOS {_written(crosspoints)}")

    def open_all(self) -> None:
        """Open all relays."""
        self._do("ROUT:OPEN ALL")


def _written(crosspoints: Collection[Crosspoint]) -> str:
    return ";".join(f"{point.row},{point.column}" for point in crosspoints)


def _open(connection: Connection, terminals: Mapping[str, BenchTerminal], clock: Clock) -> Mapping[str, SwitchMatrix]:
    def make(switch: Switch) -> RelayMatrix:
        link = Link(connection, asrl={"baud_rate": 115_200})
        return RelayMatrix(connection, link, switch, CAPABILITIES, clock, MultiplexerCommands(connection, link))

    return serving(connection, terminals, CAPABILITIES, make)


LINE_MULTIPLEXER = Driver(
    name="line_multiplexer",
    title="Relay matrix on the open line protocol (Arduino), serial",
    role="switch matrix",
    models=("MUX8x8",),
    open=_open,
    describe=describing(CAPABILITIES),
)
