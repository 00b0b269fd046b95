"""Insist on an action that makes the bench safe, whatever one exchange on the wire does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from labkit.core import InstrumentError

_ATTEMPTS = 4
_DEAD = 2
"""How often in a row a line cannot be made usable before it counts as dead: other instruments wait to be made safe."""


class Recoverable(Protocol):
    """A line, or who speaks on it."""

    def recover(self) -> None:
        """Make the line usable again, with nothing on it that was left unread; raises CommunicationLost."""
        ...


def insist(link: Recoverable, *actions: Callable[[], None]) -> None:
    """Try actions in turn, each up to four times, first of all and after each failure on a line made usable again.

    A lost answer or a garbled reply must not leave an output on, and an answer that was left unread, by a fault or by
    Ctrl-C, must not pass for a confirmation. The last action is what counts: it is tried even when one before it fails,
    and its last error is raised.
    """
    line = _Line(link)
    failure: InstrumentError | None = None
    for action in actions:
        failure = line.insist(action, _ATTEMPTS if failure is None else 1) if not line.is_dead else failure
    if failure is not None:
        raise failure


@dataclass(slots=True)
class _Line:
    """A line that is made usable before it is used."""

    link: Recoverable
    usable: bool = False
    failures: int = 0

    @property
    def is_dead(self) -> bool:
        return self.failures >= _DEAD

    def insist(self, action: Callable[[], None], attempts: int) -> InstrumentError | None:
        """Try an action; gives the last error when all attempts failed."""
        failure = None
        for _ in range(attempts):
            try:
                self._prepare()
                action()
            except InstrumentError as error:
                self.usable, failure = False, error
                if self.is_dead:
                    break
            else:
                return None
        return failure

    def _prepare(self) -> None:
        if self.usable:
            return
        self.failures += 1
        self.link.recover()
        self.usable, self.failures = True, 0
