"""The runs of a folder: searched, sorted, chosen."""

import datetime
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from labkit.app import SEARCH_HELP, CatalogueEntry, parse_search, read_catalogue, span_words
from labkit.core import LabkitError
from labkit.gui._workspace import Workspace
from labkit.gui.results._import_dialog import ImportDialog
from labkit.gui.widgets import Cell, Column, DataTable, WhenSeen, faint, set_role

_PAUSE = 180
"""How long a choice or a search must stand before it counts (ms)."""
_COLUMNS = (
    Column("Started", "When the run began, in local time"),
    Column("Protocol"),
    Column("Sample"),
    Column("Device", "The cell; of a run over a chip, how many"),
    Column("Outcome", "How it ended: complete, aborted, failed, or cut off by a kill"),
    Column("Bench", "Real instruments, or a virtual bench: simulated, no evidence of a device"),
)
_VALUE_AT = 2
"""Where the column of the chosen value stands."""
_MOODS = {"complete": "", "aborted": "warning", "failed": "bad", "cut off": "warning"}


class RunBrowser(QWidget):
    """Lists the run files of the workspace's folder; `opened` tells the paths that are chosen."""

    opened = Signal(object)
    listed = Signal()
    _heard = Signal(int, int)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.entries: tuple[CatalogueEntry, ...] = ()
        self.shown: list[CatalogueEntry] = []
        self._reading = False
        self._again = False
        self._wanted: Path | None = None
        self._folder = QLabel()
        self._folder.setMinimumWidth(60)
        self.folder_button = QPushButton("Folder…")
        self.folder_button.setToolTip("Look at the run files of another folder")
        self.folder_button.clicked.connect(self._choose_folder)
        self.import_button = QPushButton("Import…")
        self.import_button.setToolTip("Make a run file of old data: CSV, XLSX, exports of vendors' tools")
        self.import_button.clicked.connect(self._choose_import)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search: words, sample:…, PPF > 150 %")
        self.search.setToolTip(SEARCH_HELP)
        self.search.setClearButtonEnabled(True)
        self.value = QComboBox()
        self.value.setToolTip("A column with the value of a metric: from where to where it goes in each run")
        self.value.currentIndexChanged.connect(lambda _: self._show())
        self.table = DataTable(_COLUMNS, workspace.theme)
        self.table.setObjectName("runs")
        self.told = faint("")
        self._search_later = self._timer(self._show)
        self._open_later = self._timer(self._open)
        self.search.textChanged.connect(lambda _: self._search_later.start())
        self.table.chosen.connect(lambda _: self._open_later.start())
        self._heard.connect(lambda done, all_of: self.told.setText(f"Reading run file {done} of {all_of} …"))
        self._when_seen = WhenSeen(self, self.refresh)
        workspace.runs_changed.connect(self._when_seen.ask)
        self._lay_out()
        self.refresh()

    def _timer(self, function: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(_PAUSE)
        timer.timeout.connect(function)
        return timer

    def _lay_out(self) -> None:
        folder = QHBoxLayout()
        folder.addWidget(self._folder, 1)
        folder.addWidget(self.folder_button)
        folder.addWidget(self.import_button)
        search = QHBoxLayout()
        search.addWidget(self.search, 1)
        search.addWidget(self.value)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(folder)
        layout.addLayout(search)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.told)

    def refresh(self) -> None:
        """Look into the folder again, in a thread; a second wish while one look goes on is granted after it."""
        folder = self._workspace.folder
        self._folder.setText(f"<b>{folder.name}</b>")
        self._folder.setToolTip(str(folder.absolute()))
        if self._reading:
            self._again = True
            return
        self._reading = True
        self._workspace.jobs.start(
            lambda: read_catalogue(folder, self._heard.emit), self._take, self._fail, "reading the folder of runs"
        )

    def _take(self, entries: tuple[CatalogueEntry, ...]) -> None:
        self._reading = False
        self.entries = entries
        self._offer_values()
        self._show()
        self.listed.emit()
        if self._again:
            self._again = False
            self.refresh()

    def _fail(self, error: Exception) -> None:
        self._reading = False
        self._workspace.messages.error(error)

    def _offer_values(self) -> None:
        symbols = sorted({span.symbol for entry in self.entries for span in entry.values if span.count})
        before = self.value.currentText()
        self.value.blockSignals(True)
        self.value.clear()
        self.value.addItems(["no value", *symbols])
        self.value.setCurrentIndex(max(self.value.findText(before), 0))
        self.value.blockSignals(False)

    def _show(self) -> None:
        try:
            search = parse_search(self.search.text())
        except LabkitError as error:
            self._tell(f"{error.message}; {error.remedy}", "warning")
            return
        chosen = self._chosen()
        self.shown = [entry for entry in self.entries if search(entry)]
        symbol = self.value.currentText() if self.value.currentIndex() > 0 else ""
        columns = list(_COLUMNS)
        if symbol:
            columns.insert(_VALUE_AT, Column(symbol, number=True))
        self.table.blockSignals(True)
        self.table.set_rows([_cells(entry, symbol) for entry in self.shown], columns)
        self._select(chosen)
        self.table.blockSignals(False)
        if self._wanted is not None:
            self.show_run(self._wanted)
        self._tell(self._summary(), "faint")

    def _summary(self) -> str:
        if not self.entries:
            return f"No run file in {self._workspace.folder.absolute()}. A run puts its file there."
        damaged = sum(bool(entry.problem) for entry in self.entries)
        count = f"{len(self.shown)} of {len(self.entries)} runs"
        return f"{count}, {damaged} files that cannot be read" if damaged else count

    def _tell(self, text: str, role: str) -> None:
        self.told.setText(text)
        set_role(self.told, role)

    def _chosen(self) -> list[Path]:
        return [self.shown[row].path for row in self.table.selected_rows()]

    def _select(self, paths: list[Path]) -> None:
        self.table.select([row for row, entry in enumerate(self.shown) if entry.path in paths])

    def show_run(self, path: Path) -> None:
        """Choose a run; one that is not listed yet is chosen when it is."""
        rows = [row for row, entry in enumerate(self.shown) if entry.path.absolute() == path.absolute()]
        self._wanted = None if rows else path
        if rows:
            self.table.select(rows)
            self._open()

    def _open(self) -> None:
        self._open_later.stop()
        self.opened.emit(self._chosen())

    def problem_of(self, path: Path) -> str:
        """Say why a listed file cannot be read."""
        return next((entry.problem for entry in self.entries if entry.path == path), "")

    def import_table(self, path: Path) -> ImportDialog:
        """Open the dialog that makes a run file of a foreign table; the run is shown when it is made."""
        dialog = ImportDialog(self._workspace, path, self)
        dialog.imported.connect(lambda made: self.show_run(made.path))
        dialog.open()
        return dialog

    def _choose_import(self) -> None:
        kinds = "Tables (*.csv *.txt *.tsv *.dat *.xls *.xlsx *.ods);;All files (*)"
        chosen, _ = QFileDialog.getOpenFileName(self, "Import old data", "", kinds)
        if chosen:
            self.import_table(Path(chosen))

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder of run files", str(self._workspace.folder.absolute()))
        if chosen:
            self._workspace.choose_folder(Path(chosen))


