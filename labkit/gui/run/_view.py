"""The Run view: the queue of runs, and the live traces of the one that goes on."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QPushButton, QSplitter, QTabWidget, QVBoxLayout, QWidget

from labkit.app import Outcome, Request
from labkit.core import Event, RunStarted, TimelineGrew, Warned, format_quantity
from labkit.gui._workspace import Workspace
from labkit.gui.run._header import RunHeader
from labkit.gui.run._item import QueueItem
from labkit.gui.run._live import LiveTraces
from labkit.gui.run._live_metrics import LiveMetrics
from labkit.gui.run._operator import WindowOperator
from labkit.gui.run._provisional import ProvisionalMetrics
from labkit.gui.run._queue import RunQueue
from labkit.gui.run._queue_panel import QueuePanel
from labkit.gui.run._recording import Recording
from labkit.gui.widgets import card

_ACROSS, _DOWN = "run/across", "run/down"


class RunView(QWidget):
    """The queue of runs, and the live traces of the one that goes on."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.operator = WindowOperator(lambda: workspace.workbench.ending, self)
        self.queue = RunQueue(workspace, self.operator)
        self.recording = Recording()
        self.panel = QueuePanel(workspace, self.queue)
        self.header = RunHeader(workspace, self.queue)
        self.live = LiveTraces(workspace)
        self.metrics = LiveMetrics(workspace.theme)
        self.warnings = QListWidget()
        self.warnings.setWordWrap(True)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.metrics, "Metrics")
        self.tabs.addTab(self.warnings, "Warnings")
        self.provisional = ProvisionalMetrics(workspace.jobs, self)
        self.question = self._make_question()
        self._lay_out()
        self._connect()

    def _make_question(self) -> QWidget:
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.there_button = QPushButton("It is there")
        self.there_button.setProperty("role", "primary")
        self.there_button.clicked.connect(self.operator.confirm)
        line = QHBoxLayout()
        line.addWidget(self.words, 1)
        line.addWidget(self.there_button)
        question = card(line)
        question.hide()
        return question

    def _lay_out(self) -> None:
        self._down = QSplitter(Qt.Orientation.Vertical)
        self._down.addWidget(self.live)
        self._down.addWidget(self.tabs)
        self._down.setStretchFactor(0, 3)
        self._down.setStretchFactor(1, 1)
        right = QVBoxLayout()
        right.setContentsMargins(6, 12, 12, 8)
        right.addWidget(self.header)
        right.addWidget(self.question)
        right.addWidget(self._down, 1)
        body = QWidget()
        body.setLayout(right)
        self._across = QSplitter()
        self._across.addWidget(self.panel)
        self._across.addWidget(body)
        self._across.setStretchFactor(1, 1)
        self._across.setSizes([330, 900])
        self._across.setCollapsible(1, False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._across)
        for splitter, key in ((self._across, _ACROSS), (self._down, _DOWN)):
            state = self._workspace.settings.value(key)
            if state is not None:
                splitter.restoreState(state)

    def _connect(self) -> None:
        workspace = self._workspace
        workspace.enqueue_asked.connect(self._enqueue)
        workspace.runs.started.connect(self._begin)
        workspace.runs.events.connect(self._take)
        workspace.runs.finished.connect(self._end)
        workspace.closing.connect(self.provisional.close)
        self.operator.asked.connect(self._ask)
        self.operator.answered.connect(self.question.hide)
        self.provisional.computed.connect(self._show_provisional)

    def _enqueue(self, request: Request) -> None:
        added = self.queue.add(request)
        if self.queue.running is None:
            self.panel.select(added[0])

    def _begin(self, request: Request) -> None:
        self.recording = Recording()
        self.live.plot.show_recording(self.recording)
        self.metrics.begin()
        self.warnings.clear()
        self._count_warnings()
        self.header.begin()
        item = self.queue.running
        if item is not None:
            self.panel.select(item)
            self.provisional.follow(item.path)

    def _take(self, events: list[Event]) -> None:
        self.recording.take(events)
        if any(isinstance(event, RunStarted) for event in events):
            self.live.plot.show_recording(self.recording)
        if any(isinstance(event, TimelineGrew) for event in events):
            self.provisional.grew()
        for event in events:
            if isinstance(event, Warned):
                remedy = f"\n{event.remedy}" if event.remedy else ""
                self.warnings.addItem(f"{format_quantity(event.time, 's')}  {event.message}{remedy}")
        self._count_warnings()
        self.live.plot.refresh()
        self.header.show_progress(self.recording)
        self.panel.show_remaining()

    def _count_warnings(self) -> None:
        count = self.warnings.count()
        self.tabs.setTabText(1, f"Warnings ({count})" if count else "Warnings")

    def _show_provisional(self, results: object) -> None:
        if isinstance(results, tuple):
            self.metrics.show_provisional(results, format_quantity(self.recording.end, "s", 3))

    def _end(self, request: Request, outcome: Outcome | None, error: Exception | None) -> None:
        self.provisional.follow(None)
        self.question.hide()
        item = self._item_of(request)
        if item is not None:
            self.header.end(item.state, self.recording)
        if outcome is not None:
            self.metrics.show_final(outcome.results)
        else:
            self.metrics.show_none(f"The run did not end by itself: {error}")

    def _item_of(self, request: Request) -> QueueItem | None:
        return next((item for item in self.queue.items if item.request is request), None)

    def _ask(self, mask: str, words: str) -> None:
        self.words.setText(f"<b>{words}</b>")
        self.question.show()
        self._workspace.view_asked.emit("run")

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 (Qt's name)
        """Remember the layout."""
        super().hideEvent(event)
        for splitter, key in ((self._across, _ACROSS), (self._down, _DOWN)):
            self._workspace.settings.setValue(key, splitter.saveState())
