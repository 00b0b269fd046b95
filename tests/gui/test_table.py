"""The table that views share: sorted by meaning, copied as text and as a table."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from labkit.gui._theme import Theme
from labkit.gui.widgets import Cell, Column, DataTable

COLUMNS = [Column("device"), Column("current", number=True)]
ROWS = [
    [Cell("b"), Cell("10 nA", 1e-8)],
    [Cell("a"), Cell("9 nA", 9e-9)],
    [Cell("c"), Cell("—", "")],
]


@pytest.fixture
def table(qtbot) -> DataTable:
    made = DataTable(COLUMNS, Theme(QApplication.instance(), "light"))
    qtbot.addWidget(made)
    made.set_rows(ROWS)
    return made


def shown(table: DataTable) -> list[str]:
    model = table.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_numbers_are_sorted_by_what_they_are_worth_and_none_is_last(table):
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert shown(table) == ["a", "b", "c"]


def test_a_chosen_row_is_told_by_its_own_number_however_it_is_sorted(table, qtbot):
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    with qtbot.waitSignal(table.chosen) as told:
        table.selectRow(0)
    assert told.args[0] == [1]


def test_what_is_selected_is_copied_with_its_heads(table, qtbot):
    table.select([0])
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert table.as_mime().text() == "device\tcurrent\nb\t10 nA"
    assert QApplication.clipboard().text() == "device\tcurrent\nb\t10 nA"
    assert "<td>10 nA</td>" in QApplication.clipboard().mimeData().html()


def test_without_a_selection_all_is_copied_in_the_order_that_is_shown(table):
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert table.as_mime().text().splitlines()[1:] == ["c\t—", "b\t10 nA", "a\t9 nA"]
