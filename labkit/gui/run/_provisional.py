"""Metrics while the run goes on: asked for from time to time, never more than a share of the machine's time."""

import time
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from labkit.app import MetricsBeside
from labkit.core import Result
from labkit.gui._jobs import Jobs

_FIRST = 2.0
"""How long a run goes on before its metrics are looked at (s): a short one is over by then."""
_RESTS = 4.0
"""How many times as long as a computation took nothing is computed after it."""


class ProvisionalMetrics(QObject):
    """Tells `computed` (a tuple of Results) of the run file that is being written, as long as `follow` names one."""

    computed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._beside: MetricsBeside | None = None
        self._path: Path | None = None
        self._going: Future[tuple[Result, ...]] | None = None
        self._asked = 0.0
        self._grew = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)

    def follow(self, path: Path | None) -> None:
        """Compute of this file from now on, or of none."""
        self._path, self._grew = path, False
        if path is None:
            self._timer.stop()
        else:
            self._timer.start(round(1000 * _FIRST))

    def grew(self) -> None:
        """Tell that there is more in the file than there was."""
        self._grew = True

    def close(self) -> None:
        """Compute nothing more."""
        self.follow(None)
        if self._beside is not None:
            self._beside.close()
            self._beside = None

    def _ask(self) -> None:
        if self._path is None:
            return
        if not self._grew or self._going is not None:
            self._timer.start(round(1000 * _FIRST))
            return
        if self._beside is None:
            self._beside = MetricsBeside()
        self._grew = False
        self._asked = time.monotonic()
        path = self._path
        self._going = self._beside.compute(path)
        self._jobs.follow(self._going, lambda results: self._take(path, results), lambda _: self._take(path, ()))

    def _take(self, path: Path, results: tuple[Result, ...]) -> None:
        self._going = None
        took = time.monotonic() - self._asked
        if path == self._path:
            if results:
                self.computed.emit(results)
            self._timer.start(round(1000 * max(_FIRST, _RESTS * took)))
