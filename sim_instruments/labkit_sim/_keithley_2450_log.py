"""The event log of a 2450: errors, warnings and information in one line, and the status bits that events move."""

from collections import deque
from dataclasses import dataclass

from labkit_sim._errors import ErrorEntry, ErrorQueue, StatusRegister
from labkit_sim._keithley_2450_format import event_time

ERROR, WARNING, INFORMATION = 1, 2, 4
KINDS = {"ERRor": ERROR, "WARNing": WARNING, "INFormational": INFORMATION, "ALL": 7}
DEPTH = 1000
"""How many events the log holds (manual, :SYSTem:EVENtlog:NEXT?)."""


@dataclass(frozen=True, slots=True)
class LogEntry(ErrorEntry):
    """An event; `kind` is 1 for an error, 2 for a warning, 4 for information."""

    kind: int = ERROR

    def written(self) -> str:
        """Write it as both event queries do: number, then message, kind and time in one string."""
        return f'{self.code},"{self.message};{self.kind};{event_time(self.time)}"'


class EventLog(ErrorQueue):
    """Events in order of time. As an error queue it shows its errors only, and reading one drops what came before."""

    def __init__(self) -> None:
        super().__init__(DEPTH)
        self._log: deque[LogEntry] = deque()

    def __len__(self) -> int:
        return self.count(ERROR)

    def count(self, kinds: int) -> int:
        """Count the events of some kinds."""
        return sum(1 for entry in self._log if entry.kind & kinds)

    def push(self, entry: ErrorEntry) -> None:
        """Note an error, or an event that says what it is; the oldest event gives way when the log is full."""
        if not isinstance(entry, LogEntry):
            entry = LogEntry(entry.code, entry.message, entry.time)
        if len(self._log) == DEPTH:
            self._log.popleft()
        self._log.append(entry)

    def pop(self) -> ErrorEntry | None:
        """Take the oldest error, and drop the events before it."""
        return self.take(ERROR)

    def take(self, kinds: int) -> LogEntry | None:
        """Take the oldest event of some kinds, and drop those before it; None leaves the log as it is."""
        if not self.count(kinds):
            return None
        while not (entry := self._log.popleft()).kind & kinds:
            pass
        return entry

    def clear(self) -> None:
        """Forget all events."""
        self._log.clear()


class EventMap:
    """Which events set and clear which bits of a status register (`:STATus:...:MAP`)."""

    def __init__(self, register: StatusRegister) -> None:
        self._register = register
        self._bits: dict[int, tuple[int, int]] = {}

    def map(self, bit: int, sets: int, clears: int) -> None:
        """Let event numbers set and clear a bit; 0 is no event."""
        self._bits[bit] = (sets, clears)

    def events(self, bit: int) -> tuple[int, int]:
        """Give the events that set and clear a bit."""
        return self._bits.get(bit, (0, 0))

    def happened(self, number: int) -> None:
        """Move the bits that an event is mapped to."""
        for bit, (sets, clears) in self._bits.items():
            if number == sets:
                self._register.set_bit(1 << bit, True)
            elif number == clears:
                self._register.set_bit(1 << bit, False)
