"""The chip as a map: a cell a device, coloured by its value, to look at, to click and to choose from."""

import math
from collections.abc import Iterable, Sequence
from html import escape

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QHelpEvent,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QRubberBand, QToolTip, QWidget

from labkit.app import ChipCell, ChipPlace, ChipValue, format_number, format_with_uncertainty
from labkit.gui._theme import Theme
from labkit.gui.array._geometry import Geometry
from labkit.gui.array._shades import Shades

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_MORE = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class ChipMap(QWidget):
    """Paints the cells of a chip; `clicked` tells the cell to look at, `selected` the names of those that are chosen.

    Click: look at a cell and choose it. Shift or Ctrl and click: choose more. Drag: choose what lies in the frame.
    Arrow keys go from cell to cell, Space chooses or leaves out, Ctrl+A chooses all.
    """

    clicked = Signal(str)
    selected = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._places: dict[str, ChipPlace] = {}
        self._names: dict[tuple[int, int], str] = {}
        self._value: ChipValue | None = None
        self._measured: frozenset[str] = frozenset()
        self.shades: Shades | None = None
        self.current = ""
        self.selection: set[str] = set()
        self._pressed: QPoint | None = None
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme.changed.connect(lambda _: self.update())

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Wish for room for a chip of ten by ten."""
        return QSize(460, 400)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Stay large enough to click."""
        return QSize(260, 200)

    @property
    def places(self) -> tuple[ChipPlace, ...]:
        """The cells of the map."""
        return tuple(self._places.values())

    def show_places(self, places: Sequence[ChipPlace], measured: Iterable[str]) -> None:
        """Show other cells; what is chosen and still there stays chosen."""
        self._places = {place.name: place for place in places}
        self._names = {(place.row, place.column): place.name for place in places}
        self._measured = frozenset(measured)
        self.current = self.current if self.current in self._places else ""
        self.select(self.selection & self._places.keys())

    def show_value(self, value: ChipValue | None, logarithmic: bool) -> None:
        """Colour the cells by a value."""
        self._value = value
        cells = () if value is None else value.cells.values()
        # A dead cell's value, if it has one at all, would stretch the scale over all that live.
        good = [cell.estimate.value for cell in cells if cell.estimate is not None and not cell.fate]
        self.shades = Shades.over(good, logarithmic)
        self.update()

    def select(self, names: Iterable[str]) -> None:
        """Choose cells."""
        self.selection = set(names) & self._places.keys()
        self.selected.emit(tuple(name for name in self._places if name in self.selection))
        self.update()

    def look_at(self, name: str) -> None:
        """Go to a cell."""
        self.current = name
        self.clicked.emit(name)
        self.update()

    def centre_of(self, name: str) -> QPoint:
        """Give the middle of a cell in the widget (px)."""
        place = self._places[name]
        return self._geometry().cell(place.row, place.column).center().toPoint()

    def _geometry(self) -> Geometry:
        return Geometry.of(self.places, self.width(), self.height())

    def _at(self, point: QPointF) -> str:
        found = self._geometry().at(point)
        return "" if found is None else self._names.get(found, "")

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Begin a click or a frame."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Draw the frame."""
        here = event.position().toPoint()
        if self._pressed is not None and (here - self._pressed).manhattanLength() > 6:
            self._band.setGeometry(QRect(self._pressed, here).normalized())
            self._band.show()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Choose what was clicked or framed."""
        if self._pressed is None:
            return
        more = bool(event.modifiers() & _MORE)
        self._pressed = None
        if self._band.isVisible():
            self._band.hide()
            framed = self._within(QRectF(self._band.geometry()))
            self.select(self.selection | framed if more else framed)
            return
        name = self._at(event.position())
        if more and name:
            self.select(self.selection ^ {name})
        else:
            self.select({name} if name else ())
            if name:
                self.look_at(name)

    def _within(self, frame: QRectF) -> set[str]:
        geometry = self._geometry()
        return {
            place.name for place in self._places.values() if geometry.cell(place.row, place.column).intersects(frame)
        }

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Go from cell to cell, choose and leave out."""
        key = Qt.Key(event.key())
        if key in _STEPS and self._places:
            self._step(*_STEPS[key])
        elif key == Qt.Key.Key_Space and self.current:
            self.select(self.selection ^ {self.current})
        elif key == Qt.Key.Key_A and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.select(self._places)
        else:
            super().keyPressEvent(event)

    def _step(self, down: int, right: int) -> None:
        place = self._places.get(self.current)
        if place is None:
            self.look_at(next(iter(self._places)))
        elif (name := self._names.get((place.row + down, place.column + right))) is not None:
            self.look_at(name)

    def event(self, event: QEvent) -> bool:
        """Tell the cell under the cursor."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            name = self._at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.words(name) if name else "", self)
            return True
        return super().event(event)

    def words(self, name: str) -> str:
        """Say what is known of a cell."""
        head = f"<b>{escape(name)}</b>"
        cell = self._cell(name)
        if cell is None or self._value is None:
            return head if name in self._measured else f"{head}<br>not measured"
        parts = [head]
        if cell.estimate is not None:
            value = format_with_uncertainty(cell.estimate.value, cell.estimate.uncertainty, self._value.unit)
            parts.append(f"{escape(self._value.symbol)} = {value}")
        else:
            parts.append(f"no {escape(self._value.symbol)}: {escape(cell.reason or 'not computed')}")
        parts += [f"not good: {escape(cell.fate)}"] if cell.fate else []
        parts += ["stands out from the others (modified z-score above 3.5)"] if cell.outlier else []
        return "<br>".join(parts)

    def _cell(self, name: str) -> ChipCell | None:
        return None if self._value is None else self._value.cells.get(name)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Paint the cells, their numbers and the bar of colours."""
        if not self._places:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        geometry = self._geometry()
        for place in self._places.values():
            self._paint_cell(painter, place.name, geometry.cell(place.row, place.column))
        self._paint_numbers(painter, geometry)
        if self.shades is not None and self._value is not None:
            self._paint_bar(painter, geometry.bar, self.shades, self._value.unit)

    def _paint_cell(self, painter: QPainter, name: str, box: QRectF) -> None:
        colours, cell = self._theme.colours, self._cell(name)
        painter.setPen(Qt.PenStyle.NoPen)
        estimate = None if cell is None or cell.fate else cell.estimate
        if estimate is not None and self.shades is not None:
            painter.fillRect(box, self.shades.colour(estimate.value))
        else:
            painter.fillRect(box, QColor(colours.line))
            if name in self._measured:
                hatch = colours.bad if cell is not None and cell.fate else colours.faint
                painter.fillRect(box, QBrush(QColor(hatch), Qt.BrushStyle.BDiagPattern))
        if cell is not None and cell.outlier:
            self._paint_outlier(painter, box)
        if name in self.selection:
            self._outline(painter, box, QColor(colours.accent), 3.0)
        if name == self.current:
            self._outline(painter, box.adjusted(2, 2, -2, -2), QColor(colours.text), 1.5)

    def _paint_outlier(self, painter: QPainter, box: QRectF) -> None:
        radius = max(box.width() * 0.16, 2.0)
        painter.setPen(QPen(QColor("#ffffff"), 1.2))
        painter.setBrush(QColor(self._theme.colours.bad))
        painter.drawEllipse(box.center(), radius, radius)

    def _outline(self, painter: QPainter, box: QRectF, colour: QColor, width: float) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, width))
        painter.drawRect(box)

    def _paint_numbers(self, painter: QPainter, geometry: Geometry) -> None:
        painter.setPen(QColor(self._theme.colours.faint))
        step = max(1, math.ceil(20 / geometry.side))
        for column in range(0, geometry.columns, step):
            box = geometry.cell(0, column)
            painter.drawText(
                QRectF(box.x() - 20, 4, box.width() + 40, 18), Qt.AlignmentFlag.AlignCenter, str(column + 1)
            )
        for row in range(0, geometry.rows, step):
            box = geometry.cell(row, 0)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, box.y(), box.x() - 6, box.height()), right, str(row + 1))

    def _paint_bar(self, painter: QPainter, bar: QRectF, shades: Shades, unit: str) -> None:
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        for k in range(21):
            gradient.setColorAt(k / 20, shades.colour(shades.value(k / 20)))
        painter.fillRect(bar, gradient)
        painter.setPen(QColor(self._theme.colours.text))
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            y = bar.bottom() - share * bar.height()
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            told = format_number(float(f"{shades.value(share):.3g}"), unit)
            painter.drawText(QRectF(bar.right() + 6, y - 9, 90, 18), left, told)
