"""The queue of runs: what is to run, in which order, and what happens when one fails."""

import time
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from labkit.app import Foreseen, Operator, Outcome, Request, RunAborted, foresee, new_run_file
from labkit.core import Event, Progress, RunFinished
from labkit.gui._workspace import Workspace
from labkit.gui.run._forecast import Forecast
from labkit.gui.run._item import QueueItem, State

_PACE, _STOPS = "run/pace", "run/stops-on-failure-"
_SURE = 0.02
"""Share of a run that is over before it is said how long the rest takes."""


class RunQueue(QObject):
    """Runs its entries one after the other, each after its plan was made without refusals.

    While it is empty an entry for the virtual bench starts at once; one for real instruments waits until the user has
    seen what it will do and starts the queue. Whatever the user ends, or leaves the bench not confirmed safe, stops it.
    `changed` tells that any entry or the order did, `paused_changed` whether the queue starts nothing new.
    """

    changed = Signal()
    paused_changed = Signal(bool)

    def __init__(self, workspace: Workspace, operator: Operator | None = None) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._operator = operator
        self.items: list[QueueItem] = []
        self.running: QueueItem | None = None
        self._paused = False
        self._skipping = False
        self._unconfirmed: tuple[str, ...] = ()
        self._began = 0.0
        self._share = 0.0
        self._pace_now: float | None = None
        self._forecast = Forecast()
        workspace.runs.events.connect(self._hear)
        workspace.runs.finished.connect(self._finished)
        workspace.off_asked.connect(self._keep_off)

    @property
    def paused(self) -> bool:
        """Whether nothing new is started."""
        return self._paused

    @property
    def pace(self) -> float | None:
        """How many seconds of a virtual bench pass in one of the wall; None: as many as the machine can do."""
        text = str(self._workspace.settings.value(_PACE, ""))
        return float(text) if text else None

    def choose_pace(self, pace: float | None) -> None:
        """Take another pace, from the next run on."""
        self._workspace.settings.setValue(_PACE, "" if pace is None else repr(pace))
        self.changed.emit()

    def stops_on_failure(self, virtual: bool) -> bool:
        """Tell whether a run that fails stops the queue; by default on real instruments only."""
        default = "false" if virtual else "true"
        return str(self._workspace.settings.value(_STOPS + _kind(virtual), default)) == "true"

    def choose_stops_on_failure(self, virtual: bool, stops: bool) -> None:
        """Choose whether a run that fails stops the queue."""
        self._workspace.settings.setValue(_STOPS + _kind(virtual), "true" if stops else "false")

    def add(self, request: Request, count: int = 1, after: QueueItem | None = None) -> list[QueueItem]:
        """Put a request into the queue `count` times: at its end, or after an entry."""
        if not request.virtual and self.running is None:
            self.pause(True)
        # Each entry keeps parameters of its own: a later edit of the form is not one of what was queued.
        added = [QueueItem(replace(request, parameters=dict(request.parameters))) for _ in range(count)]
        place = len(self.items) if after is None else self.items.index(after) + 1
        self.items[place:place] = added
        self._workspace.jobs.start(
            lambda: foresee(request),
            lambda foreseen: self._planned(added, foreseen),
            lambda error: self._refused(added, error),
        )
        self.changed.emit()
        return added

    def repeat(self, item: QueueItem, count: int = 1) -> list[QueueItem]:
        """Put what an entry asks for into the queue again, after it; at the end where it is over."""
        return self.add(item.request, count, None if item.state.over else item)

    def remove(self, item: QueueItem) -> None:
        """Take an entry out; the one that runs stays."""
        if item is not self.running and item in self.items:
            self.items.remove(item)
            self.changed.emit()
            self._advance()

    def clear_over(self) -> None:
        """Take out what is over."""
        self.items = [item for item in self.items if not item.state.over]
        self.changed.emit()

    def move(self, item: QueueItem, place: int) -> None:
        """Bring an entry to a place; what is over or runs stays before what waits."""
        if item.state.over or item is self.running:
            return
        self.items.remove(item)
        first = sum(other.state.over or other is self.running for other in self.items)
        self.items.insert(max(first, min(place, len(self.items))), item)
        self.changed.emit()

    def pause(self, paused: bool) -> None:
        """Start nothing new, or go on."""
        if paused != self._paused:
            self._paused = paused
            self.paused_changed.emit(paused)
            self.changed.emit()
        self._advance()

    def skip(self) -> None:
        """End the run that goes on and go on with the next."""
        if self.running is not None:
            self._skipping = True
            self._workspace.runs.abort("skipped by the user")

    def abort(self) -> None:
        """End the run that goes on and start nothing new."""
        self.pause(True)
        self._workspace.runs.abort()

    def _keep_off(self) -> None:
        """Start nothing that waits when all outputs were switched off; an empty queue has nothing to hold back."""
        if any(not item.state.over for item in self.items):
            self.pause(True)

    def remaining(self) -> float | None:
        """Give how long the queue still takes on the wall (s); None where that is not known yet."""
        total = 0.0
        for item in self.items:
            if not item.state.over:
                left = self._left_of(item)
                if left is None:
                    return None
                total += left
        return total

    def left(self) -> float | None:
        """Give how long the run that goes on still takes on the wall (s), from how far it is; None at its beginning."""
        return self.elapsed() * (1.0 - self._share) / self._share if self._share > _SURE else None

    def _left_of(self, item: QueueItem) -> float | None:
        if item is self.running and (left := self.left()) is not None:
            return left
        return None if item.foreseen is None else self._forecast.takes(item.request, self.pace, item.foreseen)

    def elapsed(self) -> float:
        """Give how long the run that goes on has taken (s on the wall)."""
        return time.monotonic() - self._began

    def _planned(self, added: list[QueueItem], foreseen: Foreseen) -> None:
        for item in added:
            item.foreseen = foreseen
            item.state = State.WAITING
        if foreseen.refused is not None:
            self._refused(added, foreseen.refused)
        else:
            self.changed.emit()
            self._advance()

    def _refused(self, added: list[QueueItem], error: Exception) -> None:
        for item in added[1:]:
            item.end(State.REFUSED, error)
        self._end(added[0], State.REFUSED, error)

    def _advance(self) -> None:
        """Start the next entry when nothing goes on."""
        following = next((item for item in self.items if not item.state.over), None)
        busy = self.running is not None or self._workspace.runs.request is not None
        if self._paused or busy or following is None or following.state is not State.WAITING:
            return
        self.running = following
        following.state = State.RUNNING
        self._began, self._share, self._skipping, self._unconfirmed = time.monotonic(), 0.0, False, ()
        self.changed.emit()
        folder = self._workspace.folder
        self._workspace.jobs.start(
            lambda: new_run_file(following.request, folder),
            lambda path: self._start(following, path),
            lambda error: self._over(following, State.REFUSED, error),
            label=f"planning {following.request.protocol}",
        )

    def _start(self, item: QueueItem, path: Path) -> None:
        """Begin, unless something came between while the name of the file was made."""
        if self._skipping:
            self._over(item, State.ABORTED, RunAborted("skipped by the user before it began"))
            return
        if self._paused or self._workspace.runs.request is not None:
            self.running, item.state = None, State.WAITING
            self.changed.emit()
            return
        item.path = path
        self._began = time.monotonic()
        self._pace_now = self.pace if item.request.virtual else None
        self._workspace.runs.start(item.request, self._pace_now, path, self._operator)

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Progress) and event.total > 0:
                self._share = min(1.0, event.done / event.total)
            elif isinstance(event, RunFinished):
                self._unconfirmed = event.unconfirmed

    def _finished(self, request: Request, outcome: Outcome | None, error: Exception | None) -> None:
        item = self.running
        if item is None:
            self._advance()
            return
        if outcome is not None:
            if item.foreseen is not None:
                self._forecast.learn(request, self._pace_now, item.foreseen, self.elapsed())
            self._over(item, State.DONE, None)
        else:
            self._over(item, State.ABORTED if isinstance(error, RunAborted) else State.FAILED, error)

    def _over(self, item: QueueItem, state: State, error: Exception | None) -> None:
        self.running = None
        if item.path is not None and not item.path.exists():
            item.path = None
        if self._unconfirmed:
            self._workspace.messages.warn(
                f"NOT CONFIRMED SAFE: {'; '.join(self._unconfirmed)}", "look at the front panel, switch off by hand"
            )
            self.pause(True)
        if state is State.ABORTED and not self._skipping:
            self.pause(True)
        self._end(item, state, error)

    def _end(self, item: QueueItem, state: State, error: BaseException | None) -> None:
        """Note how an entry ended, tell it, and go on unless that shall stop the queue."""
        item.end(state, error)
        if state is State.ABORTED:
            self._workspace.messages.note(f"{item.request.protocol}: {item.reason}")
        elif error is not None:
            self._workspace.messages.error(error)
            if self.stops_on_failure(item.request.virtual) and item in self.items:
                self.pause(True)
        self.changed.emit()
        self._advance()


def _kind(virtual: bool) -> str:
    return "virtual" if virtual else "real"
