"""The Array view."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from labkit.app import CatalogueEntry, Chip, ChipPlace, ChipValue, bench_cells, read_catalogue, read_chip, write_chip
from labkit.gui._workspace import Workspace
from labkit.gui.array._chip_map import ChipMap
from labkit.gui.array._side import SidePanel
from labkit.gui.array._sources import ChipSource, chip_sources
from labkit.gui.widgets import Banner, WhenSeen, faint, set_role

_SPLITTER = "array/splitter"
_NO_MATRIX = (
    "This bench has no switch matrix, so it has one device and no map. Choose a bench with a matrix in the Bench view, "
    "or a folder with runs over a chip in the Results view."
)


class ArrayView(QWidget):
    """The chip as a map of any metric; click a cell to see its traces."""

    shown = Signal(object)
    written = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._ticket = 0
        self._criteria: str | None = None
        self._sources: list[ChipSource] = []
        self.chip: Chip | None = None
        self.source = QComboBox()
        self.source.setToolTip("Which runs the map is made of")
        self.value = QComboBox()
        self.value.setToolTip("The value that colours the cells")
        self.log = QCheckBox("log")
        self.log.setToolTip("Colours in equal ratios instead of equal steps")
        self.criteria_button = QPushButton("Criteria…")
        self.criteria_button.setToolTip(
            "A file that says what a good device is, for the yield; the default is what the runs kept. "
            "Criteria that come after the run are flagged SELECT"
        )
        self.report_button = QPushButton("Report…")
        self.report_button.setToolTip(
            "Write the maps, the devices and what the set comes to: HTML, XLSX, CSV, Markdown"
        )
        self.copy_button = QPushButton("Copy map")
        self.copy_button.setToolTip("The map as it is shown, to the clipboard")
        self.ask_file: Callable[[Path], Path | None] = self._ask_file
        self.map = ChipMap(workspace.theme)
        self.told = faint("")
        self.all_button = QPushButton("All")
        self.all_button.setToolTip("Choose every cell (Ctrl+A in the map)")
        self.none_button = QPushButton("None")
        self.none_button.setToolTip("Choose no cell")
        self.run_button = QPushButton("Run over selection")
        set_role(self.run_button, "primary")
        self.run_button.setToolTip("Take the chosen cells into the Protocol view, for the next run")
        self.banner = Banner()
        self.empty = faint(_NO_MATRIX)
        self.empty.hide()
        self.side = SidePanel(workspace)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.addWidget(self.source, 3)
        above.addWidget(self.value, 2)
        above.addWidget(self.log)
        above.addWidget(self.criteria_button)
        below = QHBoxLayout()
        for button in (self.report_button, self.copy_button):
            below.addWidget(button)
        below.addStretch(1)
        for button in (self.all_button, self.none_button, self.run_button):
            below.addWidget(button)
        left = QWidget()
        layout = QVBoxLayout(left)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(above)
        layout.addWidget(self.banner)
        layout.addWidget(self.empty)
        layout.addWidget(self.map, 1)
        layout.addWidget(self.told)
        layout.addLayout(below)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(left)
        self.splitter.addWidget(self.side)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([600, 620])
        remembered = self._workspace.settings.value(_SPLITTER)
        if isinstance(remembered, QByteArray):
            self.splitter.restoreState(remembered)
        self.splitter.splitterMoved.connect(
            lambda *_: self._workspace.settings.setValue(_SPLITTER, self.splitter.saveState())
        )
        outer = QVBoxLayout(self)
        outer.addWidget(self.splitter)

    def _connect(self) -> None:
        self.source.currentIndexChanged.connect(self._open)
        self.value.currentIndexChanged.connect(lambda _: self._choose_value())
        self.log.toggled.connect(lambda _: self._colour())
        self.criteria_button.clicked.connect(self._ask_criteria)
        self.map.clicked.connect(self._look_at)
        self.map.selected.connect(self._tell_selection)
        self.all_button.clicked.connect(lambda: self.map.select(place.name for place in self.map.places))
        self.none_button.clicked.connect(lambda: self.map.select(()))
        self.run_button.clicked.connect(self._run_over_selection)
        self.report_button.clicked.connect(self.write_report)
        self.copy_button.clicked.connect(lambda: QApplication.clipboard().setPixmap(self.map.grab()))
        self._when_seen = WhenSeen(self, self.refresh)
        self._workspace.runs_changed.connect(self._when_seen.ask)
        self._workspace.bench_changed.connect(lambda _: self._when_seen.ask())

    def refresh(self) -> None:
        """Look for chips in the folder of runs, in a thread."""
        folder = self._workspace.folder
        if not self._sources:
            self.told.setText("Looking for chips …")
        self._workspace.jobs.start(lambda: read_catalogue(folder), self._offer, label="looking for chips")

    def _offer(self, entries: tuple[CatalogueEntry, ...]) -> None:
        before = self._sources[self.source.currentIndex()] if self._sources else None
        self._sources = chip_sources(entries, self._workspace.bench.bench)
        self.source.blockSignals(True)
        self.source.clear()
        self.source.addItems([source.title for source in self._sources])
        kept = self._sources.index(before) if before in self._sources and before.runs else 0
        self.source.setCurrentIndex(kept)
        self.source.blockSignals(False)
        if self._sources[kept] != before or not before.runs:
            self._open(kept)

    def _open(self, index: int) -> None:
        """Read the chip of a source in a thread; a later wish goes before an earlier one."""
        source = self._sources[index]
        self._ticket += 1
        ticket, criteria, bench = self._ticket, self._criteria, self._workspace.bench.bench
        self.banner.hide()
        self.told.setText("Reading the chip …")
        if source.runs:
            self._workspace.jobs.start(
                lambda: read_chip(source.runs, criteria),
                lambda chip: self._take(ticket, chip, chip.places),
                lambda error: self._fail(ticket, error),
                "reading the chip",
            )
        else:
            self._workspace.jobs.start(
                lambda: bench_cells(bench),
                lambda places: self._take(ticket, None, places),
                lambda error: self._fail(ticket, error),
            )

    def _fail(self, ticket: int, error: Exception) -> None:
        if ticket == self._ticket:
            self._take(ticket, None, ())
            self.empty.hide()
            self.banner.show_error(error)

    def _take(self, ticket: int, chip: Chip | None, places: tuple[ChipPlace, ...]) -> None:
        if ticket != self._ticket:
            return
        before = self.value.currentText()
        self.chip = chip
        values = () if chip is None else chip.values
        self.map.show_places(places, () if chip is None else chip.measured)
        self.value.blockSignals(True)
        self.value.clear()
        self.value.addItems([value.title for value in values])
        self.value.setCurrentIndex(max(self.value.findText(before), 0) if values else -1)
        self.value.blockSignals(False)
        self.empty.setVisible(not places)
        self.map.setVisible(bool(places))
        self.side.show_chip(chip)
        self._choose_value()
        self.shown.emit(chip)

    def _value(self) -> ChipValue | None:
        index = self.value.currentIndex()
        return None if self.chip is None or index < 0 else self.chip.values[index]

    def _choose_value(self) -> None:
        value = self._value()
        self.log.blockSignals(True)
        self.log.setChecked(value is not None and value.logarithmic)
        self.log.blockSignals(False)
        for widget in (self.value, self.log, self.criteria_button, self.report_button):
            widget.setEnabled(value is not None)
        self._colour()

    def _colour(self) -> None:
        self.map.show_value(self._value(), self.log.isChecked())
        self._tell_selection(tuple(self.map.selection))

    def _look_at(self, name: str) -> None:
        runs = () if self.chip is None else self.chip.sources.get(name, ())
        self.side.show_cell(name, runs)

    def _tell_selection(self, names: tuple[str, ...]) -> None:
        self.run_button.setEnabled(bool(names))
        value, parts = self._value(), []
        if value is not None:
            cells = value.cells.values()
            with_value = sum(cell.estimate is not None for cell in cells)
            dead, apart = sum(bool(cell.fate) for cell in cells), sum(cell.outlier for cell in cells)
            parts = [f"{with_value} of {len(value.cells)} cells have a value"]
            parts += [f"{dead} not good"] if dead else []
            parts += [f"{apart} stand out (dot)"] if apart else []
        parts += [f"{len(names)} chosen"] if names else []
        self.told.setText(", ".join(parts))

    def _run_over_selection(self) -> None:
        chosen = tuple(place.name for place in self.map.places if place.name in self.map.selection)
        # A view is made when it is first turned to: only then does it hear which cells were chosen.
        self._workspace.view_asked.emit("protocol")
        self._workspace.devices_chosen.emit(chosen)

    def _ask_criteria(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "What a good device is", str(Path.cwd()), "Criteria (*.yaml)")
        if chosen:
            self.use_criteria(chosen)

    def write_report(self) -> None:
        """Write what the chip comes to, where the user says, in a thread."""
        source, criteria = self._sources[self.source.currentIndex()], self._criteria
        output = self.ask_file(source.runs[0].with_suffix(".html"))
        if output is not None:
            self._workspace.jobs.start(
                lambda: write_chip(source.runs, output, criteria),
                lambda _: self._tell_written(output),
                self.banner.show_error,
                "writing a report",
            )

    def _tell_written(self, output: Path) -> None:
        self._workspace.messages.note(f"Written: {output.absolute()}")
        self.written.emit(output)

    def _ask_file(self, proposed: Path) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Write a report of the chip", str(proposed.absolute()))
        return Path(chosen) if chosen else None

    def use_criteria(self, file: str | None) -> None:
        """Judge the devices by a file, or by what the runs kept."""
        self._criteria = file
        self._open(self.source.currentIndex())
