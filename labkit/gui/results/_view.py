"""The Results view."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QSplitter, QTabWidget, QVBoxLayout, QWidget

from labkit.app import Analysis, OpenedRun, OpenedRuns, open_runs
from labkit.gui._workspace import Workspace
from labkit.gui.plots import FiguresPanel, MetricsPanel
from labkit.gui.results._about import AboutPanel
from labkit.gui.results._actions import RunActions
from labkit.gui.results._browser import RunBrowser
from labkit.gui.results._changes import ChangesPanel
from labkit.gui.results._compare import ComparePanel
from labkit.gui.results._published import PublishedPanel
from labkit.gui.widgets import Banner, faint, set_role

_SPLITTER, _LAST = "results/splitter", "results/last"
_MOST = 12
"""Runs that are opened together at most."""
_EMPTY = (
    "Choose a run on the left to see its traces and metrics; choose several (Ctrl, Shift) to lay them over each other."
)
_ROLES = {"good": "good", "doubt": "warning", "bad": "bad"}


class ResultsView(QWidget):
    """Look at run files: traces, fits, metrics, reports."""

    shown = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._ticket = 0
        self.opened: OpenedRuns | None = None
        self.browser = RunBrowser(workspace)
        self.banner = Banner()
        self.title = QLabel()
        set_role(self.title, "title")
        self.subtitle = faint("")
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.traces = FiguresPanel(workspace.theme, "These runs have no traces.")
        self.metrics = MetricsPanel(workspace.theme)
        self.about = AboutPanel()
        self.actions_bar = RunActions(workspace, self.banner)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.traces, "Traces")
        self.tabs.addTab(self.metrics, "Metrics")
        self.published = PublishedPanel(workspace)
        self.compare = ComparePanel(workspace)
        self.changes = ChangesPanel(workspace.theme)
        self.tabs.addTab(self.published, "Published")
        self.tabs.addTab(self.compare, "Compare")
        self.tabs.addTab(self.changes, "Changes")
        self.tabs.addTab(self.about, "About")
        self._lay_out()
        self.browser.opened.connect(self.open)
        self.actions_bar.recomputed.connect(self._recomputed)
        workspace.run_shown.connect(self.browser.show_run)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.browser.search.setFocus)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._show(None)
        last = str(workspace.settings.value(_LAST, ""))
        if last and Path(last).is_file():
            self.browser.show_run(Path(last))

    def _lay_out(self) -> None:
        right = QWidget()
        layout = QVBoxLayout(right)
        layout.setContentsMargins(10, 0, 0, 0)
        layout.addWidget(self.title)
        layout.addWidget(self.subtitle)
        layout.addWidget(self.sentence)
        layout.addWidget(self.banner)
        layout.addWidget(self.actions_bar)
        layout.addWidget(self.tabs, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.browser)
        self.splitter.addWidget(right)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([480, 750])
        self.splitter.setStretchFactor(1, 1)
        remembered = self._workspace.settings.value(_SPLITTER)
        if isinstance(remembered, QByteArray):
            self.splitter.restoreState(remembered)
        self.splitter.splitterMoved.connect(
            lambda *_: self._workspace.settings.setValue(_SPLITTER, self.splitter.saveState())
        )
        outer = QVBoxLayout(self)
        outer.addWidget(self.splitter)

    def open(self, paths: Sequence[Path]) -> None:
        """Read runs in a thread and show them; a later wish goes before an earlier one."""
        self._ticket += 1
        ticket, wanted = self._ticket, tuple(paths)[:_MOST]
        self.banner.hide()
        if not wanted:
            self._show(None)
            return
        self.subtitle.setText("Opening …")
        if len(paths) > _MOST:
            self.banner.show_text(f"{len(paths)} runs are chosen; the first {_MOST} are shown", gravity="warning")
        self._workspace.jobs.start(
            lambda: open_runs(wanted),
            lambda opened: self._take(ticket, opened),
            lambda error: self._fail(ticket, error),
            "opening runs",
        )

    def _recomputed(self, analyses: list[Analysis]) -> None:
        self.changes.show_changes(analyses)
        self.tabs.setCurrentWidget(self.changes)
        self.open([each.path for each in analyses])

    def _take(self, ticket: int, opened: OpenedRuns) -> None:
        if ticket == self._ticket:
            self._workspace.settings.setValue(_LAST, str(opened.runs[0].path.absolute()))
            self._show(opened)

    def _fail(self, ticket: int, error: Exception) -> None:
        if ticket == self._ticket:
            self._show(None)
            self.banner.show_error(error)

    def _show(self, opened: OpenedRuns | None) -> None:
        self.opened = opened
        runs = () if opened is None else opened.runs
        self.title.setText(runs[0].title if len(runs) == 1 else f"{len(runs)} runs" if runs else "Results")
        self.subtitle.setText(_subtitle(runs))
        self.sentence.setText(runs[0].sentence if len(runs) == 1 else "")
        self.sentence.setVisible(len(runs) == 1)
        set_role(self.sentence, _ROLES[runs[0].mood] if len(runs) == 1 else "faint")
        self.tabs.setVisible(bool(runs))
        for panel in (self.actions_bar, self.published, self.compare):
            panel.take([run.path for run in runs])
        self.traces.show_figures(() if opened is None else opened.traces)
        self.metrics.show_runs(opened)
        self.about.show_runs(opened)
        self.shown.emit(opened)


def _subtitle(runs: Sequence[OpenedRun]) -> str:
    if not runs:
        return _EMPTY
    told = runs[0].subtitle if len(runs) == 1 else ", ".join(run.label for run in runs)
    return f"{told} · virtual bench: simulated" if any(run.virtual for run in runs) else told
