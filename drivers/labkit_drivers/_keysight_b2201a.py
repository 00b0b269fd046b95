"""Keysight B2201A and B2200A as a SwitchMatrix. Checked against simulated firmware, not on hardware.

Inputs are the rows, "1" to "14", outputs the columns, "1" to "48", in auto configuration. Bias, ground and couple mode
are switched off: they close relays that nobody asked for. Commands as in the B2200 User's Guide, chapter 5.
"""

import re
from collections.abc import Collection, Mapping

from pymeasure.instruments import Instrument, SCPIMixin

from labkit.core import (
    BenchTerminal,
    Clock,
    Connection,
    Crosspoint,
    Driver,
    Identity,
    MatrixCapabilities,
    Switch,
    SwitchMatrix,
)
from labkit_drivers._link import Link
from labkit_drivers._relay_matrix import RelayMatrix, describing, serving
from labkit_drivers._scpi_role import ScpiRole

MODELS = ("B2201A", "B2200A")

_CARD = 0  # in auto configuration all modules are one card
_LIST = re.compile(r"\(@(\d{5}(?:,\d{5})*)?\)")
_SETTINGS = {
    ":ROUT:FUNC": ("", "ACON"),
    ":ROUT:BIAS": (f"{_CARD}", "0"),
    ":ROUT:AGND": (f"{_CARD}", "0"),
    ":ROUT:COUP": (f"{_CARD}", "0"),
    ":ROUT:CONN:RULE": (f"{_CARD}", "FREE"),
    ":ROUT:CONN:SEQ": (f"{_CARD}", "BBM"),
}
"""Header to the card it is said of and the setting that the driver works with."""

CAPABILITIES = MatrixCapabilities(
    model="Keysight B2201A",
    rows=tuple(str(port) for port in range(1, 15)),
    columns=tuple(str(port) for port in range(1, 49)),
    settling=0.004,
    contact_resistance=1.5,
    isolation=1e13,
    voltage=200.0,
    current=1.0,
    closed=14 * 48,
    source_document="Agilent B2200 User's Guide; relay time, contact resistance and isolation recalled, not verified",
)


class B2201ACommands(SCPIMixin, Instrument):
    """The B2201A's SCPI."""

    def __init__(self, adapter: Link, name: str = "Keysight B2201A") -> None:
        super().__init__(adapter, name)  # type: ignore[no-untyped-call] # pymeasure has no annotations here


class B2201ARelays(ScpiRole):
    """The mainframe, all its modules one matrix."""

    settles_itself = False

    def __init__(self, connection: Connection, link: Link) -> None:
        commands = B2201ACommands(link, connection.name)
        super().__init__(connection, link, commands, "see the B2200 User's Guide, chapter 7")
        self._check_identity()
        self._wire.write("*CLS")
        self._configure()

    def _check_identity(self) -> None:
        self._idn = self._ask("*IDN?")
        if not any(model in self._idn for model in MODELS):
            raise self._error(
                f"is {self._idn!r}, not a {' or '.join(MODELS)}", "correct the driver or the address in bench.yaml"
            )

    def _configure(self) -> None:
        """Set auto configuration, free connection and no modes, where they differ: a change may move relays."""
        for header, (card, value) in _SETTINGS.items():
            query = f"{header}? {card}".rstrip()
            if self._ask(query) != value:
                self._wire.write(f"{header} {card},{value}" if card else f"{header} {value}")
                if (found := self._ask(query)) != value:
                    raise self._error(f"answers {found!r} to {query!r} after {value} was set", self._manual)
        self.check_errors()

    def identity(self) -> Identity:
        """Ask who it is, and the settings in force."""
        self._check_identity()
        queries = tuple(f"{header}? {card}".rstrip() for header, (card, _) in _SETTINGS.items())
        settings = self._ask_all(queries)
        return Identity(self._connection.name, "keysight_b2201a", self._connection.address, self._idn, settings)

    def closed(self) -> frozenset[Crosspoint]:
        """Ask which crosspoints are closed."""
        answer = self._ask(f":ROUT:CLOS:CARD? {_CARD}")
        found = _LIST.fullmatch(answer)
        if found is None:
            raise self._error(f"answered {answer!r} where a channel list was expected", "check the cable")
        channels = found[1].split(",") if found[1] else []
        return frozenset(Crosspoint(str(int(channel[1:3])), str(int(channel[3:]))) for channel in channels)

    def open_relays(self, crosspoints: Collection[Crosspoint]) -> None:
        """Open relays."""
        self._wire.write(f":ROUT:OPEN {_written(crosspoints)}")

    def close_relays(self, crosspoints: Collection[Crosspoint]) -> None:
        """Close relays."""
        self._wire.write(f":ROUT:CLOS {_written(crosspoints)}")

    def open_all(self) -> None:
        """Open all relays."""
        self._wire.write(":ROUT:OPEN:CARD ALL")


def _written(crosspoints: Collection[Crosspoint]) -> str:
    channels = (f"{_CARD}{int(point.row):02d}{int(point.column):02d}" for point in crosspoints)
    return f"(@{','.join(channels)})"


def _open(connection: Connection, terminals: Mapping[str, BenchTerminal], clock: Clock) -> Mapping[str, SwitchMatrix]:
    def make(switch: Switch) -> RelayMatrix:
        link = Link(connection)
        return RelayMatrix(connection, link, switch, CAPABILITIES, clock, B2201ARelays(connection, link))

    return serving(connection, terminals, CAPABILITIES, make)


KEYSIGHT_B2201A = Driver(
    name="keysight_b2201a",
    title="Keysight B2201A/B2200A switch matrix, SCPI",
    role="switch matrix",
    models=MODELS,
    open=_open,
    describe=describing(CAPABILITIES),
)
