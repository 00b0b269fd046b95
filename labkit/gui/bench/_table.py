"""The table of instruments: each with its terminals, and what they do now."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from labkit.app import BenchState, InstrumentCard
from labkit.core import Identity
from labkit.gui._theme import Colours, Theme
from labkit.gui.bench._words import COLUMNS, EMPTY, state_cells
from labkit.gui.widgets import Cell

_WIDTHS = (140, 120, 84, 110, 150, 160)
"""Of all columns but the last (px), wide enough for what mostly stands in them."""
_ROW = 25
_MOST_ERRORS = 50
_STATE = 2
"""The first column that tells a state."""
_ERRORS = len(COLUMNS) - 1


class InstrumentTable(QTableWidget):
    """Shows the instruments of a bench as its file has them, and what they tell of themselves while they are connected.

    A row of an instrument has its driver, address, identity and errors; the rows of its terminals follow.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(0, len(COLUMNS))
        self._theme = theme
        self._cards: Sequence[InstrumentCard] = ()
        self._rows: dict[str, int] = {}
        self._instruments: dict[str, int] = {}
        self._shown: dict[tuple[int, int], Cell] = {}
        self.errors: dict[str, list[str]] = {}
        for column, (name, help_text) in enumerate(COLUMNS):
            item = QTableWidgetItem(name)
            item.setToolTip(help_text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self.setHorizontalHeaderItem(column, item)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        for column, width in enumerate(_WIDTHS):
            header.resizeSection(column, width)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        theme.changed.connect(self._paint)

    def show_cards(self, cards: Sequence[InstrumentCard]) -> None:
        """Show the instruments of another bench, of which nothing is known yet."""
        self._cards = cards
        self._rows, self._instruments, self._shown, self.errors = {}, {}, {}, {}
        self.clearContents()
        self.clearSpans()
        self.setRowCount(sum(1 + len(card.terminals) for card in cards))
        row = 0
        for card in cards:
            self._instruments[card.name] = row
            self._put(row, 0, Cell(card.name), bold=True)
            self._put(row, 1, Cell(card.driver, help="the driver"))
            self.setSpan(row, _STATE, 1, _ERRORS - _STATE)
            self._put(row, _STATE, Cell(card.address or "no interface of its own", mood="faint"))
            row += 1
            for terminal in card.terminals:
                self._rows[terminal.name] = row
                channel = f"channel {terminal.channel}" if terminal.channel else ""
                self._put(row, 0, Cell(f"      {terminal.name}", help=channel))
                self._put(row, 1, Cell(terminal.role, mood="faint"))
                self._put(row, _ERRORS, Cell(terminal.limits, help=terminal.limits, mood="faint"))
                row += 1

    def text_of(self, terminal: str, column: int) -> str:
        """Give what stands in a column of a terminal's row."""
        return self._shown.get((self._rows[terminal], column), EMPTY).text

    def show_identities(self, identities: Sequence[Identity]) -> None:
        """Show who the instruments say they are."""
        for found in identities:
            if found.name in self._instruments:
                settings = "\n".join(f"{name} {value}" for name, value in found.settings)
                words = f"{found.address}   ·   {found.idn}" if found.address else found.idn
                self._put(self._instruments[found.name], _STATE, Cell(words, help=settings, mood="faint"))
                self._put(self._instruments[found.name], _ERRORS, Cell("no errors", mood="good"))

    def show_state(self, state: BenchState) -> tuple[str, ...]:
        """Show what the terminals do now; gives errors that are new, each with its instrument.

        Errors are kept until the bench is connected anew; one that comes again and again is kept once.
        """
        for card in self._cards:
            for terminal in card.terminals:
                if terminal.name in state.terminals:
                    self.show_cells(terminal.name, state_cells(terminal.role, state.terminals[terminal.name]))
        fresh = [(name, words) for name, words in state.errors.items() if words not in self.errors.setdefault(name, [])]
        for name, words in fresh:
            self.errors[name] = [*self.errors[name], words][-_MOST_ERRORS:]
            count = len(self.errors[name])
            told = f"{count} error{'s' if count > 1 else ''}: {words}"
            self._put(self._instruments[name], _ERRORS, Cell(told, help="\n".join(self.errors[name]), mood="bad"))

        return tuple(words for _, words in fresh)

    def show_cells(self, terminal: str, cells: Sequence[Cell]) -> None:
        """Show output, level, compliance and reading of a terminal."""
        for k, cell in enumerate(cells):
            self._put(self._rows[terminal], _STATE + k, cell)

    def show_readings(self, readings: Mapping[str, Cell]) -> None:
        """Show readings that a run tells."""
        for terminal, cell in readings.items():
            if terminal in self._rows:
                self._put(self._rows[terminal], _ERRORS - 1, cell)

    def forget(self, words: str = "") -> None:
        """Show that nothing is known of the terminals, with a word instead of the state of their outputs."""
        for row in self._rows.values():
            for column in range(_STATE, _ERRORS):
                self._put(row, column, Cell(words if column == _STATE else "", mood="faint"))

    def _put(self, row: int, column: int, cell: Cell, bold: bool = False) -> None:
        if self._shown.get((row, column)) == cell:
            return
        self._shown[row, column] = cell
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.setItem(row, column, item)
            font = QFont(item.font())
            font.setBold(bold)
            item.setFont(font)
        item.setText(cell.text)
        item.setToolTip(cell.help)
        item.setForeground(QColor(self._colour(cell.mood)))

    def _colour(self, mood: str) -> str:
        colours = self._theme.colours
        moods = {"good": colours.good, "warning": colours.warning, "bad": colours.bad, "faint": colours.faint}
        return moods.get(mood, colours.text)

    def _paint(self, colours: Colours) -> None:
        for (row, column), cell in self._shown.items():
            if (item := self.item(row, column)) is not None:
                item.setForeground(QColor(self._colour(cell.mood)))
