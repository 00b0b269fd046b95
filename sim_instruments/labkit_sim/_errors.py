"""SCPI-99 errors, the queue that an instrument keeps them in, and its status registers."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

MESSAGES = {
    -100: "Command error",
    -101: "Invalid character",
    -102: "Syntax error",
    -103: "Invalid separator",
    -104: "Data type error",
    -108: "Parameter not allowed",
    -109: "Missing parameter",
    -113: "Undefined header",
    -114: "Header suffix out of range",
    -120: "Numeric data error",
    -131: "Invalid suffix",
    -138: "Suffix not allowed",
    -141: "Invalid character data",
    -151: "Invalid string data",
    -161: "Invalid block data",
    -171: "Invalid expression",
    -200: "Execution error",
    -211: "Trigger ignored",
    -213: "Init ignored",
    -221: "Settings conflict",
    -222: "Data out of range",
    -223: "Too much data",
    -224: "Illegal parameter value",
    -230: "Data corrupt or stale",
    -241: "Hardware missing",
    -310: "System error",
    -350: "Queue overflow",
    -363: "Input buffer overrun",
    -410: "Query INTERRUPTED",
    -420: "Query UNTERMINATED",
}
"""SCPI-99 volume 2, chapter 21.8."""


class ScpiError(Exception):
    """What a command does wrong; the instrument puts it into its error queue."""

    def __init__(self, code: int, message: str = "") -> None:
        self.code = code
        self.message = message or MESSAGES.get(code, "Device-specific error")
        super().__init__(code, self.message)


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """An entry of the error queue; `time` (ns) is the world's."""

    code: int
    message: str
    time: int


class ErrorQueue:
    """The error queue: first in, first out; one too many makes the last entry -350."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._entries: deque[ErrorEntry] = deque()

    def __len__(self) -> int:
        return len(self._entries)

    def push(self, entry: ErrorEntry) -> None:
        """Append an entry."""
        if len(self._entries) < self._depth:
            self._entries.append(entry)
        else:
            self._entries[-1] = ErrorEntry(-350, MESSAGES[-350], entry.time)

    def pop(self) -> ErrorEntry | None:
        """Take the oldest entry, or None."""
        return self._entries.popleft() if self._entries else None

    def clear(self) -> None:
        """Forget all entries."""
        self._entries.clear()


class StatusRegister:
    """A condition register with its transition filters, event register and enable mask, of 15 bits."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._condition = 0
        self.event = 0
        self.preset()

    def preset(self) -> None:
        """Set the filters as `:STATus:PRESet` does: nothing enabled, rising edges make events."""
        self.enable = 0
        self.rising = 0x7FFF
        self.falling = 0

    @property
    def condition(self) -> int:
        """What is so now."""
        return self._condition

    def set_bit(self, mask: int, on: bool) -> None:
        """Set or clear bits of the condition; edges that the filters let through become events."""
        before = self._condition
        self._condition = before | mask if on else before & ~mask
        rose, fell = self._condition & ~before, before & ~self._condition
        self.event |= (rose & self.rising) | (fell & self.falling)
        if rose or fell:
            self._changed()

    def take_event(self) -> int:
        """Read the event register, which clears it."""
        event, self.event = self.event, 0
        return event

    @property
    def summary(self) -> bool:
        """Whether an enabled event is set."""
        return bool(self.event & self.enable)
