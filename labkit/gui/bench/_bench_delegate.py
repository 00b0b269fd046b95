"""How a bench is drawn in the list: its name, and below it what it is."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from labkit.gui._theme import Theme

_MARGIN = 6


class BenchDelegate(QStyledItemDelegate):
    """Draws the first line of an item's text bold and the second one faint, both cut where the list ends."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(  # noqa: N802 (Qt's name)
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Give room for two lines."""
        return QSize(100, 2 * option.fontMetrics.height() + 2 * _MARGIN)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw name and description."""
        colours = self._theme.colours
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(option.rect, QColor(colours.accent))
        name, _, description = str(index.data()).partition("\n")
        area = option.rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        bold = QFont(option.font)
        bold.setBold(True)
        painter.save()
        half = area.height() // 2
        for k, (text, font, colour) in enumerate(
            ((name, bold, colours.text), (description, option.font, colours.faint))
        ):
            painter.setFont(font)
            painter.setPen(QColor(colours.on_accent if chosen else colour))
            line = QRect(area.left(), area.top() + k * half, area.width(), half)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()
