"""A line of text that tells at its place what is wrong with it."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from labkit.core import LabkitError
from labkit.gui.widgets._labels import set_role


class CheckedEdit(QWidget):
    """A line of text, and below it what `check` has against it; nothing while it is right.

    `check` raises ValueError or LabkitError with words for a user. `changed` tells every text that was typed or set,
    right or wrong, `submitted` that Return was pressed on a right one.
    """

    changed = Signal(str)
    submitted = Signal()

    def __init__(self, check: Callable[[str], object], text: str = "") -> None:
        super().__init__()
        self._check = check
        self.line = QLineEdit()
        self.setFocusProxy(self.line)
        self._told = QLabel()
        self._told.setWordWrap(True)
        set_role(self._told, "bad")
        self._told.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.line)
        layout.addWidget(self._told)
        self.line.textChanged.connect(self._look)
        self.line.returnPressed.connect(lambda: None if self.error else self.submitted.emit())
        self.set_text(text)

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self.line.text().strip()

    @property
    def error(self) -> str:
        """What is wrong with it; empty when it is right."""
        return self._told.text()

    def set_text(self, text: str) -> None:
        """Put a text into the field."""
        self.line.setText(text)
        self._look(text)

    def show_error(self, words: str) -> None:
        """Tell here what something else has against the text, until it is changed."""
        self._told.setText(words)
        self._told.setVisible(bool(words))
        set_role(self.line, "wrong" if words else "")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Let what is told have the lines that it needs at this width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._told.setMinimumHeight(self._told.heightForWidth(self.line.width()) if self.error else 0)

    def _look(self, text: str) -> None:
        try:
            self._check(text.strip())
        except (ValueError, LabkitError) as error:
            self.show_error(str(error))
        else:
            self.show_error("")
        self.changed.emit(text)
