"""Whoever sits before the window puts masks in their places: asked by the bench's thread, answered in the window."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from labkit.app import RunAborted

_LOOK = 0.05
"""How often it is looked whether the run shall end instead (s)."""


class WindowOperator(QObject):
    """An Operator: called in the thread of the bench it tells `asked` (mask, words) and returns after `confirm`.

    `ending` tells whether the run shall end; then RunAborted is raised and `answered` told, as after a confirmation.
    """

    asked = Signal(str, str)
    answered = Signal()

    def __init__(self, ending: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ending = ending
        self._there = threading.Event()

    def __call__(self, mask: str, words: str) -> None:
        """Ask, and wait; called in the thread of the bench."""
        self._there.clear()
        self.asked.emit(mask, words)
        try:
            while not self._there.wait(_LOOK):
                if self._ending():
                    raise RunAborted(f"stopped by the user, who was asked for the mask {mask}")
        finally:
            self.answered.emit()

    def confirm(self) -> None:
        """Tell that the mask is there; called in the thread of the window."""
        self._there.set()
