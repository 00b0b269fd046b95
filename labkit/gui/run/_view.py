"""The Run view."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from labkit.gui._workspace import Workspace
from labkit.gui.widgets import heading


class RunView(QWidget):
    """The queue of runs, and the live traces of the one that goes on."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        layout = QVBoxLayout(self)
        layout.addWidget(heading("Run"))
        layout.addStretch()
