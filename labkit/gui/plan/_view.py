"""The Plan view."""

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QToolButton, QVBoxLayout, QWidget

from labkit.app import Outlook, Request, outlook
from labkit.core import DocumentError, format_quantity
from labkit.gui._workspace import Workspace
from labkit.gui.plan._canvas import CourseCanvas
from labkit.gui.plan._details import Details
from labkit.gui.plan._facts import Figure, figures
from labkit.gui.plan._time_axis import exact_time
from labkit.gui.widgets import Banner, faint, heading, set_role, title

_PATIENCE = 120
"""How long (ms) after a change of the request the plan is made."""
_SPLIT = "plan/split"
_LEGEND = (
    "line: as delivered · dashed: as asked, where that differs · green: readings · solid: too much to tell apart · "
    "red: refused"
)


class PlanView(QWidget):
    """See what a run will do before anything happens."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.outlook: Outlook | None = None
        self._wanted: Request | None = None
        self._turn = 0
        self._stale = True
        self.title = title("Plan")
        self.state = faint("")
        self.banner = Banner()
        self.canvas = CourseCanvas(workspace.theme)
        self.pointed = QLabel()
        self.span = QLabel()
        self.details = Details(workspace.theme)
        self.figures = QHBoxLayout()
        self.enqueue = QPushButton("Add to queue")
        self.enqueue.setObjectName("plan-add-to-queue")
        self.enqueue.setToolTip("Run it when its turn comes; not while the bench refuses something")
        set_role(self.enqueue, "primary")
        self.enqueue.clicked.connect(self._enqueue)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PATIENCE)
        self._timer.timeout.connect(self._plan)
        self._lay_out()
        self.canvas.view_changed.connect(self._show_span)
        self.canvas.pointed.connect(lambda words: self.pointed.setText(words.replace("\n", " · ")))
        self.details.line_asked.connect(self._go_to_line)
        workspace.request_changed.connect(self._take)
        workspace.closing.connect(self._timer.stop)
        self._take(workspace.request)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.title)
        top.addWidget(self.state, 1)
        top.addLayout(self.figures)
        top.addWidget(self.enqueue)
        below = QWidget()
        lower = QVBoxLayout(below)
        lower.setContentsMargins(0, 0, 0, 0)
        lower.addWidget(self.details)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.addWidget(self._time_line())
        self._split.addWidget(below)
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 1)
        self._split.setChildrenCollapsible(False)
        state = self._workspace.settings.value(_SPLIT)
        if isinstance(state, QByteArray):
            self._split.restoreState(state)
        self._split.splitterMoved.connect(lambda *_: self._workspace.settings.setValue(_SPLIT, self._split.saveState()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.addLayout(top)
        layout.addWidget(self.banner)
        layout.addWidget(self._split, 1)

    def _time_line(self) -> QWidget:
        tools = QHBoxLayout()
        self.buttons = {
            name: _tool(text, help_text, action)
            for name, text, help_text, action in (
                ("all", "Show all", "The whole run (Home)", self.canvas.show_all),
                ("in", "+", "Zoom in (wheel, +)", lambda: self.canvas.zoom(1 / 2)),
                ("out", "−", "Zoom out (wheel, -)", lambda: self.canvas.zoom(2)),
                ("previous", "◂ Previous", "What happens before the middle, as large as it can be (P)", self._previous),
                ("next", "Next ▸", "What happens next after the middle, as large as it can be (N)", self._next),
            )
        }
        for button in self.buttons.values():
            tools.addWidget(button)
        tools.addWidget(self.span)
        tools.addStretch()
        legend = faint(_LEGEND)
        legend.setWordWrap(False)
        tools.addWidget(legend)
        found = QWidget()
        layout = QVBoxLayout(found)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(tools)
        layout.addWidget(self.canvas, 1)
        self.pointed.setMinimumWidth(1)
        set_role(self.pointed, "faint")
        layout.addWidget(self.pointed)
        return found

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        """Plan what was asked for while nobody looked."""
        super().showEvent(event)
        self.canvas.setFocus()
        if self._stale:
            self._plan()

    def _take(self, request: Request | None) -> None:
        self._wanted = request
        self._turn += 1
        self._stale = True
        self.enqueue.setEnabled(False)
        if self.isVisible():
            self._timer.start()

    def _plan(self) -> None:
        self._stale = False
        request, turn = self._wanted, self._turn
        if request is None:
            self._show_nothing()
            return
        self.state.setText("planning …")
        self._workspace.jobs.start(
            lambda: outlook(request),
            lambda found: self._show(turn, found),
            lambda error: self._show_error(turn, error),
        )

    def _show_nothing(self) -> None:
        self.outlook = None
        self.title.setText("Plan")
        self.state.setText(
            "There is nothing to plan: choose a protocol in the Protocol view, or mend its faults there."
        )
        self.banner.hide()
        self.canvas.show_course(None, frozenset())
        self.details.clear_all()
        self._show_figures(())

    def _show_error(self, turn: int, error: Exception) -> None:
        if turn != self._turn:
            return
        self._show_nothing()
        self.state.setText("")
        self.banner.show_error(error)
        if isinstance(error, DocumentError) and error.problems:
            self.state.setText(f"{len(error.problems)} faults in {error.problems[0].file}")

    def _show(self, turn: int, found: Outlook) -> None:
        if turn != self._turn:
            return
        before, self.outlook = self.outlook, found
        same = before is not None and before.request.protocol == found.request.protocol
        self.title.setText(found.plan.program.title)
        self.state.setText(f"on {found.plan.bench}")
        self.canvas.show_course(found.course, found.refused, keep=same)
        self.details.show_outlook(found)
        self.enqueue.setEnabled(found.runnable)
        if found.runnable:
            self.banner.hide()
            self._show_figures(figures(found))
        else:
            self._show_figures(())
            self._tell_refusals(found)

    def _tell_refusals(self, found: Outlook) -> None:
        first, count = found.plan.refusals[0], len(found.plan.refusals)
        others = f" And {count - 1} more, below." if count > 1 else ""
        self.banner.show_text(
            f"Refused on {found.plan.bench}: {first.message}.{others} The time-line shows what was asked for.",
            first.remedy,
        )

    def _show_figures(self, found: tuple[Figure, ...]) -> None:
        while (item := self.figures.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for figure in found:
            self.figures.addWidget(_figure(figure))

    def _show_span(self, begin: float, end: float) -> None:
        self.span.setText(f"{format_quantity((end - begin) * 1e-9, 's')} from {exact_time(round(begin))}")

    def _next(self) -> None:
        self.canvas.next_one()

    def _previous(self) -> None:
        self.canvas.previous_one()

    def _enqueue(self) -> None:
        if self.outlook is not None and self.outlook.runnable:
            self._workspace.enqueue(self.outlook.request)

    def _go_to_line(self, line: int) -> None:
        self._workspace.view_asked.emit("protocol")
        self._workspace.line_asked.emit(line)


def _figure(figure: Figure) -> QWidget:
    made = QWidget()
    made.setObjectName(f"figure-{figure.name.lower()}")
    made.setToolTip(figure.help)
    layout = QVBoxLayout(made)
    layout.setContentsMargins(8, 0, 8, 0)
    layout.setSpacing(0)
    name = faint(figure.name)
    name.setWordWrap(False)
    layout.addWidget(name)
    layout.addWidget(heading(figure.value))
    return made


def _tool(text: str, help_text: str, action: object) -> QToolButton:
    made = QToolButton()
    made.setText(text)
    made.setToolTip(help_text)
    assert callable(action)  # noqa: S101 - all of them are
    made.clicked.connect(lambda _=False: action())
    return made
