"""Firmware of the line-protocol multiplexer: an 8x8 matrix of relays behind an Arduino.

The protocol is labkit's own and is written down in docs/reference/line-multiplexer.md, beside the sketch that a board
is flashed with; this is its simulated twin. Every line that is not empty gets one answer. A line that is refused moves
no relay.
"""

import re
from collections.abc import Callable, Generator
from typing import ClassVar

from labkit.core import Crosspoint, Nanoseconds, nanoseconds
from labkit_sim._endpoint import Latency
from labkit_sim._errors import MESSAGES, ErrorEntry, ErrorQueue, ScpiError
from labkit_sim._process import Until, Wish
from labkit_sim._relays import Order, Relays
from labkit_sim._serial_dialect import SerialInstrument
from labkit_sim._station import Station
from labkit_sim._switchboard import Contact

ROWS = COLUMNS = 8
LONGEST_LINE = 280
ERRORS_KEPT = 4
DELAY = 5
"""Settling time after power on (ms)."""
LONGEST_DELAY = 10_000
WATCHDOG = (100, 3_600_000)
"""Shortest and longest watchdog time (ms)."""
WATCHDOG_FIRED = 1
CONTACT = Contact(resistance=0.2, offset_current=1e-11)
"""Of an ordinary reed relay."""

_BAUD = 115_200
_LATENCY = Latency(write=0.5e-3, read=0.5e-3, jitter=0.1e-3, per_byte=10 / _BAUD)
_TIME = re.compile(r"\d{1,7}(\.\d*)?|\.\d+")
_CHANNEL = re.compile(r"(\d{1,3})\s*,\s*(\d{1,3})")

Reply = str | Generator[Wish, None, str]


class LineMultiplexer(SerialInstrument):
    """An 8x8 relay matrix that takes and answers lines."""

    TERMINATION: ClassVar[bytes] = b"\n"
    LONGEST_LINE: ClassVar[int] = LONGEST_LINE + 1

    def __init__(self, station: Station) -> None:
        super().__init__(station, _LATENCY)
        station.switchboard.fit(CONTACT)
        self._relays = Relays(station)
        self._errors = ErrorQueue(ERRORS_KEPT)
        self._delay = DELAY
        self._watchdog = 0
        self._heard = 0

    def error(self, code: int, message: str = "") -> None:
        """Note what no line could be told."""
        self._errors.push(ErrorEntry(code, message or MESSAGES.get(code, "Device error"), self.world.now))

    def answer(self, line: str) -> Reply:
        """Act on a line."""
        self._heard += 1
        self._watch()
        try:
            return self._act(line)
        except ScpiError as error:
            return f"ERR {error.code} {error.message}"

    def _act(self, line: str) -> Reply:
        if len(line) > LONGEST_LINE:
            raise ScpiError(-363)
        header, _, parameter = line.partition(" ")
        parameter = parameter.strip()
        if (query := _QUERIES.get(header.upper())) is not None:
            if parameter:
                raise ScpiError(-108)
            return query(self)
        if (command := _COMMANDS.get(header.upper())) is not None:
            if not parameter:
                raise ScpiError(-109)
            return command(self, parameter)
        raise ScpiError(-113)

    # Relays

    def _moved(self, opening: frozenset[Crosspoint], closing: frozenset[Crosspoint]) -> Generator[Wish, None, str]:
        """Move relays, and answer when the settling time is over."""
        self._relays.move(opening, closing, Order.TOGETHER)
        yield Until(Nanoseconds(self.world.now + nanoseconds(self._delay / 1e3)))
        return "OK"

    def close(self, parameter: str) -> Reply:
        """Close crosspoints, beside those that are."""
        return self._moved(frozenset(), _channels(parameter))

    def open(self, parameter: str) -> Reply:
        """Open crosspoints or ALL."""
        every = parameter.upper() == "ALL"
        return self._moved(self._relays.closed if every else _channels(parameter), frozenset())

    def closed(self) -> str:
        """Tell which are closed, by row and column."""
        found = sorted((int(point.row), int(point.column)) for point in self._relays.closed)
        return ";".join(f"{row},{column}" for row, column in found) or "NONE"

    # Settings

    def identity(self) -> str:
        """Give the answer to `*IDN?`."""
        return f"labkit,MUX{ROWS}x{COLUMNS},{self.station.serial},1.0"

    def reset(self) -> Reply:
        """Open all relays; settling time and watchdog as at power on."""
        self._delay, self._watchdog = DELAY, 0
        return self._moved(self._relays.closed, frozenset())

    def set_delay(self, parameter: str) -> str:
        """Set the settling time."""
        self._delay = _milliseconds(parameter, 0, LONGEST_DELAY)
        return "OK"

    def delay(self) -> str:
        """Tell the settling time (s)."""
        return f"{self._delay / 1e3:.3f}"

    def set_watchdog(self, parameter: str) -> str:
        """Set the watchdog time; 0 switches it off."""
        shortest, longest = WATCHDOG
        time = _milliseconds(parameter, 0, longest)
        if 0 < time < shortest:
            raise ScpiError(-222)
        self._watchdog = time
        self._watch()
        return "OK"

    def watchdog(self) -> str:
        """Tell the watchdog time (s)."""
        return f"{self._watchdog / 1e3:.3f}"

    def _watch(self) -> None:
        """Open all relays when no line comes within the watchdog time from now."""
        if not self._watchdog:
            return
        heard = self._heard

        def bite() -> None:
            if self._heard == heard and self._watchdog and self._relays.closed:
                self._relays.move(self._relays.closed, (), Order.TOGETHER)
                self.error(WATCHDOG_FIRED, "Watchdog opened all relays")

        self.world.at(self.world.now + self._watchdog * 1_000_000, bite)

    def next_error(self) -> str:
        """Take the oldest error that no line was told."""
        entry = self._errors.pop()
        return f"{entry.code} {entry.message}" if entry else "0 No error"


