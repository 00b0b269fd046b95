"""Keithley 707B and 708B as a SwitchMatrix. Checked against simulated firmware, not on hardware.

Rows are "A" to "H"; columns go on from slot to slot, twelve in each: "1" to "12" are in slot 1, "13" to "24" in slot 2.
Lists go in with commas and come back with semicolons, and `nil` says that nothing is closed (707B-901-01, section 7).
"""

import re
from collections.abc import Callable, Collection, Mapping

from pymeasure.instruments import Instrument

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
from labkit_drivers._relay_matrix import RelayMatrix, crosspoints_of, describing, serving
from labkit_drivers._tsp_role import TspRole

ROWS = "ABCDEFGH"
COLUMNS_OF_A_SLOT = 12

_CHANNEL = re.compile(r"([1-6])([A-H])(\d\d)")
_EMPTY_SLOT = "Empty Slot"
_BREAK_BEFORE_MAKE = 1


def capabilities(model: str, slots: int) -> MatrixCapabilities:
    """Give what a mainframe with 8x12 cards in all its slots can do."""
    columns = slots * COLUMNS_OF_A_SLOT
    return MatrixCapabilities(
        model=f"Keithley {model}",
        rows=tuple(ROWS),
        columns=tuple(str(column) for column in range(1, columns + 1)),
        settling=0.004,
        contact_resistance=3.5,
        isolation=1e13,
        voltage=200.0,
        current=1.0,
        closed=len(ROWS) * columns,
        source_document="707B/708B reference manual; data of a 7072 card recalled, not verified",
    )


class RelaysOf707B(TspRole):
    """The mainframe, its cards one matrix."""

    settles_itself = False

    def __init__(self, connection: Connection, link: Link, model: str, switch: Switch) -> None:
        wire = Instrument(link, connection.name, includeSCPI=False)
        super().__init__(connection, link, wire, "see the 707B/708B reference manual, error summary list")
        self._model = model
        self._check_identity()
        self._wire.write("errorqueue.clear()")
        self._wire.write("channel.connectrule = channel.BREAK_BEFORE_MAKE")
        if self._ask_number("print(channel.connectrule)", "the connection rule") != _BREAK_BEFORE_MAKE:
            raise self._error("does not take the connection rule break before make", self._manual)
        self._check_cards(switch)

    def _check_identity(self) -> None:
        self._idn = self._ask("*IDN?")
        if self._model not in self._idn:
            raise self._error(
                f"is {self._idn!r}, not a {self._model}", "correct the driver or the address in bench.yaml"
            )

    def _check_cards(self, switch: Switch) -> None:
        """Refuse a bench that needs a slot in which no card is."""
        for slot in sorted({_slot(point.column) for point in crosspoints_of(switch)}):
            if self._ask(f"print(slot[{slot}].idn)") == _EMPTY_SLOT:
                first = (slot - 1) * COLUMNS_OF_A_SLOT + 1
                raise self._error(
                    f"has no card in slot {slot}, so there are no columns {first} to {first + COLUMNS_OF_A_SLOT - 1}",
                    "fit the card, or correct `switch:` in bench.yaml",
                )

    def identity(self) -> Identity:
        """Ask who it is, and the settings in force."""
        self._check_identity()
        queries = ("print(channel.connectrule)", "print(slot[1].idn)")
        settings = tuple((query, self._ask(query)) for query in queries)
        driver = f"keithley_{self._model.lower()}"
        return Identity(self._connection.name, driver, self._connection.address, self._idn, settings)

    def closed(self) -> frozenset[Crosspoint]:
        """Ask which crosspoints are closed."""
        answer = self._ask('print(channel.getclose("allslots"))')
        if answer == "nil":
            return frozenset()
        found = [_CHANNEL.fullmatch(name) for name in answer.split(";")]
        if None in found:
            raise self._error(f"answered {answer!r} where closed channels were expected", "check the cable")
        return frozenset(_crosspoint(channel) for channel in found if channel is not None)

    def open_relays(self, crosspoints: Collection[Crosspoint]) -> None:
        """Open relays."""
        self._wire.write(f'channel.open("{_written(crosspoints)}")')

    def close_relays(self, crosspoints: Collection[Crosspoint]) -> None:
        """Close relays."""
        self._wire.write(f'channel.close("{_written(crosspoints)}")')

    def open_all(self) -> None:
        """Open all relays; what is asked next is answered after that."""
        self._wire.write('channel.open("allslots")')
        self.synchronize()


def _slot(column: str) -> int:
    return (int(column) - 1) // COLUMNS_OF_A_SLOT + 1


def _crosspoint(channel: re.Match[str]) -> Crosspoint:
    slot, row, column = channel.groups()
    return Crosspoint(row, str((int(slot) - 1) * COLUMNS_OF_A_SLOT + int(column)))


def _written(crosspoints: Collection[Crosspoint]) -> str:
    return ",".join(
        f"{_slot(point.column)}{point.row}{(int(point.column) - 1) % COLUMNS_OF_A_SLOT + 1:02d}"
        for point in crosspoints
    )


def _opening(model: str, able: MatrixCapabilities) -> Callable[..., Mapping[str, SwitchMatrix]]:
    def open_mainframe(
        connection: Connection, terminals: Mapping[str, BenchTerminal], clock: Clock
    ) -> Mapping[str, SwitchMatrix]:
        def make(switch: Switch) -> RelayMatrix:
            link = Link(connection)
            commands = RelaysOf707B(connection, link, model, switch)
            return RelayMatrix(connection, link, switch, able, clock, commands)

        return serving(connection, terminals, able, make)

    return open_mainframe


def _driver(model: str, slots: int) -> Driver:
    able = capabilities(model, slots)
    return Driver(
        name=f"keithley_{model.lower()}",
        title=f"Keithley {model} switching matrix, TSP",
        role="switch matrix",
        models=(model,),
        open=_opening(model, able),
        describe=describing(able),
    )


KEITHLEY_707B = _driver("707B", 6)
KEITHLEY_708B = _driver("708B", 1)
