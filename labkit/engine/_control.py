"""How another thread, the one of a window, ends or pauses a run."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from labkit.core import Clock, Nanoseconds
from labkit.engine._interrupt import RunAborted

_FIRST_SLICE = 1_000_000
_SHORT, _LONG = 0.01, 0.03
"""How long a slice of a sleep may take on the wall (s): long enough to cost nothing, short enough to be stopped."""


class RunControl:
    """Ends or pauses the run of one session; every method may be called from any thread.

    `abort` ends a run through the safe state: what is going on raises RunAborted at the next look, which every sleep
    takes at least each 30 ms. Outside a run, and while the bench is made safe, nothing is raised.
    """

    def __init__(self) -> None:
        self._aborts = 0
        self._heard = 0
        self._go_on = threading.Event()
        self._go_on.set()
        self._reason = ""
        self._armed = False

    @property
    def aborts(self) -> int:
        """How often an end was asked for: noted when something is asked for, and told to `reset` when it begins."""
        return self._aborts

    def reset(self, aborts: int | None = None) -> None:
        """Forget what was asked of an earlier run; with `aborts`, only what was asked for before that was noted."""
        self._heard = self._aborts if aborts is None else aborts
        self._go_on.set()

    def abort(self, reason: str) -> None:
        """End the run; `reason` goes into its file."""
        self._reason = reason
        self._aborts += 1
        self._go_on.set()

    def pause(self) -> None:
        """Hold the run before its next block, at the levels that are there then."""
        self._go_on.clear()

    def resume(self) -> None:
        """Go on."""
        self._go_on.set()

    @property
    def paused(self) -> bool:
        """Whether the run is held, or will be before its next block."""
        return not self._go_on.is_set()

    @property
    def ending(self) -> bool:
        """Whether somebody asked the run to end."""
        return self._aborts > self._heard

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Let `check` raise while the body runs, and at once if the end was asked for already."""
        self._armed = True
        try:
            self.check()
            yield
        finally:
            self._armed = False

    def check(self) -> None:
        """Raise RunAborted when the run shall end."""
        if self._armed and self._aborts > self._heard:
            raise RunAborted(self._reason)

    def wait_while_paused(self) -> float:
        """Return when the run may go on, with how long that took (s); raises RunAborted."""
        began = time.monotonic()
        if not self._go_on.is_set():
            self._go_on.wait()
        self.check()
        return time.monotonic() - began


class InterruptibleClock:
    """A clock whose sleeps a RunControl can end."""

    def __init__(self, clock: Clock, control: RunControl) -> None:
        self._clock = clock
        self._control = control
        self._slice = _FIRST_SLICE

    def now(self) -> Nanoseconds:
        """Give the present instant."""
        return self._clock.now()

    def sleep_until(self, deadline: Nanoseconds) -> None:
        """Return at `deadline`; raises RunAborted when the run shall end.

        How much of the clock's time is a short time on the wall is found as it goes: a virtual clock jumps.
        """
        while True:
            self._control.check()
            end = min(deadline, self._clock.now() + self._slice)
            began = time.monotonic()
            self._clock.sleep_until(Nanoseconds(end))
            if end >= deadline:
                return
            took = time.monotonic() - began
            self._slice = self._slice * 2 if took < _SHORT else self._slice // 2 if took > _LONG else self._slice
