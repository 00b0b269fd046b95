"""The subscriber that stores a run while it goes on."""

import os
from pathlib import Path
from typing import Self

from labkit.core import (
    AcquisitionGrew,
    BlockStarted,
    Event,
    MetricComputed,
    Progress,
    RunFinished,
    RunStarted,
    SamplesTaken,
    StorageError,
    TimelineGrew,
    Warned,
)
from labkit.storage._background import Background
from labkit.storage._create import create_run_file, refuse_existing
from labkit.storage._failures import storage_error, told
from labkit.storage._open_run import OpenRun, Recorded


class RunWriter:
    """Writes the events of one run to an HDF5 file (docs/reference/run-file.md).

    The file appears, whole and readable, before the first data; what has come is on its way to the disk at most half a
    second later, whether or not more follows, and outlives a kill of the process. `RunFinished` closes it, as does
    `close` or leaving the `with` block where no `RunFinished` came.

    Raises StorageError: at once when the path cannot be used or is taken; later, with every event that brings data
    after writing failed, and with `RunFinished` only when no event before could tell. What was stored until then stays
    readable. Metrics are added afterwards, by `write_results`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        refuse_existing(path)
        folder = path.parent
        if not folder.is_dir():
            raise StorageError(f"cannot write {path}: there is no folder {folder}", "make the folder first")
        if not os.access(folder, os.W_OK):
            raise StorageError(f"cannot write {path}: permission denied", "choose a folder that you may write to")
        self._background: Background | None = None
        self._failure: StorageError | None = None

    def __call__(self, event: Event) -> None:
        """Take an event."""
        match event:
            case RunStarted():
                self._begin(event)
            case SamplesTaken() | TimelineGrew() | AcquisitionGrew() | BlockStarted() | Warned():
                self._put(event)
            case RunFinished():
                self._finish(event)
            case Progress() | MetricComputed():
                pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what is left and close the file; nothing happens when that was done already."""
        background, self._background = self._background, None
        if background is None:
            return
        try:
            background.end()
        except Exception as error:
            self._failure = storage_error("write", self.path, error)
            raise self._failure from error

    def _begin(self, event: RunStarted) -> None:
        create_run_file(self.path, event)
        with told("write", self.path):
            self._background = Background(OpenRun(self.path, event.description))

    def _put(self, event: Recorded) -> None:
        if self._failure is not None:
            raise self._failure
        if self._background is None:
            raise StorageError(f"{self.path} is not open: the run has not started or is over")
        if not self._background.put(event, _size(event)):
            self.close()

    def _finish(self, event: RunFinished) -> None:
        if self._background is not None:
            self._put(event)
            self.close()


def _size(event: Recorded) -> int:
    match event:
        case SamplesTaken():
            return 25 * len(event.samples)
        case TimelineGrew() | AcquisitionGrew():
            return sum(column.nbytes for column in event.columns.values())
        case _:
            return 256
