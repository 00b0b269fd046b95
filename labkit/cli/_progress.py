"""The progress of a run on a terminal: bar, block, time left; warnings as they come."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from labkit.core import BlockStarted, Event, RunFinished, RunStarted, Warned, format_quantity
from labkit.core import Progress as Progressed


class RunDisplay:
    """A subscriber that shows a run. `total` (s) is the plan's estimate; relaxations may make it longer."""

    def __init__(self, total: float) -> None:
        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("[bold]{task.description:<24.24}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[elapsed]} of the protocol"),
            TimeRemainingColumn(),
            console=self._console,
        )
        self._total = max(total, 1e-9)
        self._label = "opening the bench"
        self._task = self._progress.add_task(self._label, total=self._total, elapsed="0 s")
        self._warned: set[str] = set()

    def __call__(self, event: Event) -> None:
        """Show an event."""
        match event:
            case RunStarted():
                self._console.print(f"{event.description.title}", style="bold")
                for identity in event.instruments:
                    self._console.print(f"  {identity.name}: {identity.idn}", style="dim")
            case BlockStarted():
                self._label = event.label
            case Progressed():
                self._advance(event)
            case Warned():
                self._warn(event)
            case RunFinished():
                self._finish(event)
            case _:
                pass

    def _advance(self, event: Progressed) -> None:
        elapsed = format_quantity(event.done, "s", 3)
        self._total = max(event.total, 1e-9)
        self._progress.update(
            self._task, description=event.label, completed=event.done, total=self._total, elapsed=elapsed
        )

    def _warn(self, event: Warned) -> None:
        """Show a warning once, however often it comes; the file keeps them all."""
        if event.remedy not in self._warned or not event.remedy:
            style = "yellow" if event.remedy else "dim"
            self._console.print(f"{'warning' if event.remedy else 'note'}: {event.message}", style=style)
            if event.remedy:
                self._console.print(f"  remedy: {event.remedy}", style="dim")
        self._warned.add(event.remedy)

    def _finish(self, event: RunFinished) -> None:
        if event.outcome == "complete":
            self._progress.update(self._task, description="complete", completed=self._total)
        for item in event.unconfirmed:
            self._console.print(f"NOT CONFIRMED SAFE: {item}", style="bold red")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
