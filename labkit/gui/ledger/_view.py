"""The Ledger view."""

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from labkit.app import Entry, LedgerLook, Life, life_figures, look_into_ledger, missing_from_ledger, rebuild_ledger
from labkit.gui._workspace import Workspace
from labkit.gui.ledger._cells import LIFE_COLUMNS, RUN_COLUMNS, life_cells, run_cells
from labkit.gui.plots import FiguresPanel
from labkit.gui.widgets import Banner, DataTable, WhenSeen, faint, heading, title

_SPLITTER = "ledger/splitter"
_EVERY = "All samples"


class LedgerView(QWidget):
    """What each device has lived through."""

    shown = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.look: LedgerLook | None = None
        self.missing: tuple[str, ...] = ()
        self._lives: list[Life] = []
        self._runs: tuple[Entry, ...] = ()
        self.sample = QComboBox()
        self.sample.setToolTip("Only devices of this sample")
        self.sample.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.search = QLineEdit()
        self.search.setMaximumWidth(160)
        self.search.setPlaceholderText("Device")
        self.search.setToolTip("Only devices whose name holds this")
        self.search.setClearButtonEnabled(True)
        self.rebuild_button = QPushButton("Rebuild")
        self.rebuild_button.setToolTip("Go through the run files of the folder, and write what the ledger lacks")
        self.told = faint("")
        self.banner = Banner()
        self.table = DataTable(LIFE_COLUMNS, workspace.theme)
        self.runs_heading = heading("Runs of the device")
        self.runs = DataTable(RUN_COLUMNS, workspace.theme)
        self.runs.setToolTip("Double click: open the run in the Results view")
        self.course = FiguresPanel(workspace.theme, "Choose a device above to see its course.")
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.addWidget(title("Ledger"))
        above.addWidget(self.told, 1)
        above.addWidget(self.sample)
        above.addWidget(self.search)
        above.addWidget(self.rebuild_button)
        history = QWidget()
        lines = QVBoxLayout(history)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self.runs_heading)
        lines.addWidget(self.runs, 1)
        below = QSplitter(Qt.Orientation.Horizontal)
        below.addWidget(history)
        below.addWidget(self.course)
        below.setSizes([640, 560])
        below.setChildrenCollapsible(False)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(below)
        self.splitter.setSizes([220, 380])
        self.splitter.setChildrenCollapsible(False)
        remembered = self._workspace.settings.value(_SPLITTER)
        if isinstance(remembered, QByteArray):
            self.splitter.restoreState(remembered)
        layout = QVBoxLayout(self)
        layout.addLayout(above)
        layout.addWidget(self.banner)
        layout.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        self.sample.currentIndexChanged.connect(lambda _: self._show())
        self.search.textChanged.connect(lambda _: self._show())
        self.rebuild_button.clicked.connect(self.rebuild)
        self.table.chosen.connect(self._choose)
        self.runs.doubleClicked.connect(self._open_run)
        self.splitter.splitterMoved.connect(
            lambda *_: self._workspace.settings.setValue(_SPLITTER, self.splitter.saveState())
        )
        self._when_seen = WhenSeen(self, self.refresh)
        self._workspace.runs_changed.connect(self._when_seen.ask)

    def refresh(self) -> None:
        """Read the ledger again, in a thread, and then look for what it lacks, which takes longer."""
        folder = self._workspace.folder
        jobs, fail = self._workspace.jobs, self.banner.show_error
        jobs.start(lambda: look_into_ledger(folder), self._take, fail, "reading the ledger")
        jobs.start(lambda: missing_from_ledger(folder), self._take_missing, fail)

    def rebuild(self) -> None:
        """Write what the ledger lacks, in a thread."""
        folder = self._workspace.folder
        self._workspace.jobs.start(
            lambda: rebuild_ledger(folder), self._tell_rebuilt, self.banner.show_error, "rebuilding the ledger"
        )

    def _tell_rebuilt(self, done: tuple[tuple[Entry, ...], tuple[str, ...]]) -> None:
        written, problems = done
        self.banner.hide()
        if problems:
            self.banner.show_text("\n".join(problems), "these files were left out", gravity="warning")
        self._workspace.messages.note(f"{len(written)} entries were written into the ledger")
        self.refresh()

    def _take(self, look: LedgerLook) -> None:
        self.look = look
        before = self.sample.currentText()
        samples = sorted({life.sample for life in look.lives})
        self.sample.blockSignals(True)
        self.sample.clear()
        self.sample.addItems([_EVERY, *samples])
        self.sample.setCurrentIndex(max(self.sample.findText(before), 0))
        self.sample.blockSignals(False)
        self._tell()
        self._show()
        self.shown.emit(look)

    def _take_missing(self, missing: tuple[str, ...]) -> None:
        self.missing = missing
        self._tell()

    def _tell(self) -> None:
        if self.look is not None:
            self.told.setText(_summary(self.look, self.missing))
            self.told.setToolTip(", ".join(self.missing))

    def _show(self) -> None:
        chosen = [self._key(row) for row in self.table.selected_rows()]
        sample = "" if self.sample.currentIndex() <= 0 else self.sample.currentText()
        word = self.search.text().strip().casefold()
        known: Sequence[Life] = () if self.look is None else self.look.lives
        self._lives = [life for life in known if sample in ("", life.sample) and word in life.device.casefold()]
        self.table.set_rows([life_cells(life) for life in self._lives])
        keys = [self._key(row) for row in range(len(self._lives))]
        rows = [keys.index(key) for key in chosen if key in keys] or ([0] if keys else [])
        self.table.select(rows)
        if not rows:
            self._choose([])

    def _key(self, row: int) -> tuple[str, str]:
        return self._lives[row].sample, self._lives[row].device

    def _choose(self, rows: list[int]) -> None:
        life = self._lives[rows[0]] if rows and self.look is not None else None
        self._runs = () if life is None or self.look is None else self.look.entries_of(life)
        self.runs_heading.setText("Runs" if life is None else f"Runs of {life.sample}, device {life.device}")
        self.runs.set_rows([run_cells(entry) for entry in self._runs])
        self.course.show_figures(life_figures(self._runs))

    def _open_run(self, index: QModelIndex) -> None:
        rows = self.runs.selected_rows()
        if rows:
            self._workspace.show_run(self._workspace.folder / self._runs[rows[0]].run_file)


def _summary(look: LedgerLook, missing: Sequence[str]) -> str:
    if not look.entries and not missing:
        return (
            "No run on real instruments yet. Each is counted here when it ends; runs on a virtual bench wear nothing."
        )
    told = f"{len(look.lives)} devices, {len(look.entries)} entries in {look.path.name}"
    if missing:
        told += f"; {len(missing)} run files are not in it (killed runs?): Rebuild brings them in"
    return told
