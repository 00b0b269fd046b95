"""Metrics of the run: provisional ones while it goes on, then those that stand in its file."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from labkit.app import flag_words, metrics_table
from labkit.core import Result
from labkit.gui._theme import Theme
from labkit.gui.widgets import Cell, Column, DataTable, faint

_COLUMNS = (
    Column("Metric", "The symbol that a table prints"),
    Column("At", "The conditions that the value belongs to"),
    Column("Value", "With its standard uncertainty (k = 1)"),
    Column("95 % interval"),
    Column("Flags", "What limits the value; rest the cursor on one"),
    Column("Why not", "Why there is no value"),
)
_WAITING = "Metrics appear as soon as the readings allow them, and are computed once more when the run is over."


class LiveMetrics(QWidget):
    """A table of results with a line that says what they are worth."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.state = faint(_WAITING)
        self.table = DataTable(_COLUMNS, theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.state)
        layout.addWidget(self.table, 1)

    def begin(self) -> None:
        """Show nothing of the run before."""
        self.state.setText(_WAITING)
        self.table.set_rows([])

    def show_provisional(self, results: Sequence[Result], at: str) -> None:
        """Show what is known by now; `at` says when that was."""
        self.state.setText(f"PROVISIONAL: of what was measured until {at}; the run still goes on")
        self.table.set_rows(_rows(results, "faint"))

    def show_final(self, results: Sequence[Result]) -> None:
        """Show what stands in the run file."""
        reportable = sum(result.reportable for result in results)
        self.state.setText(f"{reportable} of {len(results)} values can be reported; all stand in the run file")
        self.table.set_rows(_rows(results, ""))

    def show_none(self, text: str) -> None:
        """Say why there are no final metrics."""
        self.state.setText(text)


def _rows(results: Sequence[Result], mood: str) -> list[list[Cell]]:
    rows = []
    for result, row in zip(results, metrics_table(results), strict=True):
        flags = "\n".join(flag_words(row))
        device = f"{result.device} " if result.device else ""
        rows.append(
            [
                Cell(row.symbol, help=f"{row.metric}, {row.definition}", mood=mood),
                Cell(f"{device}{row.conditions}"),
                Cell(row.value, result.estimate.value if result.estimate is not None else None, row.method, mood),
                Cell(row.interval, mood=mood),
                Cell(" ".join(row.flags), help=flags, mood="warning"),
                Cell(row.reason, help=row.reason, mood="faint"),
            ]
        )
    return rows
