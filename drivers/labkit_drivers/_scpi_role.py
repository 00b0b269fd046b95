"""What every SCPI instrument's role shares: errors that name it, numbers that are numbers, the error queue."""

from pymeasure.instruments import Instrument

from labkit.core import Connection, InstrumentError
from labkit_drivers._link import Link, number

_MOST_ERRORS = 20


class ScpiRole:
    """A channel behind a SCPI command set.

    `manual` tells the user where to look an error code up.
    """

    def __init__(self, connection: Connection, link: Link, commands: Instrument, manual: str) -> None:
        self._connection = connection
        self._link = link
        self._wire = commands
        self._manual = manual

    def _error(self, message: str, remedy: str) -> InstrumentError:
        return InstrumentError(f"{self._connection.name} ({self._connection.address}): {message}", remedy)

    def _ask(self, command: str) -> str:
        return str(self._wire.ask(command)).strip()

    def _ask_number(self, command: str, what: str) -> float:
        return number(self._wire.ask(command), self._connection, what)

    def _ask_all(self, queries: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        return tuple((query, self._ask(query)) for query in queries)

    def check_errors(self) -> None:
        """Raise InstrumentError with all that stands in the error queue."""
        found: list[str] = []
        while len(found) < _MOST_ERRORS:
            event = self._ask(":SYST:ERR?")
            code, comma, _ = event.partition(",")
            if not comma:
                raise self._error(f"answered {event!r} to :SYST:ERR?", "check the cable, then run again")
            if number(code, self._connection, "an error code") == 0:
                break
            found.append(event)
        if found:
            raise self._error(f"reports {'; '.join(found)}", self._manual)

    def close(self) -> None:
        """Close the connection, the outputs as they are."""
        self._link.close()
