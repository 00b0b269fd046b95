"""The Protocol view."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from labkit.gui._workspace import Workspace
from labkit.gui.widgets import heading


class ProtocolView(QWidget):
    """Choose a protocol, set its parameters, edit its text."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        layout = QVBoxLayout(self)
        layout.addWidget(heading("Protocol"))
        layout.addStretch()
