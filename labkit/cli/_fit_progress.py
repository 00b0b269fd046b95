"""How far a fit is, on a terminal."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class FitDisplay:
    """Hears what a fit does and shows it."""

    def __init__(self) -> None:
        columns = (TextColumn("[bold]{task.description:<20}"), BarColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True))
        self._task = self._progress.add_task("reading", total=None)

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show a step."""
        self._progress.update(self._task, description=what, completed=done, total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
