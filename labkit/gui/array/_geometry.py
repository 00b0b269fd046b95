"""Where the cells of a chip lie in the widget."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from labkit.app import ChipPlace

_LEFT, _TOP, _RIGHT, _BOTTOM = 34.0, 26.0, 116.0, 12.0
_LARGEST = 96.0
"""Side of a cell at most (px)."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Squares of one side (px), from the upper left one on; the bar of colours is on the right."""

    side: float
    rows: int
    columns: int
    height: float

    @staticmethod
    def of(places: Sequence[ChipPlace], width: float, height: float) -> "Geometry":
        """Make the cells as large as the widget allows."""
        rows = max((place.row for place in places), default=0) + 1
        columns = max((place.column for place in places), default=0) + 1
        side = min((width - _LEFT - _RIGHT) / columns, (height - _TOP - _BOTTOM) / rows, _LARGEST)
        return Geometry(max(side, 2.0), rows, columns, height)

    def cell(self, row: int, column: int) -> QRectF:
        """Give the square of a cell."""
        gap = 2.0 if self.side > 14 else 0.5
        corner = QPointF(_LEFT + column * self.side, _TOP + row * self.side)
        return QRectF(corner.x(), corner.y(), self.side - gap, self.side - gap)

    def at(self, point: QPointF) -> tuple[int, int] | None:
        """Give row and column at a point; None beside the chip."""
        row, column = (point.y() - _TOP) // self.side, (point.x() - _LEFT) // self.side
        inside = 0 <= row < self.rows and 0 <= column < self.columns
        return (int(row), int(column)) if inside else None

    @property
    def bar(self) -> QRectF:
        """The bar of colours."""
        high = min(max(self.rows * self.side, 120.0), self.height - _TOP - _BOTTOM, 320.0)
        return QRectF(_LEFT + self.columns * self.side + 22, _TOP, 14, high)
