"""One entry of the queue of runs."""

from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from pathlib import Path

from labkit.app import Foreseen, Request
from labkit.core import LabkitError, format_quantity

_NUMBERS = count(1)


class State(Enum):
    """What has become of an entry, in the word that the queue shows."""

    PLANNING = "planning"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    ABORTED = "aborted"

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self not in (State.PLANNING, State.WAITING, State.RUNNING)


@dataclass(slots=True, eq=False)
class QueueItem:
    """A request in the queue: what it will take, and what has become of it.

    `reason` and `remedy` say why it is refused, failed or aborted; `path` is its run file, once it has one.
    """

    request: Request
    state: State = State.PLANNING
    foreseen: Foreseen | None = None
    reason: str = ""
    remedy: str = ""
    path: Path | None = None
    number: int = field(default_factory=lambda: next(_NUMBERS))

    @property
    def bench(self) -> str:
        """The bench in words: its name, and whether it is the virtual copy."""
        return f"{self.request.bench} ({'virtual' if self.request.virtual else 'real'})"

    @property
    def changes(self) -> str:
        """The parameters that differ from the protocol's defaults, in one line."""
        if self.foreseen is None:
            return ""
        words = [f"{name} {text}" for name, text in self.foreseen.changed.items()]
        devices = self.foreseen.devices
        if devices:
            words.append(devices[0] if len(devices) == 1 else f"{len(devices)} devices")
        return ", ".join(words) or "default parameters"

    @property
    def duration(self) -> str:
        """How long the bench is busy with it."""
        return "" if self.foreseen is None else format_quantity(self.foreseen.duration, "s", 2)

    def end(self, state: State, error: BaseException | None = None) -> None:
        """Note how it ended."""
        self.state = state
        if isinstance(error, LabkitError):
            self.reason, self.remedy = error.message, error.remedy
        elif error is not None:
            self.reason = f"{type(error).__name__}: {error}"
            self.remedy = "this is a fault of labkit: please report it"
