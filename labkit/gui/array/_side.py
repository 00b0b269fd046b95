"""Beside the map: the traces and the metrics of one cell, and what the whole set comes to."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from labkit.app import Chip, MetricRow, OpenedRuns, flag_words, open_runs
from labkit.gui._workspace import Workspace
from labkit.gui.plots import FiguresPanel, MetricsPanel
from labkit.gui.widgets import Banner, Cell, Column, DataTable, faint, title

_COLUMNS = (
    Column("Value of", "Symbol of the set metric"),
    Column("At", "The conditions that the value belongs to"),
    Column("Value", "With its standard uncertainty (k=1)", number=True),
    Column("95 % interval", number=True),
    Column("n", "How many devices it rests on"),
    Column("Flags", "What is wrong or doubtful"),
)
_MOST = 12
"""Runs of one cell that are laid over each other at most: the latest."""


class SidePanel(QWidget):
    """Shows one cell and the set; `cell_shown` tells what was read of a cell."""

    cell_shown = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._ticket = 0
        self.opened: OpenedRuns | None = None
        self.title = title("Cell")
        self.told = faint("")
        self.banner = Banner()
        self.traces = FiguresPanel(workspace.theme, "There is no trace of this cell.")
        self.metrics = MetricsPanel(workspace.theme)
        self.set_table = DataTable(_COLUMNS, workspace.theme)
        self.set_words = faint("")
        whole = QWidget()
        lines = QVBoxLayout(whole)
        lines.addWidget(self.set_words)
        lines.addWidget(self.set_table, 1)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.traces, "Traces of the cell")
        self.tabs.addTab(self.metrics, "Metrics of the cell")
        self.tabs.addTab(whole, "The whole set")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 0, 0, 0)
        layout.addWidget(self.title)
        layout.addWidget(self.told)
        layout.addWidget(self.banner)
        layout.addWidget(self.tabs, 1)
        self._show("", None)

    def show_chip(self, chip: Chip | None) -> None:
        """Show what a set of devices comes to; the cell that was looked at goes."""
        self._ticket += 1
        self._show("", None)
        rows = () if chip is None else chip.rows
        self.set_table.set_rows([_cells(row) for row in rows])
        self.set_words.setText(_set_words(chip))
        self.tabs.setCurrentIndex(2 if chip is not None else 0)
        self.tabs.setVisible(chip is not None)

    def show_cell(self, name: str, runs: Sequence[Path]) -> None:
        """Read what was measured of a cell, in a thread."""
        self._ticket += 1
        ticket, wanted = self._ticket, tuple(runs)[-_MOST:]
        self.banner.hide()
        if not wanted:
            self._show(name, None)
            return
        if self.tabs.currentIndex() == 2:
            self.tabs.setCurrentIndex(0)
        self._workspace.jobs.start(
            lambda: open_runs(wanted, name),
            lambda opened: self._show(name, opened) if ticket == self._ticket else None,
            self.banner.show_error,
            f"opening {name}",
        )

    def _show(self, name: str, opened: OpenedRuns | None) -> None:
        self.opened = opened
        runs = () if opened is None else opened.runs
        self.title.setText(f"Cell {name}" if name else "No cell")
        told = "not measured in these runs" if name else "Click a cell of the map to see its traces and metrics."
        self.told.setText(runs[0].subtitle if len(runs) == 1 else f"{len(runs)} runs" if runs else told)
        self.traces.show_figures(() if opened is None else opened.traces)
        self.metrics.show_runs(opened)
        self.cell_shown.emit(opened)


def _cells(row: MetricRow) -> list[Cell]:
    flags = " ".join(flag.value for flag in row.flags)
    told = "\n".join(f"{name}: {text}" for name, text in row.notes)
    return [
        Cell(row.symbol, None, f"{row.definition}\n{told}"),
        Cell(row.conditions),
        Cell(row.value, None, row.reason, "" if row.reportable else "faint"),
        Cell(row.interval),
        Cell(row.counts),
        Cell(flags, None, "\n".join(flag_words(row)), "warning" if flags else ""),
    ]


def _set_words(chip: Chip | None) -> str:
    if chip is None:
        return ""
    criteria = "; ".join(chip.criteria)
    judged = f"A good device: {criteria}." if criteria else "No criteria were written down, so there is no yield."
    measured = f"{chip.name}, {len(chip.measured)} of {len(chip.places)} cells measured"
    bench = " on a virtual bench: simulated, no evidence of a device." if chip.virtual else "."
    return " ".join([measured + bench, judged, *chip.remarks])
