"""The test of a bench: every check with what was found and what to do."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from labkit.app import InstrumentChecks
from labkit.core import Finding
from labkit.gui._theme import Theme
from labkit.gui.widgets import Cell, Column, DataTable, set_role

_COLUMNS = (
    Column("Instrument", "as bench.yaml names it"),
    Column("Check", "what was looked at; no output was switched on"),
    Column("Found"),
    Column("In its words"),
    Column("What to do"),
)
_MOODS = {Finding.RIGHT: "good", Finding.WRONG: "bad", Finding.NOT_CHECKED: "faint"}


class ChecksPanel(QWidget):
    """Shows what `labkit bench test` would tell."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.summary = QLabel(
            "Test bench asks every instrument who it is, writes its limits and reads them back, with all outputs off."
        )
        self.summary.setWordWrap(True)
        set_role(self.summary, "faint")
        self.table = DataTable(_COLUMNS, theme)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.setAutoFillBackground(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self.summary)
        layout.addWidget(self.table, 1)

    def show_checks(self, found: Sequence[InstrumentChecks]) -> None:
        """Show the checks of all instruments."""
        rows = [
            (
                Cell(each.instrument, help=each.driver),
                Cell(check.what),
                Cell(check.finding.value, mood=_MOODS[check.finding]),
                Cell(check.detail, help=check.detail),
                Cell(check.remedy, help=check.remedy),
            )
            for each in found
            for check in each.checks
        ]
        self.table.set_rows(rows)
        wrong = [each.instrument for each in found if not each.right]
        self.summary.setText(f"Not fit to measure: {', '.join(wrong)}" if wrong else "Nothing was found wrong")
        set_role(self.summary, "bad" if wrong else "good")
