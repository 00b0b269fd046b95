"""The queue as Qt's lists see it, and how an entry is painted."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from labkit.core import format_quantity
from labkit.gui._theme import Colours, Theme
from labkit.gui.run._item import QueueItem, State
from labkit.gui.run._queue import RunQueue

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_MIME = "application/x-labkit-queue-entry"
ITEM = Qt.ItemDataRole.UserRole
_PADDING = 8


class QueueModel(QAbstractListModel):
    """A row for each entry; those that wait can be dragged."""

    def __init__(self, queue: RunQueue) -> None:
        super().__init__()
        self._queue = queue
        self._shown: list[QueueItem] = []
        queue.changed.connect(self._take)

    def _take(self) -> None:
        if self._shown == self._queue.items:
            if self._shown:
                self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))
            return
        self.beginResetModel()
        self._shown = list(self._queue.items)
        self.endResetModel()

    def item(self, index: _Index) -> QueueItem | None:
        """Give the entry of a row."""
        return self._shown[index.row()] if index.isValid() and index.row() < len(self._shown) else None

    def row(self, item: QueueItem) -> int:
        """Give the row of an entry; -1 where there is none."""
        return self._shown.index(item) if item in self._shown else -1

    def rowCount(self, parent: _Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        """How many entries there are."""
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give what an entry is in words, its explanation, or itself."""
        item = self.item(index)
        if item is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{item.request.protocol}: {item.state.value}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return explanation(item)
        return item if role == ITEM else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Tell what can be done with a row."""
        item = self.item(index)
        if item is None:
            return Qt.ItemFlag.ItemIsDropEnabled
        able = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        waits = item.state in (State.WAITING, State.PLANNING)
        return able | Qt.ItemFlag.ItemIsDragEnabled if waits else able

    def supportedDropActions(self) -> Qt.DropAction:  # noqa: N802 (Qt's name)
        """Entries are moved."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:  # noqa: N802 (Qt's name)
        """Name what is dragged."""
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # noqa: N802 (Qt's name)
        """Give the number of the entry that is dragged."""
        data = QMimeData()
        items = [found for index in indexes if (found := self.item(index)) is not None]
        data.setData(_MIME, QByteArray(str(items[0].number).encode() if items else b""))
        return data

    def dropMimeData(  # noqa: N802 (Qt's name)
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index
    ) -> bool:
        """Bring the entry to where it was dropped."""
        number = bytes(data.data(_MIME).data()).decode()
        item = next((found for found in self._shown if str(found.number) == number), None)
        if item is None:
            return False
        place = len(self._shown) if row < 0 else row
        self._queue.move(item, place - 1 if self.row(item) < place else place)
        return True


class EntryPainter(QStyledItemDelegate):
    """Paints an entry in two lines: protocol and state, what differs from the defaults and how long."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802 (Qt's name)
        """Room for two lines."""
        return QSize(200, 2 * _metrics(option).height() + 2 * _PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint an entry."""
        item = index.data(ITEM)
        if not isinstance(item, QueueItem):
            return
        colours, place = self._theme.colours, _rectangle(option)
        painter.save()
        if _selected(option):
            faded = QColor(colours.accent)
            faded.setAlpha(38)
            painter.fillRect(place, faded)
        painter.setPen(QColor(colours.line))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        painter.fillRect(QRect(place.left(), place.top(), 4, place.height()), QColor(_colour(item.state, colours)))
        inner = place.adjusted(4 + _PADDING, _PADDING - 1, -_PADDING, -_PADDING)
        above, below = QRect(inner), QRect(inner)
        above.setHeight(inner.height() // 2)
        below.setTop(above.bottom() + 1)
        font = QFont(painter.font())
        self._line(painter, below, _second(item), item.duration, colours.faint, colours.faint)
        font.setBold(True)
        painter.setFont(font)
        self._line(painter, above, item.request.protocol, item.state.value, colours.text, _colour(item.state, colours))
        painter.restore()

    def _line(self, painter: QPainter, place: QRect, left: str, right: str, colour: str, right_colour: str) -> None:
        metrics = QFontMetrics(painter.font())
        taken = metrics.horizontalAdvance(right)
        shown = metrics.elidedText(left, Qt.TextElideMode.ElideRight, place.width() - taken - _PADDING)
        painter.setPen(QColor(colour))
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.setPen(QColor(right_colour))
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, right)


def explanation(item: QueueItem) -> str:
    """Say all that is known of an entry, in lines."""
    lines = [item.bench]
    if item.foreseen is not None:
        plan = item.foreseen
        lines += [plan.title, item.changes, f"about {item.duration} of the bench"]
        if plan.longest > 1.05 * plan.duration:
            lines[-1] += f", {format_quantity(plan.longest, 's', 2)} at most"
        lines.append(f"{plan.pulses} pulses, {plan.samples} readings, {_bytes(plan.bytes)}")
        lines += [f"dose at {name} {format_quantity(1e-4 * dose, 'J')}/cm²" for name, dose in plan.dose.items() if dose]
    lines += [text for text in (item.reason, item.remedy) if text]
    if item.path is not None:
        lines.append(str(item.path))
    return "\n".join(lines)


def _bytes(count: int) -> str:
    return f"{count / 1e6:.3g} MB" if count >= 1e5 else f"{count / 1e3:.3g} kB"


def _second(item: QueueItem) -> str:
    return item.reason or f"{item.bench} · {item.changes}" if item.changes else item.reason or item.bench


def _colour(state: State, colours: Colours) -> str:
    if state in (State.FAILED, State.REFUSED):
        return colours.bad
    if state is State.ABORTED:
        return colours.warning
    if state is State.DONE:
        return colours.good
    return colours.accent if state is State.RUNNING else colours.faint


def _metrics(option: Any) -> QFontMetrics:
    metrics: QFontMetrics = option.fontMetrics
    return metrics


def _rectangle(option: Any) -> QRect:
    place: QRect = option.rect
    return place


def _selected(option: Any) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)
