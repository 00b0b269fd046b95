"""A table to sort, to choose from and to copy: rows of cells, each with its text, its key and its explanation."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTableView

from labkit.gui._theme import Theme

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_WIDEST = 260
_LOOKED_AT = 60
"""Rows by which the width of a column is chosen."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place: `key` is what it is sorted by, its text where that is None.

    `mood` is `good`, `warning`, `bad`, `faint` or nothing; `help` is shown when the cursor rests on it.
    """

    text: str
    key: float | str | None = None
    help: str = ""
    mood: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column; numbers stand on the right."""

    title: str
    help: str = ""
    number: bool = False


class _Rows(QAbstractTableModel):
    def __init__(self, columns: Sequence[Column], theme: Theme) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.rows: Sequence[Sequence[Cell]] = ()
        self._theme = theme

    def take(self, rows: Sequence[Sequence[Cell]], columns: Sequence[Column] | None) -> None:
        self.beginResetModel()
        self.rows = rows
        if columns is not None:
            self.columns = tuple(columns)
        self.endResetModel()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.help or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            across = Qt.AlignmentFlag.AlignRight if self.columns[index.column()].number else Qt.AlignmentFlag.AlignLeft
            return across | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and cell.mood:
            colours = self._theme.colours
            moods = {"good": colours.good, "warning": colours.warning, "bad": colours.bad, "faint": colours.faint}
            return QColor(moods[cell.mood])
        return None

    def headerData(  # noqa: N802 (Qt's name)
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return self.columns[section].help or None if role == Qt.ItemDataRole.ToolTipRole else None


class _Sorted(QSortFilterProxyModel):
    """Sorts numbers as numbers and text as text; what has no key as a number comes last."""

    def __init__(self, rows: _Rows) -> None:
        super().__init__()
        self._rows = rows
        self.setSourceModel(rows)

    def lessThan(self, left: _Index, right: _Index) -> bool:  # noqa: N802 (Qt's name)
        return self._key(left) < self._key(right)

    def _key(self, index: _Index) -> tuple[int, float, str]:
        cell = self._rows.rows[index.row()][index.column()]
        key = cell.text.casefold() if cell.key is None else cell.key
        return (1, 0.0, key) if isinstance(key, str) else (0, key, "")


class DataTable(QTableView):
    """Rows that are sorted by a click on a head and copied with Ctrl+C (as text with tabs, and as an HTML table).

    `chosen` tells the numbers of the selected rows, as they were given.
    """

    chosen = Signal(object)

    def __init__(self, columns: Sequence[Column], theme: Theme) -> None:
        super().__init__()
        self._rows = _Rows(columns, theme)
        self._sorted = _Sorted(self._rows)
        self.setModel(self._sorted)
        self.setSortingEnabled(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setResizeContentsPrecision(_LOOKED_AT)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.selectionModel().selectionChanged.connect(self._tell)
        theme.changed.connect(lambda _: self.viewport().update())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Copy rows where Qt would copy one cell."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def set_rows(self, rows: Sequence[Sequence[Cell]], columns: Sequence[Column] | None = None) -> None:
        """Show other rows, under other heads where they are given; nothing is selected then."""
        self._rows.take(rows, columns)
        self.resizeColumnsToContents()
        for column in range(len(self._rows.columns)):
            if self.columnWidth(column) > _WIDEST:
                self.horizontalHeader().resizeSection(column, _WIDEST)

    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._rows.rows)

    def selected_rows(self) -> list[int]:
        """Give the numbers of the selected rows, as they were given, from above."""
        indexes = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        return [self._sorted.mapToSource(index).row() for index in indexes]

    def select(self, rows: Sequence[int]) -> None:
        """Select rows by their numbers, as they were given."""
        selection = QItemSelection()
        for row in rows:
            index = self._sorted.mapFromSource(self._rows.index(row, 0))
            selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(selection, flags.ClearAndSelect | flags.Rows)
        if rows:
            self.scrollTo(self._sorted.mapFromSource(self._rows.index(rows[0], 0)))

    def copy(self) -> None:
        """Put the selected rows on the clipboard, or all of them, with their heads."""
        QApplication.clipboard().setMimeData(self.as_mime())

    def as_mime(self) -> QMimeData:
        """Give the selected rows, or all of them in the order that is shown, as text with tabs and as HTML."""
        rows = self.selected_rows() or [
            self._sorted.mapToSource(self._sorted.index(k, 0)).row() for k in range(self._sorted.rowCount())
        ]
        lines = [[column.title for column in self._rows.columns]]
        lines += [[cell.text for cell in self._rows.rows[row]] for row in rows]
        made = QMimeData()
        made.setText("\n".join("\t".join(line) for line in lines))
        cells = ["".join(f"<td>{escape(text)}</td>" for text in line) for line in lines]
        made.setHtml("<table>" + "".join(f"<tr>{line}</tr>" for line in cells) + "</table>")
        return made

    def _tell(self) -> None:
        self.chosen.emit(self.selected_rows())
