"""The run that goes on: started, followed, held and ended from the window."""

from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from labkit.app import Request, Workbench
from labkit.core import Event
from labkit.gui._feed import EventFeed
from labkit.gui._jobs import Jobs

if TYPE_CHECKING:
    from labkit.app import Operator, Outcome

_FRAME = 33
"""How often the window takes the events of a run (ms)."""


class Runs(QObject):
    """Runs one request at a time on the workbench.

    `started` tells the request, `events` a list of events in their order, at most thirty times a second, `finished` the
    request with its outcome or with the error that ended it.
    """

    started = Signal(object)
    events = Signal(object)
    finished = Signal(object, object, object)
    held_changed = Signal(bool)

    def __init__(self, workbench: Workbench, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._jobs = jobs
        self._feed = EventFeed()
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME)
        self._timer.timeout.connect(self._tell_events)
        self._request: Request | None = None

    @property
    def request(self) -> Request | None:
        """What runs now."""
        return self._request

    def start(
        self,
        request: Request,
        pace: float | None = None,
        output: Path | None = None,
        operator: "Operator | None" = None,
    ) -> None:
        """Run a request; raises RuntimeError while another one runs."""
        if self._request is not None:
            raise RuntimeError("a run goes on already")
        self._request = request
        self._feed = EventFeed()
        future: Future[Outcome] = self._workbench.run(request, pace, output, [self._feed], operator)
        self._timer.start()
        self.started.emit(request)
        self._jobs.follow(future, lambda outcome: self._end(outcome, None), lambda error: self._end(None, error))

    def hold(self, held: bool) -> None:
        """Hold the run before its next block, or let it go on."""
        self._workbench.pause() if held else self._workbench.resume()
        self.held_changed.emit(held)

    def abort(self, reason: str = "stopped by the user") -> None:
        """End the run through the safe state."""
        if self._request is not None:
            self._workbench.abort(reason)

    def _tell_events(self) -> None:
        taken: list[Event] = self._feed.drain()
        if taken:
            self.events.emit(taken)

    def _end(self, outcome: "Outcome | None", error: Exception | None) -> None:
        self._timer.stop()
        self._tell_events()
        request, self._request = self._request, None
        self.finished.emit(request, outcome, error)
