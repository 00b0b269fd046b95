"""The painting of lanes: levels, what is read, what was asked for and is delivered otherwise, what is refused."""

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from labkit.app import Lane, Look
from labkit.core import FloatArray, format_quantity
from labkit.gui._theme import Colours
from labkit.gui.plan._time_axis import ticks

GUTTER, RIGHT = 116, 12
"""Room (px) for the names on the left, and beside the last label on the right."""
AXIS, BLOCKS = 40, 30
"""Height (px) of the axis of time and of the lane of blocks."""
_PAD = 12
_PER_TICK = 105
_BEYOND = 20.0
"""How far (px) beyond the view lines are painted."""
_FEW = 300
"""Lines with more corners are painted thin and without a fill: painting must keep up with the wheel."""
Scale = Callable[[FloatArray | float], FloatArray]


class LanePainter:
    """Paints lanes between two times (ns) into a place of a size."""

    def __init__(self, size: QSize, colours: Colours, lanes: Sequence[Lane], begin: float, end: float) -> None:
        self._wide, self._high = size.width(), size.height()
        self._colours, self._lanes = colours, lanes
        self._begin, self._end = begin * 1e-9, end * 1e-9
        self._across = max(1.0, self._wide - GUTTER - RIGHT)
        self._lane_height = max(30.0, (self._high - AXIS - BLOCKS) / max(1, len(lanes)))

    def lane_at(self, y: float) -> int | None:
        """Give the lane at an ordinate, None for the lane of blocks and below."""
        lane = int(y // self._lane_height)
        return lane if 0 <= lane < len(self._lanes) else None

    def paint(self, painter: QPainter, looks: Sequence[Look], blocks: Look, planned: bool, unplaced: bool) -> None:
        """Paint all; `unplaced` says that something is refused that has no place in time."""
        painter.fillRect(0, 0, self._wide, self._high, QColor(self._colours.base))
        self._grid(painter)
        self._refused(painter, blocks, unplaced)
        for k, found in enumerate(looks):
            self._lane(painter, k, found)
        self._block_lane(painter, blocks, planned)

    def _x(self, time: FloatArray | float) -> FloatArray:
        return GUTTER + (np.asarray(time, float) - self._begin) / (self._end - self._begin) * self._across

    def _grid(self, painter: QPainter) -> None:
        shown = ticks(self._begin * 1e9, self._end * 1e9, int(self._across // _PER_TICK))
        bottom = self._high - AXIS
        for time, label in zip(shown.times, shown.labels, strict=True):
            x = float(self._x(time * 1e-9))
            painter.setPen(QPen(QColor(self._colours.line), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QLineF(x, 0, x, bottom))
            painter.setPen(QColor(self._colours.faint))
            half = painter.fontMetrics().horizontalAdvance(label) / 2 + 2
            middle = min(x, self._wide - half)
            painter.drawText(QRectF(middle - half, bottom + 3, 2 * half, 16), Qt.AlignmentFlag.AlignCenter, label)
        place = QRectF(GUTTER, bottom + 20, self._across, 16)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"Time {shown.origin}".strip())

    def _refused(self, painter: QPainter, blocks: Look, unplaced: bool) -> None:
        fill = QColor(self._colours.bad)
        fill.setAlpha(45)
        hatch = QColor(self._colours.bad)
        hatch.setAlpha(90)
        whole = np.array([[self._begin, self._end]])
        for begin, end in whole if unplaced else blocks.refused:
            left, right = (float(x) for x in np.clip(self._x(np.array([begin, end])), GUTTER, GUTTER + self._across))
            place = QRectF(left, 0, max(2.0, right - left), self._high - AXIS)
            painter.fillRect(place, fill)
            painter.fillRect(place, QBrush(hatch, Qt.BrushStyle.BDiagPattern))

    def _lane(self, painter: QPainter, k: int, found: Look) -> None:
        lane = self._lanes[k]
        top = k * self._lane_height
        low, high = _extent(lane)
        height = self._lane_height - 2 * _PAD
        colour = QColor(self._colours.curves[k % len(self._colours.curves)])

        def y(level: FloatArray | float) -> FloatArray:
            return top + _PAD + (high - np.asarray(level, float)) / (high - low) * height

        zero = float(y(min(max(0.0, low), high)))
        painter.save()
        painter.setClipRect(QRectF(GUTTER, top, self._across, self._lane_height))
        self._readings(painter, found, top)
        self._levels(painter, found, colour, y, zero)
        self._marks(painter, found, top)
        painter.restore()
        self._name(painter, k, top, low, high, colour)

    def _readings(self, painter: QPainter, found: Look, top: float) -> None:
        fill = QColor(self._colours.good)
        fill.setAlpha(46)
        for begin, end in self._x(found.readings):
            painter.fillRect(QRectF(begin, top + 3, max(1.0, end - begin), self._lane_height - 6), fill)

    def _levels(self, painter: QPainter, found: Look, colour: QColor, y: Scale, zero: float) -> None:
        fill = QColor(colour)
        fill.setAlpha(34)
        points = self._points(found.time, found.level, y)
        if 1 < len(points) <= _FEW:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPolygon(QPolygonF([QPointF(points[0].x(), zero), *points, QPointF(points[-1].x(), zero)]))
        fill.setAlpha(110)
        for begin, end, lowest, highest in found.bands:
            left, right = self._x(np.array([begin, end]))
            upper, lower = y(np.array([highest, lowest]))
            painter.fillRect(QRectF(left, upper, max(1.0, right - left), max(1.0, lower - upper)), fill)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 2 if len(points) <= _FEW else 1))
        painter.drawPolyline(points)
        pieces = _pieces(found.asked_time, found.asked_level)
        style = Qt.PenStyle.DashLine if len(pieces) <= _FEW // 8 else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(self._colours.text), 1, style))
        for piece in pieces:
            painter.drawPolyline(self._points(*piece, y))

    def _points(self, time: FloatArray, level: FloatArray, y: Scale) -> list[QPointF]:
        time, level = self._inside(time, level)
        xs, ys = thinned(self._x(time), y(level), int(self._across))
        return [QPointF(a, b) for a, b in zip(xs.tolist(), ys.tolist(), strict=True)]

    def _inside(self, time: FloatArray, level: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Cut a line to the view and a little beyond: what is painted must not be a million pixels long."""
        margin = _BEYOND / self._across * (self._end - self._begin)
        low, high = self._begin - margin, self._end + margin
        first = max(0, int(np.searchsorted(time, low)) - 1)
        last = min(len(time), int(np.searchsorted(time, high, side="right")) + 1)
        time, level = time[first:last], level[first:last]
        if len(time) < 2:
            return time, level
        ends = np.interp([low, high], time, level)
        kept = (time >= low) & (time <= high)
        before, after = time[0] < low, time[-1] > high
        times = np.concatenate([[low] if before else [], time[kept], [high] if after else []])
        levels = np.concatenate([ends[:1] if before else [], level[kept], ends[1:] if after else []])
        return times, levels

    def _marks(self, painter: QPainter, found: Look, top: float) -> None:
        """Write marks above what is wide enough for them."""
        painter.setPen(QColor(self._colours.text))
        metrics = painter.fontMetrics()
        for seen in found.seen:
            text = seen.happening.mark
            left, right = self._x(np.array([seen.begin, seen.end]) * 1e-9)
            left, right = max(float(left), GUTTER), min(float(right), GUTTER + self._across)
            if text and right - left > metrics.horizontalAdvance(text) + 4:
                painter.drawText(QRectF(left, top, right - left, 14), Qt.AlignmentFlag.AlignCenter, text)

    def _name(self, painter: QPainter, k: int, top: float, low: float, high: float, colour: QColor) -> None:
        lane = self._lanes[k]
        area = QRectF(6, top + 2, GUTTER - 14, self._lane_height - 4)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, lane.terminal)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(self._colours.faint))
        right = Qt.AlignmentFlag.AlignRight
        painter.drawText(area, right | Qt.AlignmentFlag.AlignTop, _short(high, lane.unit))
        painter.drawText(area, right | Qt.AlignmentFlag.AlignBottom, _short(low, lane.unit))
        painter.setPen(QPen(QColor(self._colours.line), 1))
        y = top + self._lane_height
        painter.drawLine(QLineF(0, y, self._wide, y))

    def _block_lane(self, painter: QPainter, blocks: Look, planned: bool) -> None:
        top = self._high - AXIS - BLOCKS
        painter.setPen(QColor(self._colours.faint))
        place = QRectF(6, top, GUTTER - 14, BLOCKS)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, "executed by" if planned else "steps")
        painter.save()
        painter.setClipRect(QRectF(GUTTER, top, self._across, BLOCKS))
        for begin, end, _, _ in blocks.bands:
            left, right = self._x(np.array([begin, end]))
            painter.fillRect(QRectF(left, top + 7, right - left, BLOCKS - 14), QColor(self._colours.line))
        metrics = painter.fontMetrics()
        for seen in blocks.seen:
            left, right = (float(x) for x in self._x(np.array([seen.begin, seen.end]) * 1e-9))
            left, right = max(left, GUTTER - 1), min(right, GUTTER + self._across + 1)
            fill = executor_colour(seen.happening.kind, self._colours)
            fill.setAlpha(90)
            place = QRectF(left, top + 5, right - left, BLOCKS - 10)
            painter.fillRect(place, fill)
            painter.setPen(QPen(QColor(self._colours.base), 1))
            painter.drawLine(place.topLeft(), place.bottomLeft())
            painter.setPen(QColor(self._colours.text))
            text = f"{seen.happening.kind}: {seen.happening.mark}" if seen.happening.kind else seen.happening.mark
            for words in (text, seen.happening.kind):
                if words and right - left > metrics.horizontalAdvance(words) + 8:
                    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
                    break
        painter.restore()


def executor_colour(executor: str, colours: Colours) -> QColor:
    """Give the colour of who keeps the time of a block."""
    names = {"sweep": colours.good, "triggered": colours.accent, "stepped": colours.faint}
    return QColor(names.get(executor, colours.line))


def _extent(lane: Lane) -> tuple[float, float]:
    """Give the lowest and highest level that a lane shows; zero is in it, but for a temperature."""
    low, high = lane.course.low, lane.course.high
    if lane.unit != "K":
        low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        return (low - 1.0, high + 1.0) if lane.unit == "K" else (low, low + 1.0)
    return low, high


def _short(level: float, unit: str) -> str:
    return format_quantity(level, unit, 3).replace("/cm^2", "/cm²")


def _pieces(time: FloatArray, level: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
    """Cut a line where it has NaN."""
    ends = np.flatnonzero(np.isnan(level))
    begins = [0, *(int(end) + 1 for end in ends)]
    return [(time[a:b], level[a:b]) for a, b in zip(begins, ends, strict=False) if b > a]


def thinned(x: FloatArray, y: FloatArray, most: int) -> tuple[FloatArray, FloatArray]:
    """Keep of each column of pixels the first, lowest, highest and last point of a line, where it has many points."""
    if len(x) <= 4 * most:
        return x, y
    starts = np.flatnonzero(np.diff(np.floor(x), prepend=-np.inf))
    ends = np.append(starts[1:], len(x)) - 1
    low, high = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    xs = np.repeat(x[starts], 4)
    ys = np.column_stack((y[starts], low, high, y[ends])).ravel()
    return xs, ys
