"""The window: the strip on top, the views on the left, the messages below."""

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from labkit.gui._message_panel import MessagePanel
from labkit.gui._status import StatusStrip
from labkit.gui._theme import CHOICES, Choice
from labkit.gui._views import VIEWS
from labkit.gui._workspace import Workspace

_GEOMETRY, _VIEW, _THEME = "window/geometry", "window/view", "window/theme"
_WIDE, _HIGH = 1280, 720
_ITEM = QSize(132, 36)


class MainWindow(QMainWindow):
    """The bench in one window. A view is made when it is first looked at."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.confirm_closing: Callable[[], bool] = self._ask_to_close
        self.views: dict[str, QWidget] = {}
        self._pages = QStackedWidget()
        self._navigation = QListWidget()
        self._navigation.setObjectName("navigation")
        self._navigation.setFixedWidth(_ITEM.width())
        self._navigation.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.strip = StatusStrip(workspace)
        self.strip.off_asked.connect(self.outputs_off)
        self._lay_out()
        self._make_menu()
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.outputs_off)
        workspace.view_asked.connect(self.turn_to)
        self.setWindowTitle("labkit")
        self._restore()

    def _lay_out(self) -> None:
        for view in VIEWS:
            item = QListWidgetItem(view.title)
            item.setSizeHint(_ITEM)  # told, since the list asks before its style is known
            item.setToolTip(f"{view.purpose} ({view.key})")
            self._navigation.addItem(item)
            self._pages.addWidget(QWidget())
        self._navigation.currentRowChanged.connect(self._show_row)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._navigation)
        middle.addWidget(self._pages, 1)
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.strip)
        layout.addLayout(middle, 1)
        layout.addWidget(MessagePanel(self.workspace.messages))
        centre = QWidget()
        centre.setLayout(layout)
        self.setCentralWidget(centre)

    def _make_menu(self) -> None:
        menu = self.menuBar().addMenu("&View")
        for view in VIEWS:
            action = QAction(view.title, self, shortcut=QKeySequence(view.key))
            action.triggered.connect(lambda _=False, name=view.name: self.turn_to(name))
            menu.addAction(action)
        menu.addSeparator()
        themes = QActionGroup(self)
        for choice in CHOICES:
            action = QAction(f"{choice.capitalize()} colours", self, checkable=True)
            action.setChecked(choice == self.workspace.theme.choice)
            action.triggered.connect(lambda _=False, taken=choice: self._choose_theme(taken))
            themes.addAction(action)
            menu.addAction(action)
        menu.addSeparator()
        leave = QAction("&Quit", self, shortcut=QKeySequence(QKeySequence.StandardKey.Quit))
        leave.triggered.connect(self.close)
        menu.addAction(leave)

    def turn_to(self, name: str) -> QWidget:
        """Show a view, and give it."""
        self._navigation.setCurrentRow([view.name for view in VIEWS].index(name))
        return self.views[name]

    def _show_row(self, row: int) -> None:
        view = VIEWS[row]
        if view.name not in self.views:
            made = view.make(self.workspace)
            self.views[view.name] = made
            self._pages.insertWidget(row, made)
            if (empty := self._pages.widget(row + 1)) is not None:
                self._pages.removeWidget(empty)
                empty.deleteLater()
        self._pages.setCurrentIndex(row)
        self.workspace.settings.setValue(_VIEW, view.name)

    def outputs_off(self) -> None:
        """Switch every output off, whatever goes on; nothing that waits begins after it."""
        self.workspace.off_asked.emit()
        self.workspace.jobs.follow(
            self.workspace.workbench.outputs_off(), self._tell_off, label="switching all outputs off"
        )

    def _tell_off(self, unconfirmed: tuple[str, ...]) -> None:
        for item in unconfirmed:
            self.workspace.messages.warn(f"NOT CONFIRMED SAFE: {item}", "look at the front panel, switch off by hand")
        if not unconfirmed:
            self.workspace.messages.note("All outputs are off")

    def _choose_theme(self, choice: Choice) -> None:
        self.workspace.settings.setValue(_THEME, choice)
        self.workspace.theme.choose(choice)

    def _restore(self) -> None:
        settings = self.workspace.settings
        geometry = settings.value(_GEOMETRY)
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            self.resize(_WIDE, _HIGH)
        names = [view.name for view in VIEWS]
        name = str(settings.value(_VIEW, VIEWS[0].name))
        self._navigation.setCurrentRow(names.index(name) if name in names else 0)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name)
        """Ask while a run goes on; end it through the safe state and tell what could not be confirmed."""
        if self.workspace.runs.request is not None and not self.confirm_closing():
            event.ignore()
            return
        self.workspace.settings.setValue(_GEOMETRY, self.saveGeometry())
        unconfirmed = self.workspace.close()
        if unconfirmed:
            QMessageBox.critical(self, "Not confirmed safe", "\n".join(unconfirmed))
        event.accept()

    def _ask_to_close(self) -> bool:
        answer = QMessageBox.question(
            self,
            "A run goes on",
            "End the run and close? The light goes off, every source is ramped to 0 V and switched off; "
            "what was measured stays in the run file.",
        )
        return answer == QMessageBox.StandardButton.Yes
