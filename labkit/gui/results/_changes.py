"""What a new computation of the metrics changed."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from labkit.app import Analysis, change_lines
from labkit.gui._theme import Theme
from labkit.gui.widgets import Cell, Column, DataTable, faint

_COLUMNS = (Column("Run"), Column("Value of"), Column("At"), Column("Before"), Column("Now"))


class ChangesPanel(QWidget):
    """The values that differ from those that stood in the files, before and now."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.told = faint("Recompute runs the metrics again over the raw traces; what changes is listed here.")
        self.table = DataTable(_COLUMNS, theme)
        layout = QVBoxLayout(self)
        layout.addWidget(self.told)
        layout.addWidget(self.table, 1)

    def show_changes(self, analyses: Sequence[Analysis]) -> None:
        """Show what was computed again."""
        rows = [(each.path.stem, *line) for each in analyses for line in change_lines(each)]
        results = sum(len(each.results) for each in analyses)
        changed = f"{len(rows)} of {results} values changed" if rows else f"none of {results} values changed"
        self.told.setText(f"Computed again: {changed}.")
        self.table.set_rows([[Cell(text) for text in row] for row in rows])