def _cells(entry: CatalogueEntry, symbol: str) -> list[Cell]:
    if entry.problem:
        outcome = Cell("cannot be read", None, entry.problem, "bad")
        row = [Cell(""), Cell(entry.path.name, None, str(entry.path), "faint"), Cell(""), Cell(""), outcome, Cell("")]
    else:
        row = [
            Cell(_local(entry.started_at), entry.started_at, str(entry.path)),
            Cell(entry.protocol, None, entry.title),
            Cell(entry.sample),
            Cell(f"{len(entry.devices)} cells" if entry.chip else entry.device, None, ", ".join(entry.devices[:20])),
            Cell(entry.outcome, None, "", _MOODS.get(entry.outcome, "")),
            Cell("virtual" if entry.virtual else "real", None, "", "faint" if entry.virtual else ""),
        ]
    if symbol:
        row.insert(_VALUE_AT, _value(entry, symbol))
    return row


def _value(entry: CatalogueEntry, symbol: str) -> Cell:
    spans = [span for span in entry.values if span.symbol == symbol]
    counted = [span for span in spans if span.count] or spans
    if not counted:
        return Cell("", "")
    span = counted[0]
    return Cell(span_words(span), span.high if span.count else "", f"{span.count} values of {span.metric}")


def _local(moment: str) -> str:
    try:
        return f"{datetime.datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return moment
