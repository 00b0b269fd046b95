"""The picture of a protocol: each terminal's level in time, not to scale, so that the short is seen beside the long."""

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from labkit.app import Schematic
from labkit.core import format_quantity
from labkit.gui._theme import Colours, Theme

_LEFT, _RIGHT, _TOP, _BOTTOM = 100, 10, 16, 20
_LANE = 46
_FILL = 36


class ProtocolPicture(QWidget):
    """Draws a Schematic; nothing while there is none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("protocol-picture")
        self._theme = theme
        self.picture: Schematic | None = None
        self.setToolTip(
            "What happens at each terminal, not to scale: lengths stand below. Reads are green, relaxations hatched; "
            "a dotted line tells the rounds of a loop that are left out."
        )
        theme.changed.connect(lambda _: self.update())
        self._fit()

    def show_picture(self, picture: Schematic | None) -> None:
        """Draw another protocol."""
        self.picture = picture
        self._fit()
        self.update()

    def _fit(self) -> None:
        lanes = len(self.picture.preview.lines) if self.picture is not None else 1
        self.setFixedHeight(_TOP + _BOTTOM + _LANE * lanes)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Paint the lanes."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.colours
        font = painter.font()
        font.setPointSizeF(max(7.0, font.pointSizeF() - 1.5))
        painter.setFont(font)
        if self.picture is None:
            painter.setPen(QColor(colours.faint))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "no picture while something is wrong")
            return
        width = max(1.0, self.width() - _LEFT - _RIGHT)
        scale = width / self.picture.preview.duration
        self._spans(painter, colours, scale)
        for index, line in enumerate(self.picture.preview.lines):
            self._lane(painter, colours, index, scale)
            top = _TOP + index * _LANE
            painter.setPen(QColor(colours.text))
            place = QRectF(4, top, _LEFT - 12, _LANE - 8)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, line.terminal)
            painter.setPen(QColor(colours.faint))
            largest = float(line.level[np.argmax(np.abs(line.level))])
            painter.drawText(
                place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, format_quantity(largest, line.unit, 3)
            )
        self._left_out(painter, colours, scale)
        self._lengths(painter, colours, scale)
        painter.end()

    def _lane(self, painter: QPainter, colours: Colours, index: int, scale: float) -> None:
        assert self.picture is not None  # noqa: S101 - only painted where there is one
        line = self.picture.preview.lines[index]
        low, high = min(0.0, float(line.level.min())), max(0.0, float(line.level.max()))
        if line.unit == "K":
            low = float(line.level.min())
        span = (high - low) or 1.0
        bottom = _TOP + (index + 1) * _LANE - 6
        height = _LANE - 14
        xs = _LEFT + line.time * scale
        ys = bottom - (line.level - low) / span * height
        zero = bottom + low / span * height if line.unit != "K" else bottom
        points = [QPointF(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]
        colour = QColor(colours.curves[index % len(colours.curves)])
        fill = QColor(colour)
        fill.setAlpha(_FILL)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([QPointF(points[0].x(), zero), *points, QPointF(points[-1].x(), zero)]))
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.drawLine(QLineF(_LEFT, zero, _LEFT + self.picture.preview.duration * scale, zero))
        painter.setPen(QPen(colour, 1.6))
        painter.drawPolyline(QPolygonF(points))

    def _spans(self, painter: QPainter, colours: Colours, scale: float) -> None:
        assert self.picture is not None  # noqa: S101 - as above
        lanes = {line.terminal: k for k, line in enumerate(self.picture.preview.lines)}
        read, relax = QColor(colours.good), QColor(colours.faint)
        read.setAlpha(60)
        relax.setAlpha(130)
        for span in self.picture.preview.spans:
            x = _LEFT + span.begin * scale
            if span.kind not in ("read", "relax", "temperature") or span.terminal not in lanes:
                continue
            place = QRectF(x, _TOP + lanes[span.terminal] * _LANE + 4, (span.end - span.begin) * scale, _LANE - 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(read if span.kind == "read" else relax)
            if span.kind != "read":
                brush = painter.brush()
                brush.setStyle(Qt.BrushStyle.BDiagPattern)
                painter.setBrush(brush)
            painter.drawRect(place)

    def _left_out(self, painter: QPainter, colours: Colours, scale: float) -> None:
        """Tell where rounds of loops are left out."""
        assert self.picture is not None  # noqa: S101 - as above
        told: dict[float, list[str]] = {}
        for span in self.picture.preview.spans:
            if span.kind == "omitted":
                told.setdefault(_LEFT + span.begin * scale, []).append(span.label)
        painter.setPen(QPen(QColor(colours.bad), 1, Qt.PenStyle.DotLine))
        metrics, free = painter.fontMetrics(), 0.0
        for x, labels in told.items():
            painter.drawLine(QLineF(x, _TOP, x, self.height() - _BOTTOM))
            text = ", ".join(labels)
            width = metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, 2.0), self.width() - width - 2.0)
            if left >= free:
                painter.drawText(QPointF(left, _TOP - 4), text)
                free = left + width + 8

    def _lengths(self, painter: QPainter, colours: Colours, scale: float) -> None:
        """Write how long each stretch lasts, where there is room."""
        assert self.picture is not None  # noqa: S101 - as above
        painter.setPen(QColor(colours.faint))
        metrics, free = painter.fontMetrics(), 0.0
        y = self.height() - _BOTTOM
        for stretch in self.picture.stretches:
            text = format_quantity(stretch.duration, "s", 3)
            width = metrics.horizontalAdvance(text)
            middle = _LEFT + (stretch.begin + stretch.end) / 2 * scale
            painter.drawLine(QLineF(_LEFT + stretch.begin * scale, y, _LEFT + stretch.begin * scale, y + 3))
            if middle - width / 2 >= free:
                painter.drawText(QPointF(middle - width / 2, y + 3 + metrics.ascent()), text)
                free = middle + width / 2 + 6
