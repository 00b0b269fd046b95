"""What every TSP instrument's role shares: errors that name it, numbers that are numbers, the error queue."""

from collections.abc import Mapping
from itertools import count

from pymeasure.instruments import Instrument

from labkit.core import Connection, InstrumentError
from labkit_drivers._link import Link, number

_MOST_ERRORS = 20
_MOST_LEFT = 50
"""How many answers may have been left unread before the line counts as unusable."""
_WORDS = count(1)

MEANINGS: Mapping[int, str] = {
    -104: "an argument of the wrong type",
    -109: "an argument is missing",
    -222: "a parameter is out of range",
    -285: "a chunk of Lua does not compile; nothing of it ran",
    -286: "a script died at run time; what it had still to do was not done",
    -350: "the error queue overflowed",
    802: "the output is blocked by the interlock",
    1101: "a parameter is too big; the old value stays",
    1102: "a parameter is too small; the old value stays",
    5052: "the interlock is engaged, the system is stabilizing",
}
"""Error codes of the Series 2600B and 700B (reference manuals, section Error summary list) and what they come to."""


class TspRole:
    """A channel behind a TSP command set: Lua chunks, of which only what is printed comes back."""

    def __init__(self, connection: Connection, link: Link, wire: Instrument, manual: str) -> None:
        self._connection = connection
        self._link = link
        self._wire = wire
        self._manual = manual

    def _error(self, message: str, remedy: str) -> InstrumentError:
        return InstrumentError(f"{self._connection.name} ({self._connection.address}): {message}", remedy)

    def _ask(self, chunk: str) -> str:
        self._wire.write(chunk)
        return str(self._wire.read()).strip()

    def synchronize(self) -> None:
        """Return when all commands so far were carried out, with nothing left unread.

        A TSP instrument keeps answers until they are read, so a line without a device clear may hold one that nobody
        waited for: what is asked now is told by its own word. Raises InstrumentError when that does not come.
        """
        word = f"labkit {next(_WORDS)}"
        self._wire.write(f'print("{word}")')
        for _ in range(_MOST_LEFT):
            if str(self._wire.read()).strip() == word:
                return
        raise self._error("sends what it was not asked for", "switch it off and on, then run again")

    def _ask_number(self, chunk: str, what: str) -> float:
        return number(self._ask(chunk), self._connection, what)

    def _ask_numbers(self, chunk: str, count: int, what: str) -> tuple[float, ...]:
        """Ask for `count` numbers, which `print` separates by tabs."""
        found = self._ask(chunk).split("\t")
        if len(found) != count:
            raise self._error(f"answered {found!r} where {what} was expected", "check the cable, then run again")
        return tuple(number(text, self._connection, what) for text in found)

    def check_errors(self) -> None:
        """Raise InstrumentError with all that stands in the error queue, each with its meaning."""
        found: list[str] = []
        while len(found) < _MOST_ERRORS:
            answer = self._ask("print(errorqueue.next())").split("\t")
            if len(answer) < 2:
                raise self._error(f"answered {answer!r} to errorqueue.next()", "check the cable, then run again")
            code = int(number(answer[0], self._connection, "an error code"))
            if code == 0:
                break
            meaning = f" ({MEANINGS[code]})" if code in MEANINGS else ""
            found.append(f"{code} {answer[1]}{meaning}")
        if found:
            raise self._error(f"reports {'; '.join(found)}", self._manual)
