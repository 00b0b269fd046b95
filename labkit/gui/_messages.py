"""What labkit has told the user: kept until it is cleared, so that no error is lost when its banner is gone."""

import datetime
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject, Signal

from labkit.core import LabkitError


class Gravity(Enum):
    """How much a message matters."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Message:
    """One message, what to do about it, and when it came."""

    gravity: Gravity
    text: str
    remedy: str
    at: datetime.datetime


class MessageLog(QObject):
    """Every message since the window opened; `added` tells a new one."""

    added = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.messages: list[Message] = []

    def tell(self, gravity: Gravity, text: str, remedy: str = "") -> None:
        """Keep a message and show it."""
        message = Message(gravity, text, remedy, datetime.datetime.now().astimezone())
        self.messages.append(message)
        self.added.emit(message)

    def note(self, text: str) -> None:
        """Tell that something was done."""
        self.tell(Gravity.NOTE, text)

    def warn(self, text: str, remedy: str = "") -> None:
        """Tell what the user should know."""
        self.tell(Gravity.WARNING, text, remedy)

    def error(self, error: BaseException) -> None:
        """Tell what went wrong and what to do."""
        if isinstance(error, LabkitError):
            self.tell(Gravity.ERROR, error.message, error.remedy)
        else:
            self.tell(Gravity.ERROR, f"{type(error).__name__}: {error}", "this is a fault of labkit: please report it")