def _channels(text: str) -> frozenset[Crosspoint]:
    """Read `1,3;2,4`; raises ScpiError -104 or -222."""
    found = [_CHANNEL.fullmatch(part.strip()) for part in text.split(";")]
    numbers = [(int(channel[1]), int(channel[2])) for channel in found if channel is not None]
    if len(numbers) != len(found):
        raise ScpiError(-104)
    if not all(1 <= row <= ROWS and 1 <= column <= COLUMNS for row, column in numbers):
        raise ScpiError(-222)
    return frozenset(Crosspoint(str(row), str(column)) for row, column in numbers)


def _milliseconds(text: str, low: int, high: int) -> int:
    """Read a time in seconds, a plain decimal number; digits beyond the millisecond are dropped."""
    if not _TIME.fullmatch(text):
        raise ScpiError(-104)
    whole, _, fraction = text.partition(".")
    time = int(whole or "0") * 1000 + int((fraction + "000")[:3])
    if not low <= time <= high:
        raise ScpiError(-222)
    return time


_QUERIES: dict[str, Callable[[LineMultiplexer], Reply]] = {
    "*IDN?": LineMultiplexer.identity,
    "*RST": LineMultiplexer.reset,
    "ROUT:CLOS?": LineMultiplexer.closed,
    "ROUT:DEL?": LineMultiplexer.delay,
    "SYST:WDOG?": LineMultiplexer.watchdog,
    "SYST:ERR?": LineMultiplexer.next_error,
}
"""What takes no parameter."""

_COMMANDS: dict[str, Callable[[LineMultiplexer, str], Reply]] = {
    "ROUT:CLOS": LineMultiplexer.close,
    "ROUT:OPEN": LineMultiplexer.open,
    "ROUT:DEL": LineMultiplexer.set_delay,
    "SYST:WDOG": LineMultiplexer.set_watchdog,
}
"""What takes one."""
