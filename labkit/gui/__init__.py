"""The bench in a window: a face on what `labkit.app` does, with no experiment of its own."""

from labkit.gui._application import application, open_window, run_gui
from labkit.gui._window import MainWindow
from labkit.gui._workspace import Workspace

__all__ = ["MainWindow", "Workspace", "application", "open_window", "run_gui"]
