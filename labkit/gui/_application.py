"""Start the window."""

import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from labkit.app import BenchChoice
from labkit.gui._theme import CHOICES, Theme
from labkit.gui._window import MainWindow
from labkit.gui._workspace import Workspace


def application() -> QApplication:
    """Give the one QApplication of the process, in the style that every system has."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    made = QApplication(sys.argv[:1])
    made.setApplicationName("labkit")
    made.setOrganizationName("labkit")
    made.setStyle("Fusion")
    return made


def open_window(settings: QSettings, choice: BenchChoice | None = None, folder: Path | None = None) -> MainWindow:
    """Make the window; `choice` and `folder` go before what the settings remember."""
    running = application()
    remembered = str(settings.value("window/theme", "system"))
    theme = Theme(running, next((each for each in CHOICES if each == remembered), "system"))
    workspace = Workspace(theme, settings)
    if choice is not None:
        workspace.choose_bench(choice)
    if folder is not None:
        workspace.choose_folder(folder)
    return MainWindow(workspace)


def run_gui(choice: BenchChoice | None = None, folder: Path | None = None) -> int:
    """Open the window and stay until it is closed; gives the exit code."""
    running = application()
    window = open_window(QSettings(), choice, folder)

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        window.workspace.messages.error(error)

    sys.excepthook = tell
    window.show()
    return running.exec()
