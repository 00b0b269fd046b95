"""The Ledger view."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from labkit.gui._workspace import Workspace
from labkit.gui.widgets import heading


class LedgerView(QWidget):
    """What each device has lived through."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        layout = QVBoxLayout(self)
        layout.addWidget(heading("Ledger"))
        layout.addStretch()
