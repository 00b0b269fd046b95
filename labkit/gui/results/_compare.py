"""Two sets of runs, number by number."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labkit.app import compare_lines
from labkit.gui._workspace import Workspace
from labkit.gui.widgets import Banner, Cell, Column, DataTable, faint

_HELP = (
    "Choose runs on the left and keep them as the first set; choose others for the second set. E_n is the difference "
    "over its expanded uncertainty: two 95 % intervals agree where it is at most 1; one pair of twenty is beyond by "
    "chance."
)
_MOODS = {"agree": "good", "differ": "bad", "cannot tell": "warning"}


class ComparePanel(QWidget):
    """Keeps two selections and compares what both measured; `compared` tells the rows."""

    compared = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._chosen: tuple[Path, ...] = ()
        self.sets: list[tuple[Path, ...]] = [(), ()]
        self.banner = Banner()
        self._labels = [QLabel(), QLabel()]
        self.keep_buttons = [QPushButton("Take as first set"), QPushButton("Take as second set")]
        for number, button in enumerate(self.keep_buttons):
            button.clicked.connect(lambda _=False, chosen=number: self.keep(chosen))
        self.copy_button = QPushButton("Copy table")
        self.table = DataTable((Column("Value of"),), workspace.theme)
        self.copy_button.clicked.connect(self.table.copy)
        layout = QVBoxLayout(self)
        layout.addWidget(faint(_HELP))
        for label, button in zip(self._labels, self.keep_buttons, strict=True):
            line = QHBoxLayout()
            line.addWidget(button)
            line.addWidget(label, 1)
            layout.addLayout(line)
        layout.addWidget(self.banner)
        layout.addWidget(self.table, 1)
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(self.copy_button)
        layout.addLayout(below)
        self._tell()

    def take(self, paths: Sequence[Path]) -> None:
        """Hear which runs are chosen now."""
        self._chosen = tuple(paths)
        for button in self.keep_buttons:
            button.setEnabled(bool(paths))

    def keep(self, number: int) -> None:
        """Keep the chosen runs as the first (0) or the second set (1), and compare when there are two."""
        self.sets[number] = self._chosen
        self._tell()
        one, other = self.sets
        if one and other:
            self.banner.hide()
            self._workspace.jobs.start(
                lambda: compare_lines(one, other, ("first set", "second set")),
                self._show,
                self._fail,
                "comparing runs",
            )

    def _tell(self) -> None:
        for label, paths in zip(self._labels, self.sets, strict=True):
            label.setText(", ".join(path.stem for path in paths) or "none yet")

    def _fail(self, error: Exception) -> None:
        self.table.set_rows(())
        self.banner.show_error(error)

    def _show(self, lines: list[tuple[str, ...]]) -> None:
        heads, *rows = lines
        columns = [Column((head[:1].upper() + head[1:]) or "Verdict") for head in heads]
        self.table.set_rows([[Cell(text, None, "", _MOODS.get(text, "")) for text in row] for row in rows], columns)
        self.compared.emit(rows)
