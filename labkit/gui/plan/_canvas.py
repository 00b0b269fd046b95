"""The time-line of a plan: a lane for each terminal and one for the blocks, on one axis of time to zoom into."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from labkit.app import Course, Look, Seen, last_before, look, next_after, seen_at
from labkit.gui._theme import Theme
from labkit.gui.plan._lane_painter import AXIS, BLOCKS, GUTTER, RIGHT, LanePainter
from labkit.gui.plan._words import words_of

SHORTEST = 200.0
"""The shortest time (ns) that the view may span."""
_ZOOM = 1.25
_AROUND = 4.0
"""How many times its length is shown of what is gone to."""
_EMPTY = 1_000_000_000


class CourseCanvas(QWidget):
    """Paints a Course between two times (ns).

    Wheel: zoom at the cursor. Drag: move. Double click: zoom to what is there. Arrow keys, +, -, Home, N and P do the
    same from the keyboard. `view_changed` tells begin and end, `pointed` what is under the cursor in words.
    """

    view_changed = Signal(float, float)
    pointed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("time-line")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme = theme
        self.course: Course | None = None
        self.refused: frozenset[int] = frozenset()
        self.begin, self.end = 0.0, float(_EMPTY)
        self._looks: list[Look] = []
        self._blocks: Look | None = None
        self._dragged: float | None = None
        theme.changed.connect(lambda _: self.update())
        self.setMinimumHeight(140)

    def show_course(self, course: Course | None, refused: frozenset[int], keep: bool = False) -> None:
        """Show a course; `keep` stays where one looks, as far as there is something."""
        self.course, self.refused = course, refused
        lanes = len(course.lanes) if course is not None else 1
        self.setMinimumHeight(AXIS + BLOCKS + 56 * lanes)
        if keep and course is not None and self.begin < course.duration:
            self._set_view(self.begin, min(self.end, course.duration))
        else:
            self.show_all()

    @property
    def duration(self) -> float:
        """How long the course takes (ns), at least a little."""
        return max(float(self.course.duration), SHORTEST) if self.course is not None else float(_EMPTY)

    def show_all(self) -> None:
        """Show the whole course."""
        self._set_view(0.0, self.duration)

    def zoom(self, factor: float, at: float | None = None) -> None:
        """Show `factor` times as much time around a time (ns), the middle by default."""
        centre = (self.begin + self.end) / 2 if at is None else at
        span = min(max((self.end - self.begin) * factor, SHORTEST), self.duration)
        share = (centre - self.begin) / (self.end - self.begin)
        self._set_view(centre - share * span, centre + (1 - share) * span)

    def pan(self, share: float) -> None:
        """Move by a part of what is shown."""
        step = share * (self.end - self.begin)
        self._set_view(self.begin + step, self.end + step)

    def go_to(self, seen: Seen) -> None:
        """Show something with what is around it."""
        span = max((seen.end - seen.begin) * _AROUND, SHORTEST)
        middle = (seen.begin + seen.end) / 2
        self._set_view(middle - span / 2, middle + span / 2)

    def next_one(self) -> Seen | None:
        """Go to what begins next after the middle of the view."""
        middle = int((self.begin + self.end) / 2)
        return self._jump(lambda part: next_after(part, middle), min)

    def previous_one(self) -> Seen | None:
        """Go to what began last before the middle of the view."""
        middle = int((self.begin + self.end) / 2)
        return self._jump(lambda part: last_before(part, middle), max)

    def _jump(self, find: Callable[..., Seen | None], nearest: Callable[..., Seen]) -> Seen | None:
        if self.course is None:
            return None
        middle = (self.begin + self.end) / 2
        found = [seen for lane in self.course.lanes if (seen := find(lane.course)) is not None]
        found = [seen for seen in found if not seen.begin <= middle < seen.end] or found
        if not found:
            return None
        chosen = nearest(found, key=lambda seen: seen.begin)
        self.go_to(chosen)
        return chosen

    def words_at(self, x: float, y: float) -> str:
        """Say what is at a place of the widget."""
        if self.course is None or x < GUTTER:
            return ""
        time = int(self.time_at(x))
        lane = self._painter().lane_at(y)
        return words_of(self.course, lane, time)

    def time_at(self, x: float) -> float:
        """Give the time (ns) at an abscissa (px)."""
        return self.begin + (x - GUTTER) / self._across() * (self.end - self.begin)

    def looks(self) -> list[Look]:
        """Give what is seen now of each lane."""
        self._look()
        return self._looks

    def blocks(self) -> Look | None:
        """Give what is seen now of the blocks; what is refused is marked there."""
        self._look()
        return self._blocks

    def _set_view(self, begin: float, end: float) -> None:
        span = min(max(end - begin, SHORTEST), self.duration)
        begin = min(max(begin, 0.0), self.duration - span)
        self.begin, self.end = begin, begin + span
        self._looks, self._blocks = [], None
        self.view_changed.emit(self.begin, self.end)
        self.update()

    def _look(self) -> None:
        if self.course is None or self._blocks is not None:
            return
        begin, end = int(self.begin), int(self.end) + 1
        resolution = max(1, int((end - begin) / self._across()))
        self._looks = [look(lane.course, begin, end, resolution) for lane in self.course.lanes]
        self._blocks = look(self.course.blocks, begin, end, resolution, self.refused)

    def _across(self) -> float:
        return max(1.0, self.width() - GUTTER - RIGHT)

    def _painter(self) -> LanePainter:
        lanes = self.course.lanes if self.course is not None else ()
        return LanePainter(self.size(), self._theme.colours, lanes, self.begin, self.end)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Paint what is in view."""
        painter = QPainter(self)
        if self.course is None:
            painter.setPen(QColor(self._theme.colours.faint))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Choose a protocol in the Protocol view.")
            return
        self._look()
        unplaced = not self.refused <= self.course.blocks.lines
        assert self._blocks is not None  # noqa: S101 - it has just been looked at
        self._painter().paint(painter, self._looks, self._blocks, self.course.planned, unplaced)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Look again: there is another number of pixels."""
        self._looks, self._blocks = [], None
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        """Zoom at the cursor; across, or with Shift, move."""
        turned = event.angleDelta()
        sideways = turned.x() or (turned.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        if sideways:
            self.pan(-sideways / 1200)
        else:
            at = self.time_at(max(event.position().x(), GUTTER))
            self.zoom(float(_ZOOM ** (-turned.y() / 60)), at)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Take hold of the time-line."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged = event.position().x()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Move it, or say what is under the cursor."""
        x, y = event.position().x(), event.position().y()
        if self._dragged is not None:
            step = (self._dragged - x) / self._across() * (self.end - self.begin)
            self._dragged = x
            self._set_view(self.begin + step, self.end + step)
        self.pointed.emit(self.words_at(x, y))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Let go."""
        self._dragged = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Zoom to what is under the cursor; where there is nothing, in."""
        place: QPointF = event.position()
        if self.course is None or place.x() < GUTTER:
            return
        time = int(self.time_at(place.x()))
        lane = self._painter().lane_at(place.y())
        part = self.course.lanes[lane].course if lane is not None else self.course.blocks
        seen = seen_at(part, time)
        if seen is not None:
            self.go_to(seen)
        else:
            self.zoom(1 / _AROUND, time)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Move and zoom by keys."""
        actions: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Left: lambda: self.pan(-0.25),
            Qt.Key.Key_Right: lambda: self.pan(0.25),
            Qt.Key.Key_Plus: lambda: self.zoom(1 / 2),
            Qt.Key.Key_Equal: lambda: self.zoom(1 / 2),
            Qt.Key.Key_Minus: lambda: self.zoom(2),
            Qt.Key.Key_Home: self.show_all,
            Qt.Key.Key_N: self.next_one,
            Qt.Key.Key_P: self.previous_one,
        }
        action = actions.get(event.key())
        if action is None:
            super().keyPressEvent(event)
        else:
            action()

    def event(self, event: QEvent) -> bool:
        """Say what is under the resting cursor."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(event.pos().x(), event.pos().y()), self)
            return True
        return super().event(event)
