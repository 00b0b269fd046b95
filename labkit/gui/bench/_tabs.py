"""What stands below the instruments: a tab for each terminal of an open bench, and the test of the bench."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget

from labkit.gui._theme import Theme
from labkit.gui.bench._checks import ChecksPanel
from labkit.gui.widgets import faint

if TYPE_CHECKING:
    from labkit.gui.bench._panels import Panels

_EMPTY = "Connect the bench to use its instruments by hand: source and read, pulse, light, relays, temperature."


class BenchTabs(QTabWidget):
    """Shows the panels of an open bench, or what to do to have them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.checks = ChecksPanel(theme)
        self.panels: Panels | None = None
        self._fill()

    def show_panels(self, panels: "Panels | None") -> None:
        """Show other panels, or none."""
        if panels is None and self.panels is None:
            return
        self.stop()
        self.panels = panels
        self._fill()

    def stop(self) -> None:
        """Let no panel read by itself."""
        if self.panels is not None:
            self.panels.stop()

    def enable(self, usable: bool) -> None:
        """Let the panels be used, or only be seen; the test of the bench stays as it is."""
        for page in [] if self.panels is None else self.panels.pages.values():
            page.setEnabled(usable)

    def _fill(self) -> None:
        while self.count():
            page = self.widget(0)
            self.removeTab(0)
            if page is not None and page is not self.checks:
                page.deleteLater()
        if self.panels is None:
            empty = faint(_EMPTY)
            empty.setAutoFillBackground(True)
            empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.addTab(empty, "By hand")
        else:
            for name, page in self.panels.pages.items():
                self.addTab(page, name)
        self.addTab(self.checks, "Bench test")
