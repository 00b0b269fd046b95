"""Ctrl-C and SIGTERM: the first ends the run through the safe state, further ones cannot break the safe state."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from labkit.core import LabkitError


class RunAborted(LabkitError):
    """The user or the system asked the run to end."""


def _abort(number: int, frame: FrameType | None) -> None:
    name = signal.Signals(number).name
    raise RunAborted(f"stopped by {'Ctrl-C' if name == 'SIGINT' else name}", "")


@contextmanager
def aborting_on_signals() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into RunAborted while the body runs; elsewhere than in the main thread, do nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _abort) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def signals_held_off() -> Iterator[None]:
    """Let nothing interrupt the body: it makes the bench safe."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
