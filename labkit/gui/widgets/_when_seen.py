"""Work that waits until somebody looks."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget


class WhenSeen(QObject):
    """Does what a widget needs while it is in sight, and once when it comes into sight again.

    A view that nobody looks at leaves the files alone, as while runs go on in another view.
    """

    def __init__(self, widget: QWidget, function: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._function = function
        self._waiting = False
        widget.installEventFilter(self)

    def ask(self) -> None:
        """Do it now, or when the widget is seen."""
        self._waiting = not self._widget.isVisible()
        if not self._waiting:
            self._function()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Do what was waited with."""
        if event.type() == QEvent.Type.Show and self._waiting:
            self._waiting = False
            self._function()
        return super().eventFilter(watched, event)
