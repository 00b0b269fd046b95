"""What an instrument can tell of its own fitness while its outputs stay off: optional, for `labkit bench test`."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Finding(StrEnum):
    """How a check went."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One check of an instrument: what was looked at, how it went, the instrument's words, and what to do."""

    what: str
    finding: Finding
    detail: str = ""
    remedy: str = ""


@runtime_checkable
class SelfChecking(Protocol):
    """A role that can say more of itself than its Protocol demands: its interlock, its trigger lines."""

    def checks(self) -> Sequence[Check]:
        """Look at what can be looked at without an output on.

        Raises InstrumentError when the instrument does not answer.
        """
        ...
