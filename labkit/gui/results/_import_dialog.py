"""Old data become a run file: the table as it is, beside the map that says which column is what."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from labkit.app import ForeignTable, Imported, check_map, import_into, importable, look_into, propose_map
from labkit.core import DocumentError, Problem
from labkit.gui._workspace import Workspace
from labkit.gui.widgets import Banner, Cell, Column, DataTable, YamlEditor, faint, set_role

_PAUSE = 250
"""How long the map must rest before it is checked (ms)."""
_GUESSED = "What the data look like"


class ImportDialog(QDialog):
    """Asks what a foreign table holds; `imported` tells what was made of it.

    The map is guessed, and may be corrected; faults are underlined as they are typed.
    """

    imported = Signal(object)
    proposed = Signal()

    def __init__(self, workspace: Workspace, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Import {path.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._workspace = workspace
        self._path = path
        self._going = False
        self.kind = QComboBox()
        self.kind.setToolTip("The standard protocol whose metrics are computed; another choice guesses the map again")
        self.kind.addItem(_GUESSED, None)
        for number, title in importable().items():
            self.kind.addItem(f"{number}  {title}", number)
        self.table = DataTable((Column("…"),), workspace.theme)
        self.length = faint("")
        self.map = YamlEditor(workspace.theme.colours)
        workspace.theme.changed.connect(self.map.recolour)
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.sample = QLineEdit()
        self.sample.setPlaceholderText("Sample file, if there is one: area, geometry, environment")
        self.sample_button = QPushButton("Choose…")
        self.banner = Banner()
        self.go = QPushButton("Import")
        self.go.setDefault(True)
        self.go.setToolTip("Make a run file in the folder of runs, compute its metrics and show it")
        self.give_up = QPushButton("Cancel")
        self._check_later = QTimer(self, singleShot=True, interval=_PAUSE)
        self._check_later.timeout.connect(self._check)
        self._lay_out()
        self.map.textChanged.connect(self._check_later.start)
        self.kind.currentIndexChanged.connect(lambda _: self.propose())
        self.sample_button.clicked.connect(self._choose_sample)
        self.go.clicked.connect(self.import_now)
        self.give_up.clicked.connect(self.reject)
        self._start()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(QLabel("These are"))
        top.addWidget(self.kind, 1)
        left, right = QWidget(), QWidget()
        for side, widgets in ((left, (self.table, self.length)), (right, (self.map, self.state))):
            column = QVBoxLayout(side)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(widgets[0], 1)
            column.addWidget(widgets[1])
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.addWidget(left)
        halves.addWidget(right)
        halves.setChildrenCollapsible(False)
        halves.setSizes([430, 570])
        sample = QHBoxLayout()
        sample.addWidget(self.sample, 1)
        sample.addWidget(self.sample_button)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.give_up)
        buttons.addWidget(self.go)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self.banner)
        layout.addWidget(halves, 1)
        layout.addLayout(sample)
        layout.addLayout(buttons)
        self.resize(1040, 640)

    def _start(self) -> None:
        path = self._path
        self.go.setEnabled(False)
        self._workspace.jobs.start(lambda: look_into(path), self._show_table, self._fail, "reading a table")
        self.propose()

    def _show_table(self, found: ForeignTable) -> None:
        columns = [Column(text or str(number), number=True) for number, text in enumerate(found.headings, start=1)]
        self.table.set_rows([[Cell(text) for text in row] for row in found.rows], columns)
        self.length.setText(f"{found.length} rows; the first {len(found.rows)} are shown")

    def propose(self) -> None:
        """Guess the map for what is chosen."""
        path, protocol = self._path, self.kind.currentData()
        self._workspace.jobs.start(lambda: propose_map(path, protocol), self._take, self._fail, "guessing a map")

    def _take(self, text: str) -> None:
        self.banner.hide()
        self.map.setPlainText(text)
        self._check()
        self.proposed.emit()

    def _check(self) -> None:
        """Underline what is wrong with the map; what is right can be imported."""
        self._check_later.stop()
        problems: tuple[Problem, ...] = ()
        try:
            check_map(self.map.toPlainText())
        except DocumentError as error:
            problems = error.problems
        self.map.show_problems(problems)
        told = "; ".join(f"line {problem.line}: {problem.message}" for problem in problems)
        self.state.setText(told or "Read what was guessed and correct it: # begins a remark")
        set_role(self.state, "bad" if problems else "faint")
        self.go.setEnabled(not problems and not self._going and bool(self.map.toPlainText()))

    def import_now(self) -> None:
        """Make the run file and compute its metrics, in a thread."""
        self._check()
        if not self.go.isEnabled():
            return
        self._going = True
        self.go.setEnabled(False)
        path, sample, text = self._path, self.sample.text() or None, self.map.toPlainText()
        folder = self._workspace.folder

        self._workspace.jobs.start(lambda: import_into(folder, path, text, sample), self._done, self._fail, "importing")

    def _done(self, made: Imported) -> None:
        self._workspace.messages.note(f"Imported: {made.path.name}; {'; '.join(made.unknown)}")
        self._workspace.runs_changed.emit()
        self.imported.emit(made)
        self.accept()

    def _fail(self, error: Exception) -> None:
        self._going = False
        self.banner.show_error(error)
        self._check()

    def _choose_sample(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Sample file", "", "Sample (*.yaml *.yml)")
        if chosen:
            self.sample.setText(chosen)
