"""An editor for YAML: line numbers, colours, faults underlined at their place, hints behind lines."""

import re
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QToolTip, QWidget

from labkit.core import Problem
from labkit.gui._theme import Colours
from labkit.gui.widgets._yaml_highlighter import YamlHighlighter

_WORD = re.compile(r"[^\s{}\[\],:#]+|\S")
_MARGIN = 8


class _Numbers(QWidget):
    """The strip with the line numbers; a line with a fault is marked."""

    def __init__(self, editor: "YamlEditor") -> None:
        super().__init__(editor)
        self._editor = editor

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Give its width."""
        return QSize(self._editor.numbers_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Paint the numbers in sight."""
        self._editor.paint_numbers(self, event.rect())


class YamlEditor(QPlainTextEdit):
    """An editor for YAML. Faults and hints are given to it; it knows nothing of what the text means."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self.setObjectName("yaml-text")
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(max(9.0, self.font().pointSizeF() - 0.5))
        self.setFont(font)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._colours = colours
        self._numbers = _Numbers(self)
        self._highlighter = YamlHighlighter(self.document(), colours)
        self.problems: tuple[Problem, ...] = ()
        self.hints: Mapping[int, str] = {}
        self.blockCountChanged.connect(lambda _: self._make_room())
        self.updateRequest.connect(self._scroll_numbers)
        self.cursorPositionChanged.connect(self._mark)
        self._make_room()

    def recolour(self, colours: Colours) -> None:
        """Take the colours of a theme."""
        self._colours = colours
        self._highlighter.recolour(colours)
        self._mark()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Underline what is wrong."""
        self.problems = tuple(problems)
        self._mark()
        self._numbers.update()

    def show_hints(self, hints: Mapping[int, str]) -> None:
        """Write a text behind lines (from 1), without its being in the document."""
        self.hints = dict(hints)
        self.viewport().update()

    def go_to(self, line: int, column: int = 1) -> None:
        """Put the cursor to a place and show it."""
        block = self.document().findBlockByNumber(max(0, line - 1))
        cursor = QTextCursor(block)
        cursor.movePosition(
            QTextCursor.MoveOperation.Right,
            QTextCursor.MoveMode.MoveAnchor,
            min(max(0, column - 1), block.length() - 1),
        )
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus()

    def replace_text(self, text: str) -> None:
        """Put another text in the place of all, such that it can be undone."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def problem_at(self, position: int) -> Problem | None:
        """Give what is wrong at a position of the document."""
        return next((each for each in self.problems if position in range(*self._extent(each))), None)

    def underlined(self) -> list[str]:
        """Give the texts that are underlined."""
        text = self.toPlainText()
        return [text[slice(*self._extent(each))] for each in self.problems]

    def _extent(self, problem: Problem) -> tuple[int, int]:
        """Give where in the document a problem begins and ends: the word at its place."""
        block = self.document().findBlockByNumber(problem.line - 1)
        if not block.isValid():
            return 0, 0
        column = min(problem.column - 1, max(0, len(block.text()) - 1))
        match = _WORD.search(block.text(), column)
        begin, end = (match.start(), match.end()) if match is not None else (column, column + 1)
        return block.position() + begin, block.position() + end

    def _mark(self) -> None:
        selections = [self._line_mark(), *(self._underline(problem) for problem in self.problems)]
        self.setExtraSelections(selections)

    def _line_mark(self) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        colour = QColor(self._colours.accent)
        colour.setAlpha(20)
        mark.format.setBackground(colour)
        mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        mark.cursor = self.textCursor()
        mark.cursor.clearSelection()
        return mark

    def _underline(self, problem: Problem) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        style = QTextCharFormat()
        style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        style.setUnderlineColor(QColor(self._colours.bad))
        cursor = QTextCursor(self.document())
        begin, end = self._extent(problem)
        cursor.setPosition(begin)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        mark.cursor, mark.format = cursor, style
        return mark

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Indent with spaces, as YAML wants it; a new line begins where the one before did."""
        if event.key() == Qt.Key.Key_Tab:
            self.insertPlainText(" " * (2 - self.textCursor().positionInBlock() % 2))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            line = self.textCursor().block().text()[: self.textCursor().positionInBlock()]
            self.insertPlainText("\n" + " " * (len(line) - len(line.lstrip())))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tell what is wrong under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self.viewport().mapFrom(self, event.pos())
            problem = self.problem_at(self.cursorForPosition(place).position())
            QToolTip.showText(event.globalPos(), problem.message if problem is not None else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Paint the text, and the hints behind their lines."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setPen(QColor(self._colours.accent))
        metrics = self.fontMetrics()
        for block, top in self._blocks_in(event.rect()):
            hint = self.hints.get(block.blockNumber() + 1)
            if hint:
                x = self.contentOffset().x() + 2 * _MARGIN + metrics.horizontalAdvance(block.text())
                painter.drawText(QPoint(round(x), round(top) + metrics.ascent()), hint)
        painter.end()

    def _blocks_in(self, area: QRect) -> list[tuple[QTextBlock, float]]:
        found = []
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= area.bottom():
            found.append((block, top))
            top += self.blockBoundingRect(block).height()
            block = block.next()
        return found

    def numbers_width(self) -> int:
        """Give the width of the strip with the numbers (px)."""
        digits = max(2, len(str(self.blockCount())))
        return 2 * _MARGIN + self.fontMetrics().horizontalAdvance("9") * digits

    def paint_numbers(self, strip: QWidget, area: QRect) -> None:
        """Paint the line numbers of an area into their strip."""
        painter = QPainter(strip)
        painter.fillRect(area, QColor(self._colours.window))
        faulty = {problem.line for problem in self.problems}
        painter.setFont(self.font())
        height = self.fontMetrics().height()
        for block, top in self._blocks_in(area):
            number = block.blockNumber() + 1
            painter.setPen(QColor(self._colours.bad if number in faulty else self._colours.faint))
            place = QRect(0, round(top), strip.width() - _MARGIN, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(number))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Keep the strip beside the text."""
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._numbers.setGeometry(QRect(inside.left(), inside.top(), self.numbers_width(), inside.height()))

    def _make_room(self) -> None:
        self.setViewportMargins(self.numbers_width(), 0, 0, 0)

    def _scroll_numbers(self, area: QRect, moved: int) -> None:
        if moved:
            self._numbers.scroll(0, moved)
        else:
            self._numbers.update(0, area.y(), self._numbers.width(), area.height())
