"""A thread that writes what a run tells, so that the run never waits for the disk."""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from labkit.storage._open_run import Recorded

FLUSH_PERIOD = 0.25
"""How often (s) what has come is handed to the system; a kill loses what came since."""

BATCH_BYTES = 2 << 20
"""So much is written at once, without waiting for the period."""

BACKLOG_BYTES = 8 << 20
"""So much may wait for the disk before the run has to wait too."""


class Sink(Protocol):
    """What the thread writes to."""

    def write(self, events: Sequence[Recorded]) -> None:
        """Add what the events bring."""
        ...

    def flush(self) -> None:
        """Hand it to the system."""
        ...

    def close(self) -> None:
        """End it."""
        ...

    def abandon(self) -> None:
        """End it after a failure."""
        ...


class Background:
    """A queue of events, and the thread that writes and flushes them.

    The thread ends, with everything written, also when the main thread ends without a word: a thread that the
    interpreter stops while it is inside HDF5 would keep HDF5's lock and hang the process.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._changed = threading.Condition()
        self._waiting: list[Recorded] = []
        self._waiting_bytes = 0
        self._ending = False
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="labkit run file")
        self._thread.start()

    def put(self, event: Recorded, size: int) -> bool:
        """Hand over an event of about `size` bytes; waits only while far too much is unwritten.

        Tells whether it was taken; after a failure nothing is, and `end` raises what went wrong.
        """
        with self._changed:
            while self._waiting_bytes > BACKLOG_BYTES and self._failure is None:
                self._changed.wait()
            if self._failure is not None:
                return False
            self._waiting.append(event)
            self._waiting_bytes += size
            if self._waiting_bytes >= BATCH_BYTES:
                self._changed.notify_all()
            return True

    def end(self) -> None:
        """Write what is left, close, and raise what the thread could not do."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        try:
            self._write_until_end()
            self._sink.close()
        except (OSError, RuntimeError) as error:  # what HDF5 raises: it could not write
            self._fail(error)
            with suppress(Exception):  # the first failure is the one to tell
                self._sink.abandon()
        except Exception as error:  # an event that is not what it should be: what came before is whole
            self._fail(error)
            with suppress(Exception):
                self._sink.close()

    def _fail(self, error: Exception) -> None:
        """Keep what went wrong for whoever hands over the next event."""
        with self._changed:
            self._failure = error
            self._waiting.clear()
            self._waiting_bytes = 0
            self._changed.notify_all()

    def _write_until_end(self) -> None:
        flushed = time.monotonic()
        ending = False
        while not ending:
            events, ending = self._take(flushed + FLUSH_PERIOD)
            if events:
                self._sink.write(events)
            if ending or time.monotonic() >= flushed + FLUSH_PERIOD:
                self._sink.flush()
                flushed = time.monotonic()

    def _take(self, deadline: float) -> tuple[list[Recorded], bool]:
        """Wait for much to write, for the deadline, or for the end; give what has come and whether it is the end."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._ending or self._waiting_bytes >= BATCH_BYTES, timeout=deadline - time.monotonic()
            )
            events, self._waiting = self._waiting, []
            self._waiting_bytes = 0
            self._changed.notify_all()
            return events, self._ending or not threading.main_thread().is_alive()
