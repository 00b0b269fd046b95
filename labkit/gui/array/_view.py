"""The Array view."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from labkit.gui._workspace import Workspace
from labkit.gui.widgets import heading


class ArrayView(QWidget):
    """The chip as a map of any metric; click a cell to see its traces."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        layout = QVBoxLayout(self)
        layout.addWidget(heading("Array"))
        layout.addStretch()
