"""The open bench, looked at twice a second while no run goes on."""

from PySide6.QtCore import QObject, QTimer, Signal

from labkit.app import BenchState, RunAborted, bench_state
from labkit.gui._workspace import Workspace

_PERIOD = 500
"""How often the instruments are asked (ms)."""


class BenchWatch(QObject):
    """Asks the instruments of the bench that is chosen, when it is open; `state` tells a BenchState.

    A question that is still open is not asked again, so that a slow instrument is not kept busy with answering.
    """

    state = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._asking = False
        self._timer = QTimer(self)
        self._timer.setInterval(_PERIOD)
        self._timer.timeout.connect(self.look)

    def begin(self) -> None:
        """Look now and from now on."""
        self._timer.start()
        self.look()

    def end(self) -> None:
        """Look no more."""
        self._timer.stop()

    @property
    def is_open(self) -> bool:
        """Whether the bench that is chosen is the one that is open."""
        chosen = self._workspace.bench
        return self._workspace.workbench.opened == (chosen.bench, chosen.virtual)

    def look(self) -> None:
        """Ask now, unless a question is open or a run goes on."""
        if self._asking or not self.is_open or self._workspace.runs.request is not None:
            return
        self._asking = True
        self._workspace.jobs.follow(self._workspace.workbench.do(bench_state), self._tell, self._failed)

    def _tell(self, state: BenchState) -> None:
        self._asking = False
        if self.is_open and self._workspace.runs.request is None:
            self.state.emit(state)

    def _failed(self, error: Exception) -> None:
        self._asking = False
        if self.is_open and not isinstance(error, RunAborted):
            self._workspace.messages.error(error)
