"""The Results view."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from labkit.gui._workspace import Workspace
from labkit.gui.widgets import heading


class ResultsView(QWidget):
    """Look at run files: traces, fits, metrics, reports."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        layout = QVBoxLayout(self)
        layout.addWidget(heading("Results"))
        layout.addStretch()
