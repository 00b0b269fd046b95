"""Insist on an action that makes the bench safe, whatever one exchange on the wire does."""

from collections.abc import Callable

from labkit.core import InstrumentError
from labkit_drivers._link import Link

_ATTEMPTS = 4


def insist(link: Link, action: Callable[[], None]) -> None:
    """Try an action up to four times, with a device clear or a new connection before each further one.

    A lost answer or a garbled reply must not leave an output on; the last error is raised when all attempts fail.
    """
    for attempt in range(_ATTEMPTS):
        try:
            if attempt:
                link.recover()
            action()
        except InstrumentError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return
