"""The errors that labkit tells a user: what happened, where, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass


class LabkitError(Exception):
    """An error with a remedy.

    `remedy` is one sentence in the imperative that the user can act on, or empty.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  remedy: {self.remedy}" if self.remedy else self.message


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a file, at a line and a column that count from 1."""

    file: str
    line: int
    column: int
    message: str
    path: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class DocumentError(LabkitError):
    """A file that cannot be used; it tells all faults of the file at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class PlanRefused(LabkitError):
    """A plan that would break a limit or that the bench cannot deliver; told before any output is on."""


class LimitExceeded(PlanRefused):
    """A level beyond a limit of the bench, the instrument or the protocol."""


class InstrumentError(LabkitError):
    """An instrument that answered wrongly, reported an error, or is not what the bench says."""


class CommunicationLost(InstrumentError):
    """An instrument that no longer answers."""


class StorageError(LabkitError):
    """A run file that cannot be written or read."""


class PluginError(LabkitError):
    """A driver, metric or virtual bench that is not installed or does not load."""
