"""What the views share: the bench, the request that is being made, the run that goes on, messages and memory."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

from labkit.app import BenchChoice, Request, Workbench
from labkit.gui._jobs import Jobs
from labkit.gui._messages import MessageLog
from labkit.gui._runs import Runs
from labkit.gui._theme import Theme

_BENCH, _VIRTUAL, _SAMPLE, _FOLDER = "bench/name", "bench/virtual", "bench/sample", "runs/folder"
DEFAULT_BENCH = "demo_optical"


class Workspace(QObject):
    """The shared state of one window.

    Views never know each other: they tell and hear these signals. `bench_changed` a BenchChoice, `request_changed` the
    Request that the protocol and plan views are about (None: no usable protocol), `enqueue_asked` a Request to run,
    `devices_chosen` names of cells to run over, `run_shown` the path of a run file to look at, `runs_changed` that
    files came, `view_asked` the name of a view to turn to, `line_asked` the line of the protocol to look at,
    `off_asked` that all outputs shall go off and stay off, `closing` that the window goes.
    """

    bench_changed = Signal(object)
    request_changed = Signal(object)
    enqueue_asked = Signal(object)
    devices_chosen = Signal(object)
    run_shown = Signal(object)
    runs_changed = Signal()
    view_asked = Signal(str)
    line_asked = Signal(int)
    off_asked = Signal()
    closing = Signal()

    def __init__(self, theme: Theme, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.settings = settings
        self.messages = MessageLog(self)
        self.jobs = Jobs(self)
        self.jobs.failed.connect(self.messages.error)
        self.workbench = Workbench()
        self.runs = Runs(self.workbench, self.jobs, self)
        self.runs.finished.connect(lambda *_: self.runs_changed.emit())
        self._bench = BenchChoice(
            str(settings.value(_BENCH, DEFAULT_BENCH)),
            str(settings.value(_VIRTUAL, "true")) == "true",
            str(settings.value(_SAMPLE, "")) or None,
        )
        self._request: Request | None = None
        self._folder = Path(str(settings.value(_FOLDER, "runs")))

    @property
    def bench(self) -> BenchChoice:
        """The bench that is chosen; open or not."""
        return self._bench

    def choose_bench(self, choice: BenchChoice) -> None:
        """Take another bench; the request goes with it."""
        self._bench = choice
        self.settings.setValue(_BENCH, choice.bench)
        self.settings.setValue(_VIRTUAL, "true" if choice.virtual else "false")
        self.settings.setValue(_SAMPLE, choice.sample or "")
        self.bench_changed.emit(choice)
        if self._request is not None:
            self.set_request(self._request)

    @property
    def request(self) -> Request | None:
        """What the protocol view asks for now, on the bench that is chosen."""
        return self._request

    def set_request(self, request: Request | None) -> None:
        """Tell what is asked for now; bench and sample are those that are chosen."""
        if request is not None:
            bench = self._bench
            seed = bench.seed if request.seed is None else request.seed
            request = replace(request, bench=bench.bench, virtual=bench.virtual, sample=bench.sample, seed=seed)
        self._request = request
        self.request_changed.emit(request)

    @property
    def folder(self) -> Path:
        """Where run files are put and looked for."""
        return self._folder

    def choose_folder(self, folder: Path) -> None:
        """Take another folder for run files."""
        self._folder = folder
        self.settings.setValue(_FOLDER, str(folder))
        self.runs_changed.emit()

    def enqueue(self, request: Request) -> None:
        """Ask for a run when its turn comes, and look at the queue that holds it."""
        self.view_asked.emit("run")
        self.enqueue_asked.emit(request)

    def show_run(self, path: Path) -> None:
        """Ask to look at a run file."""
        self.view_asked.emit("results")
        self.run_shown.emit(path)

    def close(self) -> tuple[str, ...]:
        """End what goes on, make the bench safe; gives what could not be confirmed."""
        self.closing.emit()
        unconfirmed = self.workbench.close().result()
        self.jobs.close()
        return unconfirmed
