"""Insist on an action that makes the bench safe, whatever one exchange on the wire does."""

from collections.abc import Callable

from labkit.core import InstrumentError
from labkit_drivers._link import Link

_ATTEMPTS = 4


def insist(link: Link, *actions: Callable[[], None]) -> None:
    """Try actions in turn, each up to four times, first of all and after each failure on a line made usable again.

    A lost answer or a garbled reply must not leave an output on, and an answer that was left unread, by a fault or by
    Ctrl-C, must not pass for a confirmation. The last action is what counts: it is tried even when one before it fails,
    though only once then, because other instruments wait, and its last error is raised.
    """
    usable = False
    failure: InstrumentError | None = None
    for action in actions:
        attempts = _ATTEMPTS if failure is None else 1
        for _ in range(attempts):
            try:
                if not usable:
                    link.recover()
                usable = True
                action()
                failure = None
                break
            except InstrumentError as error:
                usable, failure = False, error
    if failure is not None:
        raise failure
